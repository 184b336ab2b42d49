/*
 * efi_space.h - the address space in which the firmware's runtime services run.
 *
 * SetVirtualAddressMap is never called, so the firmware runs where it was linked: every page of it at its
 * physical address (UEFI 2.10 section 2.3.4). The kernel's own tables have no lower half; these have one that
 * holds what is the firmware's, and not the memory that the kernel uses. Pure, but for reading and writing
 * the pages that it is given.
 */
#ifndef EFI_SPACE_H
#define EFI_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/memory_map.h"

enum {
    EFI_SPACE_TABLES = 48, /* pages; OVMF's map takes 12 */
};

struct efi_space {
    uint64_t *tables;  /* EFI_SPACE_TABLES pages, contiguous */
    uint64_t physical; /* their address; that of the first is the root, for CR3 */
    unsigned used;
};

/* Builds the lower half. `stack` is the first address of `stack_size` bytes for the firmware's stack. False
 * when the stack or something that the firmware marked for use at run time found no room in the tables;
 * devices that it did not mark are mapped as far as there is room. The upper half is left empty. */
bool efi_space_build(struct efi_space *space, const struct memory_map *map, uint64_t stack,
                     uint64_t stack_size);

/* The entry that translates `address` (bit 7 set: a page of 2 MiB), 0 when nothing is mapped there. */
uint64_t efi_space_lookup(const struct efi_space *space, uint64_t address);

/* True when `address` lies in memory that the map lists as EfiRuntimeServicesCode. */
bool efi_space_is_runtime_code(const struct memory_map *map, uint64_t address);

#endif
