/*
 * kmalloc.c - the kernel heap: the core of heap.c over pages of the physical memory manager.
 *
 * Pages are reached through the direct map, so growing the heap never touches a page table.
 */
#include "mm/kmalloc.h"

#include "hal/hal_panic.h"
#include "mm/alloc_fail.h"
#include "mm/direct_map.h"
#include "mm/heap_guard.h"
#include "mm/pmm.h"

static struct heap heap;
static bool initialized;

static void *allocate(size_t pages, uint64_t alignment) {
    const uint64_t physical = pmm_alloc_aligned(pages, alignment);
    if (physical == 0) {
        return NULL;
    }
    void *memory = direct_map_pointer(physical);
#ifdef STARKERNEL_DEBUG
    heap_guard_fill(memory, pages * HEAP_PAGE);
#endif
    return memory;
}

static void release(void *memory, size_t pages) {
    pmm_free_pages(direct_map_physical(memory), pages);
}

void kmalloc_init(void) {
    const struct heap_source source = {
        .base = direct_map_pointer(0),
        .size = pmm_end(),
        .allocate = allocate,
        .release = release,
#ifdef STARKERNEL_DEBUG
        .forgotten = heap_guard_fill,
#endif
    };
    heap_init(&heap, &source);
    initialized = true;
}

bool kmalloc_is_initialized(void) {
    return initialized;
}

#ifdef STARKERNEL_DEBUG

void *kmalloc(size_t size) {
    const void *spoiled = NULL;
    void *block = alloc_fail_now() ? NULL : heap_guard_alloc(&heap, size, &spoiled);
    if (spoiled != NULL) {
        hal_panic("kmalloc: this memory has been written to after it was freed");
    }
    return block;
}

static enum heap_free_result free_block(void *block) {
    return heap_guard_free(&heap, block);
}

bool heap_check(void) {
    return heap_guard_is_sound(&heap);
}

#else

void *kmalloc(size_t size) {
    return alloc_fail_now() ? NULL : heap_alloc(&heap, size);
}

static enum heap_free_result free_block(void *block) {
    return heap_free(&heap, block);
}

bool heap_check(void) {
    return heap_is_sound(&heap);
}

#endif

void kfree(void *block) {
    if (block == NULL) {
        return;
    }
    switch (free_block(block)) {
    case HEAP_FREED:
        return;
    case HEAP_FOREIGN:
        hal_panic("kfree: this pointer is not the start of a heap block");
    case HEAP_DOUBLE_FREE:
        hal_panic("kfree: this block has been freed already");
    case HEAP_UNDERRUN:
        hal_panic("kfree: something has written before the start of this block");
    case HEAP_OVERRUN:
        hal_panic("kfree: something has written behind the end of this block");
    }
}

struct heap_stats kmalloc_stats(void) {
    return heap_get_stats(&heap);
}
