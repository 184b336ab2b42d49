/*
 * heap_parts.h - the kernel heap's structures, shared by the files that make it up (c/mm/heap*.c).
 *
 * Nobody else includes this.
 */
#ifndef HEAP_PARTS_H
#define HEAP_PARTS_H

#include "mm/heap.h"

enum {
    SLAB_ROW_BLOCKS = 64, /* blocks that one word of the bitmap stands for */
    SLAB_ROWS = 16,
    CLASS_SHIFT = 4,  /* class 0 is 16 bytes */
    ORDER_SHIFT = 13, /* order 0 is 8 KiB */
    SLAB_ORDER = 1,
    WINDOW_UNITS = HEAP_WINDOW / HEAP_UNIT,
};

/* What a unit of memory is; where a block has several, the first one tells, the others are INSIDE.
 */
enum heap_unit {
    UNIT_FOREIGN = 0, /* not the heap's; also what follows the first unit of a huge block */
    UNIT_INSIDE,
    UNIT_SLAB,
    UNIT_HUGE,
    UNIT_USED = 0x10, /* plus the order */
    UNIT_FREE = 0x20, /* plus the order */
    UNIT_ORDER_MASK = 0x0f,
};

struct heap_window {
    uint8_t state[WINDOW_UNITS]; /* enum heap_unit */
    /* Of the huge block that begins in each stretch of this size: there is room for one. */
    uint64_t huge_pages[HEAP_WINDOW / HEAP_BUDDY_MAX];
    uint64_t
        units; /* the buddy system's, and one for each huge block; the window goes with the last
                     */
};

_Static_assert(sizeof(struct heap_window) <= HEAP_PAGE, "a window is kept in a page");
_Static_assert(HEAP_UNIT == 1u << ORDER_SHIFT, "order 0 is one unit");
_Static_assert(HEAP_SLAB == HEAP_UNIT << SLAB_ORDER, "a slab is a block of the buddy system");
_Static_assert(HEAP_BUDDY_MAX == HEAP_UNIT << (HEAP_ORDER_COUNT - 1), "orders are 8 KiB to 4 MiB");
_Static_assert(HEAP_ORDER_COUNT <= UNIT_ORDER_MASK, "an order fits into a state");

/* Begins every slab; its blocks follow. */
struct heap_slab {
    uint64_t mark;          /* heap_slab_mark; a slab that has lost it has been overwritten */
    struct heap_slab *next; /* list of slabs of the class with free blocks */
    struct heap_slab *previous;
    uint16_t used;        /* blocks in use */
    uint16_t free_rows;   /* bit n: word n of in_use has a zero */
    uint16_t block_bytes; /* of all blocks together */
    uint8_t size_class;
    uint8_t shift;              /* of a block's size */
    uint64_t in_use[SLAB_ROWS]; /* bits for which there is no block are set */
};

_Static_assert(sizeof(struct heap_slab) % 16 == 0, "blocks are aligned to 16 bytes");
_Static_assert((HEAP_SLAB - sizeof(struct heap_slab)) >> CLASS_SHIFT <= SLAB_ROWS * SLAB_ROW_BLOCKS,
               "the bitmap has a bit for each block");
_Static_assert(UINT64_C(1) << (CLASS_SHIFT + HEAP_CLASS_COUNT - 1) == HEAP_PAGE,
               "size classes are 16 to 4096");

/* Begins every free block of the buddy system. */
struct heap_free_block {
    struct heap_free_block *next;
    struct heap_free_block *previous;
};

static inline size_t heap_class_size(unsigned size_class) {
    return (size_t)1 << (CLASS_SHIFT + size_class);
}

static inline size_t heap_order_size(unsigned order) {
    return (size_t)1 << (ORDER_SHIFT + order);
}

static inline unsigned heap_slab_blocks(unsigned size_class) {
    return (unsigned)((HEAP_SLAB - sizeof(struct heap_slab)) >> (CLASS_SHIFT + size_class));
}

static inline unsigned char *heap_slab_first(const struct heap_slab *slab) {
    return (unsigned char *)slab + sizeof *slab;
}

static inline uint64_t heap_slab_mark(const struct heap_slab *slab) {
    return UINT64_C(0x6865617020736c62) ^ (uint64_t)(uintptr_t)slab;
}

static inline uint64_t heap_window_count(const struct heap *heap) {
    return (heap->source.size + HEAP_WINDOW - 1) / HEAP_WINDOW;
}

/* Pages that the table of pointers to windows fills. */
static inline size_t heap_table_pages(const struct heap *heap) {
    return (heap_window_count(heap) * sizeof(void *) + HEAP_PAGE - 1) / HEAP_PAGE;
}

/* Where `memory` lies in the source; HEAP's size or more when it does not. */
static inline uint64_t heap_offset(const struct heap *heap, const void *memory) {
    return (uint64_t)(uintptr_t)memory - (uint64_t)(uintptr_t)heap->source.base;
}

/* The window around an offset, NULL when the heap has nothing there. */
static inline struct heap_window *heap_window_at(const struct heap *heap, uint64_t offset) {
    return offset < heap->source.size && heap->windows != NULL ? heap->windows[offset / HEAP_WINDOW]
                                                               : NULL;
}

static inline unsigned heap_unit_at(uint64_t offset) {
    return offset % HEAP_WINDOW / HEAP_UNIT;
}

/* ---- heap_buddy.c ---- */

/* Takes a block of this order, in state UNIT_USED or, for a slab, UNIT_SLAB. NULL when exhausted. */
void *heap_buddy_take(struct heap *heap, unsigned order, enum heap_unit state);

/* Gives back the block of this order that begins at `unit` of the window at `offset`. */
void heap_buddy_give(struct heap *heap, uint64_t offset, unsigned order);

/* A block of more than HEAP_BUDDY_MAX bytes; *room is its true size. */
void *heap_huge_take(struct heap *heap, size_t size, size_t *room);

/* heap_free for a pointer that is in no slab. */
enum heap_free_result heap_large_free(struct heap *heap, struct heap_window *window,
                                      uint64_t offset);

#endif
