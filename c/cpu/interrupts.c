/*
 * interrupts.c - the C side of every interrupt: exceptions to fault.c, the rest to its handler.
 *
 * The end of interrupt is signalled before the handler runs. Interrupts stay disabled until IRETQ,
 * so nothing can nest, and a handler that decides to go on elsewhere cannot forget it.
 */
#include "cpu/interrupts.h"

#include <stddef.h>

#include "cpu/fault.h"
#include "cpu/interrupt_frame.h"
#include "cpu/io.h"
#include "cpu/vectors.h"
#include "drivers/apic.h"
#include "drivers/pic.h"

static interrupt_handler handlers[VECTOR_COUNT];
static volatile unsigned depth; /* handlers entered and not yet left */
static uint64_t unexpected;

void interrupts_init(void) {
    pic_init(VECTOR_PIC);
    lapic_init(VECTOR_SPURIOUS);
}

void interrupts_set_handler(unsigned vector, interrupt_handler handler) {
    if (vector >= EXCEPTION_COUNT && vector < VECTOR_COUNT) {
        handlers[vector] = handler;
    }
}

bool interrupts_in_handler(void) {
    return depth != 0;
}

uint64_t interrupts_unexpected(void) {
    return unexpected;
}

/* Tells the controller that the interrupt has been taken; false when it was none. */
static bool acknowledge(unsigned vector) {
    if (vector == VECTOR_SPURIOUS) {
        return false;
    }
    if (vector >= VECTOR_PIC && vector < VECTOR_PIC + PIC_LINES) {
        return pic_acknowledge(vector - VECTOR_PIC);
    }
    if (lapic_in_service(vector)) {
        lapic_end_of_interrupt();
    }
    return true;
}

static void handle_interrupt(unsigned vector) {
    if (!acknowledge(vector)) {
        return;
    }
    if (handlers[vector] != NULL) {
        handlers[vector]();
    } else {
        unexpected++; /* firmware may have left a device talking: no reason to stop */
    }
}

/* Called by isr_common of asm/cpu/isr.asm. */
void interrupt_dispatch(struct interrupt_frame *frame);

void interrupt_dispatch(struct interrupt_frame *frame) {
    bool nested = depth != 0;

    depth++;
    if (frame->vector < EXCEPTION_COUNT) {
        fault_exception(frame, nested);
    } else {
        handle_interrupt((unsigned)frame->vector);
        fault_deliver_requests(frame);
    }
    depth--;
}
