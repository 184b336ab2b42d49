/*
 * fuzz_acpi.c - any ACPI tables: only sound ones are found, and only sense is read out of them.
 *
 * Every range that the parser maps is a copy of exactly its size: a read beyond what was asked for is found.
 */
/* uses: c/drivers/acpi_tables.c c/drivers/acpi_fields.c */
/* plant: c/drivers/acpi_tables.c: s/return table != NULL \&\& sums_to_zero(table, length) ? table : NULL;/return table;/ */
/* plant: c/drivers/acpi_tables.c: s/const uint8_t \*table = map(physical, length);/const uint8_t *table = header;/ */
/* plant: c/drivers/acpi_tables.c: s/length < ACPI_HEADER_SIZE ||// */
/* plant: c/drivers/acpi_tables.c: s/memcmp(header, signature, 4) != 0/memcmp(header, signature, 3) != 0/ */
/* plant: c/drivers/acpi_fields.c: s/return offset + size <= acpi_table_length(table);/return true;/ */
/* plant: c/drivers/acpi_fields.c: s/aml\[\*at\] > SLEEP_TYPE_MAX/false/ */
/* plant: c/drivers/acpi_fields.c: s/size > end - \*at/false/ */
/* plant: c/drivers/acpi_fields.c: s/at + name_size <= end/at <= end/ */
#define _GNU_SOURCE /* memmem */
#include "acpi_layout.h"
#include "drivers/acpi_fields.h"
#include "drivers/acpi_tables.h"

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
        const unsigned ports = fixed.pm1a_event | fixed.pm1b_event | fixed.pm1a_control |
                               fixed.pm1b_control | fixed.pm_timer | fixed.smi_command;
        PROPERTY(fixed.present, "there is a FADT");
        PROPERTY(!fixed.hardware_reduced || ports == 0,
                 "a hardware-reduced machine has no fixed registers");
        PROPERTY(fixed.reset_address != 0 || fixed.reset_value == 0,
                 "without a reset register there is no value");
        PROPERTY(fixed.reset_space != ACPI_SPACE_IO || fixed.reset_address <= UINT16_MAX,
                 "a port has 16 bits");
        if (dsdt != NULL) {
            check_table(dsdt, "DSDT");
        }
    } else if (memcmp(name, "HPET", 4) == 0) {
        PROPERTY(acpi_read32(table + 4) >= 52 || acpi_read_hpet(table) == 0,
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
    acpi_layout(&in);
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
