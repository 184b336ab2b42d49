/*
 * nmi.h - the non-maskable interrupt: how it is wired, and why it came.
 */
#ifndef CPU_NMI_H
#define CPU_NMI_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/acpi_madt.h"

/* Opens the inputs of the local APIC that the firmware says are wired to it. Needs lapic_init. */
void nmi_accept_local(const struct acpi_madt *madt);

/* Opens the inputs of IOAPICs that are. Needs ioapic_init. */
void nmi_accept_sources(const struct acpi_madt *madt);

/* True when the IOAPIC input with this global system interrupt is one of those. */
bool nmi_has_input(const struct acpi_madt *madt, uint32_t gsi);

/* True when input `lint`, 0 or 1, of this processor's local APIC is one. */
bool nmi_has_local_input(const struct acpi_madt *madt, unsigned lint);

/* What the chip set says about a non-maskable interrupt: a phrase for the panic screen. */
const char *nmi_reason(void);

#endif
