/*
 * heap_arena.h - a stretch of the host's memory as the source of pages for the heap's tests.
 *
 * Pages that are out are counted; a page that is given back twice, or was never out, fails the test.
 */
#ifndef HEAP_ARENA_H
#define HEAP_ARENA_H

#include <stdlib.h>
#include <string.h>

#include "mm/heap.h"
#include "unit.h"

#define ARENA_SIZE  (3 * HEAP_WINDOW)
#define ARENA_PAGES ((size_t)(ARENA_SIZE / HEAP_PAGE))

static unsigned char *arena;
static unsigned char arena_used[ARENA_PAGES];
static size_t arena_limit;  /* refuses when more pages than this would be out */
static size_t arena_out;    /* pages */
static uint64_t arena_fail; /* the allocation, counted down, that is refused; 0 none */

static void *arena_allocate(size_t pages, uint64_t alignment) {
    const size_t step = alignment / HEAP_PAGE;
    if ((arena_fail != 0 && --arena_fail == 0) || pages > arena_limit - arena_out) {
        return NULL;
    }
    for (size_t first = 0; first + pages <= ARENA_PAGES; first += step) {
        if (memchr(arena_used + first, 1, pages) == NULL) {
            memset(arena_used + first, 1, pages);
            arena_out += pages;
            memset(arena + first * HEAP_PAGE, 0xdf, pages * HEAP_PAGE);
            return arena + first * HEAP_PAGE;
        }
    }
    return NULL;
}

static void arena_release(void *memory, size_t pages) {
    const size_t first = (size_t)((unsigned char *)memory - arena) / HEAP_PAGE;
    CHECK(first < ARENA_PAGES && pages <= ARENA_PAGES - first);
    CHECK(memchr(arena_used + first, 0, pages) == NULL);
    memset(arena_used + first, 0, pages);
    memset(memory, 0xdd, pages * HEAP_PAGE);
    arena_out -= pages;
}

static void arena_heap(struct heap *heap, size_t limit, void (*forgotten)(void *, size_t)) {
    if (arena == NULL) {
        arena = aligned_alloc(HEAP_WINDOW, ARENA_SIZE);
    }
    memset(arena_used, 0, sizeof arena_used);
    arena_limit = limit;
    arena_out = 0;
    arena_fail = 0;
    const struct heap_source source = {.base = arena,
                                       .size = ARENA_SIZE,
                                       .allocate = arena_allocate,
                                       .release = arena_release,
                                       .forgotten = forgotten};
    heap_init(heap, &source);
}

static bool arena_is_filled(const unsigned char *bytes, size_t size, unsigned char wanted) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != wanted) {
            return false;
        }
    }
    return true;
}

#endif
