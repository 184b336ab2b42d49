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

_Static_assert(PAGE_SMALL == TABLE_BYTES, "a table fills one small page");

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

uint64_t *page_walk_find(const struct page_walk *walk, uint64_t virtual_address, uint64_t *span) {
    uint64_t *table = table_at(walk, walk->root);
    for (unsigned level = LEVEL_PML4;; level--) {
        uint64_t *entry = &table[index_at(virtual_address, level)];
        const bool present = (*entry & PAGE_ENTRY_PRESENT) != 0;
        if (!present || level == LEVEL_PT || is_large(*entry, level)) {
            *span = UINT64_C(1) << level_shift(level);
            return present ? entry : NULL;
        }
        table = table_at(walk, *entry);
    }
}

uint64_t page_walk_physical(uint64_t entry, uint64_t span, uint64_t virtual_address) {
    const uint64_t within = span - 1;
    return (entry & PAGE_ENTRY_ADDRESS & ~within) | (virtual_address & within);
}

/* Replaces a 2 MiB page by a table of 512 small ones that allow the same. The new translations equal
 * the old one, so it does not matter which of them the processor still uses until the
 * invalidation. */
static bool split(const struct page_walk *walk, uint64_t *entry, uint64_t virtual_address) {
    const uint64_t page = walk->allocate();
    if (page == 0) {
        return false;
    }
    const uint64_t base = *entry & LARGE_ADDRESS;
    uint64_t rights = *entry & ~(LARGE_ADDRESS | PAGE_ENTRY_LARGE | PAGE_ENTRY_PAT_LARGE);
    if ((*entry & PAGE_ENTRY_PAT_LARGE) != 0) {
        rights |= PAGE_ENTRY_PAT;
    }
    uint64_t *table = table_at(walk, page);
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        table[i] = (base + i * TABLE_BYTES) | rights;
    }
    *entry = page | PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE;
    walk->invalidate(virtual_address);
    return true;
}

uint64_t *page_walk_make(const struct page_walk *walk, uint64_t virtual_address,
                         uint64_t page_size) {
    const unsigned target = page_size == PAGE_LARGE ? LEVEL_PD : LEVEL_PT;
    uint64_t *table = table_at(walk, walk->root);
    for (unsigned level = LEVEL_PML4; level > target; level--) {
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
    return &table[index_at(virtual_address, target)];
}

static bool is_empty(const uint64_t *table) {
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (table[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Clears what [first, last] covers of one table, whose entry 0 translates `table_start`. */
static void clear_in(const struct page_walk *walk, uint64_t *table, unsigned level,
                     uint64_t table_start, uint64_t first, uint64_t last,
                     enum page_walk_leaves leaves) {
    for (size_t i = index_at(first, level); i <= index_at(last, level); i++) {
        const uint64_t entry = table[i];
        if ((entry & PAGE_ENTRY_PRESENT) == 0) {
            continue;
        }
        const bool large = is_large(entry, level);
        const bool is_table = level > LEVEL_PT && !large;
        const uint64_t start = table_start + ((uint64_t)i << level_shift(level));
        if (is_table) {
            const uint64_t end = start + ((UINT64_C(1) << level_shift(level)) - 1);
            uint64_t *below = table_at(walk, entry);
            clear_in(walk, below, level - 1, start, first > start ? first : start,
                     last < end ? last : end, leaves);
            if (!is_empty(below)) {
                continue;
            }
        } else if (leaves == LEAVES_STAY || (leaves == LEAVES_RELEASED && large)) {
            continue;
        }
        /* The entry goes, and with it every cached trace, before the page can find another use. */
        table[i] = 0;
        walk->invalidate(start);
        if (is_table || leaves == LEAVES_RELEASED) {
            walk->release(entry & PAGE_ENTRY_ADDRESS);
        }
    }
}

void page_walk_clear(const struct page_walk *walk, uint64_t virtual_address, uint64_t size,
                     enum page_walk_leaves leaves) {
    if (size == 0) {
        return;
    }
    /* Canonical: the upper half is entered with all bits above bit 47 set. */
    const uint64_t start = virtual_address >> 47 == 0 ? 0 : UINT64_MAX << 48;
    clear_in(walk, table_at(walk, walk->root), LEVEL_PML4, start, virtual_address,
             virtual_address + (size - 1), leaves);
}

struct survey {
    const struct page_walk *walk;
    page_walk_visitor visit;
    void *context;
};

/* Shows the pages of one table. `inherited` has the rights of the levels above, NO_EXECUTE
 * inverted, so that an exclusive or and an AND combine both. Returns the number of tables. */
static uint64_t survey_in(const struct survey *survey, const uint64_t *table, unsigned level,
                          uint64_t table_start, uint64_t inherited) {
    const uint64_t decided = PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE;
    uint64_t tables = 1;
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        const uint64_t entry = table[i];
        if ((entry & PAGE_ENTRY_PRESENT) == 0) {
            continue;
        }
        const uint64_t rights = inherited & (entry ^ PAGE_ENTRY_NO_EXECUTE) & decided;
        uint64_t start = table_start + ((uint64_t)i << level_shift(level));
        if (level == LEVEL_PML4 && i >= ENTRY_COUNT / 2) {
            start |= UINT64_MAX << 48;
        }
        if (level == LEVEL_PT || is_large(entry, level)) {
            const struct page_walk_page page = {
                .virtual_address = start,
                .size = UINT64_C(1) << level_shift(level),
                .entry = (entry & ~decided) | (rights ^ PAGE_ENTRY_NO_EXECUTE),
            };
            survey->visit(survey->context, &page);
        } else {
            tables += survey_in(survey, table_at(survey->walk, entry), level - 1, start, rights);
        }
    }
    return tables;
}

uint64_t page_walk_each(const struct page_walk *walk, page_walk_visitor visit, void *context) {
    const struct survey survey = {walk, visit, context};
    return survey_in(&survey, table_at(walk, walk->root), LEVEL_PML4, 0,
                     PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE);
}

static void count_write_exec(void *context, const struct page_walk_page *page) {
    uint64_t *count = context;
    *count += (page->entry & (PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE)) == PAGE_ENTRY_WRITE;
}

uint64_t page_walk_count_write_exec(const struct page_walk *walk) {
    uint64_t count = 0;
    (void)page_walk_each(walk, count_write_exec, &count);
    return count;
}
