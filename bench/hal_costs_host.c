/*
 * hal_costs_host.c - the kernel's pure parts, measured on Linux, and the clock and timers of the process.
 *
 * The heap and the page bitmap are the kernel's own code, over memory of the process. What Linux adds to a
 * timer, two system calls, is in that number.
 */
#include <stddef.h>
#include <sys/mman.h>

#include "hal_costs.h"
#include "mm/heap.h"
#include "mm/page_bitmap.h"

#define BLOCK_SIZE  64u
#define PAGES       UINT64_C(131072) /* of a machine of 512 MiB */
#define ONE_HOUR    UINT64_C(3600000000000)
#define ARENA_SIZE  (UINT64_C(64) << 20)
#define ARENA_SPACE (2 * ARENA_SIZE)

static struct heap heap;
static struct page_bitmap bitmap;
static unsigned char *arena_next, *arena_end;

/* The heap asks now and then, so what it gives back need not be found again. */
static void *allocate(size_t pages, uint64_t alignment) {
    const uint64_t at = ((uint64_t)arena_next + alignment - 1) & ~(alignment - 1);
    if (at + pages * HEAP_PAGE > (uint64_t)arena_end) {
        return NULL;
    }
    arena_next = (unsigned char *)at + pages * HEAP_PAGE;
    return (void *)at;
}

static void release(void *memory, size_t pages) {
    (void)memory, (void)pages;
}

static void *reserve(size_t size) {
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

bool machine_costs_init(void) {
    unsigned char *arena = reserve(ARENA_SPACE);
    uint64_t *words = reserve(page_bitmap_bytes(PAGES));
    if (arena == NULL || words == NULL) {
        return false;
    }
    arena_next = (unsigned char *)(((uint64_t)arena + HEAP_WINDOW - 1) & ~(HEAP_WINDOW - 1));
    arena_end = arena_next + ARENA_SIZE;
    const struct heap_source source = {
        .base = arena_next, .size = ARENA_SIZE, .allocate = allocate, .release = release};
    heap_init(&heap, &source);
    page_bitmap_init(&bitmap, words, PAGES);
    page_bitmap_set_free(&bitmap, 1, PAGES);
    return true;
}

static void nothing(void *context) {
    (void)context;
}

COST_FUNCTION(empty, COST_KEEP(i))
COST_FUNCTION(heap_block, {
    void *block = heap_alloc(&heap, BLOCK_SIZE);
    COST_KEEP(block);
    heap_free(&heap, block);
})
COST_FUNCTION(page, {
    const uint64_t number = page_bitmap_take_one(&bitmap);
    COST_KEEP(number);
    page_bitmap_give_one(&bitmap, number);
})
COST_FUNCTION(now, COST_KEEP(hal_time_now_ns()))
COST_FUNCTION(timer, hal_timer_cancel(hal_timer_oneshot(ONE_HOUR, nothing, NULL)))

const struct cost machine_costs[] = {
    {"heap-64", 1000, heap_block, empty}, {"page", 1000, page, empty}, {"now", 1000, now, empty},
    {"timer", 200, timer, empty},         {NULL, 0, NULL, NULL},
};
