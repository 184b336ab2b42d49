/*
 * hal_cpu.h - the processors.
 */
#ifndef HAL_CPU_H
#define HAL_CPU_H

/* Detects and enables processor features. */
void hal_cpu_init(void);

unsigned hal_cpu_id(void);    /* number of the running processor; ISR-safe */
unsigned hal_cpu_count(void); /* processors in use */
void hal_cpu_relax(void);     /* a pause inside a short spin loop */

/* Sleeps until the next interrupt, with interrupts enabled meanwhile; returns with the interrupt
 * flag as it was. Must not be called from an interrupt handler. */
void hal_cpu_halt(void);

#endif
