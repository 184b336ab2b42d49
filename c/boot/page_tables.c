/*
 * page_tables.c - builds a set of 4-level page tables (Intel SDM volume 3, section 4.5).
 *
 * The firmware's own tables map everything writable and executable. The kernel never runs on them:
 * the loader makes tables with the kernel's final permissions, and these are in force
 * from the kernel's first instruction.
 */
#include "boot/page_tables.h"

#include <stddef.h>

/* Bits of an entry. The caching bits select PAT entry 3 when both are set: uncacheable after reset
 * and in every firmware (Intel SDM volume 3, section 12.12.4). */
#define ENTRY_PRESENT       (UINT64_C(1) << 0)
#define ENTRY_WRITE         (UINT64_C(1) << 1)
#define ENTRY_WRITE_THROUGH (UINT64_C(1) << 3)
#define ENTRY_CACHE_DISABLE (UINT64_C(1) << 4)
#define ENTRY_LARGE         (UINT64_C(1) << 7)
#define ENTRY_NO_EXECUTE    (UINT64_C(1) << 63)
#define ENTRY_ADDRESS       UINT64_C(0x000ffffffffff000)

enum {
    TABLE_ENTRIES = 512,
    LEVEL_PT = 0,
    LEVEL_PD = 1,
    LEVEL_PML4 = 3,
};

static size_t index_at(uint64_t virtual_address, unsigned level) {
    return (virtual_address >> (12 + 9 * level)) % TABLE_ENTRIES;
}

static uint64_t *table_at(uint64_t physical) {
    return (uint64_t *)(uintptr_t)physical;
}

static uint64_t entry_bits(unsigned rights) {
    uint64_t bits = ENTRY_PRESENT;
    if ((rights & PAGE_MAP_WRITE) != 0) {
        bits |= ENTRY_WRITE;
    }
    if ((rights & PAGE_MAP_EXECUTE) == 0) {
        bits |= ENTRY_NO_EXECUTE;
    }
    if ((rights & PAGE_MAP_UNCACHED) != 0) {
        bits |= ENTRY_WRITE_THROUGH | ENTRY_CACHE_DISABLE;
    }
    return bits;
}

/* Walks down to the entry of `virtual_address` at `level`, making the tables on the way. Stops
 * early at a 2 MiB page and returns its entry. NULL when memory is exhausted. */
static uint64_t *entry_for(struct page_tables *tables, uint64_t virtual_address, unsigned level) {
    uint64_t *table = table_at(tables->root);
    for (unsigned at = LEVEL_PML4; at > level; at--) {
        uint64_t *entry = &table[index_at(virtual_address, at)];
        if ((*entry & ENTRY_PRESENT) == 0) {
            const uint64_t page = tables->allocate(tables->context);
            if (page == 0) {
                return NULL;
            }
            /* Permissions are decided in the last level alone. */
            *entry = page | ENTRY_PRESENT | ENTRY_WRITE;
        } else if ((*entry & ENTRY_LARGE) != 0) {
            return entry;
        }
        table = table_at(*entry & ENTRY_ADDRESS);
    }
    return &table[index_at(virtual_address, level)];
}

bool page_tables_create(struct page_tables *tables, page_tables_allocate allocate, void *context) {
    tables->allocate = allocate;
    tables->context = context;
    tables->root = allocate(context);
    return tables->root != 0;
}

/* Maps with 4 KiB pages, leaving alone what is mapped already. */
static bool map_small(struct page_tables *tables, uint64_t virtual_address, uint64_t physical,
                      uint64_t size, uint64_t bits) {
    for (uint64_t done = 0; done < size; done += PAGE_SIZE_4K) {
        uint64_t *entry = entry_for(tables, virtual_address + done, LEVEL_PT);
        if (entry == NULL) {
            return false;
        }
        if (*entry == 0) {
            *entry = (physical + done) | bits;
        }
    }
    return true;
}

/* Maps one aligned 2 MiB block, as one page unless parts of it are mapped already. */
static bool map_large(struct page_tables *tables, uint64_t virtual_address, uint64_t physical,
                      uint64_t bits) {
    uint64_t *entry = entry_for(tables, virtual_address, LEVEL_PD);
    if (entry == NULL) {
        return false;
    }
    if (*entry == 0) {
        *entry = physical | bits | ENTRY_LARGE;
        return true;
    }
    return (*entry & ENTRY_LARGE) != 0 ||
           map_small(tables, virtual_address, physical, PAGE_SIZE_2M, bits);
}

bool page_tables_map(struct page_tables *tables, uint64_t virtual_address, uint64_t physical,
                     uint64_t size, unsigned rights) {
    if ((rights & PAGE_MAP_WRITE) != 0 && (rights & PAGE_MAP_EXECUTE) != 0) {
        return false;
    }
    const uint64_t bits = entry_bits(rights);
    uint64_t done = 0;
    while (done < size) {
        const uint64_t to = virtual_address + done;
        const uint64_t from = physical + done;
        const bool large = size - done >= PAGE_SIZE_2M && (to | from) % PAGE_SIZE_2M == 0;
        const bool mapped = large ? map_large(tables, to, from, bits)
                                  : map_small(tables, to, from, PAGE_SIZE_4K, bits);
        if (!mapped) {
            return false;
        }
        done += large ? PAGE_SIZE_2M : PAGE_SIZE_4K;
    }
    return true;
}

uint64_t page_tables_lookup(const struct page_tables *tables, uint64_t virtual_address) {
    uint64_t entry = tables->root | ENTRY_PRESENT;
    for (unsigned level = LEVEL_PML4 + 1; level-- > 0;) {
        entry = table_at(entry & ENTRY_ADDRESS)[index_at(virtual_address, level)];
        if ((entry & ENTRY_PRESENT) == 0) {
            return 0;
        }
        if (level == LEVEL_PD && (entry & ENTRY_LARGE) != 0) {
            return entry;
        }
    }
    return entry;
}
