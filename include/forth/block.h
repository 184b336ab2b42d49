/*
 * block.h - block buffers, and blocks as input source.
 *
 * While block b is the input source, source_id is -1 - b (b is never 0), so that it is saved and
 * brought back with the rest of the source.
 */
#ifndef BLOCK_H
#define BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/block_device.h"
#include "forth/vm.h"

#define BLOCK_LINE UINT64_C(64) /* characters in a line of a block that is source */

enum block_throw {
    THROW_BLOCK_READ = -33,
    THROW_BLOCK_WRITE = -34,
    THROW_BLOCK_NUMBER = -35,
};

/* Number of the block that is the input source, or 0. */
static inline uint64_t block_of_source(const struct vm *vm) {
    return vm->source_id < -1 ? (uint64_t)(-1 - vm->source_id) : 0;
}

/* Whether a VM may transfer a block to or from its buffers: 0 or a THROW code. The arbiter sets it; NULL: any
 * VM may. */
extern int (*block_permit)(struct vm *vm, uint64_t block);

/* When a block is the input source: makes sure that a buffer holds it and that the source lies
 * there. The block that UPDATE is about stays the same. Returns 0 or a THROW code. */
int block_refresh_source(struct vm *vm);

#endif
