/*
 * heap.h - the kernel heap's core: size classes in slabs, a buddy system above them, whole pages
 * beyond that.
 *
 *   1 to 4096 bytes      a block of one of nine size classes (16, 32 ... 4096) in a slab, 16 KiB
 *   up to 4 MiB          a block of the buddy system, 8 KiB times a power of two
 *   more                 whole pages straight from the source
 *
 * The buddy system takes memory from the source 64 KiB or more at a time; slabs are blocks of it.
 * What a unit of 8 KiB belongs to stands in a table beside the memory (struct heap_window), not in
 * it: blocks need no header, a wild pointer is never followed, and a block of 2^n bytes costs 2^n.
 *
 * Plain data over a source of pages, so that the host tests it. Not synchronised. Memory is zeroed
 * and aligned to 16 bytes; from 8 KiB on, to 8 KiB.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAP_PAGE        UINT64_C(4096)
#define HEAP_UNIT        UINT64_C(8192)        /* smallest block of the buddy system */
#define HEAP_SLAB        UINT64_C(16384)       /* a slab: a buddy block of order 1 */
#define HEAP_GRANULE     UINT64_C(65536)       /* least that is taken from the source */
#define HEAP_BUDDY_MAX   (UINT64_C(4) << 20)   /* largest block of the buddy system */
#define HEAP_WINDOW      (UINT64_C(16) << 20)  /* memory that one struct heap_window describes */
#define HEAP_CLASS_COUNT 9u                    /* 16, 32, ... 4096 bytes */
#define HEAP_ORDER_COUNT 10u                   /* 8 KiB, 16 KiB, ... 4 MiB */
#define HEAP_IDLE_MAX    (UINT64_C(256) << 10) /* free buddy memory that is always kept */

/* Where memory comes from: a stretch of addresses whose pages can be taken and given back. */
struct heap_source {
    unsigned char *base; /* aligned to HEAP_WINDOW */
    uint64_t size;       /* all pages come from [base, base + size) */
    void *(*allocate)(size_t pages, uint64_t alignment); /* any contents; NULL exhausted */
    void (*release)(void *memory, size_t pages);
    /* Memory on which the heap kept notes of its own, now free like the rest of its block; NULL
     * when nobody wants to know. */
    void (*forgotten)(void *memory, size_t size);
};

struct heap_stats {
    uint64_t blocks;     /* in use */
    uint64_t bytes;      /* room of these blocks: their class, order or whole pages */
    uint64_t pages_held; /* taken from the source, the heap's own tables included */
    uint64_t class_blocks[HEAP_CLASS_COUNT]; /* in use */
    uint64_t class_slabs[HEAP_CLASS_COUNT];
    uint64_t order_used[HEAP_ORDER_COUNT]; /* blocks; slabs are not among them */
    uint64_t order_free[HEAP_ORDER_COUNT];
    uint64_t huge_blocks; /* larger than HEAP_BUDDY_MAX */
    uint64_t huge_pages;
};

struct heap_slab;
struct heap_window;
struct heap_free_block;

struct heap {
    struct heap_source source;
    struct heap_window **windows; /* one for each HEAP_WINDOW of the source; NULL until needed */
    struct heap_slab *partial[HEAP_CLASS_COUNT];    /* slabs with free blocks */
    struct heap_free_block *free[HEAP_ORDER_COUNT]; /* of the buddy system */
    uint64_t free_bytes;                            /* in these */
    struct heap_stats stats; /* blocks and bytes are added up when somebody asks */
};

enum heap_free_result {
    HEAP_FREED,
    HEAP_FOREIGN,     /* not the address of a block of this heap */
    HEAP_DOUBLE_FREE, /* a block that is free already */
    HEAP_UNDERRUN,    /* heap_guard.h: bytes before the block have changed */
    HEAP_OVERRUN,     /* heap_guard.h: bytes behind the block have changed */
};

void heap_init(struct heap *heap, const struct heap_source *source);

/* A zeroed block of at least `size` bytes; NULL when exhausted or when size is 0. */
void *heap_alloc(struct heap *heap, size_t size);

/* The same with whatever contents it had; *room is its true size. */
void *heap_take(struct heap *heap, size_t size, size_t *room);

/* Takes back a block (not NULL). Anything but HEAP_FREED leaves the heap as it was. */
enum heap_free_result heap_free(struct heap *heap, void *block);

/* The true size of the block in use that begins at `block`; 0 when there is none. */
size_t heap_block_room(const struct heap *heap, const void *block);

struct heap_stats heap_get_stats(const struct heap *heap);

/* Follows every list and recounts everything: true when all agrees. */
bool heap_is_sound(const struct heap *heap);

/* Shows every block, in use or free. The heap must be sound and must not be changed meanwhile. Ends
 * early when `visit` returns false, and returns that. */
typedef bool (*heap_visitor)(void *context, void *block, size_t room, bool in_use);
bool heap_each_block(const struct heap *heap, heap_visitor visit, void *context);

#endif
