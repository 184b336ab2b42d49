/*
 * processors.h - the processors that the kernel does not use.
 */
#ifndef CPU_PROCESSORS_H
#define CPU_PROCESSORS_H

#include <stdbool.h>

/* Sends every other processor to the state after INIT, in which it waits for a start-up message and touches
 * no memory. To be called before any memory of the boot services is reused. Takes about 0.1 ms. Needs the
 * loader's direct map. */
void processors_park(void);

/* True when that was done. ISR-safe. */
bool processors_are_parked(void);

/* The processors that the MADT lists as enabled, at least 1. Needs acpi_init. */
unsigned processors_count(void);

#endif
