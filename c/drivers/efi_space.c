/*
 * efi_space.c - the address space in which the firmware's runtime services run.
 *
 * EfiRuntimeServicesCode is mapped writable and executable: it holds whole PE images, .data and all, on OVMF
 * as on any firmware; what is code in them only the memory attributes table says, which lies in boot-services
 * memory that the kernel reuses. Nothing else is executable. The kernel's own rule that no page is both is
 * not touched: these tables are in force only while the firmware ends the machine's life.
 */
#include "drivers/efi_space.h"

#include <stddef.h>
#include <string.h>

#include "mm/page_walk.h"

#define PAGE       UINT64_C(0x1000)
#define LARGE_PAGE UINT64_C(0x200000)
#define LOWER_HALF (UINT64_C(1) << 47)
#define DEVICES                                                                                    \
    (UINT64_C(1) << 32) /* below this, what the map does not mention is device registers */

#define MEMORY_RUNTIME (UINT64_C(1) << 63) /* EFI_MEMORY_RUNTIME, UEFI 2.10 section 7.2.3 */

#define DATA     (PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE)
#define CODE     (PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE)
#define UNCACHED (DATA | PAGE_ENTRY_CACHE_DISABLE | PAGE_ENTRY_WRITE_THROUGH)

enum { ENTRY_COUNT = 512, LEVEL_PT = 0, LEVEL_PD = 1, LEVEL_PML4 = 3 };

/* Physical addresses [start, end). */
struct range {
    uint64_t start;
    uint64_t end;
};

static size_t index_at(uint64_t address, unsigned level) {
    return (address >> (12 + 9 * level)) % ENTRY_COUNT;
}

static uint64_t *table_at(const struct efi_space *space, uint64_t entry) {
    return space->tables + ((entry & PAGE_ENTRY_ADDRESS) - space->physical) / sizeof(uint64_t);
}

static uint64_t take_table(struct efi_space *space) {
    if (space->used == EFI_SPACE_TABLES) {
        return 0;
    }
    const uint64_t page = space->physical + space->used++ * PAGE;
    memset(table_at(space, page), 0, PAGE);
    return page;
}

/* The entry of `address` at `level`, or the 2 MiB page above it; NULL when there is no page for a table. */
static uint64_t *entry_for(struct efi_space *space, uint64_t address, unsigned level) {
    uint64_t *table = space->tables;
    for (unsigned at = LEVEL_PML4; at > level; at--) {
        uint64_t *entry = &table[index_at(address, at)];
        if (*entry == 0) {
            const uint64_t page = take_table(space);
            if (page == 0) {
                return NULL;
            }
            *entry = page | PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE;
        } else if ((*entry & PAGE_ENTRY_LARGE) != 0) {
            return entry;
        }
        table = table_at(space, *entry);
    }
    return &table[index_at(address, level)];
}

static bool is_free_block(struct efi_space *space, struct range range) {
    if (range.start % LARGE_PAGE != 0 || range.end - range.start < LARGE_PAGE) {
        return false;
    }
    const uint64_t *entry = entry_for(space, range.start, LEVEL_PD);
    return entry != NULL && *entry == 0;
}

/* Maps a range to itself, in large pages where that can be. What is mapped already stays as it is. */
static bool map_range(struct efi_space *space, struct range range, uint64_t rights) {
    if (range.end > LOWER_HALF) {
        range.end = LOWER_HALF;
    }
    while (range.start < range.end) {
        const bool large = is_free_block(space, range);
        uint64_t *entry = entry_for(space, range.start, large ? LEVEL_PD : LEVEL_PT);
        if (entry == NULL) {
            return false;
        }
        if (*entry == 0) {
            *entry = range.start | rights | (large ? PAGE_ENTRY_LARGE : 0);
        }
        range.start += large ? LARGE_PAGE : PAGE;
    }
    return true;
}

/* Entry `index` of the map, rounded to pages; false for one that holds none. */
static bool entry_at(const struct memory_map *map, size_t index,
                     struct efi_memory_descriptor *descriptor, struct range *range) {
    struct memory_region region;
    if (!memory_map_region(map, index, &region)) {
        return false;
    }
    memcpy(descriptor, map->bytes + index * map->stride, sizeof *descriptor);
    *range = (struct range){region.pages.first * PAGE, region.pages.end * PAGE};
    return true;
}

/* What the firmware said it will need: all of it must be there. */
static bool map_runtime(struct efi_space *space, const struct memory_map *map) {
    struct efi_memory_descriptor descriptor;
    struct range range;
    for (size_t i = 0; i < map->count; i++) {
        if (!entry_at(map, i, &descriptor, &range)) {
            continue;
        }
        bool mapped = true;
        if (descriptor.type == EFI_TYPE_RUNTIME_CODE) {
            mapped = map_range(space, range, CODE);
        } else if (descriptor.type == EFI_TYPE_RUNTIME_DATA) {
            mapped = map_range(space, range, DATA);
        } else if ((descriptor.attribute & MEMORY_RUNTIME) != 0) {
            mapped = map_range(space, range, UNCACHED);
        }
        if (!mapped) {
            return false;
        }
    }
    return true;
}

/* The end of the stretch of listed memory that begins at `at`, or `at` when it is not listed. Stores in *next
 * where the next entry above begins. */
static uint64_t listed_end(const struct memory_map *map, uint64_t at, uint64_t *next) {
    struct efi_memory_descriptor descriptor;
    struct range range;
    uint64_t end = at;
    *next = DEVICES;
    for (size_t i = 0; i < map->count; i++) {
        if (!entry_at(map, i, &descriptor, &range)) {
            continue;
        }
        if (range.start <= at && range.end > end) {
            end = range.end;
        } else if (range.start > at && range.start < *next) {
            *next = range.start;
        }
    }
    return end;
}

/* What the firmware may reach for all the same: registers of chip set, local APIC and flash memory below
 * 4 GiB, which most maps do not list, and its own reserved memory. RAM that is free, or the kernel's, is left
 * out: a firmware that still looks there is to fault, not to act on what it finds. */
static void map_devices(struct efi_space *space, const struct memory_map *map) {
    struct efi_memory_descriptor descriptor;
    struct range range;
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (entry_at(map, i, &descriptor, &range) && memory_map_region(map, i, &region) &&
            !region.usable && descriptor.type != EFI_TYPE_LOADER_DATA && range.start < DEVICES) {
            (void)map_range(space, range, UNCACHED);
        }
    }
    for (uint64_t at = 0; at < DEVICES;) {
        uint64_t next;
        const uint64_t end = listed_end(map, at, &next);
        if (end == at) {
            (void)map_range(space, (struct range){at, next}, UNCACHED);
            at = next;
        } else {
            at = end;
        }
    }
}

bool efi_space_build(struct efi_space *space, const struct memory_map *map, uint64_t stack,
                     uint64_t stack_size) {
    space->used = 0;
    (void)take_table(space); /* the root */
    if (!map_range(space, (struct range){stack, stack + stack_size}, DATA) ||
        !map_runtime(space, map)) {
        return false;
    }
    map_devices(space, map);
    return true;
}

uint64_t efi_space_lookup(const struct efi_space *space, uint64_t address) {
    uint64_t entry = space->physical;
    for (unsigned level = LEVEL_PML4 + 1; level-- > 0;) {
        entry = table_at(space, entry)[index_at(address, level)];
        if (entry == 0 || (level == LEVEL_PD && (entry & PAGE_ENTRY_LARGE) != 0)) {
            return entry;
        }
    }
    return entry;
}

bool efi_space_is_runtime_code(const struct memory_map *map, uint64_t address) {
    struct efi_memory_descriptor descriptor;
    struct range range;
    for (size_t i = 0; i < map->count; i++) {
        if (entry_at(map, i, &descriptor, &range) && descriptor.type == EFI_TYPE_RUNTIME_CODE &&
            address >= range.start && address < range.end) {
            return true;
        }
    }
    return false;
}
