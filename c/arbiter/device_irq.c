/*
 * device_irq.c - interrupt lines that VMs have attached, and the words for that.
 */
#include "arbiter/device_irq.h"

#include <stddef.h>

#include "arbiter/capability.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "forth/throw.h"
#include "hal/hal_interrupt.h"
#include "primitives.h"

#define LINES_MAX 32u

struct device_irq {
    struct vm_control *owner; /* NULL: not in use */
    unsigned irq;
    volatile uint64_t count; /* interrupts that the VM has not been told of */
};

static struct device_irq lines[LINES_MAX];
static volatile bool arrived;

/* In interrupt context. */
static void on_interrupt(void *context) {
    struct device_irq *line = context;
    hal_irq_mask(line->irq);
    line->count++;
    arrived = true;
    scheduler_look();
}

static uint64_t take_count(struct device_irq *line) {
    return __atomic_exchange_n(&line->count, 0, __ATOMIC_RELAXED);
}

static bool is_awaited(const struct device_irq *line) {
    return line->owner != NULL && line->owner->state == VM_WAITING_FOR_IRQ &&
           line->owner->partner == line->irq;
}

void device_irqs_deliver(void) {
    if (!arrived) {
        return;
    }
    arrived = false;
    for (unsigned i = 0; i < LINES_MAX; i++) {
        if (is_awaited(&lines[i]) && lines[i].count != 0) {
            vm_push(lines[i].owner->vm, take_count(&lines[i]));
            scheduler_wake(lines[i].owner, 0);
        }
    }
}

static void detach(struct device_irq *line) {
    (void)hal_irq_detach(line->irq);
    line->owner = NULL;
}

void device_irqs_check(void) {
    for (unsigned i = 0; i < LINES_MAX; i++) {
        struct device_irq *line = &lines[i];
        if (line->owner != NULL && !capability_holds(line->owner, CAP_IRQ, line->irq, line->irq)) {
            if (is_awaited(line)) {
                scheduler_wake(line->owner, THROW_NOT_PERMITTED);
            }
            detach(line);
        }
    }
}

/* The line of this VM with the number on the stack. */
static int find(struct vm *vm, struct device_irq **found) {
    const uint64_t irq = vm_pop(vm);
    const struct vm_control *self = vm_control_of(vm);
    for (unsigned i = 0; i < LINES_MAX; i++) {
        if (lines[i].owner != NULL && lines[i].owner == self && lines[i].irq == irq) {
            *found = &lines[i];
            return 0;
        }
    }
    return THROW_NO_IRQ;
}

static int throw_of(hal_status status) {
    switch (status) {
    case HAL_OK:
        return 0;
    case HAL_ERR_BUSY:
        return THROW_IRQ_IN_USE;
    case HAL_ERR_UNSUPPORTED:
        return THROW_NO_DEVICES;
    case HAL_ERR_NO_MEMORY:
        return THROW_NO_MEMORY;
    case HAL_ERR_INVALID:
    case HAL_ERR_NOT_FOUND:
        break;
    }
    return THROW_NO_IRQ;
}

/* ( u -- ) */
int word_irq_attach(struct vm *vm) {
    const uint64_t irq = vm_pop(vm);
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    const int code = capability_demand(self, CAP_IRQ, irq, irq);
    if (code != 0) {
        return code;
    }
    struct device_irq *line = NULL;
    for (unsigned i = 0; i < LINES_MAX && line == NULL; i++) {
        line = lines[i].owner == NULL ? &lines[i] : NULL;
    }
    if (line == NULL) {
        return THROW_NO_MEMORY;
    }
    line->irq = (unsigned)irq;
    line->count = 0;
    const hal_status status = hal_irq_attach(line->irq, on_interrupt, line, "a VM");
    if (status == HAL_OK) {
        line->owner = self;
    }
    return throw_of(status);
}

/* ( u -- ) */
int word_irq_detach(struct vm *vm) {
    struct device_irq *line;
    const int code = find(vm, &line);
    if (code == 0) {
        detach(line);
    }
    return code;
}

static int wait(struct vm *vm, uint64_t deadline_ns) {
    struct device_irq *line;
    const int code = find(vm, &line);
    if (code != 0) {
        return code;
    }
    const uint64_t count = take_count(line);
    if (count != 0) {
        vm_push(vm, count);
        return 0;
    }
    line->owner->partner = line->irq;
    scheduler_block(line->owner, VM_WAITING_FOR_IRQ, deadline_ns);
    hal_irq_unmask(line->irq);
    return 0;
}

/* ( u1 -- u2 ) */
int word_irq_wait(struct vm *vm) {
    return wait(vm, VM_NO_DEADLINE);
}

/* ( u1 u2 -- u3 ) */
int word_irq_wait_within(struct vm *vm) {
    const uint64_t delay = vm_pop(vm);
    return wait(vm, scheduler_deadline(delay));
}
