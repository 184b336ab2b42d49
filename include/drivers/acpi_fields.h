/*
 * acpi_fields.h - the few facts that the kernel takes out of checked ACPI tables.
 *
 * All pure but the first function. The others get a table that acpi_table_at has accepted and read
 * only inside the table's own length: old firmware has shorter tables.
 */
#ifndef ACPI_FIELDS_H
#define ACPI_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the registers of a Generic Address Structure are (ACPI 6.5 table 5.1). */
enum acpi_space { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1, ACPI_SPACE_PCI = 2 };

/* From the FADT (ACPI 6.5 section 5.2.9). Zeroed when there is none. Ports are 0 when absent. */
struct acpi_fixed {
    bool present;          /* there is a FADT */
    bool hardware_reduced; /* none of the fixed registers from smi_command to pm_timer */
    uint8_t revision;      /* of the FADT: 1 ACPI 1.0, 3 ACPI 2.0, ... */

    uint64_t dsdt;            /* physical address, 0 none */
    uint16_t sci_interrupt;   /* ISA line or global system interrupt of ACPI's events */
    uint16_t smi_command;     /* port to which acpi_enable is written to take ACPI mode */
    uint8_t acpi_enable;      /* 0: the machine is always in ACPI mode */
    uint16_t pm1a_event;      /* ports of the two halves of PM1 status; PM1 enable is */
    uint16_t pm1b_event;      /* pm1_event_length / 2 bytes behind each */
    uint8_t pm1_event_length; /* bytes, status and enable together */
    uint16_t pm1a_control;    /* ports of the two halves of PM1 control */
    uint16_t pm1b_control;
    uint16_t pm_timer;
    bool pm_timer_is_32bit;

    /* Writing reset_value there, 8 bits, resets the machine. All 0 unless the flag RESET_REG_SUP is set
     * and the register is one that can be: 8 bits wide, in memory, at a port, or in PCI configuration
     * space of bus 0 (bits 0 to 15 of the address: offset, 16 to 31: function, 32 to 47: device). */
    uint64_t reset_address;
    enum acpi_space reset_space;
    uint8_t reset_value;

    /* Sleep control and status of hardware-reduced machines (section 4.8.3.7). 0: none. */
    uint64_t sleep_control, sleep_status;
    enum acpi_space sleep_control_space, sleep_status_space;

    uint8_t century; /* index of the century in the RTC's memory, 0: none */

    /* What the firmware says is not there. A FADT of before ACPI 2.0 says nothing: all false. */
    bool no_legacy_devices; /* on the ISA bus, that a user could see */
    bool no_8042;           /* keyboard controller */
    bool no_vga;
    bool no_msi; /* must not be switched on */
    bool no_rtc;
    bool low_power_s0; /* idling saves as much as sleeping would */
};

/* SLP_TYPa and SLP_TYPb for soft off. */
struct acpi_sleep_type {
    uint8_t a;
    uint8_t b;
};

/* What powering off takes; false when this machine's tables do not say. In acpi.c. */
bool acpi_find_power_off(struct acpi_fixed *registers, struct acpi_sleep_type *type);

struct acpi_fixed acpi_read_fadt(const uint8_t *fadt);

/* Physical address in the HPET table, 0 when the registers are not in memory. */
uint64_t acpi_read_hpet(const uint8_t *hpet);

/* Looks for Name(_S5_, Package{...}) in the byte code of a DSDT or SSDT. */
bool acpi_find_s5(const uint8_t *table, struct acpi_sleep_type *type);

#endif
