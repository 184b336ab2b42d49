/*
 * heap_check.c - walks the whole kernel heap: for the check of its bookkeeping, and for whoever wants
 * to see each block.
 *
 * The check believes nothing but the windows: a pointer is followed only when its window says that
 * there is what should be there.
 */
#include <string.h>

#include "mm/heap_parts.h"

static struct heap_slab *slab_of(const struct heap *heap, uint64_t offset) {
    return (struct heap_slab *)(heap->source.base + offset);
}

/* What stands at a pointer according to the windows: a state, UNIT_FOREIGN for a wild pointer. */
static unsigned state_of(const struct heap *heap, const void *memory) {
    const uint64_t offset = heap_offset(heap, memory);
    const struct heap_window *window = heap_window_at(heap, offset);
    return window == NULL || offset % HEAP_UNIT != 0 ? (unsigned)UNIT_FOREIGN
                                                     : window->state[heap_unit_at(offset)];
}

static unsigned count_in_use(const struct heap_slab *slab) {
    unsigned count = 0;
    for (unsigned row = 0; row < SLAB_ROWS; row++) {
        for (uint64_t word = slab->in_use[row]; word != 0; word &= word - 1) {
            count++;
        }
    }
    return count;
}

static bool is_sound_slab(const struct heap_slab *slab) {
    if (slab->mark != heap_slab_mark(slab) || slab->size_class >= HEAP_CLASS_COUNT) {
        return false;
    }
    const unsigned blocks = heap_slab_blocks(slab->size_class);
    if (slab->shift != CLASS_SHIFT + slab->size_class || slab->block_bytes != blocks
                                                                                  << slab->shift) {
        return false;
    }
    const unsigned without_block = SLAB_ROWS * SLAB_ROW_BLOCKS - blocks;
    for (unsigned row = 0; row < SLAB_ROWS; row++) {
        const bool has_room = (slab->free_rows >> row & 1) != 0;
        if (has_room != (slab->in_use[row] != UINT64_MAX)) {
            return false;
        }
        /* Bits behind the last block stay set, or a block would be found there. */
        const unsigned first = row * SLAB_ROW_BLOCKS;
        const uint64_t none = first >= blocks                     ? UINT64_MAX
                              : blocks - first >= SLAB_ROW_BLOCKS ? 0
                                                                  : UINT64_MAX << (blocks - first);
        if ((slab->in_use[row] & none) != none) {
            return false;
        }
    }
    return count_in_use(slab) == slab->used + without_block;
}

/* What a walk has counted. */
struct count {
    struct heap_stats stats;
    uint64_t with_room[HEAP_CLASS_COUNT]; /* slabs */
};

/* Checks the block that begins at `unit` and adds it up. Returns its length in units, 0 when
 * something is wrong with it. */
static unsigned check_unit(const struct heap *heap, const struct heap_window *window,
                           uint64_t window_offset, unsigned unit, struct count *count) {
    const unsigned state = window->state[unit];
    const uint64_t offset = window_offset + unit * HEAP_UNIT;
    unsigned order = state & UNIT_ORDER_MASK;
    if (state == UNIT_HUGE) {
        const uint64_t pages = window->huge_pages[offset % HEAP_WINDOW / HEAP_BUDDY_MAX];
        count->stats.huge_blocks++;
        count->stats.huge_pages += pages;
        count->stats.pages_held += pages;
        return pages > HEAP_BUDDY_MAX / HEAP_PAGE ? 1 : 0;
    }
    if (state == UNIT_SLAB) {
        const struct heap_slab *slab = slab_of(heap, offset);
        order = SLAB_ORDER;
        if (!is_sound_slab(slab)) {
            return 0;
        }
        count->stats.class_slabs[slab->size_class]++;
        count->stats.class_blocks[slab->size_class] += slab->used;
        count->with_room[slab->size_class] += slab->free_rows != 0;
    } else if (order >= HEAP_ORDER_COUNT) {
        return 0;
    } else if (state == UNIT_USED + order) {
        count->stats.order_used[order]++;
    } else if (state == UNIT_FREE + order) {
        count->stats.order_free[order]++;
    } else {
        return 0;
    }
    const unsigned units = 1u << order;
    if (unit % units != 0) {
        return 0;
    }
    for (unsigned i = 1; i < units; i++) {
        if (window->state[unit + i] != UNIT_INSIDE) {
            return 0;
        }
    }
    count->stats.pages_held += heap_order_size(order) / HEAP_PAGE;
    return units;
}

static uint64_t window_count(const struct heap *heap) {
    return heap->windows == NULL ? 0 : heap_window_count(heap);
}

static bool check_window(const struct heap *heap, uint64_t index, struct count *count) {
    const struct heap_window *window = heap->windows[index];
    uint64_t units = 0;
    for (unsigned unit = 0; unit < WINDOW_UNITS;) {
        if (window->state[unit] == UNIT_FOREIGN) {
            unit++;
            continue;
        }
        const unsigned length = check_unit(heap, window, index * HEAP_WINDOW, unit, count);
        if (length == 0) {
            return false;
        }
        unit += length;
        units += length;
    }
    count->stats.pages_held++;
    return units == window->units;
}

/* Each list must have exactly the blocks that were counted, which also bounds its length. */
static bool is_sound_free_list(const struct heap *heap, unsigned order, uint64_t expected) {
    const struct heap_free_block *previous = NULL;
    for (const struct heap_free_block *block = heap->free[order]; block != NULL;
         block = block->next) {
        if (expected == 0 || state_of(heap, block) != UNIT_FREE + order ||
            block->previous != previous) {
            return false;
        }
        expected--;
        previous = block;
    }
    return expected == 0;
}

static bool is_sound_partial_list(const struct heap *heap, unsigned size_class, uint64_t expected) {
    const struct heap_slab *previous = NULL;
    for (const struct heap_slab *slab = heap->partial[size_class]; slab != NULL;
         slab = slab->next) {
        if (expected == 0 || state_of(heap, slab) != UNIT_SLAB || slab->size_class != size_class ||
            slab->free_rows == 0 || slab->previous != previous) {
            return false;
        }
        expected--;
        previous = slab;
    }
    return expected == 0;
}

bool heap_is_sound(const struct heap *heap) {
    struct count count;
    memset(&count, 0, sizeof count);
    for (uint64_t i = 0; i < window_count(heap); i++) {
        if (heap->windows[i] != NULL && !check_window(heap, i, &count)) {
            return false;
        }
    }
    uint64_t free_bytes = 0;
    for (unsigned order = 0; order < HEAP_ORDER_COUNT; order++) {
        free_bytes += count.stats.order_free[order] * heap_order_size(order);
        if (!is_sound_free_list(heap, order, count.stats.order_free[order])) {
            return false;
        }
    }
    for (unsigned i = 0; i < HEAP_CLASS_COUNT; i++) {
        if (!is_sound_partial_list(heap, i, count.with_room[i])) {
            return false;
        }
    }
    count.stats.pages_held += heap->windows == NULL ? 0 : heap_table_pages(heap);
    return memcmp(&count.stats, &heap->stats, sizeof count.stats) == 0 &&
           free_bytes == heap->free_bytes;
}

static bool visit_slab(const struct heap_slab *slab, heap_visitor visit, void *context) {
    const size_t size = heap_class_size(slab->size_class);
    for (unsigned i = 0; i < heap_slab_blocks(slab->size_class); i++) {
        const bool in_use = (slab->in_use[i / SLAB_ROW_BLOCKS] >> i % SLAB_ROW_BLOCKS & 1) != 0;
        if (!visit(context, heap_slab_first(slab) + i * size, size, in_use)) {
            return false;
        }
    }
    return true;
}

static bool visit_window(const struct heap *heap, uint64_t index, heap_visitor visit,
                         void *context) {
    const struct heap_window *window = heap->windows[index];
    for (unsigned unit = 0; unit < WINDOW_UNITS; unit++) {
        const unsigned state = window->state[unit];
        const uint64_t offset = index * HEAP_WINDOW + unit * HEAP_UNIT;
        void *block = heap->source.base + offset;
        if (state == UNIT_FOREIGN || state == UNIT_INSIDE) {
            continue;
        }
        const bool goes_on = state == UNIT_SLAB ? visit_slab(slab_of(heap, offset), visit, context)
                             : state >= UNIT_FREE
                                 ? visit(context, block, heap_order_size(state - UNIT_FREE), false)
                                 : visit(context, block, heap_block_room(heap, block), true);
        if (!goes_on) {
            return false;
        }
    }
    return true;
}

bool heap_each_block(const struct heap *heap, heap_visitor visit, void *context) {
    for (uint64_t i = 0; i < window_count(heap); i++) {
        if (heap->windows[i] != NULL && !visit_window(heap, i, visit, context)) {
            return false;
        }
    }
    return true;
}
