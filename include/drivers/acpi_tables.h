/*
 * acpi_tables.h - finds and checks ACPI tables (ACPI 6.5 section 5.2).
 *
 * Pure: physical memory is reached through a callback. Everything read is firmware's and is
 * believed only after its length and checksum have been checked.
 */
#ifndef ACPI_TABLES_H
#define ACPI_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACPI_HEADER_SIZE 36u
#define ACPI_TABLE_MAX   (UINT32_C(16) << 20) /* bytes; no sane table is larger */
#define ACPI_ENTRIES_MAX 512u                 /* of a root table; real machines have a few dozen */

/* Returns a pointer to `size` readable bytes at `physical` that stays valid, or NULL. */
typedef const uint8_t *(*acpi_map_function)(uint64_t physical, uint64_t size);

struct acpi_tables {
    acpi_map_function map;
    uint8_t revision;       /* of the RSDP: 0 ACPI 1.0, 2 later ones */
    uint64_t root;          /* physical address of the XSDT or RSDT, 0 without one */
    const uint8_t *entries; /* addresses of tables, inside the checked XSDT or RSDT */
    size_t entry_count;     /* at most ACPI_ENTRIES_MAX: what is beyond is not looked at */
    size_t entry_size;      /* 8: XSDT, 4: RSDT */
};

/* What the header of a table says, and whether the rest bears it out. */
struct acpi_table_info {
    uint64_t address; /* physical */
    uint32_t length;  /* bytes, as the header has it */
    uint8_t revision;
    bool readable;     /* the header could be read; otherwise only the address is set */
    bool sound;        /* length and checksum are right */
    char signature[5]; /* what cannot be printed has become '?'; zero-terminated */
    char oem_id[7];
};

/* Little-endian numbers of any alignment. */
uint16_t acpi_read16(const uint8_t *bytes);
uint32_t acpi_read32(const uint8_t *bytes);
uint64_t acpi_read64(const uint8_t *bytes);

/* Bytes in a checked table, from its header. */
size_t acpi_table_length(const uint8_t *table);

/* Reads the RSDP at `rsdp` and then the XSDT, or the RSDT where there is no XSDT that leads to a sound table.
 * False when neither is sound; then acpi_tables_find finds nothing. */
bool acpi_tables_open(struct acpi_tables *tables, uint64_t rsdp, acpi_map_function map);

/* The checked table at a physical address: its signature, length and checksum are right. Else NULL.
 */
const uint8_t *acpi_table_at(acpi_map_function map, uint64_t physical, const char signature[4]);

/* The sound table number `index` (from 0) with this signature, or NULL. */
const uint8_t *acpi_tables_find(const struct acpi_tables *tables, const char signature[4],
                                size_t index);

/* Looks at a table without believing it: for reports. */
struct acpi_table_info acpi_table_describe(acpi_map_function map, uint64_t physical);

/* The physical address in entry `index` of the root table, which must be below entry_count. */
uint64_t acpi_tables_entry(const struct acpi_tables *tables, size_t index);

#endif
