/*
 * heap_guard.h - heap blocks between guard bytes, for the DEBUG=1 build.
 *
 * Finds writes outside a block when it is freed or when the whole heap is checked, and writes to
 * freed memory when it is handed out again or checked. Costs 32 bytes a block and the time to fill
 * and compare. Pure code over heap.h: a heap is used either through these functions or directly.
 *
 *   | size, 8 | mark, 8 | the caller's bytes, zeroed | guard bytes to the end, at least 16 |
 */
#ifndef HEAP_GUARD_H
#define HEAP_GUARD_H

#include "mm/heap.h"

/* Fills memory as free memory is filled. The heap's source does this to all that it gives
 * (heap_source.allocate) and with heap_source.forgotten. */
void heap_guard_fill(void *memory, size_t size);

/* heap_alloc with guards. *spoiled is the first byte of the block that was written to while it was
 * free; NULL when none was. */
void *heap_guard_alloc(struct heap *heap, size_t size, const void **spoiled);

/* heap_free with guards; also HEAP_UNDERRUN and HEAP_OVERRUN, which leave the block in use. */
enum heap_free_result heap_guard_free(struct heap *heap, void *block);

/* heap_is_sound, and all guards and all free memory are as they should be. */
bool heap_guard_is_sound(const struct heap *heap);

#endif
