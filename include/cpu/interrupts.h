/*
 * interrupts.h - who handles an interrupt, and what comes before and after.
 */
#ifndef CPU_INTERRUPTS_H
#define CPU_INTERRUPTS_H

#include <stdbool.h>
#include <stdint.h>

/* Runs on the interrupt stack with interrupts disabled, after the end of interrupt was signalled.
 */
typedef void (*interrupt_handler)(void);

/* Sets up the interrupt controllers: legacy ones moved out of the way of the exceptions and masked,
 * local APIC on if there is one. Needs vmm_init; leaves interrupts disabled. */
void interrupts_init(void);

/* Registers the handler of a vector from 32 up; one each. NULL takes it away. */
void interrupts_set_handler(unsigned vector, interrupt_handler handler);

/* True inside a handler of an interrupt or exception. ISR-safe. */
bool interrupts_in_handler(void);

/* Interrupts that nobody had asked for, since boot. */
uint64_t interrupts_unexpected(void);

#endif
