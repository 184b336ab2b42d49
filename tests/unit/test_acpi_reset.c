/*
 * test_acpi_reset.c - the reset register out of the FADT.
 */
/* uses: c/drivers/acpi_fields.c c/drivers/acpi_tables.c */
#include "drivers/acpi_fields.h"

#include "acpi_memory.h"
#include "drivers/acpi_tables.h"
#include "unit.h"

/* A table of exactly `length` bytes in memory of that size. */
static const uint8_t *exact(uint32_t length) {
    put32(memory + 4, length);
    return acpi_memory_map(MEMORY_BASE, length);
}

static void put_reset(uint8_t space, uint64_t address, uint8_t value) {
    acpi_memory_reset();
    put32(memory + 112, 1u << 10);
    memory[116] = space;
    memory[117] = 8; /* bits */
    memory[119] = 1; /* byte access */
    put64(memory + 120, address);
    memory[128] = value;
}

UNIT_TEST(acpi_fadt_reset, "the reset register is taken from any of its three spaces") {
    put_reset(1, 0xcf9, 0x0f);
    struct acpi_fixed fixed = acpi_read_fadt(exact(244));
    CHECK_EQ_U64(fixed.reset_space, ACPI_SPACE_IO);
    CHECK_EQ_U64(fixed.reset_address, 0xcf9);
    CHECK_EQ_U64(fixed.reset_value, 0x0f);
    put_reset(0, UINT64_C(0xfed000000000), 6);
    fixed = acpi_read_fadt(exact(129));
    CHECK_EQ_U64(fixed.reset_space, ACPI_SPACE_MEMORY);
    CHECK_EQ_U64(fixed.reset_address, UINT64_C(0xfed000000000));
    put_reset(2, UINT64_C(0x001f00000044), 1);
    put32(memory + 112, 1u << 10 | 1u << 20);
    fixed = acpi_read_fadt(exact(129));
    CHECK_EQ_U64(fixed.reset_space, ACPI_SPACE_PCI);
    CHECK_EQ_U64(fixed.reset_address, UINT64_C(0x001f00000044));
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_no_reset,
          "a reset register that is short, absent, no port or in an odd space is none") {
    put_reset(1, 0xcf9, 0x0f);
    CHECK_EQ_U64(acpi_read_fadt(exact(128)).reset_address, 0);
    put_reset(1, 0x10cf9, 0x0f);
    CHECK_EQ_U64(acpi_read_fadt(exact(244)).reset_address, 0);
    put_reset(3, 0xcf9, 0x0f);
    CHECK_EQ_U64(acpi_read_fadt(exact(244)).reset_address, 0);
    put_reset(1, 0xcf9, 0x0f);
    put32(memory + 112, 0);
    CHECK_EQ_U64(acpi_read_fadt(exact(244)).reset_address, 0);
    acpi_memory_reset();
}
