/*
 * test_pmm_page_walk.c - page tables built in the host's memory, where a physical address is a
 * pointer.
 */
/* uses: c/mm/page_walk.c */
#include "mm/page_walk.h"

#include "walk_memory.h"

#define SLOT UINT64_C(0xffffa00000000000)

static void map(const struct page_walk *walk, uint64_t virtual_address, uint64_t rights) {
    uint64_t *entry = page_walk_make(walk, virtual_address, PAGE_SMALL);
    CHECK_EQ_U64(*entry, 0);
    *entry = allocate() | PAGE_ENTRY_PRESENT | rights;
}

UNIT_TEST(page_walk_empty, "nothing is mapped in empty tables") {
    const struct page_walk walk = new_walk(10);
    uint64_t size;
    CHECK(page_walk_find(&walk, 0, &size) == NULL);
    CHECK(page_walk_find(&walk, SLOT, &size) == NULL);
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 0);
    page_walk_clear(&walk, SLOT, UINT64_C(8) << 30, LEAVES_RELEASED);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}

UNIT_TEST(page_walk_maps, "a mapped page is found, its neighbours are not") {
    const struct page_walk walk = new_walk(10);
    uint64_t size = 0;
    map(&walk, SLOT + 0x1ff000, PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE);
    CHECK_EQ_U64(pages_out, 5);
    CHECK(page_walk_find(&walk, SLOT + 0x1fffff, &size) != NULL);
    CHECK_EQ_U64(size, 4096);
    CHECK(page_walk_find(&walk, SLOT + 0x1fe000, &size) == NULL);
    CHECK(page_walk_find(&walk, SLOT + 0x200000, &size) == NULL);
    page_walk_clear(&walk, SLOT, UINT64_C(8) << 30, LEAVES_RELEASED);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}

UNIT_TEST(page_walk_releases, "release returns pages and tables of its range and no others") {
    const struct page_walk walk = new_walk(100);
    const uint64_t slot_size = UINT64_C(8) << 30;
    uint64_t size;
    map(&walk, SLOT - 4096, 0);
    map(&walk, SLOT, 0);
    map(&walk, SLOT + 0x12345000, 0);
    map(&walk, SLOT + slot_size - 4096, 0);
    map(&walk, SLOT + slot_size, 0);
    page_walk_clear(&walk, SLOT, slot_size, LEAVES_RELEASED);
    CHECK(page_walk_find(&walk, SLOT - 4096, &size) != NULL);
    CHECK(page_walk_find(&walk, SLOT + slot_size, &size) != NULL);
    CHECK(page_walk_find(&walk, SLOT, &size) == NULL);
    CHECK(page_walk_find(&walk, SLOT + 0x12345000, &size) == NULL);
    CHECK(page_walk_find(&walk, SLOT + slot_size - 4096, &size) == NULL);
    CHECK_EQ_U64(pages_out, 1 + 4 + 4); /* root, and two pages with three tables each */
    page_walk_clear(&walk, SLOT - 4096, 4096, LEAVES_RELEASED);
    page_walk_clear(&walk, SLOT + slot_size, 4096, LEAVES_RELEASED);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}

UNIT_TEST(page_walk_last_page, "the last page of the address space can be released") {
    const struct page_walk walk = new_walk(10);
    map(&walk, UINT64_MAX - 4095, 0);
    page_walk_clear(&walk, UINT64_MAX - 4095, 4096, LEAVES_RELEASED);
    CHECK_EQ_U64(pages_out, 1);
    CHECK(invalidations >= 1);
    release(walk.root);
}

UNIT_TEST(page_walk_exhausted, "running out of table pages is reported at every depth") {
    for (unsigned limit = 1; limit < 4; limit++) {
        const struct page_walk walk = new_walk(limit);
        CHECK(page_walk_make(&walk, SLOT, PAGE_SMALL) == NULL);
        pages_limit = 10;
        map(&walk, SLOT, 0);
        page_walk_clear(&walk, SLOT, 4096, LEAVES_RELEASED);
        CHECK_EQ_U64(pages_out, 1);
        release(walk.root);
    }
}

UNIT_TEST(page_walk_splits, "a 2 MiB page is split into 512 small ones with the same rights") {
    const struct page_walk walk = new_walk(10);
    const uint64_t rights = PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE;
    uint64_t size = 0;
    CHECK(page_walk_make(&walk, SLOT, PAGE_SMALL) != NULL);
    const uint64_t *top = (const uint64_t *)(uintptr_t)walk.root;
    const uint64_t *second = (const uint64_t *)(uintptr_t)(top[320] & PAGE_ENTRY_ADDRESS);
    uint64_t *directory = (uint64_t *)(uintptr_t)(second[0] & PAGE_ENTRY_ADDRESS);
    directory[1] = 0x40000000 | rights | PAGE_ENTRY_LARGE;

    CHECK(page_walk_find(&walk, SLOT + 0x3ff000, &size) == &directory[1]);
    CHECK_EQ_U64(size, 0x200000);
    page_walk_clear(&walk, SLOT + 0x200000, 0x200000, LEAVES_RELEASED);
    CHECK(page_walk_find(&walk, SLOT + 0x200000, &size) != NULL);
    for (uint64_t offset = 0; offset < 0x200000; offset += 4096) {
        const uint64_t *entry = page_walk_make(&walk, SLOT + 0x200000 + offset, PAGE_SMALL);
        CHECK_EQ_U64(*entry, (0x40000000 + offset) | rights);
    }
    CHECK(page_walk_find(&walk, SLOT + 0x200000, &size) != NULL);
    CHECK_EQ_U64(size, 4096);
    CHECK_EQ_U64(pages_out, 5);
    /* Give the tables back; the pages behind them were never allocated. */
    memset((void *)(uintptr_t)(directory[1] & PAGE_ENTRY_ADDRESS), 0, 4096);
    release(directory[1] & PAGE_ENTRY_ADDRESS);
    directory[1] = 0;
    map(&walk, SLOT, 0);
    page_walk_clear(&walk, SLOT, 4096, LEAVES_RELEASED);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}

UNIT_TEST(page_walk_splits_pat,
          "splitting moves the PAT bit from bit 12 to bit 7 and keeps the others") {
    static const uint64_t caching[] = {0, PAGE_ENTRY_WRITE_THROUGH, PAGE_ENTRY_CACHE_DISABLE,
                                       PAGE_ENTRY_WRITE_THROUGH | PAGE_ENTRY_CACHE_DISABLE};
    for (unsigned pat = 0; pat < 2; pat++) {
        for (unsigned i = 0; i < 4; i++) {
            const struct page_walk walk = new_walk(10);
            const uint64_t rights = PAGE_ENTRY_PRESENT | PAGE_ENTRY_NO_EXECUTE | caching[i];
            uint64_t *large = page_walk_make(&walk, SLOT, PAGE_LARGE);
            *large = UINT64_C(0x12345600000) | rights | PAGE_ENTRY_LARGE |
                     (pat != 0 ? PAGE_ENTRY_PAT_LARGE : 0);
            const uint64_t *entry = page_walk_make(&walk, SLOT + 0x1ff000, PAGE_SMALL);
            CHECK_EQ_U64(*entry,
                         UINT64_C(0x123457ff000) | rights | (pat != 0 ? PAGE_ENTRY_PAT : 0));
            CHECK_EQ_U64(*large & (PAGE_ENTRY_LARGE | PAGE_ENTRY_NO_EXECUTE), 0);
            CHECK_EQ_U64(invalidations, 1);
            page_walk_clear(&walk, SLOT, PAGE_LARGE, LEAVES_UNMAPPED);
            CHECK_EQ_U64(pages_out, 1);
            release(walk.root);
        }
    }
}

UNIT_TEST(page_walk_holes, "where nothing is mapped, the size of the hole is told") {
    const struct page_walk walk = new_walk(10);
    uint64_t span = 0;
    CHECK(page_walk_find(&walk, SLOT, &span) == NULL);
    CHECK_EQ_U64(span, UINT64_C(512) << 30);
    CHECK(page_walk_make(&walk, SLOT, PAGE_SMALL) != NULL);
    CHECK(page_walk_find(&walk, SLOT, &span) == NULL);
    CHECK_EQ_U64(span, 4096);
    CHECK(page_walk_find(&walk, SLOT + PAGE_LARGE, &span) == NULL);
    CHECK_EQ_U64(span, PAGE_LARGE);
    CHECK(page_walk_find(&walk, SLOT + (UINT64_C(1) << 30), &span) == NULL);
    CHECK_EQ_U64(span, UINT64_C(1) << 30);
    page_walk_clear(&walk, SLOT, 4096, LEAVES_STAY);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}

struct seen {
    unsigned count;
    struct page_walk_page pages[4];
};

static void see(void *context, const struct page_walk_page *page) {
    struct seen *seen = context;
    CHECK(seen->count < 4);
    seen->pages[seen->count++] = *page;
}

UNIT_TEST(page_walk_shows,
          "the walk shows pages of all sizes, ascending, with canonical addresses") {
    const struct page_walk walk = new_walk(20);
    struct seen seen = {0};
    map(&walk, UINT64_MAX - 4095, PAGE_ENTRY_NO_EXECUTE);
    map(&walk, 0x7ffffffff000, PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE);
    *page_walk_make(&walk, SLOT + PAGE_LARGE, PAGE_LARGE) =
        0x40000000 | PAGE_ENTRY_PRESENT | PAGE_ENTRY_LARGE;
    CHECK_EQ_U64(page_walk_each(&walk, see, &seen), 1 + 3 + 2 + 3);
    CHECK_EQ_U64(seen.count, 3);
    CHECK_EQ_U64(seen.pages[0].virtual_address, 0x7ffffffff000);
    CHECK_EQ_U64(seen.pages[0].size, 4096);
    CHECK_EQ_U64(seen.pages[1].virtual_address, SLOT + PAGE_LARGE);
    CHECK_EQ_U64(seen.pages[1].size, PAGE_LARGE);
    CHECK_EQ_U64(seen.pages[1].entry & (PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE), 0);
    CHECK_EQ_U64(seen.pages[2].virtual_address, UINT64_MAX - 4095);
    page_walk_clear(&walk, 0x7ffffffff000, 4096, LEAVES_RELEASED);
    page_walk_clear(&walk, SLOT, 2 * PAGE_LARGE, LEAVES_UNMAPPED);
    page_walk_clear(&walk, UINT64_MAX - 4095, 4096, LEAVES_RELEASED);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}

UNIT_TEST(page_walk_write_exec, "the check counts pages that are writable and executable") {
    const struct page_walk walk = new_walk(20);
    map(&walk, SLOT, PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE);
    map(&walk, SLOT + 4096, 0);
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 0);
    map(&walk, SLOT + 8192, PAGE_ENTRY_WRITE);
    map(&walk, 0x1000, PAGE_ENTRY_WRITE);
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 2);
    *page_walk_make(&walk, SLOT + PAGE_LARGE, PAGE_LARGE) =
        0x40000000 | PAGE_ENTRY_PRESENT | PAGE_ENTRY_LARGE | PAGE_ENTRY_WRITE;
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 3);
    page_walk_clear(&walk, SLOT + PAGE_LARGE, PAGE_LARGE, LEAVES_UNMAPPED);
    uint64_t *top = (uint64_t *)(uintptr_t)walk.root;
    top[0] |= PAGE_ENTRY_NO_EXECUTE; /* a level above forbids execution */
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 1);
    top[320] &= ~PAGE_ENTRY_WRITE;
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 0);
    page_walk_clear(&walk, SLOT, 12288, LEAVES_RELEASED);
    page_walk_clear(&walk, 0x1000, 4096, LEAVES_RELEASED);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}
