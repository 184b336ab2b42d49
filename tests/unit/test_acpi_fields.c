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

/* What ACPI 2.0 and later add, as a PC has it. */
static void make_fadt_extras(uint8_t revision) {
    make_fadt();
    memory[8] = revision;
    memory[46] = 9;
    put32(memory + 56, 0x600);
    memory[88] = 4;
    memory[108] = 0x32;
    memory[109] = 1 << 0 | 1 << 1;
    put32(memory + 112, 1u << 8 | 1u << 10);
    put_gas(116, 1, 0xcf9);
    memory[117] = 8;
    memory[128] = 0x0f;
}

UNIT_TEST(acpi_fadt_extras, "reset register, event ports, SCI, century and devices are read") {
    make_fadt_extras(3);
    struct acpi_fixed fixed = acpi_read_fadt(exact(244));
    CHECK(fixed.present);
    CHECK_EQ_U64(fixed.revision, 3);
    CHECK_EQ_U64(fixed.sci_interrupt, 9);
    CHECK_EQ_U64(fixed.pm1a_event, 0x600);
    CHECK_EQ_U64(fixed.pm1b_event, 0);
    CHECK_EQ_U64(fixed.pm1_event_length, 4);
    CHECK_EQ_U64(fixed.century, 0x32);
    CHECK_EQ_U64(fixed.reset_space, ACPI_SPACE_IO);
    CHECK_EQ_U64(fixed.reset_address, 0xcf9);
    CHECK_EQ_U64(fixed.reset_value, 0x0f);
    CHECK(!fixed.no_legacy_devices && !fixed.no_8042 && !fixed.no_vga && !fixed.no_msi);
    CHECK(!fixed.no_rtc && !fixed.low_power_s0 && !fixed.hardware_reduced);
    make_fadt_extras(6);
    memory[109] = 1 << 2 | 1 << 3 | 1 << 5;
    put32(memory + 112, 1u << 21);
    memory[108] = 128;
    fixed = acpi_read_fadt(exact(276));
    CHECK(fixed.no_legacy_devices && fixed.no_8042 && fixed.no_vga && fixed.no_msi);
    CHECK(fixed.no_rtc && fixed.low_power_s0);
    CHECK_EQ_U64(fixed.century, 0);
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_silent, "a FADT of ACPI 1.0 does not say that devices are missing") {
    make_fadt_extras(1);
    memory[109] = 0;
    const struct acpi_fixed fixed = acpi_read_fadt(exact(116));
    CHECK(!fixed.no_8042 && !fixed.no_legacy_devices && !fixed.no_vga && !fixed.no_rtc);
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_reset, "a reset register that could not be one is none") {
    static const struct {
        uint8_t space, bits, offset;
        uint64_t address;
        uint32_t length;
        bool supported, usable;
    } cases[] = {
        {1, 8, 0, 0xcf9, 129, true, true},      {1, 8, 0, 0xcf9, 128, true, false},
        {1, 8, 0, 0xcf9, 129, false, false},    {1, 16, 0, 0xcf9, 129, true, false},
        {1, 8, 1, 0xcf9, 129, true, false},     {1, 8, 0, 0x10000, 129, true, false},
        {0, 8, 0, 0xfed00000, 129, true, true}, {2, 8, 0, 0x1f00000044, 129, true, true},
        {3, 8, 0, 0xcf9, 129, true, false},     {1, 8, 0, 0, 129, true, false},
        {0x7f, 8, 0, 0xcf9, 129, true, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_fadt_extras(3);
        put32(memory + 112, cases[i].supported ? 1u << 10 : 0);
        put_gas(116, cases[i].space, cases[i].address);
        memory[117] = cases[i].bits;
        memory[118] = cases[i].offset;
        const struct acpi_fixed fixed = acpi_read_fadt(exact(cases[i].length));
        CHECK_EQ_U64(fixed.reset_address, cases[i].usable ? cases[i].address : 0);
        CHECK_EQ_U64(fixed.reset_value, cases[i].usable ? 0x0f : 0);
        CHECK_EQ_U64(fixed.reset_space, cases[i].usable ? cases[i].space : 0);
    }
    acpi_memory_reset();
}

UNIT_TEST(acpi_fadt_sleep, "the sleep registers count on hardware-reduced machines alone") {
    make_fadt_extras(6);
    put_gas(244, 0, 0xfed01000);
    memory[245] = 8;
    put_gas(256, 1, 0x404);
    memory[257] = 8;
    CHECK_EQ_U64(acpi_read_fadt(exact(268)).sleep_control, 0);
    put32(memory + 112, 1u << 20);
    const struct acpi_fixed fixed = acpi_read_fadt(exact(268));
    CHECK_EQ_U64(fixed.sleep_control, 0xfed01000);
    CHECK_EQ_U64(fixed.sleep_control_space, ACPI_SPACE_MEMORY);
    CHECK_EQ_U64(fixed.sleep_status, 0x404);
    CHECK_EQ_U64(fixed.sleep_status_space, ACPI_SPACE_IO);
    CHECK_EQ_U64(acpi_read_fadt(exact(255)).sleep_control, 0);
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
        if (acpi_find_s5(table, &type)) {
            CHECK(type.a <= 7 && type.b <= 7);
        }
    }
    acpi_memory_reset();
}
