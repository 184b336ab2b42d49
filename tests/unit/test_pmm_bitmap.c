/*
 * test_pmm_bitmap.c - the page bitmap of the physical memory manager, at its edges and at random.
 */
/* uses: c/mm/page_bitmap.c */
#include "mm/page_bitmap.h"

#include <string.h>

#include "unit.h"

#define PAGES 1000u /* not a multiple of 64 */

static uint64_t words[PAGES / 64 + 1];

static struct page_bitmap all_free(void) {
    struct page_bitmap bitmap;
    page_bitmap_init(&bitmap, words, PAGES);
    page_bitmap_set_free(&bitmap, 0, UINT64_MAX);
    return bitmap;
}

UNIT_TEST(pmm_bitmap_starts_used, "no page is free at the start") {
    struct page_bitmap bitmap;
    CHECK_EQ_U64(page_bitmap_bytes(0), 0);
    CHECK_EQ_U64(page_bitmap_bytes(1), 8);
    CHECK_EQ_U64(page_bitmap_bytes(64), 8);
    CHECK_EQ_U64(page_bitmap_bytes(65), 16);
    page_bitmap_init(&bitmap, words, PAGES);
    CHECK_EQ_U64(bitmap.free_count, 0);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), PAGE_BITMAP_NONE);
    page_bitmap_init(&bitmap, NULL, 0);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), PAGE_BITMAP_NONE);
    CHECK(!page_bitmap_give(&bitmap, 0, 1));
}

UNIT_TEST(pmm_bitmap_counts, "free pages are counted once however ranges overlap") {
    struct page_bitmap bitmap;
    page_bitmap_init(&bitmap, words, PAGES);
    page_bitmap_set_free(&bitmap, 60, 70);
    page_bitmap_set_free(&bitmap, 65, 200);
    CHECK_EQ_U64(bitmap.free_count, 140);
    page_bitmap_set_used(&bitmap, 0, 64);
    CHECK_EQ_U64(bitmap.free_count, 136);
    page_bitmap_set_used(&bitmap, 0, 64);
    CHECK_EQ_U64(bitmap.free_count, 136);
    page_bitmap_set_free(&bitmap, 990, UINT64_MAX);
    CHECK_EQ_U64(bitmap.free_count, 146);
    page_bitmap_set_free(&bitmap, 300, 300);
    page_bitmap_set_free(&bitmap, 301, 300);
    CHECK_EQ_U64(bitmap.free_count, 146);
}

UNIT_TEST(pmm_bitmap_exhausts, "every page can be taken once, and none after that") {
    struct page_bitmap bitmap = all_free();
    for (uint64_t i = 0; i < PAGES; i++) {
        CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), i);
    }
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), PAGE_BITMAP_NONE);
    CHECK(page_bitmap_give(&bitmap, 500, 1));
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), 500);
}

UNIT_TEST(pmm_bitmap_runs, "a run is contiguous and crosses word borders") {
    struct page_bitmap bitmap = all_free();
    page_bitmap_set_used(&bitmap, 0, PAGES);
    page_bitmap_set_free(&bitmap, 10, 60);
    page_bitmap_set_free(&bitmap, 100, 330);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 200, 1), 100);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 31, 1), 10);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 31, 1), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 30, 1), 300);
}

UNIT_TEST(pmm_bitmap_whole, "the whole memory can be one run, and no more") {
    struct page_bitmap bitmap = all_free();
    CHECK_EQ_U64(page_bitmap_take(&bitmap, PAGES + 1, 1), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 0, 1), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, PAGES, 1), 0);
    CHECK(page_bitmap_give(&bitmap, 0, PAGES));
    CHECK_EQ_U64(page_bitmap_take(&bitmap, PAGES, 1), 0);
}

UNIT_TEST(pmm_bitmap_alignment, "an aligned run starts at a multiple of its alignment") {
    struct page_bitmap bitmap = all_free();
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), 0);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 4, 512), 512);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 4, 512), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 4, 4), 516);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), 520);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 8), 528);
}

UNIT_TEST(pmm_bitmap_double_give, "giving a free page, or one that is not there, changes nothing") {
    struct page_bitmap bitmap = all_free();
    const uint64_t first = page_bitmap_take(&bitmap, 100, 1);
    CHECK(page_bitmap_give(&bitmap, first + 50, 1));
    CHECK(!page_bitmap_give(&bitmap, first + 50, 1));
    CHECK(!page_bitmap_give(&bitmap, first, 100));
    CHECK(!page_bitmap_give(&bitmap, first, 0));
    CHECK(!page_bitmap_give(&bitmap, PAGES, 1));
    CHECK(!page_bitmap_give(&bitmap, PAGES - 1, 2));
    CHECK(!page_bitmap_give(&bitmap, 1, UINT64_MAX));
    CHECK_EQ_U64(bitmap.free_count, PAGES - 99);
}

UNIT_TEST(pmm_bitmap_next_fit,
          "the search goes on behind the last allocation, then from the start") {
    struct page_bitmap bitmap = all_free();
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 10, 1), 0);
    CHECK(page_bitmap_give(&bitmap, 0, 10));
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 10, 1), 10);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 980, 1), 20);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 10, 1), 0);
}

/* xorshift: the same sequence on every run. */
static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

UNIT_TEST(pmm_bitmap_random, "200,000 random steps agree with a plain array") {
    static uint8_t used[PAGES];
    memset(used, 0, sizeof used);
    struct page_bitmap bitmap = all_free();
    uint64_t state = 88172645463325252u;
    for (unsigned step = 0; step < 200000; step++) {
        const uint64_t count = 1 + next_random(&state) % 40;
        if (next_random(&state) % 2 == 0) {
            const uint64_t alignment = UINT64_C(1) << next_random(&state) % 6;
            const uint64_t first = page_bitmap_take(&bitmap, count, alignment);
            if (first == PAGE_BITMAP_NONE) {
                continue;
            }
            CHECK_EQ_U64(first % alignment, 0);
            CHECK(first + count <= PAGES);
            for (uint64_t i = first; i < first + count; i++) {
                CHECK(!used[i]);
                used[i] = 1;
            }
        } else {
            const uint64_t first = next_random(&state) % PAGES;
            bool possible = first + count <= PAGES;
            for (uint64_t i = first; possible && i < first + count; i++) {
                possible = used[i];
            }
            CHECK_EQ_U64(page_bitmap_give(&bitmap, first, count), possible);
            if (possible) {
                memset(used + first, 0, count);
            }
        }
    }
    uint64_t free_count = 0;
    for (unsigned i = 0; i < PAGES; i++) {
        free_count += !used[i];
    }
    CHECK_EQ_U64(bitmap.free_count, free_count);
}
