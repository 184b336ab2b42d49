/*
 * hal_interrupt.h - the processor's interrupt flag and interrupt context.
 */
#ifndef HAL_INTERRUPT_H
#define HAL_INTERRUPT_H

#include <stdbool.h>

#include "hal/hal_status.h"

/* Sets up delivery of interrupts and faults. Interrupts stay disabled until hal_irq_enable. */
void hal_interrupt_init(void);

/* Enables interrupts on this processor. */
void hal_irq_enable(void);

/* Disables interrupts and returns the previous state for hal_irq_restore. Nests. ISR-safe. */
unsigned long hal_irq_disable(void);
void hal_irq_restore(unsigned long state);

/* True inside an interrupt handler (on Linux: a signal handler). A few cycles. ISR-safe. */
bool hal_in_interrupt_context(void);

/* Runs in interrupt context, interrupts disabled: short, no allocation, no console. */
typedef void (*hal_irq_handler)(void *context);

/* Calls `handler` for every interrupt of line `irq`: 0 to 15 are the ISA lines, wherever the firmware's
 * tables route them; from 16 on they are global system interrupts of the IOAPICs. The line is unmasked.
 * `name` is shown by .IRQ and must stay valid. HAL_ERR_INVALID: no handler; HAL_ERR_BUSY: somebody has
 * the line; HAL_ERR_NOT_FOUND: the machine has no such line; HAL_ERR_UNSUPPORTED: it has no lines at all
 * (Linux); HAL_ERR_NO_MEMORY: too many lines are in use. Not ISR-safe. */
hal_status hal_irq_attach(unsigned irq, hal_irq_handler handler, void *context, const char *name);

/* Masks the line and forgets the handler; it does not run again. HAL_ERR_NOT_FOUND: nobody had it. */
hal_status hal_irq_detach(unsigned irq);

/* Holds back, and lets through again, a line that has a handler; an interrupt that comes meanwhile is kept.
 * ISR-safe, also in the handler itself. */
void hal_irq_mask(unsigned irq);
void hal_irq_unmask(unsigned irq);

#endif
