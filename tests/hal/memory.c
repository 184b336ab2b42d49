/*
 * memory.c - include/hal/hal_memory.h: the heap, its accounts, and failures made to order.
 */
#include <string.h>

#include "hal/hal_memory.h"
#include "hal/hal_space.h"
#include "hal_test.h"

#define SLOTS      256u
#define OPERATIONS 20000u
#define PAGE       UINT64_C(4096)
#define LARGE      (UINT64_C(12) << 20)

/* Sizes round which allocators change their ways. */
static const size_t sizes[] = {
    1,    2,    7,    8,    15,   16,   17,   31,    32,    33,    63,    64,     65,      127,
    128,  129,  255,  256,  257,  511,  512,  513,   1000,  1024,  2047,  2048,   2049,    4000,
    4095, 4096, 4097, 5000, 8191, 8192, 8193, 12288, 16384, 16385, 65536, 100000, 1048576, 1048577};
#define SIZES (sizeof sizes / sizeof sizes[0])

static void zeroed(void) {
    for (unsigned round = 0; round < 2;
         round++) { /* the second time over what the first has left */
        unsigned char *blocks[SIZES];
        for (size_t i = 0; i < SIZES; i++) {
            blocks[i] = hal_mem_alloc(sizes[i]);
            CHECK(blocks[i] != NULL);
            CHECK_EQ((uintptr_t)blocks[i] % 16, 0);
            CHECK(hal_test_all_bytes(blocks[i], sizes[i], 0));
            memset(blocks[i], 0xee, sizes[i]);
        }
        for (size_t i = 0; i < SIZES; i++) {
            CHECK(hal_test_all_bytes(blocks[i], sizes[i], 0xee));
            hal_mem_free(blocks[i]);
        }
    }
}

static void nothing(void) {
    const struct hal_mem_stats before = hal_mem_get_stats();
    CHECK(hal_mem_alloc(0) == NULL);
    hal_mem_free(NULL);
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
}

static void absurd(void) {
    static const size_t absurd_sizes[] = {
        SIZE_MAX,      SIZE_MAX - 1,      SIZE_MAX - 15,   SIZE_MAX - 4095,
        SIZE_MAX / 2,  (size_t)1 << 63,   (size_t)1 << 62, (size_t)1 << 48,
        SIZE_MAX - 63, SIZE_MAX - 0x4000, (size_t)1 << 44,
    };
    const struct hal_mem_stats before = hal_mem_get_stats();
    for (size_t i = 0; i < sizeof absurd_sizes / sizeof absurd_sizes[0]; i++) {
        CHECK(hal_mem_alloc(absurd_sizes[i]) == NULL);
        CHECK_EQ(hal_mem_alloc_pages(absurd_sizes[i]), 0);
    }
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
    CHECK(hal_mem_check());
}

static void reuse(void) {
    hal_mem_free(hal_mem_alloc(64)); /* what the heap keeps for next time is not lost */
    const struct hal_mem_stats before = hal_mem_get_stats();
    for (unsigned i = 0; i < 100000; i++) {
        void *block = hal_mem_alloc(64);
        CHECK(block != NULL);
        hal_mem_free(block);
    }
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
}

static void accounts(void) {
    const struct hal_mem_stats before = hal_mem_get_stats();
    CHECK(before.total_pages >= before.free_pages);
    CHECK(before.free_pages > 0);
    void *small = hal_mem_alloc(100);
    void *large = hal_mem_alloc(LARGE); /* more than a heap keeps for next time */
    const struct hal_mem_stats during = hal_mem_get_stats();
    CHECK(small != NULL && large != NULL);
    CHECK_EQ(during.heap_blocks, before.heap_blocks + 2);
    CHECK(during.heap_bytes >= before.heap_bytes + 100 + LARGE);
    CHECK(during.free_pages + LARGE / PAGE <= before.free_pages);
    CHECK_EQ(during.total_pages, before.total_pages);
    hal_mem_free(large);
    hal_mem_free(small);
    const struct hal_mem_stats after = hal_mem_get_stats();
    CHECK_EQ(after.heap_blocks, before.heap_blocks);
    CHECK_EQ(after.heap_bytes, before.heap_bytes);
    CHECK(after.free_pages >= during.free_pages + LARGE / PAGE);
}

static void guards(void) {
    CHECK(hal_mem_check());
    if (!machine_has_heap_guards()) {
        hal_test_skip("only a build with DEBUG=1 has guards round heap blocks");
        return;
    }
    volatile unsigned char *block = hal_mem_alloc(40);
    CHECK(block != NULL);
    const unsigned char kept = block[40];
    block[40] = (unsigned char)~kept;
    const bool noticed = !hal_mem_check();
    block[40] = kept;
    CHECK(noticed);
    CHECK(hal_mem_check());
    hal_mem_free((void *)block);
}

/* A block filled with a byte of its own must still hold it when it is freed. */
static void stress(void) {
    static struct {
        unsigned char *bytes;
        size_t size;
    } block[SLOTS];
    const struct hal_mem_stats before = hal_mem_get_stats();
    for (unsigned i = 0; i < OPERATIONS; i++) {
        const uint64_t random = hal_test_random();
        const unsigned slot = (unsigned)(random % SLOTS);
        const unsigned char mark = (unsigned char)(slot * 7 + 1);
        if (block[slot].bytes != NULL) {
            CHECK(hal_test_all_bytes(block[slot].bytes, block[slot].size, mark));
            hal_mem_free(block[slot].bytes);
            block[slot].bytes = NULL;
        } else {
            /* mostly small ones; one in 64 of up to 256 KiB */
            const size_t limit = (random >> 8) % 64 == 0 ? 262144 : 600;
            block[slot].size = (random >> 16) % limit + 1;
            block[slot].bytes = hal_mem_alloc(block[slot].size);
            CHECK(block[slot].bytes != NULL);
            CHECK(hal_test_all_bytes(block[slot].bytes, block[slot].size, 0));
            memset(block[slot].bytes, mark, block[slot].size);
        }
        if (i % 1000 == 0) {
            CHECK(hal_mem_check());
        }
    }
    for (unsigned slot = 0; slot < SLOTS; slot++) {
        hal_mem_free(block[slot].bytes);
        block[slot].bytes = NULL;
    }
    CHECK(hal_mem_check());
    const struct hal_mem_stats after = hal_mem_get_stats();
    CHECK_EQ(after.heap_blocks, before.heap_blocks);
    CHECK_EQ(after.heap_bytes, before.heap_bytes);
}

/* Uses every kind of allocation and gives all back. Returns false when one of them failed. */
static bool scenario(void) {
    bool complete = false;
    uint64_t slot = 0, pages = 0;
    bool mapped = false;
    void *small = hal_mem_alloc(100);
    void *large = small != NULL ? hal_mem_alloc(20000) : NULL;
    if (large != NULL) {
        pages = hal_mem_alloc_pages(3);
    }
    if (pages != 0) {
        mapped = hal_mem_map(machine_map_base(), pages, 3 * PAGE, HAL_MAP_READ | HAL_MAP_WRITE) ==
                 HAL_OK;
    }
    if (mapped && hal_space_create(&slot) == HAL_OK) {
        complete = hal_space_commit(slot, 5 * PAGE) == HAL_OK &&
                   hal_space_commit(slot + (UINT64_C(3) << 30), PAGE) == HAL_OK;
        hal_space_destroy(slot);
    }
    if (mapped && hal_mem_unmap(machine_map_base(), 3 * PAGE) != HAL_OK) {
        complete = false;
    }
    if (pages != 0) {
        hal_mem_free_pages(pages, 3);
    }
    hal_mem_free(large);
    hal_mem_free(small);
    return complete;
}

static void fail_each(void) {
    hal_mem_fail_at(0);
    CHECK(scenario()); /* what the managers keep, they keep from here on */
    const struct hal_mem_stats before = hal_mem_get_stats();
    uint64_t k = 1;
    for (;; k++) {
        hal_mem_fail_at(k);
        const bool complete = scenario();
        const uint64_t count = hal_mem_fail_count();
        hal_mem_fail_at(0);
        CHECK_EQ(complete, count < k);
        CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
        CHECK(hal_mem_check());
        if (count < k) {
            break;
        }
        CHECK(scenario()); /* once means once */
    }
    CHECK(k > 9); /* two blocks, one run of pages, six pages of a VM, at least */
}

static void fail_count(void) {
    hal_mem_fail_at(0);
    CHECK_EQ(hal_mem_fail_count(), 0);
    void *block = hal_mem_alloc(10);
    CHECK(block != NULL);
    CHECK(hal_mem_fail_count() >= 1);
    hal_mem_free(block);
    const uint64_t count = hal_mem_fail_count();
    const uint64_t pages = hal_mem_alloc_pages(2);
    CHECK(pages != 0);
    CHECK(hal_mem_fail_count() > count);
    hal_mem_free_pages(pages, 2);
    hal_mem_fail_at(1);
    CHECK(hal_mem_alloc(10) == NULL);
    block = hal_mem_alloc(10);
    CHECK(block != NULL);
    hal_mem_free(block);
    hal_mem_fail_at(0);
}

static void page_size(void) {
    CHECK_EQ(hal_mem_page_size(), PAGE);
}

bool hal_test_same_stats(struct hal_mem_stats a, struct hal_mem_stats b) {
    const bool same = a.total_pages == b.total_pages && a.free_pages == b.free_pages &&
                      a.heap_blocks == b.heap_blocks && a.heap_bytes == b.heap_bytes;
    if (!same) {
        hal_test_say(
            "  pages %lu of %lu free, %lu blocks of %lu bytes; before: %lu of %lu, %lu of %lu\n",
            a.free_pages, a.total_pages, a.heap_blocks, a.heap_bytes, b.free_pages, b.total_pages,
            b.heap_blocks, b.heap_bytes);
    }
    return same;
}

const struct hal_test hal_memory_tests[] = {
    {"mem-page-size", "a page has 4096 bytes", page_size},
    {"mem-zeroed", "heap memory is zeroed, aligned to 16 bytes and nobody else's", zeroed},
    {"mem-nothing", "0 bytes give NULL, and freeing NULL is allowed", nothing},
    {"mem-absurd", "absurd sizes give nothing and change nothing", absurd},
    {"mem-reuse", "a block freed is used again: 100,000 rounds take nothing", reuse},
    {"mem-accounts", "the accounts count blocks, bytes and pages", accounts},
    {"mem-guards", "hal_mem_check sees a byte written behind a block", guards},
    {"mem-stress", "20,000 random allocations and frees keep every block intact", stress},
    {"mem-fail-count", "the n-th allocation fails, once, and allocations are counted", fail_count},
    {"mem-fail-each", "whichever allocation of many fails, the accounts come out even", fail_each},
    {NULL, NULL, NULL},
};
