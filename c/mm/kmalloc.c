/*
 * kmalloc.c - the kernel heap: the core of heap.c over pages of the physical memory manager.
 *
 * Pages are reached through the direct map, so growing the heap never touches a page table.
 */
#include "mm/kmalloc.h"

#include "hal/hal_panic.h"
#include "mm/direct_map.h"
#include "mm/pmm.h"

static struct heap heap;
static bool initialized;

static void *allocate_run(size_t pages) {
    const uint64_t physical = pmm_alloc_aligned(pages, HEAP_RUN_ALIGNMENT);
    return physical == 0 ? NULL : direct_map_pointer(physical);
}

static void release_run(void *memory, size_t pages) {
    pmm_free_pages(direct_map_physical(memory), pages);
}

/* A pointer that passes can be read without a fault, as all memory of the manager is mapped. */
static bool is_in_direct_map(const void *memory) {
    const uint64_t address = (uint64_t)(uintptr_t)memory;
    return address >= DIRECT_MAP_BASE && address - DIRECT_MAP_BASE < pmm_end();
}

void kmalloc_init(void) {
    const struct heap_source source = {
        .allocate = allocate_run,
        .release = release_run,
        .contains = is_in_direct_map,
    };
    heap_init(&heap, &source);
    initialized = true;
}

bool kmalloc_is_initialized(void) {
    return initialized;
}

void *kmalloc(size_t size) {
    return heap_alloc(&heap, size);
}

void kfree(void *block) {
    if (block == NULL) {
        return;
    }
    switch (heap_free(&heap, block)) {
    case HEAP_FREED:
        return;
    case HEAP_FOREIGN:
        hal_panic("kfree: this pointer is not the start of a heap block");
    case HEAP_DOUBLE_FREE:
        hal_panic("kfree: this block has been freed already");
    }
}

struct heap_stats kmalloc_stats(void) {
    return heap.stats;
}

bool heap_check(void) {
    return heap_is_sound(&heap);
}
