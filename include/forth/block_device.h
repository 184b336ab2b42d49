/*
 * block_device.h - where the blocks of BLOCK are kept.
 *
 * A device has blocks 0 .. count - 1 of 1024 bytes each; a block that was never written reads as
 * spaces. All VMs see the same device, as far as they are permitted (block.h).
 */
#ifndef BLOCK_DEVICE_H
#define BLOCK_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define BLOCK_SIZE UINT64_C(1024)

struct block_device {
    uint64_t count;
    /* Transfer one block, which must exist. False when it cannot be done; the memory at `to` may
     * then have changed. Not ISR-safe. */
    bool (*read)(uint64_t block, void *to);
    bool (*write)(uint64_t block, const void *from);
};

/* The device in use: ram_blocks until a disk takes over. Change it only while no VM runs. */
extern const struct block_device *block_device;

/* Blocks in the memory of the machine, lost when it is switched off. */
extern const struct block_device ram_blocks;

#endif
