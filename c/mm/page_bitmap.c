/*
 * page_bitmap.c - which pages are free, one bit a page: the core of the physical memory manager.
 *
 * A set bit means free, so that a search can skip 64 used pages with one comparison and find the
 * next free one by counting trailing zeros; runs of free pages are measured on the complement.
 */
#include "mm/page_bitmap.h"

#define WORD_BITS PAGE_BITMAP_WORD_PAGES

static uint64_t word_count(uint64_t page_count) {
    return (page_count + WORD_BITS - 1) / WORD_BITS;
}

size_t page_bitmap_bytes(uint64_t page_count) {
    const uint64_t words = word_count(page_count);
    return (words + SUMMARY_COUNT * bit_tree_words(words)) * sizeof(uint64_t);
}

void page_bitmap_init(struct page_bitmap *bitmap, uint64_t *memory, uint64_t page_count) {
    const uint64_t words = word_count(page_count);
    bitmap->words = memory;
    bitmap->page_count = page_count;
    bitmap->free_count = 0;
    bitmap->lowest = 0;
    if (page_count == 0) {
        return;
    }
    for (uint64_t i = 0; i < words; i++) {
        memory[i] = 0;
    }
    memory += words;
    for (unsigned i = 0; i < SUMMARY_COUNT; i++) {
        bit_tree_init(&bitmap->summary[i], memory, words);
        memory += bit_tree_words(words);
    }
}

/* Bits [low, high) of a word, 0 <= low < high <= 64. */
static uint64_t bits_between(unsigned low, unsigned high) {
    const uint64_t below_high = high == WORD_BITS ? UINT64_MAX : (UINT64_C(1) << high) - 1;
    return below_high & (UINT64_MAX << low);
}

/* The compiler's builtin would call a library that the kernel does not have. */
static unsigned count_bits(uint64_t word) {
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    return (unsigned)(word * 0x0101010101010101 >> 56);
}

/* One bit for each n such that bits n to n + 15 are set. */
static uint64_t starts_of_16(uint64_t word) {
    word &= word >> 1;
    word &= word >> 2;
    word &= word >> 4;
    return word & word >> 8;
}

static bool has_lane(uint64_t word) {
    return (starts_of_16(word) & 0x0001000100010001) != 0;
}

static void note(struct bit_tree *tree, uint64_t index, bool before, bool after) {
    if (after && !before) {
        bit_tree_set(tree, index);
    } else if (before && !after) {
        bit_tree_clear(tree, index);
    }
}

void page_bitmap_summarise(struct page_bitmap *bitmap, uint64_t index, uint64_t before) {
    const uint64_t after = bitmap->words[index];
    note(&bitmap->summary[SUMMARY_ANY], index, before != 0, after != 0);
    note(&bitmap->summary[SUMMARY_LANE], index, has_lane(before), has_lane(after));
    note(&bitmap->summary[SUMMARY_FULL], index, before == UINT64_MAX, after == UINT64_MAX);
}

enum bit_action { SET_FREE, SET_USED };

static void change(struct page_bitmap *bitmap, uint64_t first, uint64_t end,
                   enum bit_action action) {
    if (end > bitmap->page_count) {
        end = bitmap->page_count;
    }
    if (action == SET_FREE && first < end && first / WORD_BITS < bitmap->lowest) {
        bitmap->lowest = first / WORD_BITS;
    }
    while (first < end) {
        const uint64_t index = first / WORD_BITS;
        const uint64_t base = index * WORD_BITS;
        const uint64_t stop = end - base < WORD_BITS ? end : base + WORD_BITS;
        const uint64_t mask = bits_between((unsigned)(first - base), (unsigned)(stop - base));
        const uint64_t before = bitmap->words[index];
        if (action == SET_FREE) {
            bitmap->words[index] |= mask;
            bitmap->free_count += count_bits(mask & ~before);
        } else {
            bitmap->words[index] &= ~mask;
            bitmap->free_count -= count_bits(mask & before);
        }
        page_bitmap_summarise(bitmap, index, before);
        first = stop;
    }
}

void page_bitmap_set_free(struct page_bitmap *bitmap, uint64_t first, uint64_t end) {
    change(bitmap, first, end, SET_FREE);
}

void page_bitmap_set_used(struct page_bitmap *bitmap, uint64_t first, uint64_t end) {
    change(bitmap, first, end, SET_USED);
}

/* The first used page in [first, end); `end` when all are free. */
static uint64_t first_used(const struct page_bitmap *bitmap, uint64_t first, uint64_t end) {
    while (first < end) {
        const uint64_t base = first / WORD_BITS * WORD_BITS;
        const uint64_t used = ~bitmap->words[first / WORD_BITS] & UINT64_MAX << first % WORD_BITS;
        if (used != 0) {
            const uint64_t found = base + (unsigned)__builtin_ctzll(used);
            return found < end ? found : end;
        }
        first = base + WORD_BITS;
    }
    return end;
}

/* The first free page from `first` on; page_count or more when there is none. */
static uint64_t first_free(const struct page_bitmap *bitmap, uint64_t first) {
    uint64_t index = first / WORD_BITS;
    uint64_t word = bitmap->words[index] & UINT64_MAX << first % WORD_BITS;
    if (word == 0) {
        index = bit_tree_next(&bitmap->summary[SUMMARY_ANY], index + 1);
        if (index == BIT_TREE_NONE) {
            return bitmap->page_count;
        }
        word = bitmap->words[index];
    }
    return index * WORD_BITS + (unsigned)__builtin_ctzll(word);
}

/* The first page of the lowest free lane that starts at a multiple of `alignment` (at most 64). */
static uint64_t find_lane(const struct page_bitmap *bitmap, uint64_t alignment) {
    const uint64_t places = alignment == WORD_BITS       ? 1
                            : alignment == WORD_BITS / 2 ? 0x0000000100000001
                                                         : 0x0001000100010001;
    const struct bit_tree *lanes = &bitmap->summary[SUMMARY_LANE];
    for (uint64_t index = 0;; index++) {
        index = bit_tree_next(lanes, index);
        if (index == BIT_TREE_NONE) {
            return PAGE_BITMAP_NONE;
        }
        const uint64_t found = starts_of_16(bitmap->words[index]) & places;
        if (found != 0) {
            return index * WORD_BITS + (unsigned)__builtin_ctzll(found);
        }
    }
}

/* The lowest aligned free run. A long run cannot be where there is no word full, or no lane full, of
 * free pages: that is what `needed` is, and where the search goes next. */
static uint64_t find_run(const struct page_bitmap *bitmap, uint64_t count, uint64_t alignment) {
    const enum page_summary kind = count >= 2 * WORD_BITS - 1                ? SUMMARY_FULL
                                   : count >= 2 * PAGE_BITMAP_LANE_PAGES - 1 ? SUMMARY_LANE
                                                                             : SUMMARY_ANY;
    const struct bit_tree *needed = &bitmap->summary[kind];
    uint64_t at = bitmap->lowest * WORD_BITS;
    while (at < bitmap->page_count) {
        const uint64_t index = bit_tree_next(needed, at / WORD_BITS);
        if (index == BIT_TREE_NONE) {
            return PAGE_BITMAP_NONE;
        }
        /* The run may begin in the word before. */
        if (index > at / WORD_BITS + 1) {
            at = (index - 1) * WORD_BITS;
        }
        at = (first_free(bitmap, at) + alignment - 1) & ~(alignment - 1);
        if (at >= bitmap->page_count || count > bitmap->page_count - at) {
            return PAGE_BITMAP_NONE;
        }
        const uint64_t used = first_used(bitmap, at, at + count);
        if (used == at + count) {
            return at;
        }
        at = used;
    }
    return PAGE_BITMAP_NONE;
}

uint64_t page_bitmap_take(struct page_bitmap *bitmap, uint64_t count, uint64_t alignment) {
    if (count == 0 || count > bitmap->free_count) {
        return PAGE_BITMAP_NONE;
    }
    uint64_t found = PAGE_BITMAP_NONE;
    if (count <= PAGE_BITMAP_LANE_PAGES && count > 1 && alignment <= WORD_BITS) {
        found = find_lane(bitmap, alignment);
    }
    if (found == PAGE_BITMAP_NONE) {
        found = find_run(bitmap, count, alignment);
    }
    if (found != PAGE_BITMAP_NONE) {
        change(bitmap, found, found + count, SET_USED);
    }
    return found;
}

bool page_bitmap_give(struct page_bitmap *bitmap, uint64_t first, uint64_t count) {
    if (count == 0 || first >= bitmap->page_count || count > bitmap->page_count - first ||
        first_free(bitmap, first) < first + count) {
        return false;
    }
    change(bitmap, first, first + count, SET_FREE);
    return true;
}

uint64_t page_bitmap_longest_run(const struct page_bitmap *bitmap) {
    uint64_t longest = 0;
    if (bitmap->free_count == 0) {
        return 0;
    }
    for (uint64_t at = first_free(bitmap, 0); at < bitmap->page_count;) {
        const uint64_t end = first_used(bitmap, at, bitmap->page_count);
        if (end - at > longest) {
            longest = end - at;
        }
        at = end < bitmap->page_count ? first_free(bitmap, end) : end;
    }
    return longest;
}
