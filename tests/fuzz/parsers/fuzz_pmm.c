/*
 * fuzz_pmm.c - the memory manager on any memory map: no page is given out that something else may use.
 *
 * Every page that is given out is checked against a list which is made entry by entry (pmm_machine.h).
 */
/* uses: c/mm/memory_map.c c/mm/page_bitmap.c */
/* plant: c/mm/page_bitmap.c: s/used == first + count/used + 1 >= first + count/ */
/* plant: c/mm/page_bitmap.c: s/find_run(bitmap, 0, bitmap->hint, count, alignment)/PAGE_BITMAP_NONE/ */
/* plant: c/mm/page_bitmap.c: s/bitmap->free_count -= free_before/bitmap->free_count -= stop - first/ */
/* plant: c/mm/page_bitmap.c: s/first = (first + alignment - 1) & ~(alignment - 1);// */
/* plant: c/mm/memory_map.c: s/step_past(&reserved\[i\], first, count)/false/ */
/* plant: c/mm/memory_map.c: s/case EFI_TYPE_BOOT_DATA:/case EFI_TYPE_RUNTIME_DATA:/ */
#include "pmm_machine.h"

enum { HELD_MAX = 32 };

static struct run {
    uint64_t address;
    size_t count;
} held[HELD_MAX];

/* Pages that are given out, or back, may be given out once more or not at all. */
static void mark(const struct run *run, bool free) {
    for (uint64_t page = run->address >> PAGE_SHIFT;
         page < (run->address >> PAGE_SHIFT) + run->count; page++) {
        PROPERTY(allowed[page] != free, "the page is free for the kernel, and given out once");
        allowed[page] = free;
    }
}

/* Takes a run, and demands that it may be given. */
static struct run take(size_t count, uint64_t alignment) {
    const uint64_t before = pmm_get_stats().free_pages;
    const struct run run = {pmm_alloc_aligned(count, alignment), count};
    PROPERTY(pmm_get_stats().free_pages == before - (run.address == 0 ? 0 : count),
             "the accounts add up");
    if (run.address == 0) {
        return (struct run){0};
    }
    PROPERTY(run.address % alignment == 0 && run.address >> PAGE_SHIFT <= RAM_PAGES - count,
             "the run is aligned memory");
    mark(&run, false);
    return run;
}

/* Takes and gives back runs in the order of the input, then takes all that is left page by page. */
static void use(struct fuzz_input *in) {
    memset(held, 0, sizeof held);
    while (in->left > 0) {
        struct run *run = &held[fuzz_take(in, 1) % HELD_MAX];
        if (run->count != 0) {
            pmm_free_pages(run->address, run->count);
            mark(run, true);
            *run = (struct run){0};
        } else {
            const uint8_t wish = (uint8_t)fuzz_take(in, 1);
            *run = take((size_t)wish % 32 + 1, PAGE_BYTES << wish / 32);
        }
    }
    while (take(1, PAGE_BYTES).count != 0) {
    }
    PROPERTY(pmm_get_stats().free_pages == 0, "page by page everything can be had");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    pmm_init(make_machine(&in));

    const uint64_t total = pmm_get_stats().total_pages;
    PROPERTY(pmm_get_stats().free_pages == total, "at the start all pages are free");
    if (bitmap.words != NULL) {
        const struct run own = {direct_map_physical(bitmap.words),
                                (page_bitmap_bytes(bitmap.page_count) + PAGE_BYTES - 1) /
                                    PAGE_BYTES};
        mark(&own, false);
    }
    uint64_t expected = 0;
    for (uint64_t page = 0; page < RAM_PAGES && page < bitmap.page_count; page++) {
        expected += allowed[page];
    }
    PROPERTY(total == expected, "every page that may be given is free, and no other");
    use(&in);
    return 0;
}
