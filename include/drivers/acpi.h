/*
 * acpi.h - what the kernel wants to know from the ACPI tables.
 *
 * Every answer may be "not there": firmware may have no ACPI at all, or broken tables.
 */
#ifndef ACPI_H
#define ACPI_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/bootinfo.h"
#include "drivers/acpi_madt.h"
#include "drivers/acpi_mcfg.h"

/* Finds and checks the root table. Needs vmm_init. Without ACPI everything below says "none". */
void acpi_init(const BootInfo *info);

/* The first table with this signature whose length and checksum are right, mapped for good and read
 * as often as you like; NULL when there is none. The length is in bytes 4 to 7. Not ISR-safe. */
const void *acpi_find_table(const char signature[4]);

/* Physical address of the HPET's registers, 0 when there is none (IA-PC HPET 1.0a section 3.2.4).
 */
uint64_t acpi_hpet_address(void);

/* I/O port of the 3.579545 MHz PM timer, 0 when there is none, and its width: 32 or 24 bits. */
uint16_t acpi_pm_timer_port(void);
bool acpi_pm_timer_is_32bit(void);

/* Physical address of the local APIC from the MADT, 0 when there is no MADT. */
uint64_t acpi_lapic_address(void);

/* The MADT as it was read; never NULL, zeroed without such a table. ISR-safe. */
const struct acpi_madt *acpi_madt(void);

/* Points *segments to the memory-mapped PCI configuration spaces, and returns how many there are; 0 without a
 * MCFG. ISR-safe. */
unsigned acpi_mcfg_segments(const struct acpi_mcfg_segment **segments);

/* Powers the machine off (state S5). Returns only when that cannot be done. */
void acpi_power_off(void);

/* Resets the machine through the reset register. Returns only when there is none or it has no effect.
 * Interrupts must be disabled. */
void acpi_reset(void);

#endif
