/*
 * test_kmalloc_heap.c - the kernel heap's core over pages of the host, with every misuse it must
 * notice.
 */
/* uses: c/mm/heap.c c/mm/heap_buddy.c c/mm/heap_check.c */
#include "mm/heap.h"

#include "heap_arena.h"
#include "mm/heap_parts.h"

static struct heap heap;

UNIT_TEST(heap_sizes, "every size gives zeroed, aligned memory, and all of it comes back") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    for (size_t size = 1; size < 6u << 20; size += size < 9000 ? 1 : size / 3) {
        unsigned char *block = heap_alloc(&heap, size);
        CHECK(block != NULL);
        CHECK_EQ_U64((uintptr_t)block % (size > 4096 ? 8192 : 16), 0);
        CHECK(arena_is_filled(block, size, 0));
        CHECK(heap_block_room(&heap, block) >= size);
        CHECK(size <= 4096 || size > HEAP_BUDDY_MAX || heap_block_room(&heap, block) < 2 * size ||
              heap_block_room(&heap, block) == HEAP_UNIT);
        memset(block, 0xff, heap_block_room(&heap, block));
        CHECK_EQ_U64(heap_free(&heap, block), HEAP_FREED);
        CHECK_EQ_U64(heap_block_room(&heap, block), 0);
    }
    CHECK(heap_is_sound(&heap));
    const struct heap_stats stats = heap_get_stats(&heap);
    CHECK_EQ_U64(stats.blocks, 0);
    CHECK_EQ_U64(stats.bytes, 0);
    CHECK_EQ_U64(stats.pages_held, arena_out);
    for (unsigned i = 0; i < HEAP_CLASS_COUNT; i++) {
        CHECK_EQ_U64(stats.class_slabs[i], 1); /* one empty slab stays for each class */
    }
}

UNIT_TEST(heap_classes, "a block has the room of its class or order, 2^n bytes cost 2^n") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    for (size_t room = 16; room <= HEAP_BUDDY_MAX; room *= 2) {
        void *whole = heap_alloc(&heap, room);
        void *least = heap_alloc(&heap, room == 16 ? 1 : room / 2 + 1);
        CHECK_EQ_U64(heap_block_room(&heap, whole), room);
        CHECK_EQ_U64(heap_block_room(&heap, least), room);
        CHECK_EQ_U64(heap_get_stats(&heap).bytes, 2 * room);
        CHECK_EQ_U64(heap_free(&heap, whole), HEAP_FREED);
        CHECK_EQ_U64(heap_free(&heap, least), HEAP_FREED);
    }
    void *huge = heap_alloc(&heap, HEAP_BUDDY_MAX + 1);
    CHECK_EQ_U64(heap_block_room(&heap, huge), HEAP_BUDDY_MAX + HEAP_PAGE);
    CHECK_EQ_U64(heap_get_stats(&heap).huge_blocks, 1);
    CHECK_EQ_U64(heap_get_stats(&heap).bytes, HEAP_BUDDY_MAX + HEAP_PAGE);
    CHECK(heap_is_sound(&heap));
    CHECK_EQ_U64(heap_free(&heap, huge), HEAP_FREED);
    CHECK_EQ_U64(heap_get_stats(&heap).huge_pages, 0);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_limits, "size 0, impossible sizes and exhaustion give NULL and harm nothing") {
    arena_heap(&heap, 2 + 32, NULL);
    CHECK(heap_alloc(&heap, 0) == NULL);
    CHECK(heap_alloc(&heap, SIZE_MAX) == NULL);
    CHECK(heap_alloc(&heap, SIZE_MAX - 4096) == NULL);
    CHECK(heap_alloc(&heap, (size_t)1 << 44) == NULL);
    CHECK(heap_alloc(&heap, 35 * HEAP_PAGE) == NULL);
    CHECK(heap_is_sound(&heap));
    unsigned count = 0;
    while (heap_alloc(&heap, 2048) != NULL) {
        count++;
    }
    CHECK_EQ_U64(count, 7 * 8); /* eight slabs in two granules */
    CHECK(heap_alloc(&heap, 16) == NULL);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_small_source,
          "with less than a granule left, a block of the size asked for is taken") {
    arena_heap(&heap, 2 + 6, NULL);
    CHECK(heap_alloc(&heap, 100) != NULL);
    CHECK_EQ_U64(heap_get_stats(&heap).pages_held, 2 + 4);
    CHECK(heap_alloc(&heap, 8192) != NULL);
    CHECK_EQ_U64(heap_get_stats(&heap).pages_held, 2 + 6);
    CHECK(heap_alloc(&heap, 8192) == NULL);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_double_free, "a second free of a small block is noticed and changes nothing") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    void *kept = heap_alloc(&heap, 40);
    void *block = heap_alloc(&heap, 40);
    CHECK(kept != NULL);
    CHECK_EQ_U64(heap_free(&heap, block), HEAP_FREED);
    CHECK_EQ_U64(heap_free(&heap, block), HEAP_DOUBLE_FREE);
    CHECK_EQ_U64(heap_get_stats(&heap).blocks, 1);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_double_free_large,
          "a second free is noticed even when the block has joined others") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    unsigned char *blocks[8];
    for (unsigned i = 0; i < 8; i++) {
        blocks[i] = heap_alloc(&heap, 8192);
    }
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQ_U64(heap_free(&heap, blocks[i]), HEAP_FREED);
    }
    CHECK_EQ_U64(heap_get_stats(&heap).order_free[3], 1);
    for (unsigned i = 0; i < 8; i++) {
        CHECK_EQ_U64(heap_free(&heap, blocks[i]), HEAP_DOUBLE_FREE);
    }
    void *huge = heap_alloc(&heap, 5 << 20);
    CHECK_EQ_U64(heap_free(&heap, huge), HEAP_FREED);
    CHECK(heap_free(&heap, huge) != HEAP_FREED);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_foreign,
          "pointers that are not the start of a block are refused, and never followed") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    int on_stack = 0;
    CHECK_EQ_U64(heap_free(&heap, arena), HEAP_FOREIGN); /* nothing has been allocated yet */
    unsigned char *block = heap_alloc(&heap, 64);
    unsigned char *large = heap_alloc(&heap, 100000);
    unsigned char *huge = heap_alloc(&heap, 5 << 20);
    CHECK_EQ_U64(heap_free(&heap, &on_stack), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, (void *)8), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, (void *)(UINTPTR_MAX - 7)), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, arena + ARENA_SIZE), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, block + 1), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, block - 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, large + 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, large + 8192), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, huge + 8192), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, huge + 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_free(&heap, arena + ARENA_SIZE - 4096), HEAP_FOREIGN);
    unsigned char *slab = block - (uintptr_t)block % HEAP_SLAB;
    CHECK_EQ_U64(heap_free(&heap, slab), HEAP_FOREIGN);
    /* The unused end of a slab: past the last whole block. */
    CHECK_EQ_U64(heap_free(&heap, slab + HEAP_SLAB - 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_get_stats(&heap).blocks, 3);
    CHECK(heap_is_sound(&heap));
}

UNIT_TEST(heap_fake_header, "data copied from a slab's header is not taken for a slab") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    unsigned char *block = heap_alloc(&heap, 16);
    unsigned char *slab = block - (uintptr_t)block % HEAP_SLAB;
    unsigned char *large = heap_alloc(&heap, 65536);
    memcpy(large + HEAP_SLAB, slab, 1024);
    CHECK_EQ_U64(heap_free(&heap, large + HEAP_SLAB + (block - slab)), HEAP_FOREIGN);
}

UNIT_TEST(heap_check_notices, "an overwritten slab header makes the check fail") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    unsigned char *block = heap_alloc(&heap, 256);
    unsigned char *slab = block - (uintptr_t)block % HEAP_SLAB;
    for (size_t offset = 0; offset < sizeof(struct heap_slab); offset++) {
        CHECK(heap_is_sound(&heap));
        slab[offset] ^= 0x10;
        CHECK(!heap_is_sound(&heap));
        slab[offset] ^= 0x10;
    }
    heap.stats.pages_held++;
    CHECK(!heap_is_sound(&heap));
}

UNIT_TEST(heap_check_notices_lists, "broken lists of free memory and a wrong window are noticed") {
    arena_heap(&heap, ARENA_PAGES, NULL);
    unsigned char *block = heap_alloc(&heap, 8192);
    unsigned char *buddy = (unsigned char *)heap.free[0];
    CHECK(buddy == block + 8192);
    for (size_t offset = 0; offset < sizeof(struct heap_free_block); offset++) {
        CHECK(heap_is_sound(&heap));
        buddy[offset] ^= 0x40; /* as a late write to freed memory would */
        CHECK(!heap_is_sound(&heap));
        buddy[offset] ^= 0x40;
    }
    struct heap_window *window = heap.windows[(size_t)(block - arena) / HEAP_WINDOW];
    for (unsigned unit = 0; unit < 16; unit++) {
        for (unsigned state = 0; state < 256; state++) {
            const uint8_t right = window->state[unit];
            window->state[unit] = (uint8_t)state;
            CHECK_EQ_U64(heap_is_sound(&heap), state == right);
            window->state[unit] = right;
        }
    }
}

UNIT_TEST(heap_no_leak, "with any one page request refused, nothing is lost and nothing breaks") {
    for (uint64_t nth = 1;; nth++) {
        void *blocks[5];
        static const size_t sizes[5] = {100, 20000, 9 << 20, 4 << 20, 4096};
        arena_heap(&heap, ARENA_PAGES, NULL);
        arena_fail = nth;
        for (unsigned i = 0; i < 5; i++) {
            blocks[i] = heap_alloc(&heap, sizes[i]);
            CHECK(heap_is_sound(&heap));
            CHECK_EQ_U64(heap_get_stats(&heap).pages_held, arena_out);
        }
        for (unsigned i = 0; i < 5; i++) {
            CHECK(blocks[i] == NULL || heap_free(&heap, blocks[i]) == HEAP_FREED);
        }
        CHECK(heap_is_sound(&heap));
        CHECK(arena_out * HEAP_PAGE <= HEAP_IDLE_MAX + 2 * HEAP_SLAB + 4 * HEAP_PAGE);
        if (arena_fail != 0) {
            CHECK_EQ_U64(nth, 6); /* all requests have been refused once */
            return;
        }
    }
}

UNIT_TEST(heap_gives_back, "free memory beyond a quarter of what is held goes back to the source") {
    static void *blocks[ARENA_PAGES];
    size_t count = 0;
    arena_heap(&heap, ARENA_PAGES, NULL);
    while ((blocks[count] = heap_alloc(&heap, 8192)) != NULL) {
        count++;
    }
    CHECK(count > ARENA_PAGES / 2 - 64);
    for (size_t i = 0; i < count; i++) {
        CHECK_EQ_U64(heap_free(&heap, blocks[i]), HEAP_FREED);
        CHECK(heap.free_bytes <= HEAP_IDLE_MAX || heap.free_bytes <= arena_out * HEAP_PAGE / 4);
    }
    CHECK(arena_out * HEAP_PAGE <= HEAP_IDLE_MAX + 4 * HEAP_PAGE);
    CHECK(heap_is_sound(&heap));
}
