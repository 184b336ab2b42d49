/*
 * test_pmm_plan.c - page bitmaps for memory maps of large, holed and hostile machines.
 */
/* uses: c/mm/page_plan.c c/mm/memory_map.c c/mm/page_bitmap.c c/mm/bit_tree.c */
#include "mm/page_plan.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define GIB        (UINT64_C(1) << 30)
#define TIB        (UINT64_C(1) << 40)
#define PAGE       UINT64_C(4096)
#define LIMIT      (32 * TIB / PAGE)
#define GIB_PAGES  (GIB / PAGE)
#define MAX_REGION 700u

struct builder {
    uint8_t bytes[MAX_REGION * 48];
    size_t count;
};

static void add(struct builder *b, uint32_t type, uint64_t start, uint64_t size) {
    const struct efi_memory_descriptor descriptor = {
        .type = type, .physical_start = start, .page_count = size / PAGE};
    memset(b->bytes + b->count * 48, 0x5a, 48);
    memcpy(b->bytes + b->count * 48, &descriptor, sizeof descriptor);
    b->count++;
}

/* A machine whose bitmap the host can hold. */
struct machine {
    struct memory_map map;
    struct page_plan plan;
    struct page_bitmap bitmap;
    uint64_t reserved;
    uint64_t *memory;
};

static const struct page_range first_mib = {0, 256};

static void start(struct machine *m, const struct builder *b) {
    CHECK(memory_map_open(&m->map, b->bytes, b->count * 48, 48));
    m->plan = page_plan_make(&m->map, &first_mib, 1, LIMIT);
    m->memory = malloc(page_bitmap_bytes(m->plan.page_count) + 1);
    m->reserved = page_plan_fill(&m->plan, &m->map, &first_mib, 1, &m->bitmap, m->memory);
}

UNIT_TEST(pmm_plan_64g,
          "64 GiB take a bitmap of 2.1 MiB, found in free memory, and no page is lost") {
    static struct builder b;
    struct machine m;
    b.count = 0;
    add(&b, EFI_TYPE_CONVENTIONAL, 4 * GIB, 61 * GIB);
    add(&b, EFI_TYPE_MMIO, 3 * GIB, GIB);
    add(&b, EFI_TYPE_BOOT_DATA, 0, 3 * GIB);
    start(&m, &b);
    CHECK_EQ_U64(m.plan.page_count, 65 * GIB_PAGES);
    CHECK(m.plan.bitmap_pages * PAGE < 65 * GIB / 8 / PAGE * 106 / 100);
    CHECK_EQ_U64(m.plan.ignored_pages, 0);
    CHECK_EQ_U64(m.reserved, 256 + m.plan.bitmap_pages);
    CHECK_EQ_U64(m.bitmap.free_count, 64 * GIB_PAGES - 256 - m.plan.bitmap_pages);
    CHECK_EQ_U64(page_bitmap_longest_run(&m.bitmap), 61 * GIB_PAGES - m.plan.bitmap_pages);

    /* All but one page taken: the last one is found and given back, and nothing else is. */
    page_bitmap_set_used(&m.bitmap, 0, m.plan.page_count);
    page_bitmap_set_free(&m.bitmap, 50 * GIB_PAGES + 12345, 50 * GIB_PAGES + 12346);
    CHECK_EQ_U64(page_bitmap_take_one(&m.bitmap), 50 * GIB_PAGES + 12345);
    CHECK_EQ_U64(page_bitmap_take_one(&m.bitmap), PAGE_BITMAP_NONE);
    CHECK(page_bitmap_give_one(&m.bitmap, 50 * GIB_PAGES + 12345));
    page_bitmap_set_free(&m.bitmap, 60 * GIB_PAGES + 16, 60 * GIB_PAGES + 1040);
    CHECK_EQ_U64(page_bitmap_take(&m.bitmap, 512, 512), 60 * GIB_PAGES + 512);
    CHECK_EQ_U64(page_bitmap_take(&m.bitmap, 16, 16), 60 * GIB_PAGES + 16);
    CHECK_EQ_U64(page_bitmap_take(&m.bitmap, 1, 1), 50 * GIB_PAGES + 12345);
    free(m.memory);
}

UNIT_TEST(pmm_plan_1t_holes,
          "1 TiB in 512 pieces with holes between them is used to the last page") {
    static struct builder b;
    struct machine m;
    uint64_t pages = 0;
    b.count = 0;
    for (uint64_t i = 512; i-- > 0;) { /* falling addresses */
        add(&b, i % 3 == 0 ? EFI_TYPE_BOOT_CODE : EFI_TYPE_CONVENTIONAL, i * 2 * GIB + PAGE, GIB);
        pages += GIB_PAGES;
    }
    add(&b, EFI_TYPE_RESERVED, 700 * GIB, 50 * GIB);
    start(&m, &b);
    CHECK_EQ_U64(m.plan.ignored_pages, 0);
    CHECK(m.plan.bitmap_pages * PAGE < 36 << 20);
    /* The entry that overlaps takes 25 pieces: 700 to 750. Of the first MiB, page 0 was none. */
    CHECK_EQ_U64(m.bitmap.free_count, pages - 25 * GIB_PAGES + 1 - 1 - 255 - m.plan.bitmap_pages);
    CHECK_EQ_U64(m.reserved, 255 + m.plan.bitmap_pages);
    free(m.memory);
}

UNIT_TEST(pmm_plan_far_page,
          "a little memory far away is left unused, and reported, not paid for") {
    static struct builder b;
    struct machine m;
    b.count = 0;
    add(&b, EFI_TYPE_CONVENTIONAL, 31 * TIB, PAGE);
    add(&b, EFI_TYPE_CONVENTIONAL, 0, 512 << 20);
    add(&b, EFI_TYPE_CONVENTIONAL, 20 * TIB, 16 * PAGE);
    start(&m, &b);
    CHECK_EQ_U64(m.plan.page_count, (512 << 20) / PAGE);
    CHECK_EQ_U64(m.plan.ignored_pages, 17);
    CHECK_EQ_U64(m.bitmap.free_count, (512 << 20) / PAGE - 256 - m.plan.bitmap_pages);
    free(m.memory);
}

UNIT_TEST(pmm_plan_hole_worth_it, "memory behind a hole is used when it pays for the bitmap") {
    static struct builder b;
    struct machine m;
    b.count = 0;
    add(&b, EFI_TYPE_CONVENTIONAL, 0, 2 * GIB);
    add(&b, EFI_TYPE_CONVENTIONAL, 200 * GIB, 2 * GIB);
    start(&m, &b);
    CHECK_EQ_U64(m.plan.page_count, 202 * GIB_PAGES);
    CHECK_EQ_U64(m.plan.ignored_pages, 0);
    free(m.memory);
}

UNIT_TEST(pmm_plan_limit, "memory beyond the direct map is ignored") {
    static struct builder b;
    struct machine m;
    b.count = 0;
    add(&b, EFI_TYPE_CONVENTIONAL, 0, GIB);
    add(&b, EFI_TYPE_CONVENTIONAL, 32 * TIB, GIB);
    start(&m, &b);
    CHECK_EQ_U64(m.plan.page_count, GIB_PAGES);
    CHECK_EQ_U64(m.plan.ignored_pages, GIB_PAGES);
    free(m.memory);
}

UNIT_TEST(pmm_plan_no_room, "a map without room for the bitmap gives no memory, and no crash") {
    static struct builder b;
    struct machine m;
    b.count = 0;
    add(&b, EFI_TYPE_CONVENTIONAL, 0, 256 * PAGE); /* all of it reserved */
    add(&b, EFI_TYPE_RESERVED, 512 * PAGE, 256 * PAGE);
    start(&m, &b);
    CHECK_EQ_U64(m.plan.page_count, 0);
    CHECK_EQ_U64(m.bitmap.free_count, 0);
    CHECK_EQ_U64(page_bitmap_take_one(&m.bitmap), PAGE_BITMAP_NONE);
    free(m.memory);
    CHECK(!memory_map_open(&m.map, NULL, 0, 48));
    m.plan = page_plan_make(&m.map, &first_mib, 1, LIMIT);
    CHECK_EQ_U64(m.plan.page_count, 0);
}

UNIT_TEST(pmm_plan_small, "64 MiB in 300 entries of a few pages each are used as they come") {
    static struct builder b;
    struct machine m;
    uint64_t pages = 0;
    b.count = 0;
    for (uint64_t i = 0; i < 300; i++) {
        const uint64_t place = (i * 7 + 3) % 300; /* unsorted */
        const uint64_t count = place % 5;         /* some are empty */
        add(&b, place % 2 == 0 ? EFI_TYPE_CONVENTIONAL : EFI_TYPE_RUNTIME_DATA,
            (16 << 20) + place * 16 * PAGE, count * PAGE);
        pages += place % 2 == 0 ? count : 0;
    }
    add(&b, EFI_TYPE_CONVENTIONAL, 1 << 20, 64 * PAGE);
    start(&m, &b);
    CHECK_EQ_U64(m.bitmap.free_count, pages + 64 - m.plan.bitmap_pages);
    free(m.memory);
}
