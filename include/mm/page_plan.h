/*
 * page_plan.h - from the firmware's memory map to the page bitmap: how much of memory it covers,
 * where it lies, and which pages are free at the start.
 *
 * Pure code without hardware access.
 */
#ifndef PAGE_PLAN_H
#define PAGE_PLAN_H

#include "mm/memory_map.h"
#include "mm/page_bitmap.h"

struct page_plan {
    uint64_t page_count;    /* pages [0, page_count) are covered; 0: no memory can be used */
    uint64_t bitmap_first;  /* first page of the bitmap's own place, in usable memory */
    uint64_t bitmap_pages;  /* its length */
    uint64_t ignored_pages; /* usable pages that lie above and are left unused */
};

/* Plans for a map and for ranges that are taken, whatever the map says. No page at or above `limit`
 * is covered. A bitmap covers holes too, so far-off memory may cost more than it brings: at most
 * 1/256 of the usable memory below its end goes into the bitmap, else it ends earlier. */
struct page_plan page_plan_make(const struct memory_map *map, const struct page_range *reserved,
                                size_t reserved_count, uint64_t limit);

/* Starts `bitmap` in `memory`, the place that was planned, with every page free that the map and
 * the reservations leave, except the bitmap's own. Where entries overlap, the unusable one wins.
 * Returns how many usable pages were reserved. */
uint64_t page_plan_fill(const struct page_plan *plan, const struct memory_map *map,
                        const struct page_range *reserved, size_t reserved_count,
                        struct page_bitmap *bitmap, uint64_t *memory);

#endif
