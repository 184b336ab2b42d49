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

/* What is done about the interrupts of one vector, the end of interrupt included. Runs on the interrupt
 * stack with interrupts disabled. */
typedef void (*interrupt_flow)(void *context);

/* Sets up the interrupt controllers: local APIC on if there is one, IOAPICs or the two 8259 behind it,
 * every line masked. Needs acpi_init; leaves interrupts disabled. */
void interrupts_init(void);

/* Registers the handler of one of the local APIC's own vectors, such as VECTOR_TICK; one each. NULL
 * takes it away. Lines of devices have irq_attach (cpu/irq.h). */
void interrupts_set_handler(unsigned vector, interrupt_handler handler);

/* Registers what is to be done at a vector from 32 up; NULL takes it away. For irq.c. */
void interrupts_set_flow(unsigned vector, interrupt_flow flow, void *context);

/* True inside a handler of an interrupt or exception. ISR-safe. */
bool interrupts_in_handler(void);

/* Interrupts at a vector since boot. ISR-safe. */
uint64_t interrupts_count(unsigned vector);

/* Interrupts that nobody had asked for, since boot. */
uint64_t interrupts_unexpected(void);

/* Errors that the local APIC has reported: every bit that has come up since boot. */
uint32_t interrupts_apic_errors(void);

/* True when the vector has a flow or a handler, false when an interrupt there would be unexpected. */
bool interrupts_is_expected(unsigned vector);

#endif
