/*
 * test_kmalloc_guard.c - heap blocks between guard bytes: every write that must not be is found.
 */
/* uses: c/mm/heap_guard.c c/mm/heap.c c/mm/heap_buddy.c c/mm/heap_check.c */
#include "mm/heap_guard.h"

#include "heap_arena.h"

static struct heap heap;

static unsigned char *take(size_t size) {
    const void *spoiled;
    unsigned char *block = heap_guard_alloc(&heap, size, &spoiled);
    CHECK(spoiled == NULL);
    return block;
}

static const size_t sizes[] = {1, 16, 33, 64, 100, 4064, 4065, 9000, 100000, 5 << 20};

enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

UNIT_TEST(heap_guard_clean, "well-behaved use of every size is clean, zeroed and aligned") {
    arena_heap(&heap, ARENA_PAGES, heap_guard_fill);
    for (unsigned round = 0; round < 3; round++) {
        unsigned char *blocks[SIZE_COUNT];
        for (unsigned i = 0; i < SIZE_COUNT; i++) {
            blocks[i] = take(sizes[i]);
            CHECK_EQ_U64((uintptr_t)blocks[i] % 16, 0);
            CHECK(arena_is_filled(blocks[i], sizes[i], 0));
            memset(blocks[i], 0x77, sizes[i]);
        }
        CHECK(heap_guard_is_sound(&heap));
        for (unsigned i = 0; i < SIZE_COUNT; i++) {
            CHECK_EQ_U64(heap_guard_free(&heap, blocks[(i + round) % SIZE_COUNT]), HEAP_FREED);
            CHECK(heap_guard_is_sound(&heap));
        }
    }
}

UNIT_TEST(heap_guard_overrun,
          "a byte changed behind a block is found, by the check and by the free") {
    arena_heap(&heap, ARENA_PAGES, heap_guard_fill);
    for (unsigned i = 0; i < SIZE_COUNT; i++) {
        unsigned char *block = take(sizes[i]);
        for (size_t behind = 0; behind < 16; behind++) {
            block[sizes[i] + behind] ^= 1;
            CHECK(!heap_guard_is_sound(&heap));
            CHECK_EQ_U64(heap_guard_free(&heap, block), HEAP_OVERRUN);
            block[sizes[i] + behind] ^= 1;
        }
        CHECK_EQ_U64(heap_guard_free(&heap, block), HEAP_FREED);
    }
}

UNIT_TEST(heap_guard_underrun,
          "a byte changed before a block is found, by the check and by the free") {
    arena_heap(&heap, ARENA_PAGES, heap_guard_fill);
    for (unsigned i = 0; i < SIZE_COUNT; i++) {
        unsigned char *block = take(sizes[i]);
        for (size_t before = 1; before <= 16; before++) {
            block[-(ptrdiff_t)before] ^= 1;
            CHECK(!heap_guard_is_sound(&heap));
            CHECK_EQ_U64(heap_guard_free(&heap, block), HEAP_UNDERRUN);
            block[-(ptrdiff_t)before] ^= 1;
        }
        CHECK_EQ_U64(heap_guard_free(&heap, block), HEAP_FREED);
    }
}

UNIT_TEST(heap_guard_after_free,
          "a write to freed memory is found, by the check and when it is reused") {
    static const size_t small[] = {1, 100, 2000, 9000, 100000};
    for (unsigned i = 0; i < 5; i++) {
        arena_heap(&heap, ARENA_PAGES, heap_guard_fill);
        unsigned char *block = take(small[i]);
        CHECK_EQ_U64(heap_guard_free(&heap, block), HEAP_FREED);
        CHECK(heap_guard_is_sound(&heap));
        block[small[i] / 2] = 0x5a;
        CHECK(!heap_guard_is_sound(&heap));
        const void *spoiled = NULL;
        unsigned char *again = heap_guard_alloc(&heap, small[i], &spoiled);
        CHECK(again == block);
        CHECK(spoiled == block + small[i] / 2);
    }
}

UNIT_TEST(heap_guard_misuse, "double and foreign frees are found before anything is touched") {
    arena_heap(&heap, ARENA_PAGES, heap_guard_fill);
    unsigned char *block = take(50);
    unsigned char *large = take(50000);
    CHECK_EQ_U64(heap_guard_free(&heap, block + 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_guard_free(&heap, large + 16), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_guard_free(&heap, arena + 100), HEAP_FOREIGN);
    CHECK_EQ_U64(heap_guard_free(&heap, block), HEAP_FREED);
    CHECK_EQ_U64(heap_guard_free(&heap, block), HEAP_DOUBLE_FREE);
    CHECK_EQ_U64(heap_guard_free(&heap, large), HEAP_FREED);
    CHECK_EQ_U64(heap_guard_free(&heap, large), HEAP_DOUBLE_FREE);
    CHECK(heap_guard_is_sound(&heap));
    CHECK(take(0) == NULL);
    CHECK(take(SIZE_MAX) == NULL);
    CHECK(take(SIZE_MAX - 31) == NULL);
}
