/*
 * acpi_fields.h - the few facts that the kernel takes out of checked ACPI tables.
 *
 * All pure but the two in acpi.c. The others get a table that acpi_table_at has accepted and read
 * only inside the table's own length: old firmware has shorter tables.
 */
#ifndef ACPI_FIELDS_H
#define ACPI_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Address spaces of a Generic Address Structure (ACPI 6.5 table 5.1). */
enum {
    ACPI_SPACE_MEMORY = 0,
    ACPI_SPACE_IO = 1,
    ACPI_SPACE_PCI =
        2, /* configuration space of bus 0: device, function and offset, 16 bits each */
};

/* From the FADT (ACPI 6.5 table 5.9). Ports are 0 when absent. */
struct acpi_fixed {
    uint64_t dsdt;         /* physical address, 0 none */
    uint16_t smi_command;  /* port to which acpi_enable is written to take ACPI mode */
    uint8_t acpi_enable;   /* 0: the machine is always in ACPI mode */
    uint16_t pm1a_control; /* ports of the two halves of PM1 control */
    uint16_t pm1b_control;
    uint16_t pm_timer;
    bool pm_timer_is_32bit;
    uint8_t reset_space;    /* ACPI_SPACE_..., where the reset register is */
    uint8_t reset_value;    /* the byte that resets the machine */
    uint64_t reset_address; /* of the reset register, 0 none */
};

/* SLP_TYPa and SLP_TYPb for soft off. */
struct acpi_sleep_type {
    uint8_t a;
    uint8_t b;
};

/* What powering off takes; false when this machine's tables do not say. In acpi.c. */
bool acpi_find_power_off(struct acpi_fixed *registers, struct acpi_sleep_type *type);

/* What acpi_init took from the FADT; all zero without one, never NULL. In acpi.c. */
const struct acpi_fixed *acpi_fixed_table(void);

struct acpi_fixed acpi_read_fadt(const uint8_t *fadt);

/* Physical address in the HPET table, 0 when the registers are not in memory. */
uint64_t acpi_read_hpet(const uint8_t *hpet);

/* Physical address of the local APIC in the MADT, its 64-bit override preferred. */
uint64_t acpi_read_madt_lapic(const uint8_t *madt);

/* Looks for Name(_S5_, Package{...}) in the byte code of a DSDT or SSDT. */
bool acpi_find_s5(const uint8_t *table, struct acpi_sleep_type *type);

#endif
