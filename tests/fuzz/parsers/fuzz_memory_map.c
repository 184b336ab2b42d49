/*
 * fuzz_memory_map.c - any UEFI memory map: what is read of it agrees with arithmetic of 128 bits.
 *
 * Entries are made of numbers from the whole range; the first byte of the input is the stride.
 */
/* uses: c/mm/memory_map.c */
/* plant: c/mm/memory_map.c: s/descriptor.page_count < room ? descriptor.page_count : room/descriptor.page_count/ */
/* plant: c/mm/memory_map.c: s/region->usable \&\& start % PAGE_BYTES != 0/false/ */
/* plant: c/mm/memory_map.c: s/(end + PAGE_BYTES - 1) >> PAGE_SHIFT/end >> PAGE_SHIFT/ */
/* plant: c/mm/memory_map.c: s/map->count = size . stride/map->count = size \/ 40/ */
/* plant: c/mm/memory_map.c: s|\*first + count <= taken->first|*first + count < taken->first + 2| */
/* plant: c/mm/memory_map.c: s/region.pages.end < limit ? region.pages.end : limit;/region.pages.end;/ */
#include "mm/memory_map.h"

#include "fuzz_input.h"

enum { STRIDE_MAX = 80, ENTRIES_MAX = 32, RESERVED_MAX = 4 };

__extension__ typedef unsigned __int128 wide;

static bool overlap(const struct page_range *a, const struct page_range *b) {
    return a->first < b->end && b->first < a->end;
}

static void check_region(const struct memory_map *map, size_t index) {
    const wide limit = (wide)1 << 52;
    struct efi_memory_descriptor entry;
    struct memory_region region;
    memcpy(&entry, map->bytes + index * map->stride, sizeof entry);
    const wide size = (wide)entry.page_count << 12;
    const wide end = entry.physical_start + size < limit ? entry.physical_start + size : limit;
    if (!memory_map_region(map, index, &region)) {
        const bool empty = entry.page_count == 0 || entry.physical_start >= limit;
        PROPERTY(empty || entry.physical_start % 4096 != 0, "only nonsense is dropped");
        return;
    }
    PROPERTY(region.pages.end <= UINT64_C(1) << 40, "an x86-64 can address the region");
    PROPERTY(region.pages.first == entry.physical_start >> 12, "it begins where the entry does");
    if (region.usable) {
        PROPERTY(entry.physical_start % 4096 == 0 && (wide)region.pages.end << 12 == end,
                 "a usable region is its entry");
        PROPERTY(entry.type == EFI_TYPE_CONVENTIONAL || entry.type == EFI_TYPE_BOOT_DATA ||
                     entry.type == EFI_TYPE_BOOT_CODE || entry.type == EFI_TYPE_LOADER_CODE,
                 "only what nobody needs any more is usable");
    } else {
        const bool whole_pages = entry.physical_start % 4096 == 0 || end == limit;
        PROPERTY(whole_pages || (wide)region.pages.end << 12 >= end,
                 "an unusable region covers its entry");
    }
}

static void check_room(const struct memory_map *map, const struct page_range *reserved,
                       uint64_t count, uint64_t limit) {
    const uint64_t first = memory_map_find_room(map, reserved, RESERVED_MAX, count, limit);
    if (first == 0) {
        return;
    }
    const struct page_range room = {first, first + count};
    bool inside = false;
    PROPERTY(room.end <= limit && room.end > first, "room lies below the limit");
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (memory_map_region(map, i, &region)) {
            inside |= region.usable && region.pages.first <= first && room.end <= region.pages.end;
            PROPERTY(region.usable || !overlap(&room, &region.pages), "room is nobody else's");
        }
    }
    for (unsigned i = 0; i < RESERVED_MAX; i++) {
        PROPERTY(!overlap(&room, &reserved[i]), "room is not reserved");
    }
    PROPERTY(inside, "room lies in one usable region");
}

/* The highest usable page, found in another way. */
static uint64_t highest(const struct memory_map *map) {
    uint64_t end = 0;
    for (size_t i = map->count; i-- > 0;) {
        struct memory_region region;
        if (memory_map_region(map, i, &region) && region.usable && region.pages.end > end) {
            end = region.pages.end;
        }
    }
    return end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    struct memory_map map;
    struct page_range reserved[RESERVED_MAX] = {0};
    const size_t stride = fuzz_take(&in, 1) % STRIDE_MAX;
    const size_t count = fuzz_take(&in, 1) % ENTRIES_MAX;
    const size_t map_size = count * stride + fuzz_take(&in, 1) % STRIDE_MAX;
    const uint64_t wanted = fuzz_number(&in);
    const uint64_t limit = fuzz_number(&in);
    for (unsigned i = 0; i < RESERVED_MAX; i++) {
        reserved[i].first = fuzz_number(&in) >> 12;
        reserved[i].end = reserved[i].first + fuzz_take(&in, 2);
    }
    uint8_t *bytes = calloc(1, map_size + 1);
    for (size_t at = 0; at + sizeof(struct efi_memory_descriptor) <= map_size && stride != 0;
         at += stride) {
        struct efi_memory_descriptor entry = {.type = (uint32_t)fuzz_take(&in, 1) % 16};
        entry.physical_start = fuzz_number(&in);
        entry.page_count = fuzz_number(&in);
        memcpy(bytes + at, &entry, sizeof entry);
    }
    uint8_t *exact = fuzz_copy(bytes, map_size);
    free(bytes);
    const bool opened = memory_map_open(&map, exact, map_size, stride);
    PROPERTY(opened == (stride >= 40 && map_size >= stride),
             "a map of at least one entry is taken");
    PROPERTY(map.count == (opened ? map_size / stride : 0), "incomplete entries do not count");
    for (size_t i = 0; i < map.count; i++) {
        check_region(&map, i);
    }
    const uint64_t end = highest(&map);
    PROPERTY(memory_map_usable_end(&map, UINT64_MAX) == end,
             "the end of memory is that of its highest entry");
    PROPERTY(memory_map_usable_end(&map, limit) <= limit, "the limit is respected");
    if (wanted != 0) {
        check_room(&map, reserved, wanted, limit);
    }
    free(exact);
    return 0;
}
