/*
 * heap_guard.c - heap blocks between guard bytes, for the DEBUG=1 build.
 */
#include "mm/heap_guard.h"

#include <string.h>

#include "mm/heap_parts.h"

enum {
    FREE_BYTE = 0xdf,  /* fills free memory: as a pointer it is not canonical */
    GUARD_BYTE = 0xb7, /* fills a block behind the caller's bytes */
    GUARD_MIN = 16,
};

struct guard {
    uint64_t size; /* the caller's bytes */
    uint64_t mark; /* guard_mark */
};

_Static_assert(sizeof(struct guard) == 16, "the caller's bytes are aligned to 16");

static uint64_t guard_mark(const struct guard *guard) {
    return UINT64_C(0x6775617264656421) ^ (uint64_t)(uintptr_t)guard ^ guard->size;
}

/* The first byte of [bytes, bytes + size) that is not `wanted`, NULL when all are. */
static const unsigned char *first_other(const void *memory, size_t size, unsigned char wanted) {
    const unsigned char *bytes = memory;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != wanted) {
            return bytes + i;
        }
    }
    return NULL;
}

void heap_guard_fill(void *memory, size_t size) {
    memset(memory, FREE_BYTE, size);
}

void *heap_guard_alloc(struct heap *heap, size_t size, const void **spoiled) {
    size_t room = 0;
    *spoiled = NULL;
    if (size == 0 || size > SIZE_MAX - sizeof(struct guard) - GUARD_MIN) {
        return NULL;
    }
    struct guard *guard = heap_take(heap, size + sizeof *guard + GUARD_MIN, &room);
    if (guard == NULL) {
        return NULL;
    }
    *spoiled = first_other(guard, room, FREE_BYTE);
    unsigned char *block = (unsigned char *)(guard + 1);
    guard->size = size;
    guard->mark = guard_mark(guard);
    memset(block, 0, size);
    memset(block + size, GUARD_BYTE, room - sizeof *guard - size);
    return block;
}

static enum heap_free_result check(const struct guard *guard, size_t room) {
    if (guard->mark != guard_mark(guard) || guard->size > room - sizeof *guard - GUARD_MIN) {
        return HEAP_UNDERRUN;
    }
    const unsigned char *behind = (const unsigned char *)(guard + 1) + guard->size;
    return first_other(behind, room - sizeof *guard - guard->size, GUARD_BYTE) == NULL
               ? HEAP_FREED
               : HEAP_OVERRUN;
}

enum heap_free_result heap_guard_free(struct heap *heap, void *block) {
    struct guard *guard = (struct guard *)block - 1;
    const size_t room = heap_block_room(heap, guard);
    if (room != 0) {
        const enum heap_free_result found = check(guard, room);
        if (found != HEAP_FREED) {
            return found;
        }
        heap_guard_fill(guard, room);
    }
    return heap_free(heap, guard); /* knows what is wrong with a pointer that is no block */
}

static bool is_sound_block(void *context, void *block, size_t room, bool in_use) {
    (void)context;
    if (in_use) {
        return check(block, room) == HEAP_FREED;
    }
    const size_t notes = room >= HEAP_UNIT ? sizeof(struct heap_free_block) : 0;
    return first_other((unsigned char *)block + notes, room - notes, FREE_BYTE) == NULL;
}

bool heap_guard_is_sound(const struct heap *heap) {
    return heap_is_sound(heap) && heap_each_block(heap, is_sound_block, NULL);
}
