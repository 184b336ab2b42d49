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
#include "drivers/acpi_fields.h"
#include "drivers/acpi_madt.h"
#include "drivers/acpi_mcfg.h"
#include "drivers/acpi_tables.h"
#include "shared/format.h"

/* Finds and checks the root table and reads FADT, MADT and MCFG. Needs vmm_init. Without ACPI everything
 * below says "none". There is no search of the BIOS area below 1 MiB: UEFI hands over the root pointer,
 * and what lies there on a UEFI machine is left over from a compatibility module that is not in force. */
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

/* The FADT and the MADT as they were read; never NULL, zeroed without such a table. ISR-safe. */
const struct acpi_fixed *acpi_fixed_table(void);
const struct acpi_madt *acpi_madt(void);

/* Points *segments to the memory-mapped PCI configuration spaces, and returns how many there are; 0 without a
 * MCFG. ISR-safe. */
unsigned acpi_mcfg_segments(const struct acpi_mcfg_segment **segments);

/* Physical address of the RSDP, 0 when the loader found none, and the root table behind it, which has no
 * entries when it is not sound. */
uint64_t acpi_rsdp_address(void);
const struct acpi_tables *acpi_root_table(void);

/* .ACPI: the tables, and what the kernel took from them. */
void acpi_report(format_sink sink, void *context);

/* Powers the machine off (state S5). Returns only when that cannot be done. */
void acpi_power_off(void);

/* Resets the machine through the reset register. Returns only when there is none or it has no effect.
 * Interrupts must be disabled. */
void acpi_reset(void);

#endif
