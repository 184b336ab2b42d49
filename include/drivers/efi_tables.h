/*
 * efi_tables.h - finds ResetSystem in the tables of the UEFI firmware (UEFI 2.10 chapter 4).
 *
 * Pure: physical memory is reached through a callback. Everything read is firmware's and is believed only
 * after its signature, its length and its CRC have been checked.
 */
#ifndef EFI_TABLES_H
#define EFI_TABLES_H

#include <stddef.h>
#include <stdint.h>

/* Returns a pointer to `size` readable bytes at `physical`, or NULL. */
typedef const uint8_t *(*efi_map_function)(uint64_t physical, uint64_t size);

/* CRC-32 as UEFI and Ethernet have it. `crc` is 0 at the start, later what the part before gave. */
uint32_t efi_crc32(uint32_t crc, const uint8_t *bytes, size_t size);

/* Physical address of ResetSystem, from the EFI_SYSTEM_TABLE at `system_table`. 0 when one of the tables on
 * the way is missing or broken. Whether the address can be called is for the caller to find out from the
 * memory map. */
uint64_t efi_find_reset_system(uint64_t system_table, efi_map_function map);

#endif
