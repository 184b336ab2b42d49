/*
 * interrupts.c - the C side of every interrupt: exceptions to fault.c, the rest to its flow.
 *
 * A flow signals the end of interrupt and calls the handler, in the order that its kind of source needs
 * (irq.c has those of the lines). Interrupts stay disabled until IRETQ, so nothing nests but exceptions,
 * NMI and machine check.
 *
 * A vector that has a flow is one that its controller delivers, and the end is signalled without asking the
 * controller first whether it is in service: that would be one more uncached read at each interrupt, to
 * tell what is known. Interrupts that are none have vectors of their own, and only where nobody expects any
 * is asked.
 */
#include "cpu/interrupts.h"

#include <stddef.h>

#include "cpu/fault.h"
#include "cpu/interrupt_frame.h"
#include "cpu/io.h"
#include "cpu/irq.h"
#include "cpu/vectors.h"
#include "drivers/apic.h"

struct source {
    interrupt_flow flow;
    void *context;
    interrupt_handler handler; /* with local_flow */
    uint64_t count;
};

static struct source sources[VECTOR_COUNT];
static volatile unsigned depth; /* handlers entered and not yet left */
static uint64_t unexpected;
static uint32_t apic_errors;

/* Firmware may have left a device talking, and the last interrupt of a line that was given up may come
 * late: no reason to stop. */
static void unexpected_flow(void *context) {
    const unsigned vector = (unsigned)((struct source *)context - sources);
    unexpected++;
    if (lapic_in_service(vector)) {
        lapic_end_of_interrupt();
    }
}

static void local_flow(void *context) {
    const struct source *source = context;
    lapic_end_of_interrupt();
    source->handler();
}

/* The request had gone when the processor asked for its vector: nothing is in service. */
static void spurious_flow(void *context) {
    (void)context;
}

static void on_apic_error(void) {
    apic_errors |= lapic_take_errors();
}

void interrupts_init(void) {
    for (unsigned vector = EXCEPTION_COUNT; vector < VECTOR_COUNT; vector++) {
        interrupts_set_flow(vector, NULL, NULL);
    }
    interrupts_set_flow(VECTOR_SPURIOUS, spurious_flow, NULL);
    interrupts_set_handler(VECTOR_ERROR, on_apic_error);
    lapic_init(VECTOR_SPURIOUS, VECTOR_ERROR);
    irq_init();
}

void interrupts_set_flow(unsigned vector, interrupt_flow flow, void *context) {
    if (vector < EXCEPTION_COUNT || vector >= VECTOR_COUNT) {
        return;
    }
    const uint64_t flags = interrupts_save_and_disable();
    struct source *source = &sources[vector];
    source->flow = flow != NULL ? flow : unexpected_flow;
    source->context = flow != NULL ? context : source;
    interrupts_restore(flags);
}

void interrupts_set_handler(unsigned vector, interrupt_handler handler) {
    if (vector < VECTOR_COUNT) {
        const uint64_t flags = interrupts_save_and_disable();
        sources[vector].handler = handler;
        interrupts_set_flow(vector, handler != NULL ? local_flow : NULL, &sources[vector]);
        interrupts_restore(flags);
    }
}

bool interrupts_in_handler(void) {
    return depth != 0;
}

uint64_t interrupts_count(unsigned vector) {
    return vector < VECTOR_COUNT ? sources[vector].count : 0;
}

uint64_t interrupts_unexpected(void) {
    return unexpected;
}

uint32_t interrupts_apic_errors(void) {
    return apic_errors;
}

bool interrupts_is_expected(unsigned vector) {
    return vector < VECTOR_COUNT && sources[vector].flow != unexpected_flow;
}

/* Called by isr_common of asm/cpu/isr.asm. */
void interrupt_dispatch(struct interrupt_frame *frame);

void interrupt_dispatch(struct interrupt_frame *frame) {
    struct source *source = &sources[frame->vector];
    const unsigned outer = depth;

    depth = outer + 1;
    source->count++;
    if (frame->vector < EXCEPTION_COUNT) {
        fault_exception(frame, outer != 0);
    } else {
        source->flow(source->context);
        if (fault_request_pending) {
            fault_deliver_requests(frame);
        }
    }
    depth = outer;
}
