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
    FADT_DSDT = 40,
    FADT_SMI_COMMAND = 48,
    FADT_ACPI_ENABLE = 52,
    FADT_PM1A_CONTROL = 64,
    FADT_PM1B_CONTROL = 68,
    FADT_PM_TIMER = 76,
    FADT_FLAGS = 112,
    FADT_RESET_REGISTER = 116,
    FADT_RESET_VALUE = 128,
    FADT_X_DSDT = 140,
    FADT_X_PM1A_CONTROL = 172,
    FADT_X_PM1B_CONTROL = 184,
    FADT_X_PM_TIMER = 208,

    FADT_FLAG_TIMER_32 = 1u << 8,
    FADT_FLAG_RESET_REGISTER = 1u << 10,
    FADT_FLAG_HARDWARE_REDUCED = 1u << 20,
};

/* Generic Address Structure, section 5.2.3.2. */
enum {
    GAS_SPACE = 0,
    GAS_ADDRESS = 4,
    GAS_SIZE = 12,
};

/* HPET table (IA-PC HPET 1.0a section 3.2.4) and MADT (ACPI 6.5 section 5.2.12). */
enum {
    HPET_ADDRESS = 40,
    MADT_LAPIC_ADDRESS = 36,
    MADT_ENTRIES = 44,
    MADT_TYPE_LAPIC_OVERRIDE = 5,
    MADT_OVERRIDE_ADDRESS = 4,
    MADT_OVERRIDE_SIZE = 12,
    MADT_ENTRY_HEADER = 2,
};

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

static size_t table_length(const uint8_t *table) {
    return acpi_read32(table + 4);
}

static bool has_field(const uint8_t *table, size_t offset, size_t size) {
    return offset + size <= table_length(table);
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

/* The reset register (section 4.8.3.6) is one byte wide whatever its size fields say; it exists on
 * hardware-reduced machines too. */
static void read_reset_register(const uint8_t *fadt, struct acpi_fixed *fixed) {
    if (!has_field(fadt, FADT_RESET_VALUE, 1)) {
        return;
    }
    const uint8_t space = fadt[FADT_RESET_REGISTER + GAS_SPACE];
    const uint64_t address = acpi_read64(fadt + FADT_RESET_REGISTER + GAS_ADDRESS);
    if (space > ACPI_SPACE_PCI || (space == ACPI_SPACE_IO && address > UINT16_MAX)) {
        return;
    }
    fixed->reset_space = space;
    fixed->reset_address = address;
    fixed->reset_value = fadt[FADT_RESET_VALUE];
}

struct acpi_fixed acpi_read_fadt(const uint8_t *fadt) {
    struct acpi_fixed fixed = {0};
    const uint32_t flags = field32(fadt, FADT_FLAGS);

    if (has_field(fadt, FADT_X_DSDT, 8)) {
        fixed.dsdt = acpi_read64(fadt + FADT_X_DSDT);
    }
    if (fixed.dsdt == 0) {
        fixed.dsdt = field32(fadt, FADT_DSDT);
    }
    if ((flags & FADT_FLAG_RESET_REGISTER) != 0) {
        read_reset_register(fadt, &fixed);
    }
    /* Hardware-reduced machines have none of the fixed registers, whatever the fields say. */
    if ((flags & FADT_FLAG_HARDWARE_REDUCED) != 0) {
        return fixed;
    }
    const uint32_t smi_command = field32(fadt, FADT_SMI_COMMAND);
    if (smi_command <= UINT16_MAX && has_field(fadt, FADT_ACPI_ENABLE, 1)) {
        fixed.smi_command = (uint16_t)smi_command;
        fixed.acpi_enable = fadt[FADT_ACPI_ENABLE];
    }
    fixed.pm1a_control = port_field(fadt, FADT_X_PM1A_CONTROL, FADT_PM1A_CONTROL);
    fixed.pm1b_control = port_field(fadt, FADT_X_PM1B_CONTROL, FADT_PM1B_CONTROL);
    fixed.pm_timer = port_field(fadt, FADT_X_PM_TIMER, FADT_PM_TIMER);
    fixed.pm_timer_is_32bit = (flags & FADT_FLAG_TIMER_32) != 0;
    return fixed;
}

uint64_t acpi_read_hpet(const uint8_t *hpet) {
    return gas_address(hpet, HPET_ADDRESS, ACPI_SPACE_MEMORY);
}

uint64_t acpi_read_madt_lapic(const uint8_t *madt) {
    const size_t length = table_length(madt);
    size_t at = MADT_ENTRIES;
    while (at + MADT_ENTRY_HEADER <= length) {
        const uint8_t type = madt[at];
        const uint8_t size = madt[at + 1];
        if (size < MADT_ENTRY_HEADER || size > length - at) {
            break;
        }
        if (type == MADT_TYPE_LAPIC_OVERRIDE && size >= MADT_OVERRIDE_SIZE) {
            return acpi_read64(madt + at + MADT_OVERRIDE_ADDRESS);
        }
        at += size;
    }
    return field32(madt, MADT_LAPIC_ADDRESS);
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
    const size_t end = table_length(table);

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
