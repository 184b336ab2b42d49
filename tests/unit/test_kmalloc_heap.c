/*
 * test_kmalloc_heap.c - the kernel heap's core over pages of the host, with every misuse it must
 * notice.
 */
/* uses: c/mm/heap.c */
#include "mm/heap.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

#define ARENA_PAGES 4096u
#define PAGE        4096u

static unsigned char *arena;
static unsigned char page_used[ARENA_PAGES];
static size_t pages_limit;
static size_t pages_out;

static void *source_allocate(size_t pages) {
    const size_t step = HEAP_RUN_ALIGNMENT / PAGE;
    if (pages > pages_limit - pages_out) {
        return NULL;
    }
    for (size_t first = 0; first + pages <= ARENA_PAGES; first += step) {
        if (memchr(page_used + first, 1, pages) == NULL) {
            memset(page_used + first, 1, pages);
            pages_out += pages;
            memset(arena + first * PAGE, 0xcc, pages * PAGE);
            return arena + first * PAGE;
        }
    }
    return NULL;
}

static void source_release(void *memory, size_t pages) {
    const size_t first = (size_t)((unsigned char *)memory - arena) / PAGE;
    CHECK(memchr(page_used + first, 0, pages) == NULL);
    memset(page_used + first, 0, pages);
    memset(memory, 0xdd, pages * PAGE);
    pages_out -= pages;
}

static bool source_contains(const void *memory) {
    const unsigned char *bytes = memory;
    return bytes >= arena && bytes < arena + (size_t)ARENA_PAGES * PAGE;
}

static struct heap new_heap(size_t limit) {
    static const struct heap_source source = {source_allocate, source_release, source_contains};
    struct heap heap;
    if (arena == NULL) {
        arena = aligned_alloc(HEAP_RUN_ALIGNMENT, (size_t)ARENA_PAGES * PAGE);
    }
    memset(page_used, 0, sizeof page_used);
    pages_limit = limit;
    pages_out = 0;
    heap_init(&heap, &source);
    return heap;
}

static bool is_zero(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) {
            return false;
        }
    }
    return true;
}

UNIT_TEST(heap_sizes, "every size gives zeroed memory aligned to 16 bytes") {
    struct heap heap = new_heap(ARENA_PAGES);
    for (size_t size = 1; size < 20000; size += size < 5000 ? 1 : 997) {
        unsigned char *block = heap_alloc(&heap, size);
        CHECK_EQ_U64((uintptr_t)block % 16, 0);
        CHECK(is_zero(block, size));
        memset(block, 0xff, size);
        CHECK_EQ_U64(heap_free(&heap, block), HEAP_FREED);
    }
    CHECK(heap_is_sound(&heap));
    CHECK_EQ_U64(heap.stats.allocations, 0);
    CHECK_EQ_U64(heap.stats.bytes_used, 0);
    CHECK_EQ_U64(heap.stats.pages_held, pages_out);
    CHECK_EQ_U64(pages_out, HEAP_CLASS_COUNT * 4); /* one empty slab stays for each class */
}

UNIT_TEST(heap_limits, "size 0, impossible sizes and exhaustion give NULL and harm nothing") {
    struct heap heap = new_heap(8);
    CHECK(heap_alloc(&heap, 0) == NULL);
    CHECK(heap_alloc(&heap, SIZE_MAX) == NULL);
    CHECK(heap_alloc(&heap, SIZE_MAX - 4096) == NULL);
    CHECK(heap_alloc(&heap, (size_t)1 << 44) == NULL);
    CHECK(heap_alloc(&heap, 8 * PAGE) == NULL);
    unsigned count = 0;
    while (heap_alloc(&heap, 2048) != NULL) {
        count++;
    }
    CHECK_EQ_U64(count, 14);
    CHECK(heap_alloc(&heap, 16) == NULL);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_double_free, "a second free of a small block is noticed and changes nothing") {
    struct heap heap = new_heap(ARENA_PAGES);
    void *kept = heap_alloc(&heap, 40);
    void *block = heap_alloc(&heap, 40);
    CHECK(kept != NULL);
    CHECK_EQ_U64(heap_free(&heap, block), HEAP_FREED);
    CHECK_EQ_U64(heap_free(&heap, block), HEAP_DOUBLE_FREE);
    CHECK_EQ_U64(heap.stats.allocations, 1);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_double_free_large, "a second free of a large block is noticed") {
    struct heap heap = new_heap(ARENA_PAGES);
    void *block = heap_alloc(&heap, 100000);
    CHECK_EQ_U64(heap_free(&heap, block), HEAP_FREED);
    CHECK_EQ_U64(heap_free(&heap, block), HEAP_FOREIGN);
    CHECK_EQ_U64(pages_out, 0);
}

UNIT_TEST(heap_foreign, "pointers that are not the start of a block are refused") {
    struct heap heap = new_heap(ARENA_PAGES);
    unsigned char *block = heap_alloc(&heap, 64);
    unsigned char *large = heap_alloc(&heap, 100000);
    int on_stack = 0;
    CHECK_EQ_U64(heap_free(&heap, &on_stack), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, block + 1), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, block - 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, large + 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, large + 65536), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, arena + (ARENA_PAGES - 1) * PAGE), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, large - (uintptr_t)large % HEAP_RUN_ALIGNMENT), HEAP_FOREIGN);
    /* The unused end of a slab: past the last whole block. */
    unsigned char *slab = block - (uintptr_t)block % HEAP_RUN_ALIGNMENT;
    CHECK_EQ_U64(heap_free(&heap, slab + HEAP_RUN_ALIGNMENT - 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap.stats.allocations, 2);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_fake_header, "data copied from a run's header is not taken for a run") {
    struct heap heap = new_heap(ARENA_PAGES);
    unsigned char *block = heap_alloc(&heap, 16);
    unsigned char *slab = block - (uintptr_t)block % HEAP_RUN_ALIGNMENT;
    unsigned char *large = heap_alloc(&heap, 65536);
    unsigned char *inside = large + (HEAP_RUN_ALIGNMENT - (uintptr_t)large % HEAP_RUN_ALIGNMENT);
    memcpy(inside, slab, 1024);
    CHECK_EQ_U64(heap_free(&heap, inside + (block - slab)), HEAP_FOREIGN);
}

UNIT_TEST(heap_check_notices, "an overwritten header makes the check fail") {
    struct heap heap = new_heap(ARENA_PAGES);
    unsigned char *block = heap_alloc(&heap, 256);
    unsigned char *slab = block - (uintptr_t)block % HEAP_RUN_ALIGNMENT;
    for (size_t offset = 0; offset < 64; offset++) {
        CHECK(heap_is_sound(&heap));
        /* The list pointers of a single run are all NULL; set bits there would be followed, so they
         * are left alone here. */
        if (offset < 8 || offset >= 40) {
            slab[offset] ^= 0x10;
            CHECK(!heap_is_sound(&heap));
            slab[offset] ^= 0x10;
        }
    }
    heap.stats.allocations++;
    CHECK(!heap_is_sound(&heap));
}

#define BLOCKS 500u

UNIT_TEST(heap_random, "100,000 random steps keep every block's contents and the heap sound") {
    static struct {
        unsigned char *bytes;
        size_t size;
        unsigned char fill;
    } blocks[BLOCKS];
    memset(blocks, 0, sizeof blocks);
    struct heap heap = new_heap(2000);
    uint64_t state = 1234567;
    unsigned refused = 0;
    for (unsigned step = 0; step < 100000; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const unsigned i = (unsigned)(state >> 33) % BLOCKS;
        const size_t size = 1 + (size_t)(state >> 40) % (state >> 62 == 0 ? 40000 : 700);
        if (blocks[i].bytes == NULL) {
            blocks[i].bytes = heap_alloc(&heap, size);
            if (blocks[i].bytes == NULL) {
                refused++;
                continue;
            }
            CHECK(is_zero(blocks[i].bytes, size));
            blocks[i].size = size;
            blocks[i].fill = (unsigned char)step;
            memset(blocks[i].bytes, blocks[i].fill, size);
        } else {
            for (size_t at = 0; at < blocks[i].size; at++) {
                CHECK_EQ_U64(blocks[i].bytes[at], blocks[i].fill);
            }
            CHECK_EQ_U64(heap_free(&heap, blocks[i].bytes), HEAP_FREED);
            blocks[i].bytes = NULL;
        }
        if (step % 1000 == 0) {
            CHECK(heap_is_sound(&heap));
        }
    }
    CHECK(refused < 50000);
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (blocks[i].bytes != NULL) {
            CHECK_EQ_U64(heap_free(&heap, blocks[i].bytes), HEAP_FREED);
        }
    }
    CHECK_EQ_U64(heap.stats.allocations, 0);
    CHECK(heap.stats.pages_held <= HEAP_CLASS_COUNT * 4);
    CHECK(heap_is_sound(&heap));
}
