/*
 * apic.h - the local APIC of the running processor.
 */
#ifndef DRIVERS_APIC_H
#define DRIVERS_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Switches the local APIC on with every source masked. `spurious_vector` is where it reports
 * interrupts that went away. Returns false when there is none; then only lapic_is_present may be
 * asked, and the others do nothing. Needs vmm_init. */
bool lapic_init(unsigned spurious_vector);
bool lapic_is_present(void);

/* Number of this processor. ISR-safe. */
unsigned lapic_id(void);

/* True while an interrupt of this vector waits for its end to be signalled. ISR-safe. */
bool lapic_in_service(unsigned vector);
void lapic_end_of_interrupt(void);

/* Lets the legacy controllers' interrupts through this APIC (virtual wire mode). */
void lapic_accept_legacy(void);

#endif
