/*
 * apic.h - the local APIC of the running processor.
 */
#ifndef DRIVERS_APIC_H
#define DRIVERS_APIC_H

#include <stdbool.h>
#include <stdint.h>

/* Switches the local APIC on with every source masked but its two own: `spurious_vector` is where it
 * reports interrupts that went away, `error_vector` where it reports errors. Returns false when there is
 * none; then only lapic_is_present may be asked, and the others do nothing. Needs vmm_init. */
bool lapic_init(unsigned spurious_vector, unsigned error_vector);
bool lapic_is_present(void);

/* True when registers are MSRs; the physical address of the registers otherwise. */
bool lapic_is_x2apic(void);
uint64_t lapic_address(void);

/* Number of this processor. ISR-safe. */
unsigned lapic_id(void);

/* True while an interrupt of this vector waits for its end to be signalled. ISR-safe. */
bool lapic_in_service(unsigned vector);

/* Signals the end of the interrupt in service. Only in the handler of one that came from this APIC. */
void lapic_end_of_interrupt(void);

/* Interrupts this processor at `vector`, as soon as interrupts are enabled. ISR-safe. */
void lapic_send_self(unsigned vector);

/* Makes input 0 or 1 of this APIC the non-maskable interrupt. */
void lapic_accept_nmi(unsigned lint, bool active_low);

/* Lets the interrupts of the 8259 controllers through, on input 0 (virtual wire mode). */
void lapic_accept_legacy(void);

/* Takes the error bits that have come up since the last time (SDM volume 3, section 10.5.3), so that the next
 * error interrupts again. ISR-safe. */
uint32_t lapic_take_errors(void);

#endif
