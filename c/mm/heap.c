/*
 * heap.c - the kernel heap's core: slabs, and the choice between them and the buddy system.
 *
 * A slab is 16 KiB cut into blocks of one class. A bitmap in its header says which are in use, and
 * one more word which words of the bitmap have room, so that a block is found with two bit scans
 * and a second free is noticed at once. Nothing here follows a list or divides.
 */
#include "mm/heap.h"

#include <string.h>

#include "mm/heap_parts.h"

/* Keeps what happens once in many calls out of the registers and the cache lines of the usual path. */
#define SELDOM __attribute__((noinline, cold))

static unsigned class_for(size_t size) {
    return 60 - (unsigned)__builtin_clzll((size - 1) | 15);
}

static unsigned order_for(size_t size) {
    return 51 - (unsigned)__builtin_clzll((size - 1) | (HEAP_UNIT - 1));
}

void heap_init(struct heap *heap, const struct heap_source *source) {
    memset(heap, 0, sizeof *heap);
    heap->source = *source;
}

static void link_partial(struct heap *heap, struct heap_slab *slab) {
    slab->previous = NULL;
    slab->next = heap->partial[slab->size_class];
    if (slab->next != NULL) {
        slab->next->previous = slab;
    }
    heap->partial[slab->size_class] = slab;
}

static void unlink_partial(struct heap *heap, struct heap_slab *slab) {
    if (slab->next != NULL) {
        slab->next->previous = slab->previous;
    }
    if (slab->previous != NULL) {
        slab->previous->next = slab->next;
    } else {
        heap->partial[slab->size_class] = slab->next;
    }
}

static SELDOM struct heap_slab *new_slab(struct heap *heap, unsigned size_class) {
    struct heap_slab *slab = heap_buddy_take(heap, SLAB_ORDER, UNIT_SLAB);
    if (slab == NULL) {
        return NULL;
    }
    memset(slab, 0, sizeof *slab);
    slab->mark = heap_slab_mark(slab);
    slab->size_class = (uint8_t)size_class;
    slab->shift = (uint8_t)(CLASS_SHIFT + size_class);
    const unsigned blocks = heap_slab_blocks(size_class);
    slab->block_bytes = (uint16_t)(blocks << slab->shift);
    for (unsigned row = 0; row < SLAB_ROWS; row++) {
        const unsigned first = row * SLAB_ROW_BLOCKS;
        if (first >= blocks) {
            slab->in_use[row] = UINT64_MAX;
            continue;
        }
        if (blocks - first < SLAB_ROW_BLOCKS) {
            slab->in_use[row] = UINT64_MAX << (blocks - first);
        }
        slab->free_rows |= (uint16_t)(1u << row);
    }
    heap->stats.class_slabs[size_class]++;
    link_partial(heap, slab);
    return slab;
}

static void drop_slab(struct heap *heap, struct heap_slab *slab) {
    unlink_partial(heap, slab);
    heap->stats.class_slabs[slab->size_class]--;
    slab->mark = 0;
    if (heap->source.forgotten != NULL) {
        heap->source.forgotten(slab, sizeof *slab);
    }
    heap_buddy_give(heap, heap_offset(heap, slab), SLAB_ORDER);
}

static inline void clear_32(unsigned char *bytes) {
    __builtin_memset(bytes, 0, 32);
}

/* Clears a block of a small class: with plain stores where the start of a string instruction would
 * cost more than the clearing. */
static inline void clear_small(unsigned char *block, unsigned size_class) {
    switch (size_class) {
    case 0:
        __builtin_memset(block, 0, 16);
        break;
    case 3:
        clear_32(block + 96);
        clear_32(block + 64);
        clear_32(block + 32);
        clear_32(block);
        break;
    case 2:
        clear_32(block + 32);
        clear_32(block);
        break;
    case 1:
        clear_32(block);
        break;
    default:
        memset(block, 0, heap_class_size(size_class));
        break;
    }
}

static void *take_from_new_slab(struct heap *heap, unsigned size_class, bool clear);
static void *take_last_of_row(struct heap *heap, struct heap_slab *slab, unsigned row, void *block,
                              bool clear);

/* Takes the first free block of the first slab that has one. */
static inline void *take_small(struct heap *heap, unsigned size_class, bool clear) {
    struct heap_slab *slab = heap->partial[size_class];
    if (slab == NULL) {
        return take_from_new_slab(heap, size_class, clear);
    }
    const unsigned row = (unsigned)__builtin_ctz(slab->free_rows);
    const uint64_t before = slab->in_use[row];
    const uint64_t after = before | (before + 1); /* sets the lowest zero */
    const size_t index = (size_t)row * SLAB_ROW_BLOCKS + (unsigned)__builtin_ctzll(~before);
    unsigned char *block = heap_slab_first(slab) + (index << (CLASS_SHIFT + size_class));
    slab->in_use[row] = after;
    slab->used++;
    heap->stats.class_blocks[size_class]++;
    if (after == UINT64_MAX) {
        return take_last_of_row(heap, slab, row, block, clear);
    }
    if (clear) {
        clear_small(block, size_class);
    }
    return block;
}

static SELDOM void *take_from_new_slab(struct heap *heap, unsigned size_class, bool clear) {
    return new_slab(heap, size_class) == NULL ? NULL : take_small(heap, size_class, clear);
}

/* What is left to do when that was the last free block of a row. */
static SELDOM void *take_last_of_row(struct heap *heap, struct heap_slab *slab, unsigned row,
                                     void *block, bool clear) {
    slab->free_rows &= (uint16_t) ~(1u << row);
    if (slab->free_rows == 0) {
        unlink_partial(heap, slab);
    }
    if (clear) {
        clear_small(block, slab->size_class);
    }
    return block;
}

static void *take_large(struct heap *heap, size_t size, size_t *room) {
    if (size > HEAP_BUDDY_MAX) {
        return heap_huge_take(heap, size, room);
    }
    const unsigned order = order_for(size);
    *room = heap_order_size(order);
    return heap_buddy_take(heap, order, UNIT_USED);
}

void *heap_take(struct heap *heap, size_t size, size_t *room) {
    if (size == 0) {
        return NULL;
    }
    if (size > HEAP_PAGE) {
        return take_large(heap, size, room);
    }
    *room = heap_class_size(class_for(size));
    return take_small(heap, class_for(size), false);
}

static SELDOM void *alloc_large(struct heap *heap, size_t size) {
    size_t room = 0;
    void *block = heap_take(heap, size, &room);
    if (block != NULL) {
        memset(block, 0, room);
    }
    return block;
}

void *heap_alloc(struct heap *heap, size_t size) {
    if (size - 1 >= HEAP_PAGE) {
        return alloc_large(heap, size);
    }
    return take_small(heap, class_for(size), true);
}

/* The slab around an offset, NULL when there is none. */
static inline struct heap_slab *slab_at(const struct heap *heap, const struct heap_window *window,
                                        uint64_t offset) {
    const uint64_t start = offset & ~(HEAP_SLAB - 1);
    return window->state[heap_unit_at(start)] == UNIT_SLAB
               ? (struct heap_slab *)(heap->source.base + start)
               : NULL;
}

/* Finds the bit of a block. False when the pointer is not the start of one. */
static inline bool find_bit(const struct heap_slab *slab, const void *block, unsigned *row,
                            uint64_t *mask) {
    const uint64_t offset = (uint64_t)(uintptr_t)block - (uint64_t)(uintptr_t)heap_slab_first(slab);
    const uint64_t index = offset >> slab->shift;
    if (offset >= slab->block_bytes || index << slab->shift != offset) {
        return false;
    }
    *row = (unsigned)(index / SLAB_ROW_BLOCKS);
    *mask = UINT64_C(1) << index % SLAB_ROW_BLOCKS;
    return true;
}

/* What is left to do when a row or a slab is no longer full, or the slab is empty. One empty slab
 * stays with its class, so that a program that allocates and frees one block in turn does not build
 * a slab each time. */
static SELDOM enum heap_free_result end_of_free(struct heap *heap, struct heap_slab *slab,
                                                unsigned row) {
    if (slab->free_rows == 0) {
        link_partial(heap, slab);
    }
    slab->free_rows |= (uint16_t)(1u << row);
    if (slab->used == 0 && (slab->next != NULL || slab->previous != NULL)) {
        drop_slab(heap, slab);
    }
    return HEAP_FREED;
}

static inline enum heap_free_result free_small(struct heap *heap, struct heap_slab *slab,
                                               const void *block) {
    unsigned row;
    uint64_t mask;
    if (!find_bit(slab, block, &row, &mask)) {
        return HEAP_FOREIGN;
    }
    const uint64_t in_use = slab->in_use[row];
    if ((in_use & mask) == 0) {
        return HEAP_DOUBLE_FREE;
    }
    slab->in_use[row] = in_use & ~mask;
    heap->stats.class_blocks[slab->size_class]--;
    if (--slab->used == 0 || in_use == UINT64_MAX) {
        return end_of_free(heap, slab, row);
    }
    return HEAP_FREED;
}

enum heap_free_result heap_free(struct heap *heap, void *block) {
    const uint64_t offset = heap_offset(heap, block);
    struct heap_window *window = heap_window_at(heap, offset);
    if (window == NULL) {
        return HEAP_FOREIGN;
    }
    struct heap_slab *slab = slab_at(heap, window, offset);
    return slab != NULL ? free_small(heap, slab, block) : heap_large_free(heap, window, offset);
}

size_t heap_block_room(const struct heap *heap, const void *block) {
    const uint64_t offset = heap_offset(heap, block);
    const struct heap_window *window = heap_window_at(heap, offset);
    if (window == NULL) {
        return 0;
    }
    const struct heap_slab *slab = slab_at(heap, window, offset);
    if (slab != NULL) {
        unsigned row;
        uint64_t mask;
        return find_bit(slab, block, &row, &mask) && (slab->in_use[row] & mask) != 0
                   ? heap_class_size(slab->size_class)
                   : 0;
    }
    const unsigned state = window->state[heap_unit_at(offset)];
    if (offset % HEAP_UNIT != 0) {
        return 0;
    }
    if (state == UNIT_HUGE) {
        return window->huge_pages[offset % HEAP_WINDOW / HEAP_BUDDY_MAX] * HEAP_PAGE;
    }
    return (state & ~UNIT_ORDER_MASK) == UNIT_USED ? heap_order_size(state & UNIT_ORDER_MASK) : 0;
}

struct heap_stats heap_get_stats(const struct heap *heap) {
    struct heap_stats stats = heap->stats;
    stats.blocks = stats.huge_blocks;
    stats.bytes = stats.huge_pages * HEAP_PAGE;
    for (unsigned i = 0; i < HEAP_CLASS_COUNT; i++) {
        stats.blocks += stats.class_blocks[i];
        stats.bytes += stats.class_blocks[i] * heap_class_size(i);
    }
    for (unsigned i = 0; i < HEAP_ORDER_COUNT; i++) {
        stats.blocks += stats.order_used[i];
        stats.bytes += stats.order_used[i] * heap_order_size(i);
    }
    return stats;
}
