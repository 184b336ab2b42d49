/*
 * heap.c - the kernel heap's core: size classes in slabs, and whole pages for what is larger.
 *
 * Pages are taken in runs aligned to 16 KiB with a header at the start, so that a block's address
 * leads to its run by clearing low bits. A slab is a run of 16 KiB cut into blocks of one class; a
 * bitmap in the header says which are in use, so a second free is noticed at once. A larger block
 * is alone in its run. The header's mark depends on its own address, so that data which
 * happens to look like a header, or a header of long ago, is not taken for one.
 */
#include "mm/heap.h"

#include <string.h>

enum {
    PAGE_BYTES = 4096,
    SLAB_PAGES = HEAP_RUN_ALIGNMENT / PAGE_BYTES,
    SMALLEST_BLOCK = 16,
    LARGEST_BLOCK = SMALLEST_BLOCK << (HEAP_CLASS_COUNT - 1),
    WORD_BITS = 64,
    BITMAP_WORDS = HEAP_RUN_ALIGNMENT / SMALLEST_BLOCK / WORD_BITS,
    CLASS_LARGE = HEAP_CLASS_COUNT, /* a run that is one large block */
};

#define RUN_MARK UINT64_C(0x6865617072756e21)

struct heap_run {
    uint64_t mark; /* RUN_MARK exclusive-or the address of the run */
    struct heap_run *next;
    struct heap_run *previous;
    struct heap_run *partial_next; /* list of slabs with free room */
    struct heap_run *partial_previous;
    uint32_t page_count;
    uint16_t size_class; /* CLASS_LARGE or the index of its size */
    uint16_t used;       /* blocks in use */
    uint64_t in_use[BITMAP_WORDS];
};

_Static_assert(sizeof(struct heap_run) % SMALLEST_BLOCK == 0, "blocks are 16-byte aligned");
_Static_assert(LARGEST_BLOCK == 4096, "size classes are 16 to 4096");

static size_t class_size(unsigned size_class) {
    return (size_t)SMALLEST_BLOCK << size_class;
}

static unsigned class_for(size_t size) {
    unsigned size_class = 0;
    while (class_size(size_class) < size) {
        size_class++;
    }
    return size_class;
}

static unsigned blocks_in(unsigned size_class) {
    return (unsigned)((HEAP_RUN_ALIGNMENT - sizeof(struct heap_run)) / class_size(size_class));
}

static unsigned char *first_block(const struct heap_run *run) {
    return (unsigned char *)run + sizeof *run;
}

static uint64_t mark_of(const struct heap_run *run) {
    return RUN_MARK ^ (uint64_t)(uintptr_t)run;
}

/* Bytes that the caller may use in each block of the run. */
static size_t block_room(const struct heap_run *run) {
    return run->size_class == CLASS_LARGE ? (size_t)run->page_count * PAGE_BYTES - sizeof *run
                                          : class_size(run->size_class);
}

static void link_partial(struct heap *heap, struct heap_run *run) {
    run->partial_previous = NULL;
    run->partial_next = heap->partial[run->size_class];
    if (run->partial_next != NULL) {
        run->partial_next->partial_previous = run;
    }
    heap->partial[run->size_class] = run;
}

static void unlink_partial(struct heap *heap, struct heap_run *run) {
    if (run->partial_next != NULL) {
        run->partial_next->partial_previous = run->partial_previous;
    }
    if (run->partial_previous != NULL) {
        run->partial_previous->partial_next = run->partial_next;
    } else {
        heap->partial[run->size_class] = run->partial_next;
    }
}

static struct heap_run *new_run(struct heap *heap, size_t page_count, unsigned size_class) {
    struct heap_run *run = heap->source.allocate(page_count);
    if (run == NULL) {
        return NULL;
    }
    memset(run, 0, sizeof *run);
    run->mark = mark_of(run);
    run->page_count = (uint32_t)page_count;
    run->size_class = (uint16_t)size_class;
    run->next = heap->runs;
    if (run->next != NULL) {
        run->next->previous = run;
    }
    heap->runs = run;
    heap->stats.pages_held += page_count;
    return run;
}

static void drop_run(struct heap *heap, struct heap_run *run) {
    const size_t page_count = run->page_count;
    if (run->next != NULL) {
        run->next->previous = run->previous;
    }
    if (run->previous != NULL) {
        run->previous->next = run->next;
    } else {
        heap->runs = run->next;
    }
    heap->stats.pages_held -= page_count;
    run->mark = 0;
    heap->source.release(run, page_count);
}

void heap_init(struct heap *heap, const struct heap_source *source) {
    memset(heap, 0, sizeof *heap);
    heap->source = *source;
}

static void *alloc_large(struct heap *heap, size_t size) {
    if (size > (size_t)UINT32_MAX * PAGE_BYTES - sizeof(struct heap_run)) {
        return NULL;
    }
    const size_t page_count = (size + sizeof(struct heap_run) + PAGE_BYTES - 1) / PAGE_BYTES;
    struct heap_run *run = new_run(heap, page_count, CLASS_LARGE);
    if (run == NULL) {
        return NULL;
    }
    run->used = 1;
    return first_block(run);
}

/* Takes the lowest free block of a slab that has one. */
static void *take_block(struct heap *heap, struct heap_run *run) {
    unsigned word = 0;
    while (run->in_use[word] == UINT64_MAX) {
        word++;
    }
    const unsigned bit = (unsigned)__builtin_ctzll(~run->in_use[word]);
    run->in_use[word] |= UINT64_C(1) << bit;
    run->used++;
    if (run->used == blocks_in(run->size_class)) {
        unlink_partial(heap, run);
    }
    return first_block(run) + (word * WORD_BITS + bit) * class_size(run->size_class);
}

static void *alloc_small(struct heap *heap, size_t size) {
    const unsigned size_class = class_for(size);
    struct heap_run *run = heap->partial[size_class];
    if (run == NULL) {
        run = new_run(heap, SLAB_PAGES, size_class);
        if (run == NULL) {
            return NULL;
        }
        link_partial(heap, run);
    }
    return take_block(heap, run);
}

static struct heap_run *run_of(const void *block) {
    const uintptr_t address = (uintptr_t)block;
    return (struct heap_run *)(address - address % HEAP_RUN_ALIGNMENT);
}

void *heap_alloc(struct heap *heap, size_t size) {
    if (size == 0) {
        return NULL;
    }
    void *block = size <= LARGEST_BLOCK ? alloc_small(heap, size) : alloc_large(heap, size);
    if (block != NULL) {
        const size_t room = block_room(run_of(block));
        memset(block, 0, room);
        heap->stats.allocations++;
        heap->stats.bytes_used += room;
    }
    return block;
}

static enum heap_free_result free_small(struct heap *heap, struct heap_run *run,
                                        const unsigned char *block) {
    const size_t size = class_size(run->size_class);
    const size_t offset = (size_t)(block - first_block(run));
    const size_t index = offset / size;
    if (offset % size != 0 || index >= blocks_in(run->size_class)) {
        return HEAP_FOREIGN;
    }
    const uint64_t bit = UINT64_C(1) << index % WORD_BITS;
    if ((run->in_use[index / WORD_BITS] & bit) == 0) {
        return HEAP_DOUBLE_FREE;
    }
    if (run->used == blocks_in(run->size_class)) {
        link_partial(heap, run);
    }
    run->in_use[index / WORD_BITS] &= ~bit;
    run->used--;
    heap->stats.allocations--;
    heap->stats.bytes_used -= size;
    /* One empty slab stays with its class, so that a program that allocates and frees one block in
     * turn does not take and return pages each time. */
    const bool is_only_partial = run->partial_next == NULL && run->partial_previous == NULL;
    if (run->used == 0 && !is_only_partial) {
        unlink_partial(heap, run);
        drop_run(heap, run);
    }
    return HEAP_FREED;
}

enum heap_free_result heap_free(struct heap *heap, void *block) {
    struct heap_run *run = run_of(block);
    const unsigned char *bytes = block;
    if (!heap->source.contains(run) || run->mark != mark_of(run) || bytes < first_block(run)) {
        return HEAP_FOREIGN;
    }
    if (run->size_class != CLASS_LARGE) {
        return free_small(heap, run, bytes);
    }
    if (bytes != first_block(run)) {
        return HEAP_FOREIGN;
    }
    heap->stats.allocations--;
    heap->stats.bytes_used -= block_room(run);
    drop_run(heap, run);
    return HEAP_FREED;
}

static unsigned count_in_use(const struct heap_run *run) {
    unsigned count = 0;
    for (unsigned i = 0; i < BITMAP_WORDS; i++) {
        for (uint64_t word = run->in_use[i]; word != 0; word &= word - 1) {
            count++;
        }
    }
    return count;
}

static bool is_sound_run(const struct heap *heap, const struct heap_run *run) {
    if (run_of(run) != run || !heap->source.contains(run) || run->mark != mark_of(run)) {
        return false;
    }
    if (run->size_class == CLASS_LARGE) {
        return run->used == 1 && run->page_count > 0;
    }
    return run->size_class < HEAP_CLASS_COUNT && run->page_count == SLAB_PAGES &&
           run->used == count_in_use(run) && run->used <= blocks_in(run->size_class);
}

bool heap_is_sound(const struct heap *heap) {
    struct heap_stats counted = {0};
    uint64_t with_room = 0;
    const struct heap_run *previous = NULL;
    for (const struct heap_run *run = heap->runs; run != NULL; run = run->next) {
        if (!is_sound_run(heap, run) || run->previous != previous) {
            return false;
        }
        counted.pages_held += run->page_count;
        counted.allocations += run->used;
        counted.bytes_used += run->used * block_room(run);
        with_room += run->size_class != CLASS_LARGE && run->used < blocks_in(run->size_class);
        /* More runs than pages held would be a list that runs in a circle. */
        if (counted.pages_held > heap->stats.pages_held) {
            return false;
        }
        previous = run;
    }
    for (unsigned size_class = 0; size_class < HEAP_CLASS_COUNT; size_class++) {
        previous = NULL;
        for (const struct heap_run *run = heap->partial[size_class]; run != NULL;
             run = run->partial_next) {
            if (with_room == 0 || !is_sound_run(heap, run) || run->size_class != size_class ||
                run->used == blocks_in(size_class) || run->partial_previous != previous) {
                return false;
            }
            with_room--;
            previous = run;
        }
    }
    return with_room == 0 && counted.pages_held == heap->stats.pages_held &&
           counted.allocations == heap->stats.allocations &&
           counted.bytes_used == heap->stats.bytes_used;
}
