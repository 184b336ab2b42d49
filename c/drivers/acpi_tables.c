/*
 * acpi_tables.c - finds and checks ACPI tables (ACPI 6.5 section 5.2).
 *
 * A table is mapped twice: first its header alone, for the length, then all of it. Nothing of a
 * table is believed before its bytes have been summed up, and a broken table is as good as a
 * missing one.
 */
#include "drivers/acpi_tables.h"

#include <string.h>

/* Root System Description Pointer, ACPI 6.5 section 5.2.5.3. */
enum {
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_SIZE_1 = 20,
    RSDP_LENGTH = 20,
    RSDP_XSDT = 24,
    RSDP_SIZE_2 = 36,
    RSDP_LENGTH_MAX = 4096, /* the specification says 36; room for what may be appended */
};

/* The header of every table, section 5.2.6. */
enum {
    HEADER_LENGTH = 4,
    HEADER_REVISION = 8,
    HEADER_OEM_ID = 10,
};

uint16_t acpi_read16(const uint8_t *bytes) {
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t acpi_read32(const uint8_t *bytes) {
    return acpi_read16(bytes) | (uint32_t)acpi_read16(bytes + 2) << 16;
}

uint64_t acpi_read64(const uint8_t *bytes) {
    return acpi_read32(bytes) | (uint64_t)acpi_read32(bytes + 4) << 32;
}

/* Every checksum in ACPI makes all bytes add up to 0 modulo 256. */
static bool sums_to_zero(const uint8_t *bytes, size_t size) {
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    return sum == 0;
}

size_t acpi_table_length(const uint8_t *table) {
    return acpi_read32(table + HEADER_LENGTH);
}

/* The header at a physical address, as it is; NULL when it cannot be read. */
static const uint8_t *header_at(acpi_map_function map, uint64_t physical) {
    if (physical == 0 || physical > UINT64_MAX - ACPI_TABLE_MAX) {
        return NULL;
    }
    return map(physical, ACPI_HEADER_SIZE);
}

/* The whole table behind a header, when its length makes sense and it sums up; else NULL. */
static const uint8_t *whole_table(acpi_map_function map, uint64_t physical, const uint8_t *header) {
    const size_t length = acpi_table_length(header);
    if (length < ACPI_HEADER_SIZE || length > ACPI_TABLE_MAX) {
        return NULL;
    }
    const uint8_t *table = map(physical, length);
    return table != NULL && sums_to_zero(table, length) ? table : NULL;
}

const uint8_t *acpi_table_at(acpi_map_function map, uint64_t physical, const char signature[4]) {
    const uint8_t *header = header_at(map, physical);
    if (header == NULL || memcmp(header, signature, 4) != 0) {
        return NULL;
    }
    return whole_table(map, physical, header);
}

static void copy_text(char *to, const uint8_t *from, size_t size) {
    for (size_t i = 0; i < size; i++) {
        to[i] = from[i] == '\0' ? ' ' : from[i] >= ' ' && from[i] <= '~' ? (char)from[i] : '?';
    }
    to[size] = '\0';
}

struct acpi_table_info acpi_table_describe(acpi_map_function map, uint64_t physical) {
    struct acpi_table_info info = {.address = physical};
    const uint8_t *header = header_at(map, physical);

    if (header != NULL) {
        info.readable = true;
        info.length = acpi_read32(header + HEADER_LENGTH);
        info.revision = header[HEADER_REVISION];
        copy_text(info.signature, header, 4);
        copy_text(info.oem_id, header + HEADER_OEM_ID, 6);
        info.sound = whole_table(map, physical, header) != NULL;
    }
    return info;
}

uint64_t acpi_tables_entry(const struct acpi_tables *tables, size_t index) {
    const uint8_t *entry = tables->entries + index * tables->entry_size;
    return tables->entry_size == sizeof(uint64_t) ? acpi_read64(entry) : acpi_read32(entry);
}

static bool leads_to_a_sound_table(const struct acpi_tables *tables) {
    for (size_t i = 0; i < tables->entry_count; i++) {
        const uint64_t physical = acpi_tables_entry(tables, i);
        const uint8_t *header = header_at(tables->map, physical);
        if (header != NULL && whole_table(tables->map, physical, header) != NULL) {
            return true;
        }
    }
    return false;
}

/* Takes the addresses out of an XSDT (8 bytes each) or RSDT (4 bytes each). */
static bool open_root(struct acpi_tables *tables, uint64_t physical, const char signature[4],
                      size_t entry_size) {
    const uint8_t *root = acpi_table_at(tables->map, physical, signature);
    if (root == NULL) {
        return false;
    }
    const size_t count = (acpi_table_length(root) - ACPI_HEADER_SIZE) / entry_size;
    tables->root = physical;
    tables->entries = root + ACPI_HEADER_SIZE;
    tables->entry_size = entry_size;
    tables->entry_count = count < ACPI_ENTRIES_MAX ? count : ACPI_ENTRIES_MAX;
    return true;
}

/* The XSDT's address when the RSDP is of revision 2 or later and its longer form is sound, else 0.
 */
static uint64_t xsdt_address(acpi_map_function map, uint64_t physical) {
    const uint8_t *rsdp = map(physical, RSDP_SIZE_2);
    if (rsdp == NULL) {
        return 0;
    }
    const uint32_t length = acpi_read32(rsdp + RSDP_LENGTH);
    if (length < RSDP_SIZE_2 || length > RSDP_LENGTH_MAX) {
        return 0;
    }
    rsdp = map(physical, length);
    return rsdp != NULL && sums_to_zero(rsdp, length) ? acpi_read64(rsdp + RSDP_XSDT) : 0;
}

bool acpi_tables_open(struct acpi_tables *tables, uint64_t rsdp, acpi_map_function map) {
    *tables = (struct acpi_tables){.map = map};
    if (rsdp == 0 || rsdp > UINT64_MAX - RSDP_LENGTH_MAX) {
        return false;
    }
    const uint8_t *pointer = map(rsdp, RSDP_SIZE_1);
    if (pointer == NULL || memcmp(pointer, "RSD PTR ", 8) != 0 ||
        !sums_to_zero(pointer, RSDP_SIZE_1)) {
        return false;
    }
    tables->revision = pointer[RSDP_REVISION];
    if (tables->revision >= 2 &&
        open_root(tables, xsdt_address(map, rsdp), "XSDT", sizeof(uint64_t)) &&
        leads_to_a_sound_table(tables)) {
        return true;
    }
    *tables = (struct acpi_tables){.map = map, .revision = pointer[RSDP_REVISION]};
    return open_root(tables, acpi_read32(pointer + RSDP_RSDT), "RSDT", sizeof(uint32_t));
}

const uint8_t *acpi_tables_find(const struct acpi_tables *tables, const char signature[4],
                                size_t index) {
    for (size_t i = 0; i < tables->entry_count; i++) {
        const uint8_t *table = acpi_table_at(tables->map, acpi_tables_entry(tables, i), signature);
        if (table != NULL && index-- == 0) {
            return table;
        }
    }
    return NULL;
}
