/*
 * test_pmm_page_walk.c - page tables built in the host's memory, where a physical address is a
 * pointer.
 */
/* uses: c/mm/page_walk.c */
#include "mm/page_walk.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define SLOT UINT64_C(0xffffa00000000000)

static unsigned pages_out;   /* pages allocated and not yet released */
static unsigned pages_limit; /* allocate refuses when this many are out */
static unsigned invalidations;

static uint64_t allocate(void) {
    if (pages_out == pages_limit) {
        return 0;
    }
    void *page = aligned_alloc(4096, 4096);
    memset(page, 0xaa, 4096); /* the code must not rely on cleared pages */
    pages_out++;
    return (uint64_t)(uintptr_t)page;
}

static void release(uint64_t physical) {
    free((void *)(uintptr_t)physical);
    pages_out--;
}

static void invalidate(uint64_t virtual_address) {
    (void)virtual_address;
    invalidations++;
}

static struct page_walk new_walk(unsigned limit) {
    pages_out = 0;
    pages_limit = limit;
    invalidations = 0;
    const struct page_walk walk = {
        .root = allocate(), .allocate = allocate, .release = release, .invalidate = invalidate};
    memset((void *)(uintptr_t)walk.root, 0, 4096);
    return walk;
}

static void map(const struct page_walk *walk, uint64_t virtual_address, uint64_t rights) {
    uint64_t *entry = page_walk_make(walk, virtual_address);
    CHECK_EQ_U64(*entry, 0);
    *entry = allocate() | PAGE_ENTRY_PRESENT | rights;
}

UNIT_TEST(page_walk_empty, "nothing is mapped in empty tables") {
    const struct page_walk walk = new_walk(10);
    uint64_t size;
    CHECK(page_walk_find(&walk, 0, &size) == NULL);
    CHECK(page_walk_find(&walk, SLOT, &size) == NULL);
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 0);
    page_walk_release(&walk, SLOT, UINT64_C(8) << 30);
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
    page_walk_release(&walk, SLOT, UINT64_C(8) << 30);
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
    page_walk_release(&walk, SLOT, slot_size);
    CHECK(page_walk_find(&walk, SLOT - 4096, &size) != NULL);
    CHECK(page_walk_find(&walk, SLOT + slot_size, &size) != NULL);
    CHECK(page_walk_find(&walk, SLOT, &size) == NULL);
    CHECK(page_walk_find(&walk, SLOT + 0x12345000, &size) == NULL);
    CHECK(page_walk_find(&walk, SLOT + slot_size - 4096, &size) == NULL);
    CHECK_EQ_U64(pages_out, 1 + 4 + 4); /* root, and two pages with three tables each */
    page_walk_release(&walk, SLOT - 4096, 4096);
    page_walk_release(&walk, SLOT + slot_size, 4096);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}

UNIT_TEST(page_walk_last_page, "the last page of the address space can be released") {
    const struct page_walk walk = new_walk(10);
    map(&walk, UINT64_MAX - 4095, 0);
    page_walk_release(&walk, UINT64_MAX - 4095, 4096);
    CHECK_EQ_U64(pages_out, 1);
    CHECK(invalidations >= 1);
    release(walk.root);
}

UNIT_TEST(page_walk_exhausted, "running out of table pages is reported at every depth") {
    for (unsigned limit = 1; limit < 4; limit++) {
        const struct page_walk walk = new_walk(limit);
        CHECK(page_walk_make(&walk, SLOT) == NULL);
        pages_limit = 10;
        map(&walk, SLOT, 0);
        page_walk_release(&walk, SLOT, 4096);
        CHECK_EQ_U64(pages_out, 1);
        release(walk.root);
    }
}

UNIT_TEST(page_walk_splits, "a 2 MiB page is split into 512 small ones with the same rights") {
    const struct page_walk walk = new_walk(10);
    const uint64_t rights = PAGE_ENTRY_PRESENT | PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE;
    uint64_t size = 0;
    CHECK(page_walk_make(&walk, SLOT) != NULL);
    const uint64_t *top = (const uint64_t *)(uintptr_t)walk.root;
    const uint64_t *second = (const uint64_t *)(uintptr_t)(top[320] & PAGE_ENTRY_ADDRESS);
    uint64_t *directory = (uint64_t *)(uintptr_t)(second[0] & PAGE_ENTRY_ADDRESS);
    directory[1] = 0x40000000 | rights | PAGE_ENTRY_LARGE;

    CHECK(page_walk_find(&walk, SLOT + 0x3ff000, &size) == &directory[1]);
    CHECK_EQ_U64(size, 0x200000);
    page_walk_release(&walk, SLOT + 0x200000, 0x200000);
    CHECK(page_walk_find(&walk, SLOT + 0x200000, &size) != NULL);
    for (uint64_t offset = 0; offset < 0x200000; offset += 4096) {
        const uint64_t *entry = page_walk_make(&walk, SLOT + 0x200000 + offset);
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
    page_walk_release(&walk, SLOT, 4096);
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
    uint64_t *top = (uint64_t *)(uintptr_t)walk.root;
    top[0] |= PAGE_ENTRY_NO_EXECUTE; /* a level above forbids execution */
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 1);
    top[320] &= ~PAGE_ENTRY_WRITE;
    CHECK_EQ_U64(page_walk_count_write_exec(&walk), 0);
    page_walk_release(&walk, SLOT, 12288);
    page_walk_release(&walk, 0x1000, 4096);
    CHECK_EQ_U64(pages_out, 1);
    release(walk.root);
}
