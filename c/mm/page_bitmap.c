/*
 * page_bitmap.c - which pages are free, one bit a page: the core of the physical memory manager.
 *
 * A set bit means free, so that a search can skip 64 used pages with one comparison and find the
 * next free one by counting trailing zeros; runs of free pages are measured on the complement.
 */
#include "mm/page_bitmap.h"

#define WORD_BITS 64u

size_t page_bitmap_bytes(uint64_t page_count) {
    return (size_t)((page_count + WORD_BITS - 1) / WORD_BITS * sizeof(uint64_t));
}

void page_bitmap_init(struct page_bitmap *bitmap, uint64_t *words, uint64_t page_count) {
    bitmap->words = words;
    bitmap->page_count = page_count;
    bitmap->free_count = 0;
    bitmap->hint = 0;
    for (uint64_t i = 0; i < (page_count + WORD_BITS - 1) / WORD_BITS; i++) {
        words[i] = 0;
    }
}

/* Bits [low, high) of a word, 0 <= low < high <= 64. */
static uint64_t bits_between(unsigned low, unsigned high) {
    const uint64_t below_high = high == WORD_BITS ? UINT64_MAX : (UINT64_C(1) << high) - 1;
    return below_high & (UINT64_MAX << low);
}

static unsigned count_bits(uint64_t word) {
    /* The compiler's builtin would call a library that the kernel does not have. */
    unsigned count = 0;
    for (; word != 0; word &= word - 1) {
        count++;
    }
    return count;
}

enum bit_action { SET_FREE, SET_USED };

static void change(struct page_bitmap *bitmap, uint64_t first, uint64_t end,
                   enum bit_action action) {
    if (end > bitmap->page_count) {
        end = bitmap->page_count;
    }
    while (first < end) {
        const uint64_t base = first / WORD_BITS * WORD_BITS;
        const uint64_t stop = end - base < WORD_BITS ? end : base + WORD_BITS;
        const uint64_t mask = bits_between((unsigned)(first - base), (unsigned)(stop - base));
        uint64_t *word = &bitmap->words[first / WORD_BITS];
        const unsigned free_before = count_bits(*word & mask);
        if (action == SET_FREE) {
            *word |= mask;
            bitmap->free_count += (stop - first) - free_before;
        } else {
            *word &= ~mask;
            bitmap->free_count -= free_before;
        }
        first = stop;
    }
}

void page_bitmap_set_free(struct page_bitmap *bitmap, uint64_t first, uint64_t end) {
    change(bitmap, first, end, SET_FREE);
}

void page_bitmap_set_used(struct page_bitmap *bitmap, uint64_t first, uint64_t end) {
    change(bitmap, first, end, SET_USED);
}

/* The first page in [first, end) whose bit, exclusive-or `invert`, is set; `end` when none is. With
 * invert 0 it is the first free page, with all ones the first used one. */
static uint64_t scan(const struct page_bitmap *bitmap, uint64_t first, uint64_t end,
                     uint64_t invert) {
    while (first < end) {
        const uint64_t word =
            (bitmap->words[first / WORD_BITS] ^ invert) & (UINT64_MAX << first % WORD_BITS);
        const uint64_t base = first / WORD_BITS * WORD_BITS;
        if (word != 0) {
            const uint64_t found = base + (unsigned)__builtin_ctzll(word);
            return found < end ? found : end;
        }
        first = base + WORD_BITS;
    }
    return end;
}

/* An aligned free run that starts in [first, end), PAGE_BITMAP_NONE when there is none. */
static uint64_t find_run(const struct page_bitmap *bitmap, uint64_t first, uint64_t end,
                         uint64_t count, uint64_t alignment) {
    for (;;) {
        first = scan(bitmap, first, end, 0);
        if (first >= end) {
            return PAGE_BITMAP_NONE;
        }
        first = (first + alignment - 1) & ~(alignment - 1);
        if (first >= end || count > bitmap->page_count - first) {
            return PAGE_BITMAP_NONE;
        }
        const uint64_t used = scan(bitmap, first, first + count, UINT64_MAX);
        if (used == first + count) {
            return first;
        }
        first = used;
    }
}

uint64_t page_bitmap_take(struct page_bitmap *bitmap, uint64_t count, uint64_t alignment) {
    if (count == 0 || count > bitmap->free_count) {
        return PAGE_BITMAP_NONE;
    }
    uint64_t found = find_run(bitmap, bitmap->hint, bitmap->page_count, count, alignment);
    if (found == PAGE_BITMAP_NONE) {
        found = find_run(bitmap, 0, bitmap->hint, count, alignment);
    }
    if (found != PAGE_BITMAP_NONE) {
        change(bitmap, found, found + count, SET_USED);
        bitmap->hint = found + count;
    }
    return found;
}

bool page_bitmap_give(struct page_bitmap *bitmap, uint64_t first, uint64_t count) {
    if (count == 0 || first >= bitmap->page_count || count > bitmap->page_count - first) {
        return false;
    }
    if (scan(bitmap, first, first + count, 0) != first + count) {
        return false;
    }
    change(bitmap, first, first + count, SET_FREE);
    return true;
}
