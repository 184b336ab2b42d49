/*
 * test_acpi_fields.c - what is taken out of FADT, HPET, MADT and DSDT, whole, short and senseless.
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

static void put_gas(uint32_t at, uint8_t space, uint64_t address) {
    memory[at] = space;
    put64(memory + at + 4, address);
}

/* As QEMU's q35 has it. */
static void make_fadt(void) {
    acpi_memory_reset();
    put32(memory + 40, 0x1234000);
    put32(memory + 48, 0xb2);
    memory[52] = 2;
    put32(memory + 64, 0x604);
    put32(memory + 76, 0x608);
    put32(memory + 112, 1u << 8);
}

UNIT_TEST(acpi_fadt_old, "a FADT of ACPI 1.0 gives everything from its 32-bit fields") {
    make_fadt();
    const struct acpi_fixed fixed = acpi_read_fadt(exact(116));
    CHECK_EQ_U64(fixed.dsdt, 0x1234000);
    CHECK_EQ_U64(fixed.smi_command, 0xb2);
    CHECK_EQ_U64(fixed.acpi_enable, 2);
    CHECK_EQ_U64(fixed.pm1a_control, 0x604);
    CHECK_EQ_U64(fixed.pm1b_control, 0);
    CHECK_EQ_U64(fixed.pm_timer, 0x608);
    CHECK(fixed.pm_timer_is_32bit);
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_extended, "extended fields win when they are ports, and not otherwise") {
    make_fadt();
    put64(memory + 140, UINT64_C(0x123456789000));
    put_gas(172, 1, 0xb004);
    put_gas(184, 0, 0xfed00000);
    put_gas(208, 1, 0x10000);
    const struct acpi_fixed fixed = acpi_read_fadt(exact(244));
    CHECK_EQ_U64(fixed.dsdt, UINT64_C(0x123456789000));
    CHECK_EQ_U64(fixed.pm1a_control, 0xb004);
    CHECK_EQ_U64(fixed.pm1b_control, 0);
    CHECK_EQ_U64(fixed.pm_timer, 0x608);
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_any_length, "a FADT of any length is read only as far as it goes") {
    for (uint32_t length = 36; length <= 280; length++) {
        make_fadt();
        put_gas(172, 1, 0xb004);
        const struct acpi_fixed fixed = acpi_read_fadt(exact(length));
        CHECK_EQ_U64(fixed.dsdt, length >= 44 ? 0x1234000 : 0);
        CHECK_EQ_U64(fixed.pm1a_control, length >= 184 ? 0xb004 : length >= 68 ? 0x604 : 0);
        CHECK_EQ_U64(fixed.pm_timer_is_32bit, length >= 116);
    }
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_reduced, "a hardware-reduced machine has no fixed registers") {
    make_fadt();
    put32(memory + 112, 1u << 20);
    const struct acpi_fixed fixed = acpi_read_fadt(exact(276));
    CHECK_EQ_U64(fixed.pm1a_control, 0);
    CHECK_EQ_U64(fixed.pm_timer, 0);
    CHECK_EQ_U64(fixed.dsdt, 0x1234000);
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_wild_ports, "port numbers above 65535 are dropped") {
    make_fadt();
    put32(memory + 48, 0x10000);
    put32(memory + 64, 0xfed00000);
    const struct acpi_fixed fixed = acpi_read_fadt(exact(116));
    CHECK_EQ_U64(fixed.smi_command, 0);
    CHECK_EQ_U64(fixed.acpi_enable, 0);
    CHECK_EQ_U64(fixed.pm1a_control, 0);
    acpi_memory_reset();
}

UNIT_TEST(acpi_hpet, "the HPET's address counts only when it is in memory") {
    acpi_memory_reset();
    put_gas(40, 0, 0xfed00000);
    CHECK_EQ_U64(acpi_read_hpet(exact(56)), 0xfed00000);
    CHECK_EQ_U64(acpi_read_hpet(exact(51)), 0);
    put_gas(40, 1, 0xfed00000);
    CHECK_EQ_U64(acpi_read_hpet(exact(56)), 0);
    acpi_memory_reset();
}

UNIT_TEST(acpi_madt, "the local APIC's address comes from the MADT, or from its override entry") {
    acpi_memory_reset();
    put32(memory + 36, 0xfee00000);
    CHECK_EQ_U64(acpi_read_madt_lapic(exact(36)), 0);
    CHECK_EQ_U64(acpi_read_madt_lapic(exact(44)), 0xfee00000);
    memory[44] = 0; /* a local APIC entry, then an override */
    memory[45] = 8;
    memory[52] = 5;
    memory[53] = 12;
    put64(memory + 56, UINT64_C(0x1fee00000));
    CHECK_EQ_U64(acpi_read_madt_lapic(exact(64)), UINT64_C(0x1fee00000));
    CHECK_EQ_U64(acpi_read_madt_lapic(exact(63)), 0xfee00000);
    memory[53] = 11;
    CHECK_EQ_U64(acpi_read_madt_lapic(exact(63)), 0xfee00000);
    memory[45] = 0; /* an entry of size 0 must not be walked for ever */
    CHECK_EQ_U64(acpi_read_madt_lapic(exact(64)), 0xfee00000);
    memory[45] = 1;
    CHECK_EQ_U64(acpi_read_madt_lapic(exact(64)), 0xfee00000);
    acpi_memory_reset();
}

static bool find_s5(const uint8_t *code, uint32_t size, struct acpi_sleep_type *type) {
    acpi_memory_reset();
    memcpy(memory + ACPI_HEADER_SIZE, code, size);
    return acpi_find_s5(exact(ACPI_HEADER_SIZE + size), type);
}

#define FIND_S5(type, ...)                                                                         \
    find_s5((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), (type))

UNIT_TEST(acpi_s5_forms, "the S5 package is read in all the forms that compilers make") {
    struct acpi_sleep_type type = {9, 9};
    CHECK(FIND_S5(&type, 0x08, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0));
    CHECK_EQ_U64(type.a, 0);
    CHECK_EQ_U64(type.b, 0);
    CHECK(FIND_S5(&type, 1, 2, 0x08, '\\', '_', 'S', '5', '_', 0x12, 8, 4, 0x0a, 5, 0x0a, 7, 0, 0));
    CHECK_EQ_U64(type.a, 5);
    CHECK_EQ_U64(type.b, 7);
    CHECK(FIND_S5(&type, 0x08, '_', 'S', '5', '_', 0x12, 0x49, 0, 2, 0x0b, 6, 0, 1));
    CHECK_EQ_U64(type.a, 6);
    CHECK_EQ_U64(type.b, 1);
    CHECK(FIND_S5(&type, 0x08, '_', 'S', '5', '_', 0x12, 8, 1, 0x0c, 3, 0, 0, 0));
    CHECK_EQ_U64(type.a, 3);
    CHECK_EQ_U64(type.b, 0);
    acpi_memory_reset();
}

UNIT_TEST(acpi_s5_not_it, "the name without a sound package behind it is passed over") {
    struct acpi_sleep_type type;
    CHECK(!FIND_S5(&type, 0x08, '_', 'S', '4', '_', 0x12, 6, 4, 0, 0, 0, 0));
    CHECK(!FIND_S5(&type, 0x14, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0));
    CHECK(!FIND_S5(&type, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0));
    CHECK(!FIND_S5(&type, '\\', '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0));
    CHECK(!FIND_S5(&type, 0x08, '_', 'S', '5', '_', 0x13, 6, 4, 0, 0, 0, 0));
    CHECK(!FIND_S5(&type, 0x08, '_', 'S', '5', '_', 0x12, 2, 0, 0));
    CHECK(!FIND_S5(&type, 0x08, '_', 'S', '5', '_', 0x12, 6, 4, 0x0a, 8, 0, 0));
    CHECK(!FIND_S5(&type, 0x08, '_', 'S', '5', '_', 0x12, 6, 4, 0x70, 0, 0, 0));
    struct acpi_sleep_type second;
    CHECK(FIND_S5(&second, 0x08, '_', 'S', '5', '_', 0xff, 0x08, '_', 'S', '5', '_', 0x12, 4, 2, 1,
                  1));
    CHECK_EQ_U64(second.a, 1);
    acpi_memory_reset();
}

UNIT_TEST(acpi_s5_cut_off, "a package that is cut off at any byte is not read beyond its table") {
    static const uint8_t code[] = {0x08, '\\', '_',  'S', '5',  '_', 0x12, 0xcc, 0, 0,
                                   0,    4,    0x0a, 5,   0x0c, 7,   0,    0,    0};
    struct acpi_sleep_type type;
    CHECK(find_s5(code, sizeof code, &type));
    CHECK_EQ_U64(type.a, 5);
    CHECK_EQ_U64(type.b, 7);
    for (uint32_t size = 0; size < sizeof code; size++) {
        CHECK(!find_s5(code, size, &type));
    }
    acpi_memory_reset();
}

UNIT_TEST(acpi_fields_random, "random bytes in every table are survived") {
    uint64_t state = 4242;
    for (unsigned round = 0; round < 20000; round++) {
        acpi_memory_reset();
        const uint32_t length = 36 + round % 300;
        for (uint32_t i = 8; i < length; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            memory[i] = (uint8_t)(state >> 56);
        }
        memcpy(memory + 36 + round % 40, "\x08_S5_\x12", 6);
        const uint8_t *table = exact(length);
        struct acpi_sleep_type type;
        (void)acpi_read_fadt(table);
        (void)acpi_read_hpet(table);
        (void)acpi_read_madt_lapic(table);
        if (acpi_find_s5(table, &type)) {
            CHECK(type.a <= 7 && type.b <= 7);
        }
    }
    acpi_memory_reset();
}
