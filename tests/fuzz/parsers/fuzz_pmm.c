/*
 * fuzz_pmm.c - the memory manager on any memory map: no page is given out that something else may use.
 *
 * Every page that is given out is checked against a list which is made entry by entry (pmm_machine.h).
 */
/* uses: c/mm/memory_map.c c/mm/page_bitmap.c c/mm/page_plan.c c/mm/bit_tree.c */
/* plant: c/mm/page_bitmap.c: s/if (used == at + count)/if (used + 1 >= at + count)/ */
/* plant: c/mm/page_bitmap.c: s/return found < end ? found : end;/return end;/ */
/* plant: c/mm/page_bitmap.c: s/count_bits(mask & before)/count_bits(mask)/ */
/* plant: c/mm/page_bitmap.c: s/starts_of_16(bitmap->words\[index\]) & places/starts_of_16(bitmap->words[index])/ */
/* plant: c/mm/bit_tree.c: s/        if (before != 0) {/        if (1) {/ */
/* plant: c/mm/bit_tree.c: s/number = index + 1;/number = index + 2;/ */
/* plant: c/mm/page_plan.c: s/find_room(map, reserved, reserved_count/find_room(map, reserved, 0/ */
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

/* Whether there are so many free pages in a row at a place of this alignment. */
static bool there_is(size_t count, uint64_t alignment) {
    const uint64_t end = bitmap.page_count < RAM_PAGES ? bitmap.page_count : RAM_PAGES;
    for (uint64_t first = 0; first + count <= end; first += alignment) {
        if (memchr(&allowed[first], 0, count) == NULL) {
            return true;
        }
    }
    return false;
}

/* Takes a run, and demands that it may be given. */
static struct run take(size_t count, uint64_t alignment) {
    const uint64_t before = pmm_get_stats().free_pages;
    const struct run run = {pmm_alloc_aligned(count, alignment), count};
    PROPERTY(pmm_get_stats().free_pages == before - (run.address == 0 ? 0 : count),
             "the accounts add up");
    if (run.address == 0) {
        PROPERTY(!there_is(count, alignment >> PAGE_SHIFT), "what there is can be had");
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
            *run = take(wish < 240 ? (size_t)wish % 32 + 1 : wish, PAGE_BYTES << wish / 32);
        }
    }
    const uint64_t longest = pmm_longest_run();
    PROPERTY(longest == 0 || there_is(longest, 1), "the longest run is there");
    PROPERTY(!there_is(longest + 1, 1), "and there is no longer one");
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
