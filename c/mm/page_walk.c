/*
 * page_walk.c - reading and changing 4-level page tables (Intel SDM volume 3, section 4.5).
 *
 * Permissions are decided in the last level alone: entries that point to tables allow everything.
 */
#include "mm/page_walk.h"

#include <string.h>

enum {
    ENTRY_COUNT = 512,
    TABLE_BYTES = 4096,
    LEVEL_PT = 0,
    LEVEL_PD = 1,
    LEVEL_PDPT = 2,
    LEVEL_PML4 = 3,
};

/* A 2 MiB entry's address bits; bit 12, the caching attribute PAT, lies below them. */
#define LARGE_ADDRESS UINT64_C(0x000fffffffe00000)

static unsigned level_shift(unsigned level) {
    return 12 + 9 * level;
}

static size_t index_at(uint64_t virtual_address, unsigned level) {
    return (virtual_address >> level_shift(level)) % ENTRY_COUNT;
}

static uint64_t *table_at(const struct page_walk *walk, uint64_t entry) {
    return (uint64_t *)(uintptr_t)((entry & PAGE_ENTRY_ADDRESS) + walk->bias);
}

static bool is_large(uint64_t entry, unsigned level) {
    return (level == LEVEL_PD || level == LEVEL_PDPT) && (entry & PAGE_ENTRY_LARGE) != 0;
}

uint64_t *page_walk_find(const struct page_walk *walk, uint64_t virtual_address,
                         uint64_t *page_size) {
    uint64_t *table = table_at(walk, walk->root);
    for (unsigned level = LEVEL_PML4;; level--) {
        uint64_t *entry = &table[index_at(virtual_address, level)];
        if ((*entry & PAGE_ENTRY_PRESENT) == 0) {
            return NULL;
        }
        if (level == LEVEL_PT || is_large(*entry, level)) {
            *page_size = UINT64_C(1) << level_shift(level);
            return entry;
        }
        table = table_at(walk, *entry);
    }
}

/* Replaces a 2 MiB page by a table of 512 small ones that allow the same. */
static bool split(const struct page_walk *walk, uint64_t *entry, uint64_t virtual_address) {
    const uint64_t page = walk->allocate();
    if (page == 0) {
        return false;
    }
    /* Bit 7 means "large" here but a caching attribute in a small entry. */
    const uint64_t rights = *entry & ~(LARGE_ADDRESS | PAGE_ENTRY_LARGE | TABLE_BYTES);
    const uint64_t base = *entry & LARGE_ADDRESS;
    uint64_t *table = table_at(walk, page);
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        table[i] = (base + i * TABLE_BYTES) | rights;
    }
    *entry = page | PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE;
    walk->invalidate(virtual_address);
    return true;
}

uint64_t *page_walk_make(const struct page_walk *walk, uint64_t virtual_address) {
    uint64_t *table = table_at(walk, walk->root);
    for (unsigned level = LEVEL_PML4; level > LEVEL_PT; level--) {
        uint64_t *entry = &table[index_at(virtual_address, level)];
        if ((*entry & PAGE_ENTRY_PRESENT) == 0) {
            const uint64_t page = walk->allocate();
            if (page == 0) {
                return NULL;
            }
            memset(table_at(walk, page), 0, TABLE_BYTES);
            *entry = page | PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE;
        } else if (is_large(*entry, level)) {
            if (level != LEVEL_PD || !split(walk, entry, virtual_address)) {
                return NULL;
            }
        }
        table = table_at(walk, *entry);
    }
    return &table[index_at(virtual_address, LEVEL_PT)];
}

static bool is_empty(const uint64_t *table) {
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (table[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Releases what [first, last] covers of one table, whose entry 0 translates `table_start`. */
static void release_in(const struct page_walk *walk, uint64_t *table, unsigned level,
                       uint64_t table_start, uint64_t first, uint64_t last) {
    for (size_t i = index_at(first, level); i <= index_at(last, level); i++) {
        const uint64_t entry = table[i];
        if ((entry & PAGE_ENTRY_PRESENT) == 0 || is_large(entry, level)) {
            continue;
        }
        const uint64_t start = table_start + ((uint64_t)i << level_shift(level));
        const uint64_t end = start + ((UINT64_C(1) << level_shift(level)) - 1);
        if (level > LEVEL_PT) {
            uint64_t *below = table_at(walk, entry);
            release_in(walk, below, level - 1, start, first > start ? first : start,
                       last < end ? last : end);
            if (!is_empty(below)) {
                continue;
            }
        }
        /* The entry goes, and with it every cached trace, before the page can find another use. */
        table[i] = 0;
        walk->invalidate(start);
        walk->release(entry & PAGE_ENTRY_ADDRESS);
    }
}

void page_walk_release(const struct page_walk *walk, uint64_t virtual_address, uint64_t size) {
    if (size == 0) {
        return;
    }
    /* Canonical: the upper half is entered with all bits above bit 47 set. */
    const uint64_t start = virtual_address >> 47 == 0 ? 0 : UINT64_MAX << 48;
    release_in(walk, table_at(walk, walk->root), LEVEL_PML4, start, virtual_address,
               virtual_address + (size - 1));
}

static uint64_t count_in(const struct page_walk *walk, const uint64_t *table, unsigned level,
                         uint64_t inherited) {
    uint64_t count = 0;
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const uint64_t entry = table[i];
        if ((entry & PAGE_ENTRY_PRESENT) == 0) {
            continue;
        }
        /* A page is writable when every level says so, and executable when none forbids it. */
        const uint64_t rights = inherited & (entry ^ PAGE_ENTRY_NO_EXECUTE);
        if ((rights & PAGE_ENTRY_WRITE) == 0 || (rights & PAGE_ENTRY_NO_EXECUTE) == 0) {
            continue;
        }
        if (level == LEVEL_PT || is_large(entry, level)) {
            count++;
        } else {
            count += count_in(walk, table_at(walk, entry), level - 1, rights);
        }
    }
    return count;
}

uint64_t page_walk_count_write_exec(const struct page_walk *walk) {
    return count_in(walk, table_at(walk, walk->root), LEVEL_PML4,
                    PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE);
}
