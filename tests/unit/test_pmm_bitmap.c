/*
 * test_pmm_bitmap.c - the page bitmap of the physical memory manager, at its edges and at random.
 */
/* uses: c/mm/page_bitmap.c c/mm/bit_tree.c */
#include "mm/page_bitmap.h"

#include <string.h>

#include "unit.h"

#define PAGES 1000u /* not a multiple of 64 */

static uint64_t words[PAGES / 64 + 1 + SUMMARY_COUNT];

static struct page_bitmap all_free(void) {
    struct page_bitmap bitmap;
    page_bitmap_init(&bitmap, words, PAGES);
    page_bitmap_set_free(&bitmap, 0, UINT64_MAX);
    return bitmap;
}

UNIT_TEST(pmm_bitmap_starts_used, "no page is free at the start") {
    struct page_bitmap bitmap;
    CHECK_EQ_U64(page_bitmap_bytes(1), 8 + 3 * 8);
    CHECK_EQ_U64(page_bitmap_bytes(64), 8 + 3 * 8);
    CHECK_EQ_U64(page_bitmap_bytes(65), 16 + 3 * 8);
    CHECK_EQ_U64(page_bitmap_bytes(PAGES), sizeof words);
    page_bitmap_init(&bitmap, words, PAGES);
    CHECK_EQ_U64(bitmap.free_count, 0);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take_one(&bitmap), PAGE_BITMAP_NONE);
    page_bitmap_init(&bitmap, NULL, 0);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take_one(&bitmap), PAGE_BITMAP_NONE);
    CHECK(!page_bitmap_give(&bitmap, 0, 1));
    CHECK(!page_bitmap_give_one(&bitmap, 0));
    CHECK_EQ_U64(page_bitmap_longest_run(&bitmap), 0);
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
    CHECK_EQ_U64(page_bitmap_longest_run(&bitmap), 230);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 200, 1), 100);
    CHECK_EQ_U64(page_bitmap_longest_run(&bitmap), 50);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 31, 1), 10);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 31, 1), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 30, 1), 300);
    CHECK_EQ_U64(page_bitmap_longest_run(&bitmap), 19);
}

UNIT_TEST(pmm_bitmap_lanes, "a short run takes a whole free lane if there is one, else what fits") {
    struct page_bitmap bitmap = all_free();
    page_bitmap_set_used(&bitmap, 0, PAGES);
    page_bitmap_set_free(&bitmap, 1, 3);
    page_bitmap_set_free(&bitmap, 70, 95);
    page_bitmap_set_free(&bitmap, 200, 210);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 2, 1), 1); /* no lane is whole: 80 to 94 */
    page_bitmap_set_free(&bitmap, 1, 3);
    page_bitmap_set_free(&bitmap, 95, 96);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 2, 1), 80);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 16, 1), PAGE_BITMAP_NONE);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 14, 1), 82);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 4, 4), 72);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 8, 8), 200);
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
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 4, 4), 16);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 16, 32), 32);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 16, 64), 64);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 1), 1);
    CHECK_EQ_U64(page_bitmap_take(&bitmap, 1, 8), 8);
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

UNIT_TEST(pmm_bitmap_lowest, "a single page is the lowest free one") {
    struct page_bitmap bitmap = all_free();
    for (uint64_t i = 0; i < 700; i++) {
        CHECK_EQ_U64(page_bitmap_take_one(&bitmap), i);
    }
    CHECK(page_bitmap_give_one(&bitmap, 650));
    CHECK(page_bitmap_give_one(&bitmap, 3));
    CHECK(!page_bitmap_give_one(&bitmap, 3));
    CHECK(!page_bitmap_give_one(&bitmap, PAGES));
    CHECK_EQ_U64(page_bitmap_take_one(&bitmap), 3);
    CHECK_EQ_U64(page_bitmap_take_one(&bitmap), 650);
    CHECK_EQ_U64(page_bitmap_take_one(&bitmap), 700);
}

/* What the summaries must say about a word. */
static void check_summaries(const struct page_bitmap *bitmap) {
    for (uint64_t index = 0; index * 64 < bitmap->page_count; index++) {
        const uint64_t word = bitmap->words[index];
        bool lane = false;
        for (unsigned at = 0; at < 64; at += 16) {
            lane |= (word >> at & 0xffff) == 0xffff;
        }
        const bool said[SUMMARY_COUNT] = {word != 0, lane, word == UINT64_MAX};
        for (unsigned i = 0; i < SUMMARY_COUNT; i++) {
            CHECK_EQ_U64(bit_tree_next(&bitmap->summary[i], index) == index, said[i]);
        }
        CHECK(word == 0 || index >= bitmap->lowest);
    }
}

/* xorshift: the same sequence on every run. */
static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Whether the plain array has an aligned run of `count` free pages. */
static bool has_run(const uint8_t *used, uint64_t count, uint64_t alignment) {
    for (uint64_t first = 0; first + count <= PAGES; first += alignment) {
        if (memchr(used + first, 1, count) == NULL) {
            return true;
        }
    }
    return false;
}

static void take_and_compare(struct page_bitmap *bitmap, uint8_t *used, uint64_t count,
                             uint64_t alignment) {
    const bool possible = has_run(used, count, alignment);
    const uint64_t first = count == 1 && alignment == 1
                               ? page_bitmap_take_one(bitmap)
                               : page_bitmap_take(bitmap, count, alignment);
    CHECK_EQ_U64(first != PAGE_BITMAP_NONE, possible);
    if (!possible) {
        return;
    }
    CHECK_EQ_U64(first % alignment, 0);
    CHECK(first + count <= PAGES);
    CHECK(memchr(used + first, 1, count) == NULL);
    memset(used + first, 1, count);
}

static void give_and_compare(struct page_bitmap *bitmap, uint8_t *used, uint64_t first,
                             uint64_t count) {
    const bool possible = first + count <= PAGES && memchr(used + first, 0, count) == NULL;
    CHECK_EQ_U64(count == 1 ? page_bitmap_give_one(bitmap, first)
                            : page_bitmap_give(bitmap, first, count),
                 possible);
    if (possible) {
        memset(used + first, 0, count);
    }
}

UNIT_TEST(pmm_bitmap_random,
          "200,000 random steps agree with a plain array, runs are never missed") {
    static uint8_t used[PAGES];
    memset(used, 0, sizeof used);
    struct page_bitmap bitmap = all_free();
    uint64_t state = 88172645463325252u;
    for (unsigned step = 0; step < 200000; step++) {
        const uint64_t kind = next_random(&state) % 8;
        const uint64_t count = kind < 3 ? 1 : 1 + next_random(&state) % (kind < 7 ? 40 : 200);
        if (next_random(&state) % 2 == 0) {
            take_and_compare(&bitmap, used, count, UINT64_C(1) << next_random(&state) % 8);
        } else {
            give_and_compare(&bitmap, used, next_random(&state) % PAGES, count);
        }
        if (step % 512 == 0) {
            check_summaries(&bitmap);
        }
    }
    uint64_t free_count = 0;
    for (unsigned i = 0; i < PAGES; i++) {
        free_count += !used[i];
    }
    CHECK_EQ_U64(bitmap.free_count, free_count);
}
