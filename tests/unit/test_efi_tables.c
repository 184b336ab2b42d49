/*
 * test_efi_tables.c - ResetSystem out of sound, broken, short and looping firmware tables.
 */
/* uses: c/drivers/efi_tables.c */
#include "drivers/efi_tables.h"

#include <string.h>

#include "acpi_memory.h"
#include "unit.h"

enum { SYSTEM = 0x100, RUNTIME = 0x400, SYSTEM_SIZE = 120, RUNTIME_SIZE = 136 };

#define RESET_SYSTEM UINT64_C(0x7ebc1234)

static void seal(uint32_t offset) {
    uint32_t size;
    memcpy(&size, memory + offset + 12, sizeof size);
    put32(memory + offset + 16, 0);
    put32(memory + offset + 16, efi_crc32(0, memory + offset, size));
}

static void make_tables(void) {
    acpi_memory_reset();
    memcpy(memory + SYSTEM, "IBI SYST", 8);
    put32(memory + SYSTEM + 12, SYSTEM_SIZE);
    put64(memory + SYSTEM + 88, MEMORY_BASE + RUNTIME);
    seal(SYSTEM);
    memcpy(memory + RUNTIME, "RUNTSERV", 8);
    put32(memory + RUNTIME + 12, RUNTIME_SIZE);
    put64(memory + RUNTIME + 104, RESET_SYSTEM);
    seal(RUNTIME);
}

static uint64_t find(void) {
    return efi_find_reset_system(MEMORY_BASE + SYSTEM, acpi_memory_map);
}

UNIT_TEST(efi_crc, "the CRC is the one of Ethernet and can be computed in parts") {
    const uint8_t *text = (const uint8_t *)"123456789";
    CHECK_EQ_U64(efi_crc32(0, text, 9), 0xcbf43926);
    CHECK_EQ_U64(efi_crc32(efi_crc32(0, text, 4), text + 4, 5), 0xcbf43926);
    CHECK_EQ_U64(efi_crc32(0, text, 0), 0);
}

UNIT_TEST(efi_sound, "ResetSystem is found by way of the system table and the runtime services") {
    make_tables();
    CHECK_EQ_U64(find(), RESET_SYSTEM);
    acpi_memory_reset();
}

UNIT_TEST(efi_absent, "no system table, or one outside memory, gives nothing") {
    make_tables();
    CHECK_EQ_U64(efi_find_reset_system(0, acpi_memory_map), 0);
    CHECK_EQ_U64(efi_find_reset_system(UINT64_MAX - 8, acpi_memory_map), 0);
    CHECK_EQ_U64(efi_find_reset_system(MEMORY_BASE + MEMORY_SIZE - 8, acpi_memory_map), 0);
    CHECK_EQ_U64(efi_find_reset_system(MEMORY_BASE + RUNTIME, acpi_memory_map), 0);
    acpi_memory_reset();
}

UNIT_TEST(efi_any_byte, "a change of any byte of either table is noticed") {
    static const struct {
        uint32_t offset, size;
    } tables[] = {{SYSTEM, SYSTEM_SIZE}, {RUNTIME, RUNTIME_SIZE}};
    for (unsigned t = 0; t < 2; t++) {
        for (uint32_t at = 0; at < tables[t].size; at++) {
            make_tables();
            memory[tables[t].offset + at] ^= 0x10;
            CHECK_EQ_U64(find(), 0);
        }
    }
    acpi_memory_reset();
}

UNIT_TEST(efi_sizes, "a table too short for its pointer, or absurdly long, is refused") {
    for (uint32_t size = 0; size <= 4200; size++) {
        make_tables();
        put32(memory + RUNTIME + 12, size);
        if (size >= 24) {
            seal(RUNTIME);
        }
        CHECK_EQ_U64(find(), size >= 112 && size <= 4096 ? RESET_SYSTEM : 0);
    }
    make_tables();
    put32(memory + SYSTEM + 12, UINT32_MAX);
    CHECK_EQ_U64(find(), 0);
    acpi_memory_reset();
}

UNIT_TEST(efi_loop, "a system table that names itself as its runtime services is refused") {
    make_tables();
    put64(memory + SYSTEM + 88, MEMORY_BASE + SYSTEM);
    seal(SYSTEM);
    CHECK_EQ_U64(find(), 0);
    acpi_memory_reset();
}
