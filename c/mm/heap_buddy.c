/*
 * heap_buddy.c - the kernel heap's larger blocks: the buddy system, and whole pages beyond it.
 *
 * A block of order n is 8 KiB times 2^n, aligned to its size; its buddy is the one whose address
 * differs in that bit alone. A block that is freed joins its buddy as long as that is free too. Both
 * lie in the same window, whose table says at once whether the buddy is free and whole.
 */
#include <string.h>

#include "mm/heap_parts.h"

static void *memory_at(const struct heap *heap, uint64_t offset) {
    return heap->source.base + offset;
}

static void push_free(struct heap *heap, uint64_t offset, unsigned order) {
    struct heap_free_block *block = memory_at(heap, offset);
    heap->windows[offset / HEAP_WINDOW]->state[heap_unit_at(offset)] = (uint8_t)(UNIT_FREE + order);
    block->previous = NULL;
    block->next = heap->free[order];
    if (block->next != NULL) {
        block->next->previous = block;
    }
    heap->free[order] = block;
    heap->free_bytes += heap_order_size(order);
    heap->stats.order_free[order]++;
}

static void unlink_free(struct heap *heap, struct heap_free_block *block, unsigned order) {
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    if (block->previous != NULL) {
        block->previous->next = block->next;
    } else {
        heap->free[order] = block->next;
    }
    heap->free_bytes -= heap_order_size(order);
    heap->stats.order_free[order]--;
    if (heap->source.forgotten != NULL) {
        heap->source.forgotten(block, sizeof *block);
    }
}

/* Makes the table of windows, the first time. */
static bool have_windows(struct heap *heap) {
    if (heap->windows == NULL) {
        const size_t pages = heap_table_pages(heap);
        heap->windows = heap->source.allocate(pages, HEAP_PAGE);
        if (heap->windows == NULL) {
            return false;
        }
        memset(heap->windows, 0, pages * HEAP_PAGE);
        heap->stats.pages_held += pages;
    }
    return true;
}

/* The window around `offset`, made if there is none; NULL when memory is exhausted. */
static struct heap_window *make_window(struct heap *heap, uint64_t offset) {
    struct heap_window **window = &heap->windows[offset / HEAP_WINDOW];
    if (*window == NULL) {
        *window = heap->source.allocate(1, HEAP_PAGE);
        if (*window == NULL) {
            return NULL;
        }
        memset(*window, 0, sizeof **window);
        heap->stats.pages_held++;
    }
    return *window;
}

/* Takes `units` out of the account of a window, which goes with its last unit. */
static void leave_window(struct heap *heap, uint64_t offset, uint64_t units) {
    struct heap_window **window = &heap->windows[offset / HEAP_WINDOW];
    (*window)->units -= units;
    if ((*window)->units == 0) {
        heap->source.release(*window, 1);
        heap->stats.pages_held--;
        *window = NULL;
    }
}

/* Takes memory from the source for a block of this order, or a granule if that is more. Returns the
 * order of the free block that has been added, HEAP_ORDER_COUNT when memory is exhausted. */
static unsigned grow(struct heap *heap, unsigned order) {
    size_t size = heap_order_size(order);
    if (!have_windows(heap)) {
        return HEAP_ORDER_COUNT;
    }
    unsigned char *memory = NULL;
    if (size < HEAP_GRANULE) {
        memory = heap->source.allocate(HEAP_GRANULE / HEAP_PAGE, HEAP_GRANULE);
        if (memory != NULL) {
            size = HEAP_GRANULE;
        }
    }
    if (memory == NULL) {
        memory = heap->source.allocate(size / HEAP_PAGE, size);
    }
    if (memory == NULL) {
        return HEAP_ORDER_COUNT;
    }
    const uint64_t offset = heap_offset(heap, memory);
    struct heap_window *window = make_window(heap, offset);
    if (window == NULL) {
        heap->source.release(memory, size / HEAP_PAGE);
        return HEAP_ORDER_COUNT;
    }
    memset(window->state + heap_unit_at(offset), UNIT_INSIDE, size / HEAP_UNIT);
    window->units += size / HEAP_UNIT;
    heap->stats.pages_held += size / HEAP_PAGE;
    while (heap_order_size(order) < size) {
        order++;
    }
    push_free(heap, offset, order);
    return order;
}

void *heap_buddy_take(struct heap *heap, unsigned order, enum heap_unit state) {
    unsigned found = order;
    while (found < HEAP_ORDER_COUNT && heap->free[found] == NULL) {
        found++;
    }
    if (found == HEAP_ORDER_COUNT) {
        found = grow(heap, order);
        if (found == HEAP_ORDER_COUNT) {
            return NULL;
        }
    }
    struct heap_free_block *block = heap->free[found];
    const uint64_t offset = heap_offset(heap, block);
    unlink_free(heap, block, found);
    while (found > order) {
        found--;
        push_free(heap, offset + heap_order_size(found), found);
    }
    uint8_t *unit = &heap->windows[offset / HEAP_WINDOW]->state[heap_unit_at(offset)];
    if (state == UNIT_SLAB) {
        *unit = UNIT_SLAB;
    } else {
        *unit = (uint8_t)(UNIT_USED + order);
        heap->stats.order_used[order]++;
    }
    return block;
}

static void give_back(struct heap *heap, unsigned order) {
    struct heap_free_block *block = heap->free[order];
    const uint64_t offset = heap_offset(heap, block);
    const size_t size = heap_order_size(order);
    unlink_free(heap, block, order);
    memset(heap->windows[offset / HEAP_WINDOW]->state + heap_unit_at(offset), UNIT_FOREIGN,
           size / HEAP_UNIT);
    heap->source.release(block, size / HEAP_PAGE);
    heap->stats.pages_held -= size / HEAP_PAGE;
    leave_window(heap, offset, size / HEAP_UNIT);
}

/* Gives the largest free blocks back to the source, down to granules, as long as more than a quarter
 * of what the heap holds lies idle. */
static void trim(struct heap *heap) {
    for (unsigned order = HEAP_ORDER_COUNT;
         order-- > 0 && heap_order_size(order) >= HEAP_GRANULE;) {
        while (heap->free[order] != NULL && heap->free_bytes > HEAP_IDLE_MAX &&
               heap->free_bytes > heap->stats.pages_held * HEAP_PAGE / 4) {
            give_back(heap, order);
        }
    }
}

void heap_buddy_give(struct heap *heap, uint64_t offset, unsigned order) {
    struct heap_window *window = heap->windows[offset / HEAP_WINDOW];
    for (; order + 1 < HEAP_ORDER_COUNT; order++) {
        const uint64_t buddy = offset ^ heap_order_size(order);
        if (window->state[heap_unit_at(buddy)] != UNIT_FREE + order) {
            break;
        }
        unlink_free(heap, memory_at(heap, buddy), order);
        window->state[heap_unit_at(offset | buddy)] = UNIT_INSIDE;
        offset &= buddy;
    }
    push_free(heap, offset, order);
    if (heap->free_bytes > HEAP_IDLE_MAX) {
        trim(heap);
    }
}

void *heap_huge_take(struct heap *heap, size_t size, size_t *room) {
    const size_t pages = size / HEAP_PAGE + (size % HEAP_PAGE != 0);
    if (pages > heap->source.size / HEAP_PAGE || !have_windows(heap)) {
        return NULL;
    }
    void *memory = heap->source.allocate(pages, HEAP_UNIT);
    if (memory == NULL) {
        return NULL;
    }
    const uint64_t offset = heap_offset(heap, memory);
    struct heap_window *window = make_window(heap, offset);
    if (window == NULL) {
        heap->source.release(memory, pages);
        return NULL;
    }
    window->state[heap_unit_at(offset)] = UNIT_HUGE;
    window->huge_pages[offset % HEAP_WINDOW / HEAP_BUDDY_MAX] = pages;
    window->units++;
    heap->stats.pages_held += pages;
    heap->stats.huge_pages += pages;
    heap->stats.huge_blocks++;
    *room = pages * HEAP_PAGE;
    return memory;
}

static void huge_give(struct heap *heap, struct heap_window *window, uint64_t offset) {
    uint64_t *pages = &window->huge_pages[offset % HEAP_WINDOW / HEAP_BUDDY_MAX];
    heap->source.release(memory_at(heap, offset), *pages);
    heap->stats.pages_held -= *pages;
    heap->stats.huge_pages -= *pages;
    heap->stats.huge_blocks--;
    *pages = 0;
    window->state[heap_unit_at(offset)] = UNIT_FOREIGN;
    leave_window(heap, offset, 1);
}

/* Whether a free block, which may have joined others since, covers this unit. */
static bool is_in_free_block(const struct heap_window *window, unsigned unit) {
    for (unsigned order = 0; order < HEAP_ORDER_COUNT; order++) {
        const unsigned head = unit & ~((1u << order) - 1);
        if (window->state[head] == UNIT_FREE + order) {
            return true;
        }
    }
    return false;
}

enum heap_free_result heap_large_free(struct heap *heap, struct heap_window *window,
                                      uint64_t offset) {
    const unsigned unit = heap_unit_at(offset);
    const unsigned state = window->state[unit];
    if (is_in_free_block(window, unit)) {
        return HEAP_DOUBLE_FREE;
    }
    if (offset % HEAP_UNIT != 0) {
        return HEAP_FOREIGN;
    }
    if (state == UNIT_HUGE) {
        huge_give(heap, window, offset);
        return HEAP_FREED;
    }
    if ((state & ~UNIT_ORDER_MASK) != UNIT_USED) {
        return HEAP_FOREIGN;
    }
    const unsigned order = state & UNIT_ORDER_MASK;
    heap->stats.order_used[order]--;
    heap_buddy_give(heap, offset, order);
    return HEAP_FREED;
}
