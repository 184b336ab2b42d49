/*
 * vm_words.c - the kernel words that begin, steer and end VMs.
 */
#include "arbiter/capability.h"
#include "arbiter/messages.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "forth/clock.h"
#include "forth/console.h"
#include "forth/throw.h"
#include "hal/hal_time.h"
#include "primitives.h"
#include "shared/format.h"

/* ( c-addr u envelope -- vm ) */
int word_spawn_vm(struct vm *vm) {
    const uint64_t envelope = vm_pop(vm), size = vm_pop(vm), addr = vm_pop(vm);
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (!vm_has(vm, addr, size)) {
        return THROW_BAD_ADDRESS;
    }
    if (size > VM_SOURCE_MAX) {
        return THROW_STRING_OVERFLOW;
    }
    const char *text = vm_pointer(vm, addr, size);
    if (text == NULL) {
        return THROW_NO_MEMORY;
    }
    if (envelope < VM_ENVELOPE_MIN || envelope > VM_ENVELOPE_MAX) {
        return THROW_BAD_ENVELOPE;
    }
    const uint64_t whole = (envelope + VM_PAGE - 1) & ~(VM_PAGE - 1);
    int code = capability_demand(self, CAP_SPAWN, 0, whole);
    if (code != 0) {
        return code;
    }
    uint64_t id;
    code = vm_spawn(self, text, size, whole, &id);
    if (code == 0) {
        vm_push(vm, id);
    }
    return code;
}

/* ( vm -- ) */
int word_kill_vm(struct vm *vm) {
    struct vm_control *victim = vm_table_find(vm_pop(vm));
    if (victim == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (victim->id == 0) {
        return THROW_PRIMORDIAL;
    }
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (victim->parent != self->id && victim != self) {
        const int code = capability_demand(self, CAP_KILL, 0, 0);
        if (code != 0) {
            return code;
        }
    }
    vm_end(victim, VM_END_KILLED, 0);
    return 0;
}

/* ( -- vm ) */
int word_vm_id(struct vm *vm) {
    vm_push(vm, vm->id);
    return 0;
}

/* ( vm -- n ) -1: no such VM */
int word_vm_state(struct vm *vm) {
    const struct vm_control *control = vm_table_find(vm_pop(vm));
    vm_push(vm, control == NULL ? (uint64_t)-1 : (uint64_t)control->state);
    return 0;
}

/* ( vm1 -- vm2 ) In the order of the table, so that a walk through all ends even when VMs come and go. */
int word_next_vm(struct vm *vm) {
    const struct vm_control *next = vm_table_from((uint32_t)(vm_pop(vm) & (VM_TABLE_MAX - 1)) + 1);
    vm_push(vm, next == NULL ? 0 : next->id);
    return 0;
}

static int wait_for(struct vm *vm, uint64_t id, uint64_t deadline_ns) {
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    enum vm_end how;
    int64_t code;
    if (vm_take_notice(self, id, &how, &code)) {
        vm_push(vm, (uint64_t)code);
        vm_push(vm, (uint64_t)how);
        return 0;
    }
    const struct vm_control *child = vm_table_find(id);
    if (child == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (child->parent != self->id || child == self) {
        return THROW_NOT_A_CHILD;
    }
    messages_wait_for(self, id, VM_WAITING_FOR_VM, deadline_ns);
    return 0;
}

/* ( vm -- n reason ) */
int word_wait_vm(struct vm *vm) {
    return wait_for(vm, vm_pop(vm), VM_NO_DEADLINE);
}

/* ( vm u -- n reason ) */
int word_wait_vm_within(struct vm *vm) {
    const uint64_t delay = vm_pop(vm);
    return wait_for(vm, vm_pop(vm), scheduler_deadline(delay));
}

/* Whether vm may give `control` this priority: a VM may always lower its own. What others lend it is not its
 * own, or it could keep that for good. */
static int demand_time(struct vm *vm, const struct vm_control *control, uint64_t priority) {
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (control == self && priority < self->base_priority) {
        return 0;
    }
    return capability_demand(self, CAP_TIME_ADMIN, 0, priority);
}

/* ( u vm -- ) */
int word_priority_store(struct vm *vm) {
    struct vm_control *control = vm_table_find(vm_pop(vm));
    const uint64_t priority = vm_pop(vm);
    if (control == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (priority >= VM_PRIORITIES) {
        return THROW_BAD_PRIORITY;
    }
    const int code = demand_time(vm, control, priority);
    if (code == 0) {
        scheduler_set_priority(control, (uint8_t)priority);
    }
    return code;
}

/* ( u vm -- ) u nanoseconds; what is too short becomes the shortest. */
int word_quantum_store(struct vm *vm) {
    struct vm_control *control = vm_table_find(vm_pop(vm));
    const uint64_t quantum = vm_pop(vm);
    if (control == NULL) {
        return THROW_NO_SUCH_VM;
    }
    const int code = demand_time(vm, control, control->base_priority);
    if (code == 0) {
        scheduler_set_quantum(control, quantum);
    }
    return code;
}

static const char *state_name(enum vm_state state) {
    switch (state) {
    case VM_RUNNABLE:
        return "runnable";
    case VM_RUNNING:
        return "running";
    case VM_WAITING_FOR_INPUT:
        return "waits for a key";
    case VM_SLEEPING:
        return "sleeps";
    case VM_WAITING_FOR_VM:
        return "waits for a VM";
    case VM_SENDING:
        return "sends";
    case VM_RECEIVING:
        return "receives";
    case VM_WAITING_FOR_IRQ:
        return "waits for irq";
    case VM_SENDING_PAGES:
        return "sends pages";
    case VM_RECEIVING_PAGES:
        return "receives pages";
    case VM_DEAD:
        return "has ended";
    }
    return "";
}

int word_dot_vms(struct vm *vm) {
    (void)vm;
    console_fresh_line();
    format(console_sink, NULL,
           "    VM parent prio state              memory   run ms             words  switches "
           "preempted\n");
    const struct vm_control *control = vm_table_from(0);
    while (control != NULL) {
        format(console_sink, NULL, "%6lu %6lu %4u %-15s %5lu KiB %8lu %17lu %9lu %9lu\n",
               control->id, control->parent, control->priority, state_name(control->state),
               control->vm->envelope / 1024, scheduler_ns(control->run_cycles) / 1000000,
               clock_words(control->vm), control->switches, control->preemptions);
        control = vm_table_from((uint32_t)(control->id & (VM_TABLE_MAX - 1)) + 1);
    }
    return 0;
}
