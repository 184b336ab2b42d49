/*
 * test_memory_map.c - the UEFI memory map parser against maps that firmware should not make.
 */
/* uses: c/mm/memory_map.c */
#include "mm/memory_map.h"

#include <string.h>

#include "unit.h"

#define MAX_ENTRIES 400u

/* A map under construction, with a stride that the test chooses. */
struct builder {
    uint8_t bytes[MAX_ENTRIES * 64];
    size_t stride;
    size_t count;
};

static void add(struct builder *b, uint32_t type, uint64_t start, uint64_t pages) {
    const struct efi_memory_descriptor descriptor = {
        .type = type, .physical_start = start, .page_count = pages};
    memset(b->bytes + b->count * b->stride, 0xee, b->stride);
    memcpy(b->bytes + b->count * b->stride, &descriptor, sizeof descriptor);
    b->count++;
}

static struct memory_map opened(const struct builder *b) {
    struct memory_map map;
    CHECK(memory_map_open(&map, b->bytes, b->count * b->stride, b->stride));
    CHECK_EQ_U64(map.count, b->count);
    return map;
}

UNIT_TEST(memory_map_refuses_nonsense, "a map without a whole entry has no entries") {
    static const uint8_t bytes[100];
    struct memory_map map;
    CHECK(!memory_map_open(&map, NULL, 100, 40));
    CHECK(!memory_map_open(&map, bytes, 100, 39));
    CHECK(!memory_map_open(&map, bytes, 100, 0));
    CHECK(!memory_map_open(&map, bytes, 39, 40));
    CHECK(!memory_map_open(&map, bytes, 100, 101));
    CHECK_EQ_U64(map.count, 0);
    CHECK(memory_map_open(&map, bytes, 99, 48));
    CHECK_EQ_U64(map.count, 2);
}

UNIT_TEST(memory_map_types, "only conventional, loader-code and boot-services memory is usable") {
    static const uint8_t usable[16] = {[1] = 1, [3] = 1, [4] = 1, [7] = 1};
    for (uint32_t type = 0; type < 16; type++) {
        struct builder b = {.stride = 48};
        add(&b, type, 0x100000, 2);
        const struct memory_map map = opened(&b);
        struct memory_region region;
        CHECK(memory_map_region(&map, 0, &region));
        CHECK_EQ_U64(region.usable, usable[type]);
        CHECK_EQ_U64(region.pages.first, 0x100);
        CHECK_EQ_U64(region.pages.end, 0x102);
    }
}

UNIT_TEST(memory_map_odd_stride, "entries are found at any stride, aligned or not") {
    for (size_t stride = 40; stride <= 64; stride++) {
        struct builder b = {.stride = stride};
        add(&b, EFI_TYPE_RESERVED, 0, 1);
        add(&b, EFI_TYPE_CONVENTIONAL, 0x12345000, 7);
        const struct memory_map map = opened(&b);
        struct memory_region region;
        CHECK(memory_map_region(&map, 1, &region));
        CHECK_EQ_U64(region.pages.first, 0x12345);
        CHECK_EQ_U64(region.pages.end, 0x1234c);
    }
}

UNIT_TEST(memory_map_extremes, "empty, misplaced and wrapping entries are dropped or cut") {
    struct builder b = {.stride = 40};
    add(&b, EFI_TYPE_CONVENTIONAL, 0x1000, 0);
    add(&b, EFI_TYPE_CONVENTIONAL, UINT64_C(1) << 52, 5);
    add(&b, EFI_TYPE_CONVENTIONAL, UINT64_MAX - 4095, UINT64_MAX);
    add(&b, EFI_TYPE_CONVENTIONAL, 0x1800, 4);
    add(&b, EFI_TYPE_MMIO, (UINT64_C(1) << 52) - 4096, UINT64_MAX);
    add(&b, EFI_TYPE_RESERVED, 0x1800, 1);
    const struct memory_map map = opened(&b);
    struct memory_region region;
    for (size_t i = 0; i < 4; i++) {
        CHECK(!memory_map_region(&map, i, &region));
    }
    CHECK(memory_map_region(&map, 4, &region));
    CHECK_EQ_U64(region.pages.first, (UINT64_C(1) << 40) - 1);
    CHECK_EQ_U64(region.pages.end, UINT64_C(1) << 40);
    CHECK(memory_map_region(&map, 5, &region));
    CHECK_EQ_U64(region.pages.first, 1);
    CHECK_EQ_U64(region.pages.end, 3);
}

UNIT_TEST(memory_map_end, "the end of usable memory ignores order and respects the limit") {
    struct builder b = {.stride = 48};
    add(&b, EFI_TYPE_CONVENTIONAL, UINT64_C(5) << 30, 16);
    add(&b, EFI_TYPE_CONVENTIONAL, 0x100000, 16);
    add(&b, EFI_TYPE_MMIO, UINT64_C(200) << 30, 16);
    const struct memory_map map = opened(&b);
    CHECK_EQ_U64(memory_map_usable_end(&map, UINT64_MAX), (UINT64_C(5) << 18) + 16);
    CHECK_EQ_U64(memory_map_usable_end(&map, (UINT64_C(5) << 18) + 3), (UINT64_C(5) << 18) + 3);
    CHECK_EQ_U64(memory_map_usable_end(&map, UINT64_C(5) << 18), 0x110);
    CHECK_EQ_U64(memory_map_usable_end(&map, 0x100), 0);
}

UNIT_TEST(memory_map_room_steps_over, "room is found beside whatever overlaps usable memory") {
    struct builder b = {.stride = 48};
    add(&b, EFI_TYPE_LOADER_DATA, 0x108000, 4);
    add(&b, EFI_TYPE_CONVENTIONAL, 0x100000, 32);
    add(&b, EFI_TYPE_RUNTIME_DATA, 0x102000, 1);
    const struct memory_map map = opened(&b);
    const struct page_range reserved[] = {{0, 0x101}, {0x10d, 0x10f}};
    CHECK_EQ_U64(memory_map_find_room(&map, reserved, 2, 1, UINT64_MAX), 0x101);
    CHECK_EQ_U64(memory_map_find_room(&map, reserved, 2, 2, UINT64_MAX), 0x103);
    CHECK_EQ_U64(memory_map_find_room(&map, reserved, 2, 5, UINT64_MAX), 0x103);
    CHECK_EQ_U64(memory_map_find_room(&map, reserved, 2, 6, UINT64_MAX), 0x10f);
    CHECK_EQ_U64(memory_map_find_room(&map, reserved, 2, 17, UINT64_MAX), 0x10f);
    CHECK_EQ_U64(memory_map_find_room(&map, reserved, 2, 18, UINT64_MAX), 0);
    CHECK_EQ_U64(memory_map_find_room(&map, reserved, 2, 17, 0x11f), 0);
}

UNIT_TEST(memory_map_room_never_page_0, "page 0 is never given as room") {
    struct builder b = {.stride = 40};
    add(&b, EFI_TYPE_CONVENTIONAL, 0, 3);
    const struct memory_map map = opened(&b);
    CHECK_EQ_U64(memory_map_find_room(&map, NULL, 0, 1, UINT64_MAX), 1);
    CHECK_EQ_U64(memory_map_find_room(&map, NULL, 0, 3, UINT64_MAX), 0);
}

UNIT_TEST(memory_map_many_entries, "a map of 400 entries in falling order is read to its end") {
    static struct builder b;
    b.stride = 48;
    b.count = 0;
    for (uint64_t i = MAX_ENTRIES; i > 0; i--) {
        add(&b, i % 2 == 0 ? EFI_TYPE_CONVENTIONAL : EFI_TYPE_BOOT_DATA, i << 20, i == 7 ? 256 : 1);
    }
    const struct memory_map map = opened(&b);
    CHECK_EQ_U64(memory_map_usable_end(&map, UINT64_MAX), (uint64_t)MAX_ENTRIES * 256 + 1);
    CHECK_EQ_U64(memory_map_find_room(&map, NULL, 0, 200, UINT64_MAX), 7 * 256);
}

UNIT_TEST(memory_map_ram, "memory is what the map calls so, whoever uses it; registers are not") {
    static const uint8_t ram[16] = {0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1};
    for (uint32_t type = 0; type < 16; type++) {
        struct builder b = {.stride = 48};
        add(&b, type, 0x100000, 2);
        const struct memory_map map = opened(&b);
        CHECK_EQ_U64(memory_map_is_ram(&map, 0x100000), ram[type]);
        CHECK_EQ_U64(memory_map_is_ram(&map, 0x101fff), ram[type]);
        CHECK(!memory_map_is_ram(&map, 0xfffff));
        CHECK(!memory_map_is_ram(&map, 0x102000));
    }
    struct builder b = {.stride = 40};
    add(&b, EFI_TYPE_CONVENTIONAL, 0xfffffffffffff000, UINT64_MAX);
    add(&b, EFI_TYPE_CONVENTIONAL, 0x5000, 0);
    const struct memory_map map = opened(&b);
    CHECK(memory_map_is_ram(&map, UINT64_MAX));
    CHECK(!memory_map_is_ram(&map, 0x5000));
    CHECK(!memory_map_is_ram(&map, 0));
}
