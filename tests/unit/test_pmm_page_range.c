/*
 * test_pmm_page_range.c - mapping, changing and filling ranges, and that each failure leaves no
 * trace.
 */
/* uses: c/mm/page_range.c c/mm/page_walk.c */
#include "mm/page_range.h"

#include "walk_memory.h"

#define BASE       UINT64_C(0xfffff00000000000)
#define MIB        (UINT64_C(1) << 20)
#define PHYSICAL   (UINT64_C(5) << 30)
#define READ_WRITE (PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE)

struct sizes {
    unsigned small;
    unsigned large;
};

static void count_sizes(void *context, const struct page_walk_page *page) {
    struct sizes *sizes = context;
    sizes->small += page->size == PAGE_SMALL;
    sizes->large += page->size == PAGE_LARGE;
}

static struct sizes sizes_in(const struct page_walk *walk) {
    struct sizes sizes = {0, 0};
    (void)page_walk_each(walk, count_sizes, &sizes);
    return sizes;
}

/* Every page of the range leads to the right place with the right bits. */
static void check_mapping(const struct page_walk *walk, uint64_t address, uint64_t physical,
                          uint64_t size, uint64_t rights) {
    for (uint64_t done = 0; done < size; done += PAGE_SMALL) {
        uint64_t span;
        const uint64_t *found = page_walk_find(walk, address + done, &span);
        const uint64_t entry = found == NULL ? 0 : *found;
        CHECK((entry & PAGE_ENTRY_PRESENT) != 0);
        CHECK_EQ_U64(page_walk_physical(entry, span, address + done + 5), physical + done + 5);
        CHECK_EQ_U64(entry & PAGE_ENTRY_RIGHTS, rights);
    }
}

static void end(const struct page_walk *walk) {
    CHECK_EQ_U64(pages_out, 1);
    release(walk->root);
}

UNIT_TEST(page_range_large,
          "large pages are used exactly where both addresses and the size allow") {
    const struct page_walk walk = new_walk(20);
    const uint64_t start = BASE + 2 * MIB - 8 * PAGE_SMALL;
    const uint64_t size = 4 * MIB + 16 * PAGE_SMALL;
    CHECK_EQ_I64(page_range_map(&walk, start, PHYSICAL - 8 * PAGE_SMALL, size, READ_WRITE), HAL_OK);
    CHECK_EQ_U64(sizes_in(&walk).large, 2);
    CHECK_EQ_U64(sizes_in(&walk).small, 16);
    check_mapping(&walk, start, PHYSICAL - 8 * PAGE_SMALL, size, READ_WRITE);
    CHECK_EQ_I64(page_range_unmap(&walk, start, size), HAL_OK);

    CHECK_EQ_I64(page_range_map(&walk, BASE, PHYSICAL + PAGE_SMALL, 2 * MIB, READ_WRITE), HAL_OK);
    CHECK_EQ_U64(sizes_in(&walk).large, 0);
    check_mapping(&walk, BASE, PHYSICAL + PAGE_SMALL, 2 * MIB, READ_WRITE);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE, 2 * MIB), HAL_OK);
    end(&walk);
}

UNIT_TEST(page_range_occupied,
          "a range of which one page is mapped is refused and left as it was") {
    const struct page_walk walk = new_walk(20);
    CHECK_EQ_I64(page_range_map(&walk, BASE + 4 * MIB, PHYSICAL, PAGE_SMALL, 0), HAL_OK);
    const unsigned before = pages_out;
    CHECK_EQ_I64(page_range_map(&walk, BASE, PHYSICAL, 6 * MIB, 0), HAL_ERR_INVALID);
    CHECK_EQ_I64(page_range_map(&walk, BASE + 4 * MIB, PHYSICAL, PAGE_SMALL, 0), HAL_ERR_INVALID);
    CHECK_EQ_U64(pages_out, before);
    CHECK_EQ_I64(page_range_map(&walk, BASE, PHYSICAL, 4 * MIB, 0), HAL_OK);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE, 4 * MIB + PAGE_SMALL), HAL_OK);
    end(&walk);
}

UNIT_TEST(page_range_table_in_the_way,
          "an empty table where a large page would fit is used as it is") {
    const struct page_walk walk = new_walk(20);
    CHECK(page_walk_make(&walk, BASE, PAGE_SMALL) != NULL);
    CHECK_EQ_I64(page_range_map(&walk, BASE, PHYSICAL, 4 * MIB, 0), HAL_OK);
    CHECK_EQ_U64(sizes_in(&walk).small, 512);
    CHECK_EQ_U64(sizes_in(&walk).large, 1);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE, 4 * MIB), HAL_OK);
    end(&walk);
}

UNIT_TEST(page_range_unmap_splits, "unmapping inside large pages splits those at the ends alone") {
    const struct page_walk walk = new_walk(20);
    CHECK_EQ_I64(page_range_map(&walk, BASE, PHYSICAL, 8 * MIB, READ_WRITE), HAL_OK);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE + PAGE_SMALL, 8 * MIB), HAL_ERR_NOT_FOUND);
    CHECK_EQ_U64(sizes_in(&walk).large, 4);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE + PAGE_SMALL, 8 * MIB - 2 * PAGE_SMALL), HAL_OK);
    CHECK_EQ_U64(sizes_in(&walk).large, 0);
    CHECK_EQ_U64(sizes_in(&walk).small, 2);
    check_mapping(&walk, BASE, PHYSICAL, PAGE_SMALL, READ_WRITE);
    check_mapping(&walk, BASE + 8 * MIB - PAGE_SMALL, PHYSICAL + 8 * MIB - PAGE_SMALL, PAGE_SMALL,
                  READ_WRITE);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE, PAGE_SMALL), HAL_OK);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE + 8 * MIB - PAGE_SMALL, PAGE_SMALL), HAL_OK);
    end(&walk);
}

UNIT_TEST(page_range_protects, "rights change in the range alone, and the caching bits with them") {
    const struct page_walk walk = new_walk(20);
    const uint64_t uncached = PAGE_ENTRY_CACHE_DISABLE | PAGE_ENTRY_WRITE_THROUGH;
    CHECK_EQ_I64(page_range_map(&walk, BASE, PHYSICAL, 6 * MIB, READ_WRITE | uncached), HAL_OK);
    uint64_t span;
    *page_walk_find(&walk, BASE + 2 * MIB, &span) |= PAGE_ENTRY_PAT_LARGE; /* must not stay */
    const unsigned flushed = invalidations;
    CHECK_EQ_I64(page_range_protect(&walk, BASE + MIB, 4 * MIB, 0), HAL_OK);
    CHECK(invalidations >= flushed + 256 + 1 + 256);
    check_mapping(&walk, BASE, PHYSICAL, MIB, READ_WRITE | uncached);
    check_mapping(&walk, BASE + MIB, PHYSICAL + MIB, 4 * MIB, 0);
    check_mapping(&walk, BASE + 5 * MIB, PHYSICAL + 5 * MIB, MIB, READ_WRITE | uncached);
    CHECK_EQ_U64(sizes_in(&walk).large, 1);
    CHECK_EQ_U64(*page_walk_find(&walk, BASE + 2 * MIB, &span) & PAGE_ENTRY_PAT_LARGE, 0);
    CHECK_EQ_I64(page_range_protect(&walk, BASE + 5 * MIB, 2 * MIB, 0), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE, 6 * MIB), HAL_OK);
    end(&walk);
}

UNIT_TEST(page_range_last_page,
          "the last pages of the address space can be mapped, changed and unmapped") {
    const struct page_walk walk = new_walk(20);
    const uint64_t start = UINT64_MAX - (4 * MIB - 1);
    CHECK_EQ_I64(page_range_map(&walk, start, PHYSICAL, 4 * MIB, 0), HAL_OK);
    CHECK_EQ_I64(page_range_protect(&walk, start + MIB, 3 * MIB, READ_WRITE), HAL_OK);
    check_mapping(&walk, start + MIB, PHYSICAL + MIB, 3 * MIB, READ_WRITE);
    CHECK_EQ_I64(page_range_unmap(&walk, start, 4 * MIB), HAL_OK);
    end(&walk);
}

UNIT_TEST(page_range_map_fails,
          "running out of tables at any point of mapping leaves nothing behind") {
    for (unsigned limit = 1;; limit++) {
        const struct page_walk walk = new_walk(limit);
        /* Across a border of 512 GiB: two of each table. */
        const uint64_t start = BASE + (UINT64_C(512) << 30) - PAGE_SMALL;
        const hal_status status = page_range_map(&walk, start, PHYSICAL, 2 * PAGE_SMALL, 0);
        if (status == HAL_OK) {
            CHECK_EQ_U64(limit, 7);
            CHECK_EQ_I64(page_range_unmap(&walk, start, 2 * PAGE_SMALL), HAL_OK);
            end(&walk);
            return;
        }
        CHECK_EQ_I64(status, HAL_ERR_NO_MEMORY);
        CHECK_EQ_U64(sizes_in(&walk).small, 0);
        end(&walk);
    }
}

UNIT_TEST(page_range_split_fails, "a split without memory changes no right and unmaps nothing") {
    const struct page_walk walk = new_walk(20);
    CHECK_EQ_I64(page_range_map(&walk, BASE, PHYSICAL, 4 * MIB, READ_WRITE), HAL_OK);
    pages_limit = pages_out;
    CHECK_EQ_I64(page_range_protect(&walk, BASE + MIB, 2 * MIB, 0), HAL_ERR_NO_MEMORY);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE + MIB, 2 * MIB), HAL_ERR_NO_MEMORY);
    pages_limit++; /* enough for one end */
    CHECK_EQ_I64(page_range_protect(&walk, BASE + MIB, 2 * MIB, 0), HAL_ERR_NO_MEMORY);
    check_mapping(&walk, BASE, PHYSICAL, 4 * MIB, READ_WRITE);
    pages_limit++;
    CHECK_EQ_I64(page_range_protect(&walk, BASE + MIB, 2 * MIB, 0), HAL_OK);
    CHECK_EQ_I64(page_range_unmap(&walk, BASE, 4 * MIB), HAL_OK);
    end(&walk);
}

static void check_zero(const struct page_walk *walk, uint64_t address) {
    uint64_t span;
    const uint64_t *entry = page_walk_find(walk, address, &span);
    CHECK(entry != NULL);
    const unsigned char *bytes = (const unsigned char *)(uintptr_t)(*entry & PAGE_ENTRY_ADDRESS);
    for (unsigned i = 0; i < 4096; i++) {
        CHECK_EQ_U64(bytes[i], 0);
    }
    CHECK_EQ_U64(*entry & PAGE_ENTRY_RIGHTS, READ_WRITE);
}

UNIT_TEST(page_range_populates, "every hole of a range gets a cleared page, what was there stays") {
    const struct page_walk walk = new_walk(100);
    uint64_t span;
    CHECK_EQ_I64(page_range_populate(&walk, BASE + 3 * PAGE_SMALL, PAGE_SMALL, READ_WRITE), HAL_OK);
    const uint64_t kept = *page_walk_find(&walk, BASE + 3 * PAGE_SMALL, &span);
    *(uint64_t *)(uintptr_t)(kept & PAGE_ENTRY_ADDRESS) = 42;
    CHECK_EQ_I64(page_range_populate(&walk, BASE, 10 * PAGE_SMALL, READ_WRITE), HAL_OK);
    CHECK_EQ_U64(pages_out, 1 + 3 + 10);
    CHECK_EQ_U64(*page_walk_find(&walk, BASE + 3 * PAGE_SMALL, &span), kept);
    CHECK_EQ_U64(*(uint64_t *)(uintptr_t)(kept & PAGE_ENTRY_ADDRESS), 42);
    for (unsigned i = 0; i < 10; i++) {
        if (i != 3) {
            check_zero(&walk, BASE + i * PAGE_SMALL);
        }
    }
    CHECK_EQ_I64(page_range_populate(&walk, BASE, 10 * PAGE_SMALL, READ_WRITE), HAL_OK);
    CHECK_EQ_U64(pages_out, 1 + 3 + 10);
    page_walk_clear(&walk, BASE, 10 * PAGE_SMALL, LEAVES_RELEASED);
    end(&walk);
}

UNIT_TEST(page_range_populate_fails,
          "running out at any page or table gives all back but what was there") {
    const uint64_t start = BASE + 2 * MIB - 3 * PAGE_SMALL; /* across two page tables */
    for (unsigned limit = 5;; limit++) {
        const struct page_walk walk = new_walk(limit);
        CHECK_EQ_I64(page_range_populate(&walk, start + PAGE_SMALL, PAGE_SMALL, READ_WRITE),
                     HAL_OK);
        const hal_status status = page_range_populate(&walk, start, 6 * PAGE_SMALL, READ_WRITE);
        if (status != HAL_OK) {
            CHECK_EQ_I64(status, HAL_ERR_NO_MEMORY);
            CHECK_EQ_U64(pages_out, 1 + 3 + 1);
            CHECK_EQ_U64(sizes_in(&walk).small, 1);
        }
        page_walk_clear(&walk, start, 6 * PAGE_SMALL, LEAVES_RELEASED);
        end(&walk);
        if (status == HAL_OK) {
            CHECK_EQ_U64(limit, 1 + 4 + 6);
            return;
        }
    }
}

static uint64_t *first_cell(const struct page_walk *walk, uint64_t address) {
    uint64_t span;
    const uint64_t *entry = page_walk_find(walk, address, &span);
    return entry == NULL ? NULL : (uint64_t *)(uintptr_t)(*entry & PAGE_ENTRY_ADDRESS);
}

UNIT_TEST(page_range_moves,
          "pages move with what they hold, holes with them, and nothing is lost or left") {
    const uint64_t from = BASE + 2 * MIB - 3 * PAGE_SMALL, to = BASE + (UINT64_C(1) << 40);
    bool moved = false;
    for (unsigned limit = 20; !moved; limit++) {
        const struct page_walk walk = new_walk(limit);
        /* pages 0, 1, 4 of the source, in two tables, and 1, 2 of the target */
        CHECK_EQ_I64(page_range_populate(&walk, from, 2 * PAGE_SMALL, READ_WRITE), HAL_OK);
        CHECK_EQ_I64(page_range_populate(&walk, from + 4 * PAGE_SMALL, PAGE_SMALL, READ_WRITE),
                     HAL_OK);
        CHECK_EQ_I64(page_range_populate(&walk, to + PAGE_SMALL, 2 * PAGE_SMALL, READ_WRITE),
                     HAL_OK);
        *first_cell(&walk, from) = 10;
        *first_cell(&walk, from + PAGE_SMALL) = 11;
        *first_cell(&walk, from + 4 * PAGE_SMALL) = 14;
        *first_cell(&walk, to + PAGE_SMALL) = 21;
        pages_limit = pages_out + (limit - 20);
        const hal_status status = page_range_move(&walk, from, to, 6 * PAGE_SMALL);
        moved = status == HAL_OK;
        if (moved) {
            CHECK_EQ_U64(*first_cell(&walk, to), 10);
            CHECK_EQ_U64(*first_cell(&walk, to + PAGE_SMALL), 11);
            CHECK(first_cell(&walk, to + 2 * PAGE_SMALL) == NULL);
            CHECK_EQ_U64(*first_cell(&walk, to + 4 * PAGE_SMALL), 14);
            CHECK_EQ_U64(sizes_in(&walk).small, 3);
            CHECK(invalidations >= 5);
            page_walk_clear(&walk, to, 6 * PAGE_SMALL, LEAVES_RELEASED);
        } else {
            CHECK_EQ_I64(status, HAL_ERR_NO_MEMORY);
            CHECK_EQ_U64(*first_cell(&walk, from + 4 * PAGE_SMALL), 14);
            CHECK_EQ_U64(*first_cell(&walk, to + PAGE_SMALL), 21);
            CHECK_EQ_U64(sizes_in(&walk).small, 5);
            page_walk_clear(&walk, from, 6 * PAGE_SMALL, LEAVES_RELEASED);
            page_walk_clear(&walk, to, 6 * PAGE_SMALL, LEAVES_RELEASED);
        }
        end(&walk);
    }
}

UNIT_TEST(page_range_move_fails, "a move without a page for a table changes nothing") {
    const uint64_t to = BASE + (UINT64_C(1) << 40);
    for (unsigned missing = 3; missing > 0; missing--) { /* tables that the target lacks */
        const struct page_walk walk = new_walk(20);
        CHECK_EQ_I64(page_range_populate(&walk, BASE, PAGE_SMALL, READ_WRITE), HAL_OK);
        *first_cell(&walk, BASE) = 42;
        const unsigned before = pages_out;
        pages_limit = before + missing - 1;
        const hal_status status = page_range_move(&walk, BASE, to, PAGE_SMALL);
        CHECK_EQ_I64(status, HAL_ERR_NO_MEMORY);
        CHECK_EQ_U64(pages_out, before);
        CHECK_EQ_U64(*first_cell(&walk, BASE), 42);
        CHECK(first_cell(&walk, to) == NULL);
        page_walk_clear(&walk, BASE, PAGE_SMALL, LEAVES_RELEASED);
        end(&walk);
    }
}
