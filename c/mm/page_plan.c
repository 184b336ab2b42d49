/*
 * page_plan.c - from the firmware's memory map to the page bitmap: how much of memory it covers,
 * where it lies, and which pages are free at the start.
 */
#include "mm/page_plan.h"

#include <string.h>

enum {
    PAGE_SIZE = 4096,
    BITMAP_SHARE = 256,        /* at most one part in so many of the memory that it describes */
    BITMAP_ALWAYS = 64 * 1024, /* bytes that nobody will miss: all up to 2 GiB */
};

static bool is_worth_it(const struct memory_map *map, uint64_t page_count) {
    const uint64_t size = page_bitmap_bytes(page_count);
    return size <= BITMAP_ALWAYS ||
           size / PAGE_SIZE <= memory_map_usable_below(map, page_count) / BITMAP_SHARE;
}

/* The next lower end to try: that of the next lower region, or half as much, which helps where a
 * single region claims more memory than there can be. */
static uint64_t next_lower(const struct memory_map *map, uint64_t page_count) {
    const uint64_t region_end = memory_map_end_below(map, page_count);
    const uint64_t half = memory_map_usable_end(map, page_count / 2);
    return region_end > half ? region_end : half;
}

struct page_plan page_plan_make(const struct memory_map *map, const struct page_range *reserved,
                                size_t reserved_count, uint64_t limit) {
    struct page_plan plan = {0};
    uint64_t page_count = memory_map_usable_end(map, limit);
    for (; page_count != 0; page_count = next_lower(map, page_count)) {
        const uint64_t pages = (page_bitmap_bytes(page_count) + PAGE_SIZE - 1) / PAGE_SIZE;
        const uint64_t first =
            is_worth_it(map, page_count)
                ? memory_map_find_room(map, reserved, reserved_count, pages, page_count)
                : 0;
        if (first != 0) {
            plan.page_count = page_count;
            plan.bitmap_first = first;
            plan.bitmap_pages = pages;
            break;
        }
    }
    plan.ignored_pages =
        memory_map_usable_below(map, UINT64_MAX) - memory_map_usable_below(map, plan.page_count);
    return plan;
}

uint64_t page_plan_fill(const struct page_plan *plan, const struct memory_map *map,
                        const struct page_range *reserved, size_t reserved_count,
                        struct page_bitmap *bitmap, uint64_t *memory) {
    struct memory_region region;
    page_bitmap_init(bitmap, memory, plan->page_count);
    for (size_t i = 0; i < map->count; i++) {
        if (memory_map_region(map, i, &region) && region.usable) {
            page_bitmap_set_free(bitmap, region.pages.first, region.pages.end);
        }
    }
    for (size_t i = 0; i < map->count; i++) {
        if (memory_map_region(map, i, &region) && !region.usable) {
            page_bitmap_set_used(bitmap, region.pages.first, region.pages.end);
        }
    }
    const uint64_t usable = bitmap->free_count;
    for (size_t i = 0; i < reserved_count; i++) {
        page_bitmap_set_used(bitmap, reserved[i].first, reserved[i].end);
    }
    page_bitmap_set_used(bitmap, plan->bitmap_first, plan->bitmap_first + plan->bitmap_pages);
    return usable - bitmap->free_count;
}
