/*
 * fuzz_acpi.c - any ACPI tables in a small physical memory: only sound tables are found, only sense is read.
 *
 * The input lays tables out: where, which signature, how long, and whether the checksum is put right. Every
 * range that the parser maps is a copy of exactly its size, so a read beyond what was asked for is a finding.
 */
/* uses: c/drivers/acpi_tables.c c/drivers/acpi_fields.c */
/* plant: c/drivers/acpi_tables.c: s/return table != NULL \&\& sums_to_zero(table, length) ? table : NULL;/return table;/ */
/* plant: c/drivers/acpi_tables.c: s/const uint8_t \*table = map(physical, length);/const uint8_t *table = header;/ */
/* plant: c/drivers/acpi_tables.c: s/length < ACPI_HEADER_SIZE ||// */
/* plant: c/drivers/acpi_tables.c: s/memcmp(header, signature, 4) != 0/memcmp(header, signature, 3) != 0/ */
/* plant: c/drivers/acpi_fields.c: s/return offset + size <= table_length(table);/return true;/ */
/* plant: c/drivers/acpi_fields.c: s/aml\[\*at\] > SLEEP_TYPE_MAX/false/ */
/* plant: c/drivers/acpi_fields.c: s/size > end - \*at/false/ */
/* plant: c/drivers/acpi_fields.c: s/at + name_size <= end/at <= end/ */
#define _GNU_SOURCE /* memmem */
#include "acpi_memory.h"
#include "drivers/acpi_fields.h"
#include "drivers/acpi_tables.h"
#include "fuzz_input.h"

enum { RSDP = 0x40, PAGES = 0x10000 };

static const char names[][5] = {"XSDT", "RSDT", "FACP", "HPET", "APIC", "DSDT", "SSDT", "MCFG"};

enum { NAMES = sizeof names / sizeof names[0] };

/* Physical addresses of what has been laid out, so that the root tables can point there. */
static uint64_t places[256];
static unsigned place_count;

static uint64_t take_place(struct fuzz_input *in) {
    const uint8_t which = (uint8_t)fuzz_take(in, 1);
    return which < 240 && place_count > 0 ? places[which % place_count] : fuzz_number(in);
}

/* Lays out a table: its body are bytes of the input, or addresses for a root table. */
static void lay_table(struct fuzz_input *in) {
    const uint8_t kind = (uint8_t)fuzz_take(in, 1);
    const unsigned name = kind % NAMES;
    const uint32_t offset = 0x100 + (uint32_t)fuzz_take(in, 1) * 0x80;
    const uint32_t length =
        kind < 224 ? 36 + (uint32_t)fuzz_take(in, 1) : (uint32_t)fuzz_number(in);
    const size_t body = fuzz_take(in, 1) % 64 * (name == 2 ? 4 : 1);
    uint8_t *table = table_new(offset, names[name], length);
    const unsigned step = name == 0 ? 8 : name == 1 ? 4 : 1;
    for (size_t i = 0; i < body && in->left > 0; i++) {
        const uint64_t value = step == 1 ? fuzz_take(in, 1) : take_place(in);
        memcpy(table + 36 + i * step, &value, step);
    }
    if ((kind & 0x18) != 0 && length <= 0x800) {
        table_done(table);
    }
    if (place_count < 256) {
        places[place_count++] = MEMORY_BASE + offset;
    }
}

static void lay_rsdp(struct fuzz_input *in) {
    const uint8_t shape = (uint8_t)fuzz_take(in, 1);
    uint8_t *rsdp = memory + RSDP;
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = shape % 4;
    put32(rsdp + 16, (uint32_t)take_place(in));
    put32(rsdp + 20, (shape & 0x80) != 0 ? (uint32_t)fuzz_number(in) : 36);
    put64(rsdp + 24, take_place(in));
    if ((shape & 0x30) != 0) {
        fix_checksum(rsdp, 20, 8);
    }
    if ((shape & 0x0c) != 0) {
        fix_checksum(rsdp, 36, 32);
    }
}

static void check_table(const uint8_t *table, const char *name) {
    const uint32_t length = acpi_read32(table + 4);
    uint8_t sum = 0;
    PROPERTY(memcmp(table, name, 4) == 0, "the table has the signature that was asked for");
    PROPERTY(length >= ACPI_HEADER_SIZE && length <= MEMORY_SIZE, "its length can be");
    for (uint32_t i = 0; i < length; i++) {
        sum = (uint8_t)(sum + table[i]);
    }
    PROPERTY(sum == 0, "its checksum is right");
}

static void check_contents(const uint8_t *table, const char *name) {
    struct acpi_sleep_type type = {0xff, 0xff};
    if (memcmp(name, "FACP", 4) == 0) {
        const struct acpi_fixed fixed = acpi_read_fadt(table);
        const uint8_t *dsdt = acpi_table_at(acpi_memory_map, fixed.dsdt, "DSDT");
        const bool reduced = acpi_read32(table + 4) >= 116 && (table[114] & 0x10) != 0;
        PROPERTY(!reduced || (fixed.pm1a_control | fixed.pm1b_control | fixed.pm_timer) == 0,
                 "a hardware-reduced machine has no fixed registers");
        if (dsdt != NULL) {
            check_table(dsdt, "DSDT");
        }
    } else if (memcmp(name, "HPET", 4) == 0) {
        PROPERTY(acpi_read32(table + 4) >= 52 || acpi_read_hpet(table) == 0,
                 "a short table has no address");
    } else if (memcmp(name, "APIC", 4) == 0) {
        PROPERTY(acpi_read32(table + 4) >= 40 || acpi_read_madt_lapic(table) == 0,
                 "a short table has no address");
    }
    if (acpi_find_s5(table, &type)) {
        const uint32_t length = acpi_read32(table + 4);
        PROPERTY(type.a <= 7 && type.b <= 7, "sleep types have three bits");
        PROPERTY(memmem(table + 36, length - 36, "_S5_", 4) != NULL, "they come from _S5_");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    struct acpi_tables tables;
    acpi_memory_reset();
    place_count = 0;
    while (in.left > 8 && place_count < 32) {
        lay_table(&in);
    }
    lay_rsdp(&in);
    if (!acpi_tables_open(&tables, MEMORY_BASE + RSDP, acpi_memory_map)) {
        PROPERTY(acpi_tables_find(&tables, "FACP", 0) == NULL,
                 "without a root there are no tables");
    }
    for (unsigned name = 0; name < NAMES; name++) {
        size_t index = 0;
        for (const uint8_t *table; (table = acpi_tables_find(&tables, names[name], index)) != NULL;
             index++) {
            PROPERTY(index < tables.entry_count, "there are no more tables than entries");
            check_table(table, names[name]);
            check_contents(table, names[name]);
        }
    }
    acpi_memory_reset();
    return 0;
}
