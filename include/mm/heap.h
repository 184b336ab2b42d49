/*
 * heap.h - the kernel heap's core: size classes in slabs, and whole pages for what is larger.
 *
 * Plain data over a source of pages, so that the host tests it. Not synchronised. Memory is zeroed
 * and aligned to 16 bytes.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAP_RUN_ALIGNMENT 16384u /* every run of pages starts at a multiple of this */
#define HEAP_CLASS_COUNT   9u     /* 16, 32, ... 4096 bytes */

/* Where pages come from. */
struct heap_source {
    void *(*allocate)(
        size_t pages); /* aligned to HEAP_RUN_ALIGNMENT, any contents; NULL exhausted */
    void (*release)(void *memory, size_t pages);
    bool (*contains)(const void *memory); /* could this pointer have come from allocate at all? */
};

struct heap_stats {
    uint64_t allocations; /* blocks in use */
    uint64_t bytes_used;  /* room of these blocks, rounded up to their class or to whole pages */
    uint64_t pages_held;  /* pages taken from the source */
};

struct heap_run;

struct heap {
    struct heap_source source;
    struct heap_run *runs;                      /* all runs, newest first */
    struct heap_run *partial[HEAP_CLASS_COUNT]; /* slabs with free room, by class */
    struct heap_stats stats;
};

enum heap_free_result {
    HEAP_FREED,
    HEAP_FOREIGN,     /* not the address of a block of this heap */
    HEAP_DOUBLE_FREE, /* a block that is free already */
};

void heap_init(struct heap *heap, const struct heap_source *source);

/* A zeroed block of at least `size` bytes; NULL when exhausted or when size is 0. */
void *heap_alloc(struct heap *heap, size_t size);

/* Takes back a block (not NULL). Anything but HEAP_FREED leaves the heap as it was. */
enum heap_free_result heap_free(struct heap *heap, void *block);

/* Follows every list and recounts everything: true when all agrees. */
bool heap_is_sound(const struct heap *heap);

#endif
