/*
 * hal_interrupt.c - the interrupt flag and the interrupt controllers.
 */
#include "hal/hal_interrupt.h"

#include "cpu/interrupts.h"
#include "cpu/io.h"
#include "cpu/irq.h"

void hal_interrupt_init(void) {
    interrupts_init();
}

void hal_irq_enable(void) {
    __asm__ volatile("sti" : : : "memory");
}

unsigned long hal_irq_disable(void) {
    return interrupts_save_and_disable();
}

void hal_irq_restore(unsigned long state) {
    interrupts_restore(state);
}

bool hal_in_interrupt_context(void) {
    return interrupts_in_handler();
}

hal_status hal_irq_attach(unsigned irq, hal_irq_handler handler, void *context, const char *name) {
    return irq_attach(irq, handler, context, name);
}

hal_status hal_irq_detach(unsigned irq) {
    return irq_detach(irq);
}

void hal_irq_mask(unsigned irq) {
    irq_mask(irq);
}

void hal_irq_unmask(unsigned irq) {
    irq_unmask(irq);
}
