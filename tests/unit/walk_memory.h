/*
 * walk_memory.h - page tables in the host's memory, where a physical address is a pointer.
 */
#ifndef WALK_MEMORY_H
#define WALK_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include "mm/page_walk.h"
#include "unit.h"

static unsigned pages_out;   /* pages allocated and not yet released */
static unsigned pages_limit; /* allocate refuses when this many are out */
static unsigned invalidations;

static uint64_t allocate(void) {
    if (pages_out == pages_limit) {
        return 0;
    }
    void *page = aligned_alloc(4096, 4096);
    memset(page, 0xaa, 4096); /* the code must not rely on cleared pages */
    pages_out++;
    return (uint64_t)(uintptr_t)page;
}

static void release(uint64_t physical) {
    free((void *)(uintptr_t)physical);
    pages_out--;
}

static void invalidate(uint64_t virtual_address) {
    (void)virtual_address;
    invalidations++;
}

static struct page_walk new_walk(unsigned limit) {
    pages_out = 0;
    pages_limit = limit;
    invalidations = 0;
    const struct page_walk walk = {
        .root = allocate(), .allocate = allocate, .release = release, .invalidate = invalidate};
    memset((void *)(uintptr_t)walk.root, 0, 4096);
    return walk;
}

#endif
