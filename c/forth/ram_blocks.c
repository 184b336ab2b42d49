/*
 * ram_blocks.c - a block device in memory.
 *
 * Memory is taken for a block when it is first written.
 */
#include <stddef.h>

#include "forth/block_device.h"
#include "hal/hal_memory.h"

#define RAM_BLOCKS 1024u

static unsigned char *ram_contents[RAM_BLOCKS];

static bool ram_read(uint64_t block, void *to) {
    unsigned char *bytes = to;
    for (uint64_t i = 0; i < BLOCK_SIZE; i++) {
        bytes[i] = ram_contents[block] == NULL ? ' ' : ram_contents[block][i];
    }
    return true;
}

static bool ram_write(uint64_t block, const void *from) {
    const unsigned char *bytes = from;
    if (ram_contents[block] == NULL) {
        ram_contents[block] = hal_mem_alloc(BLOCK_SIZE);
    }
    if (ram_contents[block] == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < BLOCK_SIZE; i++) {
        ram_contents[block][i] = bytes[i];
    }
    return true;
}

const struct block_device ram_blocks = {.count = RAM_BLOCKS, .read = ram_read, .write = ram_write};

const struct block_device *block_device = &ram_blocks;
