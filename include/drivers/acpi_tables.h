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

/* Returns a pointer to `size` readable bytes at `physical` that stays valid, or NULL. */
typedef const uint8_t *(*acpi_map_function)(uint64_t physical, uint64_t size);

struct acpi_tables {
    acpi_map_function map;
    const uint8_t *entries; /* addresses of tables, inside the checked XSDT or RSDT */
    size_t entry_count;
    size_t entry_size; /* 8: XSDT, 4: RSDT */
};

/* Little-endian numbers of any alignment. */
uint16_t acpi_read16(const uint8_t *bytes);
uint32_t acpi_read32(const uint8_t *bytes);
uint64_t acpi_read64(const uint8_t *bytes);

/* Reads the RSDP at `rsdp` and then the XSDT, or the RSDT where there is no usable XSDT. False when
 * neither is sound; then acpi_tables_find finds nothing. */
bool acpi_tables_open(struct acpi_tables *tables, uint64_t rsdp, acpi_map_function map);

/* The checked table at a physical address: its signature, length and checksum are right. Else NULL.
 */
const uint8_t *acpi_table_at(acpi_map_function map, uint64_t physical, const char signature[4]);

/* The sound table number `index` (from 0) with this signature, or NULL. */
const uint8_t *acpi_tables_find(const struct acpi_tables *tables, const char signature[4],
                                size_t index);

#endif
