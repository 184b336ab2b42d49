/*
 * page_bitmap.h - which pages are free, one bit a page: the core of the physical memory manager.
 *
 * Plain data and no hardware access, so that the host tests it. Not synchronised: pmm.c calls it
 * with interrupts disabled.
 */
#ifndef PAGE_BITMAP_H
#define PAGE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_BITMAP_NONE UINT64_MAX

struct page_bitmap {
    uint64_t *words;     /* bit set: page is free; page n is bit n % 64 of word n / 64 */
    uint64_t page_count; /* pages covered */
    uint64_t free_count; /* set bits */
    uint64_t hint;       /* where the next search begins: one past the last allocation */
};

/* Bytes of bitmap that `page_count` pages need. */
size_t page_bitmap_bytes(uint64_t page_count);

/* Starts with no page free. `words` must have room for page_bitmap_bytes(page_count) and stays in
 * use. */
void page_bitmap_init(struct page_bitmap *bitmap, uint64_t *words, uint64_t page_count);

/* Makes pages [first, end) free, or used, whatever they were. Pages that are not covered are
 * ignored. */
void page_bitmap_set_free(struct page_bitmap *bitmap, uint64_t first, uint64_t end);
void page_bitmap_set_used(struct page_bitmap *bitmap, uint64_t first, uint64_t end);

/* Takes `count` contiguous pages whose first page number is a multiple of `alignment` (a power of
 * two). Returns the first page number or PAGE_BITMAP_NONE. The search is next-fit. */
uint64_t page_bitmap_take(struct page_bitmap *bitmap, uint64_t count, uint64_t alignment);

/* Gives pages back. False, and nothing is changed, when the range is empty, not covered or
 * contains a page that is free already. */
bool page_bitmap_give(struct page_bitmap *bitmap, uint64_t first, uint64_t count);

#endif
