/*
 * page_bitmap.h - which pages are free, one bit a page: the core of the physical memory manager.
 *
 * Beside the bits stand three summaries, sets of the words in which something can be found: any free
 * page, a whole free lane (16 pages), nothing but free pages. They cost 1/21 of the bitmap and make
 * the usual questions a few cache lines, however large and however full the memory is: the lowest
 * free page, an aligned run of up to 16 pages (what the heap takes), the next 64 pages of a large
 * run. Summaries of every power of two would answer more, but each page taken or given would have to
 * keep them all; with these three the usual change touches none.
 *
 * Plain data and no hardware access, so that the host tests it. Not synchronised: pmm.c calls it
 * with interrupts disabled.
 */
#ifndef PAGE_BITMAP_H
#define PAGE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mm/bit_tree.h"

#define PAGE_BITMAP_NONE       UINT64_MAX
#define PAGE_BITMAP_WORD_PAGES 64u
#define PAGE_BITMAP_LANE_PAGES 16u

enum page_summary {
    SUMMARY_ANY,  /* words with a free page */
    SUMMARY_LANE, /* words with a free lane: 16 pages, aligned */
    SUMMARY_FULL, /* words of 64 free pages */
    SUMMARY_COUNT
};

struct page_bitmap {
    uint64_t *words;     /* bit set: page is free; page n is bit n % 64 of word n / 64 */
    uint64_t page_count; /* pages covered */
    uint64_t free_count; /* set bits */
    uint64_t lowest;     /* no word below this one has a free page */
    struct bit_tree summary[SUMMARY_COUNT];
};

/* Bytes that the bitmap and its summaries need for `page_count` pages. */
size_t page_bitmap_bytes(uint64_t page_count);

/* Starts with no page free. `memory` must have room for page_bitmap_bytes(page_count) and stays in
 * use. */
void page_bitmap_init(struct page_bitmap *bitmap, uint64_t *memory, uint64_t page_count);

/* Makes pages [first, end) free, or used, whatever they were. Pages that are not covered are
 * ignored. */
void page_bitmap_set_free(struct page_bitmap *bitmap, uint64_t first, uint64_t end);
void page_bitmap_set_used(struct page_bitmap *bitmap, uint64_t first, uint64_t end);

/* Takes `count` contiguous pages whose first page number is a multiple of `alignment` (a power of
 * two). Returns the first page number or PAGE_BITMAP_NONE. Runs of up to 16 pages prefer whole free
 * lanes, since what they leave of a lane serves single pages; otherwise the lowest run is taken. */
uint64_t page_bitmap_take(struct page_bitmap *bitmap, uint64_t count, uint64_t alignment);

/* Gives pages back. False, and nothing is changed, when the range is empty, not covered or
 * contains a page that is free already. */
bool page_bitmap_give(struct page_bitmap *bitmap, uint64_t first, uint64_t count);

/* Length of the longest run of free pages. Reads the whole bitmap. */
uint64_t page_bitmap_longest_run(const struct page_bitmap *bitmap);

/* Corrects the summaries after word `index` has changed from `before`. */
void page_bitmap_summarise(struct page_bitmap *bitmap, uint64_t index, uint64_t before);

/* The lane of `word` that has bit `bit`, moved to the low 16 bits. */
static inline uint16_t page_bitmap_lane(uint64_t word, unsigned bit) {
    return (uint16_t)(word >> (bit & ~(PAGE_BITMAP_LANE_PAGES - 1)));
}

/* Takes the lowest free page: page_bitmap_take for one page, where it matters. Low pages first keep
 * the free ones together, and the page given last, still in the cache, is often the next one taken.
 */
static inline uint64_t page_bitmap_take_one(struct page_bitmap *bitmap) {
    if (bitmap->free_count == 0) {
        return PAGE_BITMAP_NONE;
    }
    uint64_t index = bitmap->lowest;
    if (bitmap->words[index] == 0) {
        index = bit_tree_next(&bitmap->summary[SUMMARY_ANY], index);
        bitmap->lowest = index;
    }
    const uint64_t word = bitmap->words[index];
    const unsigned bit = (unsigned)__builtin_ctzll(word);
    const uint64_t rest = word & (word - 1);
    bitmap->words[index] = rest;
    bitmap->free_count--;
    if (rest == 0 || page_bitmap_lane(word, bit) == UINT16_MAX) {
        page_bitmap_summarise(bitmap, index, word);
    }
    return index * PAGE_BITMAP_WORD_PAGES + bit;
}

/* Gives back one page: page_bitmap_give, where it matters. */
static inline bool page_bitmap_give_one(struct page_bitmap *bitmap, uint64_t page) {
    const uint64_t index = page / PAGE_BITMAP_WORD_PAGES;
    const unsigned bit = page % PAGE_BITMAP_WORD_PAGES;
    if (page >= bitmap->page_count || (bitmap->words[index] >> bit & 1) != 0) {
        return false;
    }
    const uint64_t before = bitmap->words[index];
    const uint64_t word = before | UINT64_C(1) << bit;
    bitmap->words[index] = word;
    bitmap->free_count++;
    if (index < bitmap->lowest) {
        bitmap->lowest = index;
    }
    if (before == 0 || page_bitmap_lane(word, bit) == UINT16_MAX) {
        page_bitmap_summarise(bitmap, index, before);
    }
    return true;
}

#endif
