/*
 * memory_map.h - reads the UEFI memory map (UEFI 2.10 section 7.2.3).
 *
 * The map is firmware's: entries may come in any order, be empty, overlap or wrap around, and be
 * larger than the structure that the specification shows. Pure code without hardware access.
 */
#ifndef MEMORY_MAP_H
#define MEMORY_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* EFI_MEMORY_TYPE, the values that matter here. */
enum efi_memory_type {
    EFI_TYPE_RESERVED = 0,
    EFI_TYPE_LOADER_CODE = 1,
    EFI_TYPE_LOADER_DATA = 2,
    EFI_TYPE_BOOT_CODE = 3,
    EFI_TYPE_BOOT_DATA = 4,
    EFI_TYPE_RUNTIME_CODE = 5,
    EFI_TYPE_RUNTIME_DATA = 6,
    EFI_TYPE_CONVENTIONAL = 7,
    EFI_TYPE_UNUSABLE = 8,
    EFI_TYPE_ACPI_RECLAIM = 9,
    EFI_TYPE_ACPI_NVS = 10,
    EFI_TYPE_MMIO = 11,
    EFI_TYPE_MMIO_PORTS = 12,
    EFI_TYPE_PAL_CODE = 13,
    EFI_TYPE_PERSISTENT = 14,
    EFI_TYPE_UNACCEPTED = 15,
    EFI_TYPE_COUNT, /* larger numbers are the firmware's or a later specification's own */
};

/* EFI_MEMORY_DESCRIPTOR; the firmware's stride from one to the next may be larger. */
struct efi_memory_descriptor {
    uint32_t type;
    uint32_t padding;
    uint64_t physical_start; /* bytes */
    uint64_t virtual_start;
    uint64_t page_count; /* of 4 KiB */
    uint64_t attribute;
};

_Static_assert(sizeof(struct efi_memory_descriptor) == 40, "EFI_MEMORY_DESCRIPTOR layout");

/* A map that memory_map_open has accepted. The bytes stay the caller's. */
struct memory_map {
    const uint8_t *bytes;
    size_t stride; /* bytes from one entry to the next, at least 40 */
    size_t count;  /* entries */
};

/* Whole pages [first, end), as page numbers. */
struct page_range {
    uint64_t first;
    uint64_t end;
};

struct memory_region {
    struct page_range pages;
    uint32_t type; /* enum efi_memory_type, or any other number */
    bool usable;   /* free for the kernel now that boot services have ended */
};

/* Accepts `size` bytes of entries, `stride` bytes apart. False when there is not one whole entry or
 * the stride is below 40; the map then has no entries. A last, incomplete entry is ignored. */
bool memory_map_open(struct memory_map *map, const void *bytes, size_t size, size_t stride);

/* Reads entry `index` (below map->count). False when it holds no page that an x86-64 could address,
 * and for a usable entry that does not start at a page. Others are rounded outward to pages. */
bool memory_map_region(const struct memory_map *map, size_t index, struct memory_region *region);

/* One more than the highest usable page number that is not above `limit`; 0 when nothing is usable.
 */
uint64_t memory_map_usable_end(const struct memory_map *map, uint64_t limit);

/* The highest end of a usable region that lies below page `limit`; 0 when there is none. */
uint64_t memory_map_end_below(const struct memory_map *map, uint64_t limit);

/* Usable pages below page `limit`; those that several entries claim are counted as often. */
uint64_t memory_map_usable_below(const struct memory_map *map, uint64_t limit);

/* True when [first, end) touches an entry of this type. */
bool memory_map_has_type(const struct memory_map *map, uint64_t first, uint64_t end, uint32_t type);

/* Finds `count` contiguous usable pages below page `limit` that no unusable entry and none of the
 * `reserved` ranges touches. Returns the first page number, 0 when there is no such place (page 0
 * is therefore never found). */
uint64_t memory_map_find_room(const struct memory_map *map, const struct page_range *reserved,
                              size_t reserved_count, uint64_t count, uint64_t limit);

/* True when the map says that there is memory at a physical address, usable or not: device registers
 * cannot be there. */
bool memory_map_is_ram(const struct memory_map *map, uint64_t physical);

#endif
