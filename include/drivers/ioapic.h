/*
 * ioapic.h - the IOAPICs, which take the devices' interrupt lines and send them to local APICs (Intel
 * 82093AA data sheet).
 *
 * Inputs are named by their global system interrupt (GSI). Functions that name a GSI do nothing when no
 * IOAPIC has it, disable interrupts for their own duration and are ISR-safe.
 */
#ifndef DRIVERS_IOAPIC_H
#define DRIVERS_IOAPIC_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/acpi_madt.h"

/* An IOAPIC that works. */
struct ioapic_info {
    uint64_t address;   /* physical, of its registers */
    uint32_t gsi_first; /* the inputs */
    uint32_t gsi_last;
    uint8_t id;
    uint8_t version;
};

/* Takes over the IOAPICs that the MADT lists and masks all their inputs. One that does not answer, or claims
 * another's inputs, is left alone. Returns how many work. Needs vmm_init; called once. */
unsigned ioapic_init(const struct acpi_madt *madt);

/* Number `index` of those that work, counted from 0. */
struct ioapic_info ioapic_get(unsigned index);

/* True when an IOAPIC has this input. */
bool ioapic_has(uint32_t gsi);

/* Sends the input's interrupts to `vector` of the local APIC `destination` (0 to 254). It stays masked. */
void ioapic_route(uint32_t gsi, unsigned vector, bool level, bool active_low, unsigned destination);

/* Makes the input a non-maskable interrupt of the local APIC `destination`, and lets it through. */
void ioapic_route_nmi(uint32_t gsi, bool active_low, unsigned destination);

/* A masked input loses edges; a level is still there when it is unmasked. */
void ioapic_mask(uint32_t gsi);
void ioapic_unmask(uint32_t gsi);

#endif
