/*
 * hal_interrupt.h - the processor's interrupt flag and interrupt context.
 */
#ifndef HAL_INTERRUPT_H
#define HAL_INTERRUPT_H

#include <stdbool.h>

/* Sets up delivery of interrupts and faults. Interrupts stay disabled until hal_irq_enable. */
void hal_interrupt_init(void);

/* Enables interrupts on this processor. */
void hal_irq_enable(void);

/* Disables interrupts and returns the previous state for hal_irq_restore. Nests. ISR-safe. */
unsigned long hal_irq_disable(void);
void hal_irq_restore(unsigned long state);

/* True inside an interrupt handler (on Linux: a signal handler). A few cycles. ISR-safe. */
bool hal_in_interrupt_context(void);

#endif
