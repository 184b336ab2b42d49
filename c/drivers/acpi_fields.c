/*
 * acpi_fields.c - the few facts that the kernel takes out of checked ACPI tables.
 *
 * A right checksum says that the table is as the firmware made it, not that it makes sense: every
 * field is read only where it lies inside the table, and is dropped when its value cannot be.
 */
#include "drivers/acpi_fields.h"

#include <string.h>

#include "drivers/acpi_tables.h"

/* FADT, ACPI 6.5 table 5.9. */
enum {
    FADT_REVISION = 8,
    FADT_DSDT = 40,
    FADT_SCI_INTERRUPT = 46,
    FADT_SMI_COMMAND = 48,
    FADT_ACPI_ENABLE = 52,
    FADT_PM1A_EVENT = 56,
    FADT_PM1B_EVENT = 60,
    FADT_PM1A_CONTROL = 64,
    FADT_PM1B_CONTROL = 68,
    FADT_PM_TIMER = 76,
    FADT_PM1_EVENT_LENGTH = 88,
    FADT_CENTURY = 108,
    FADT_BOOT_ARCHITECTURE = 109,
    FADT_FLAGS = 112,
    FADT_RESET = 116,
    FADT_RESET_VALUE = 128,
    FADT_X_DSDT = 140,
    FADT_X_PM1A_EVENT = 148,
    FADT_X_PM1B_EVENT = 160,
    FADT_X_PM1A_CONTROL = 172,
    FADT_X_PM1B_CONTROL = 184,
    FADT_X_PM_TIMER = 208,
    FADT_SLEEP_CONTROL = 244,
    FADT_SLEEP_STATUS = 256,

    FADT_FLAG_TIMER_32 = 1u << 8,
    FADT_FLAG_RESET = 1u << 10,
    FADT_FLAG_HARDWARE_REDUCED = 1u << 20,
    FADT_FLAG_LOW_POWER_S0 = 1u << 21,

    /* IA-PC boot architecture flags, table 5.11; ACPI 1.0 has zeros there */
    BOOT_LEGACY_DEVICES = 1u << 0,
    BOOT_8042 = 1u << 1,
    BOOT_NO_VGA = 1u << 2,
    BOOT_NO_MSI = 1u << 3,
    BOOT_NO_RTC = 1u << 5,
    REVISION_ACPI_2 = 3,

    RTC_INDEX_MAX = 127,
};

/* Generic Address Structure, section 5.2.3.2. */
enum {
    GAS_SPACE = 0,
    GAS_BIT_WIDTH = 1,
    GAS_BIT_OFFSET = 2,
    GAS_ADDRESS = 4,
    GAS_SIZE = 12,
};

enum { HPET_ADDRESS = 40 }; /* IA-PC HPET 1.0a section 3.2.4 */

/* AML byte code, ACPI 6.5 section 20.2. */
enum {
    AML_ZERO = 0x00,
    AML_ONE = 0x01,
    AML_NAME = 0x08,
    AML_BYTE = 0x0a,
    AML_WORD = 0x0b,
    AML_DWORD = 0x0c,
    AML_PACKAGE = 0x12,
    AML_ROOT = '\\',
    SLEEP_TYPE_MAX = 7, /* SLP_TYP has three bits */
};

static bool has_field(const uint8_t *table, size_t offset, size_t size) {
    return offset + size <= acpi_table_length(table);
}

static uint8_t field8(const uint8_t *table, size_t offset) {
    return has_field(table, offset, 1) ? table[offset] : 0;
}

static uint16_t field16(const uint8_t *table, size_t offset) {
    return has_field(table, offset, 2) ? acpi_read16(table + offset) : 0;
}

static uint32_t field32(const uint8_t *table, size_t offset) {
    return has_field(table, offset, 4) ? acpi_read32(table + offset) : 0;
}

/* A 64-bit address, when the Generic Address Structure at `offset` is in `space`; else 0. */
static uint64_t gas_address(const uint8_t *table, size_t offset, uint8_t space) {
    if (!has_field(table, offset, GAS_SIZE) || table[offset + GAS_SPACE] != space) {
        return 0;
    }
    return acpi_read64(table + offset + GAS_ADDRESS);
}

/* A port from its extended field, or from the old one where that is empty. */
static uint16_t port_field(const uint8_t *fadt, size_t extended, size_t old) {
    const uint64_t port = gas_address(fadt, extended, ACPI_SPACE_IO);
    if (port != 0 && port <= UINT16_MAX) {
        return (uint16_t)port;
    }
    const uint32_t old_port = field32(fadt, old);
    return old_port <= UINT16_MAX ? (uint16_t)old_port : 0;
}

/* The address of a register of one byte, and its space; 0 when there is none that could be. */
static uint64_t byte_register(const uint8_t *fadt, size_t offset, enum acpi_space *space) {
    if (!has_field(fadt, offset, GAS_SIZE) || fadt[offset + GAS_SPACE] > ACPI_SPACE_PCI ||
        fadt[offset + GAS_BIT_WIDTH] != 8 || fadt[offset + GAS_BIT_OFFSET] != 0) {
        return 0;
    }
    const uint64_t address = acpi_read64(fadt + offset + GAS_ADDRESS);
    if (fadt[offset + GAS_SPACE] == ACPI_SPACE_IO && address > UINT16_MAX) {
        return 0;
    }
    if (address != 0) {
        *space = (enum acpi_space)fadt[offset + GAS_SPACE];
    }
    return address;
}

static void read_fixed_ports(const uint8_t *fadt, uint32_t flags, struct acpi_fixed *fixed) {
    const uint32_t smi_command = field32(fadt, FADT_SMI_COMMAND);
    if (smi_command <= UINT16_MAX && has_field(fadt, FADT_ACPI_ENABLE, 1)) {
        fixed->smi_command = (uint16_t)smi_command;
        fixed->acpi_enable = fadt[FADT_ACPI_ENABLE];
    }
    fixed->pm1a_event = port_field(fadt, FADT_X_PM1A_EVENT, FADT_PM1A_EVENT);
    fixed->pm1b_event = port_field(fadt, FADT_X_PM1B_EVENT, FADT_PM1B_EVENT);
    fixed->pm1_event_length = field8(fadt, FADT_PM1_EVENT_LENGTH);
    fixed->pm1a_control = port_field(fadt, FADT_X_PM1A_CONTROL, FADT_PM1A_CONTROL);
    fixed->pm1b_control = port_field(fadt, FADT_X_PM1B_CONTROL, FADT_PM1B_CONTROL);
    fixed->pm_timer = port_field(fadt, FADT_X_PM_TIMER, FADT_PM_TIMER);
    fixed->pm_timer_is_32bit = (flags & FADT_FLAG_TIMER_32) != 0;
}

static void read_boot_architecture(const uint8_t *fadt, struct acpi_fixed *fixed) {
    if (fixed->revision < REVISION_ACPI_2 || !has_field(fadt, FADT_BOOT_ARCHITECTURE, 2)) {
        return;
    }
    const uint16_t flags = acpi_read16(fadt + FADT_BOOT_ARCHITECTURE);
    fixed->no_legacy_devices = (flags & BOOT_LEGACY_DEVICES) == 0;
    fixed->no_8042 = (flags & BOOT_8042) == 0;
    fixed->no_vga = (flags & BOOT_NO_VGA) != 0;
    fixed->no_msi = (flags & BOOT_NO_MSI) != 0;
    fixed->no_rtc = (flags & BOOT_NO_RTC) != 0;
}

struct acpi_fixed acpi_read_fadt(const uint8_t *fadt) {
    struct acpi_fixed fixed = {.present = true, .revision = fadt[FADT_REVISION]};
    const uint32_t flags = field32(fadt, FADT_FLAGS);

    if (has_field(fadt, FADT_X_DSDT, 8)) {
        fixed.dsdt = acpi_read64(fadt + FADT_X_DSDT);
    }
    if (fixed.dsdt == 0) {
        fixed.dsdt = field32(fadt, FADT_DSDT);
    }
    fixed.sci_interrupt = field16(fadt, FADT_SCI_INTERRUPT);
    fixed.low_power_s0 = (flags & FADT_FLAG_LOW_POWER_S0) != 0;
    fixed.century = field8(fadt, FADT_CENTURY) <= RTC_INDEX_MAX ? field8(fadt, FADT_CENTURY) : 0;
    read_boot_architecture(fadt, &fixed);
    if ((flags & FADT_FLAG_RESET) != 0 && has_field(fadt, FADT_RESET_VALUE, 1)) {
        fixed.reset_address = byte_register(fadt, FADT_RESET, &fixed.reset_space);
        fixed.reset_value = fixed.reset_address != 0 ? fadt[FADT_RESET_VALUE] : 0;
    }
    /* Hardware-reduced machines have none of the fixed registers, whatever the fields say. */
    fixed.hardware_reduced = (flags & FADT_FLAG_HARDWARE_REDUCED) != 0;
    if (fixed.hardware_reduced) {
        fixed.sleep_control = byte_register(fadt, FADT_SLEEP_CONTROL, &fixed.sleep_control_space);
        fixed.sleep_status = byte_register(fadt, FADT_SLEEP_STATUS, &fixed.sleep_status_space);
    } else {
        read_fixed_ports(fadt, flags, &fixed);
    }
    return fixed;
}

uint64_t acpi_read_hpet(const uint8_t *hpet) {
    return gas_address(hpet, HPET_ADDRESS, ACPI_SPACE_MEMORY);
}

/* Reads an integer constant that must fit SLP_TYP, and moves *at past it. */
static bool read_sleep_type(const uint8_t *aml, size_t end, size_t *at, uint8_t *value) {
    if (*at >= end) {
        return false;
    }
    const uint8_t opcode = aml[(*at)++];
    size_t size;
    switch (opcode) {
    case AML_ZERO:
    case AML_ONE:
        *value = opcode;
        return true;
    case AML_BYTE:
        size = 1;
        break;
    case AML_WORD:
        size = 2;
        break;
    case AML_DWORD:
        size = 4;
        break;
    default:
        return false;
    }
    if (size > end - *at || aml[*at] > SLEEP_TYPE_MAX) {
        return false;
    }
    *value = aml[*at];
    *at += size;
    return true;
}

/* Reads the package that begins at `at`: PackageOp, length, number of elements, elements. The
 * length counts itself, and takes 1 to 4 bytes, as the top two bits of the first say (20.2.4). */
static bool read_s5_package(const uint8_t *aml, size_t end, size_t at,
                            struct acpi_sleep_type *type) {
    if (end - at < 2 || aml[at] != AML_PACKAGE) {
        return false;
    }
    at += 1;
    const size_t length_bytes = 1 + (aml[at] >> 6);
    if (length_bytes >= end - at) {
        return false;
    }
    at += length_bytes;
    const uint8_t element_count = aml[at++];
    if (element_count == 0 || !read_sleep_type(aml, end, &at, &type->a)) {
        return false;
    }
    type->b = 0;
    return element_count == 1 || read_sleep_type(aml, end, &at, &type->b);
}

bool acpi_find_s5(const uint8_t *table, struct acpi_sleep_type *type) {
    static const char name[] = "_S5_";
    const size_t name_size = sizeof name - 1;
    const size_t end = acpi_table_length(table);

    /* The name may be written with a leading backslash, so the character before it is one of two.
     */
    for (size_t at = ACPI_HEADER_SIZE + 1; at + name_size <= end; at++) {
        if (memcmp(table + at, name, name_size) != 0) {
            continue;
        }
        const bool named = table[at - 1] == AML_NAME;
        const bool named_at_root =
            table[at - 1] == AML_ROOT && at >= ACPI_HEADER_SIZE + 2 && table[at - 2] == AML_NAME;
        if ((named || named_at_root) && read_s5_package(table, end, at + name_size, type)) {
            return true;
        }
    }
    return false;
}
