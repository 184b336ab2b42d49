/*
 * block.c - BLOCK and its buffers, and blocks as input source.
 *
 * The buffers and the notes about them lie in the VM's user area, where the program can overwrite
 * them: a block number from there is checked again before the device sees it, and the addresses of
 * the buffers are fixed.
 */
#include "forth/block.h"

#include "forth/throw.h"
#include "primitives.h"

#define BUFFERS 4u

int (*block_permit)(struct vm *vm, uint64_t block);

/* Addresses inside the window, in the gaps of vm_layout.h */
#define BUFFER_AREA  UINT64_C(0x3000)
#define USER_SLOTS   UINT64_C(0x10c0) /* a cell for each buffer */
#define USER_CURRENT (USER_SLOTS + BUFFERS * CELL)
#define USER_VICTIM  (USER_CURRENT + CELL) /* buffer to use next for another block */
#define USER_BLK     (USER_VICTIM + CELL)
#define USER_SCR     (USER_BLK + CELL)

_Static_assert(USER_SCR + CELL <= VM_HOLD_START, "block variables overlap the pictured number");
_Static_assert(BUFFER_AREA >= VM_STRINGS + VM_STRING_COUNT * VM_STRING_SIZE,
               "block buffers overlap strings");
_Static_assert(BUFFER_AREA + BUFFERS * BLOCK_SIZE <= VM_DATA_SPACE, "buffers overlap data space");

/* A slot: 0 for an empty buffer, else the number of its block plus 1, and whether it was UPDATEd.
 */
#define UPDATED (UINT64_C(1) << 63)

static uint64_t slot(const struct vm *vm, uint64_t buffer) {
    return vm_user_get(vm, USER_SLOTS + buffer * CELL);
}

static void set_slot(struct vm *vm, uint64_t buffer, uint64_t value) {
    vm_user_set(vm, USER_SLOTS + buffer * CELL, value);
}

static uint64_t buffer_addr(uint64_t buffer) {
    return BUFFER_AREA + buffer * BLOCK_SIZE;
}

/* The device has the block, and this VM may use it. */
static int check_block(struct vm *vm, uint64_t block) {
    if (block >= block_device->count) {
        return THROW_BLOCK_NUMBER;
    }
    return block_permit == NULL ? 0 : block_permit(vm, block);
}

/* Writes a buffer that was UPDATEd to the device. */
static int save_buffer(struct vm *vm, uint64_t buffer) {
    uint64_t value = slot(vm, buffer);
    if ((value & UPDATED) == 0) {
        return 0;
    }
    uint64_t block = (value & ~UPDATED) - 1;
    const int code = check_block(vm, block);
    if (code != 0) {
        return code;
    }
    const void *bytes = vm_pointer(vm, buffer_addr(buffer), BLOCK_SIZE);
    if (bytes == NULL || !block_device->write(block, bytes)) {
        return THROW_BLOCK_WRITE;
    }
    set_slot(vm, buffer, value & ~UPDATED);
    return 0;
}

static int save_all(struct vm *vm) {
    for (uint64_t i = 0; i < BUFFERS; i++) {
        int code = save_buffer(vm, i);
        if (code != 0) {
            return code;
        }
    }
    return 0;
}

static void empty_all(struct vm *vm) {
    for (uint64_t i = 0; i < BUFFERS; i++) {
        set_slot(vm, i, 0);
    }
    vm_user_set(vm, USER_CURRENT, BUFFERS);
}

/* The buffer that another block may have: each in turn, but not the current one. */
static uint64_t choose_victim(struct vm *vm) {
    uint64_t victim = vm_user_get(vm, USER_VICTIM) % BUFFERS;
    if (victim == vm_user_get(vm, USER_CURRENT) && slot(vm, victim) != 0) {
        victim = (victim + 1) % BUFFERS;
    }
    vm_user_set(vm, USER_VICTIM, victim + 1);
    return victim;
}

/* Finds the buffer of a block or gives it one, with the block's contents if `read`. */
static int assign(struct vm *vm, uint64_t block, bool read, uint64_t *buffer) {
    if (block >= block_device->count) {
        return THROW_BLOCK_NUMBER;
    }
    for (uint64_t i = 0; i < BUFFERS; i++) {
        if ((slot(vm, i) & ~UPDATED) == block + 1) {
            *buffer = i;
            return 0;
        }
    }
    int code = check_block(vm, block);
    if (code != 0) {
        return code;
    }
    *buffer = choose_victim(vm);
    code = save_buffer(vm, *buffer);
    if (code != 0) {
        return code;
    }
    set_slot(vm, *buffer, 0);
    void *bytes = vm_pointer(vm, buffer_addr(*buffer), BLOCK_SIZE);
    if (bytes == NULL || (read && !block_device->read(block, bytes))) {
        return THROW_BLOCK_READ;
    }
    set_slot(vm, *buffer, block + 1);
    return 0;
}

/* ( u -- addr ) with the buffer becoming the current one. */
static int block_word(struct vm *vm, bool read) {
    uint64_t buffer;
    int code = assign(vm, *vm_item(vm, 0), read, &buffer);
    if (code == 0) {
        vm_user_set(vm, USER_CURRENT, buffer);
        *vm_item(vm, 0) = buffer_addr(buffer);
    }
    return code;
}

int word_block(struct vm *vm) {
    return block_word(vm, true);
}

int word_buffer(struct vm *vm) {
    return block_word(vm, false);
}

int word_update(struct vm *vm) {
    uint64_t current = vm_user_get(vm, USER_CURRENT);
    if (current < BUFFERS && slot(vm, current) != 0) {
        set_slot(vm, current, slot(vm, current) | UPDATED);
    }
    return 0;
}

int word_save_buffers(struct vm *vm) {
    return save_all(vm);
}

int word_empty_buffers(struct vm *vm) {
    empty_all(vm);
    return 0;
}

int word_flush(struct vm *vm) {
    int code = save_all(vm);
    if (code == 0) {
        empty_all(vm);
    }
    return code;
}

/* ---- blocks as input source ---- */

int block_refresh_source(struct vm *vm) {
    uint64_t block = block_of_source(vm), buffer;
    if (block == 0) {
        return 0;
    }
    int code = assign(vm, block, true, &buffer);
    if (code == 0) {
        vm->source_addr = buffer_addr(buffer);
        vm->source_size = BLOCK_SIZE;
    }
    return code;
}

/* Block 0 cannot be source: BLK says 0 when no block is. */
static int set_source(struct vm *vm, uint64_t block) {
    if (block == 0 || block >= block_device->count) {
        return THROW_BLOCK_NUMBER;
    }
    int64_t before = vm->source_id;
    vm->source_id = -1 - (int64_t)block;
    int code = block_refresh_source(vm);
    if (code != 0) {
        vm->source_id = before;
        return code;
    }
    vm_user_set(vm, VM_USER_TO_IN, 0);
    return 0;
}

int word_block_source(struct vm *vm) {
    return set_source(vm, vm_pop(vm));
}

/* ( -- flag ) The next block becomes the source, as REFILL does; false when there is none. */
int word_next_block(struct vm *vm) {
    uint64_t block = block_of_source(vm) + 1;
    int code = block < block_device->count ? set_source(vm, block) : 0;
    vm_push(vm, code == 0 && block < block_device->count ? (uint64_t)-1 : 0);
    return code;
}

/* ( -- addr u n ) */
int word_fetch_source(struct vm *vm) {
    vm_push(vm, vm->source_addr);
    vm_push(vm, vm->source_size);
    vm_push(vm, (uint64_t)vm->source_id);
    return 0;
}

/* ( addr u n -- ) The numbers come from the return stack, where the program may have changed them.
 */
int word_restore_source(struct vm *vm) {
    int64_t id = (int64_t)vm_pop(vm);
    uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    if (id > (int64_t)vm->file_depth || id < -1 - (int64_t)block_device->count) {
        return THROW_INVALID_ARGUMENT;
    }
    vm->source_id = id;
    vm->source_size = size;
    vm->source_addr = addr;
    return block_refresh_source(vm);
}

/* The cell is set here, so that it is right whatever has changed the source. */
int word_blk(struct vm *vm) {
    vm_user_set(vm, USER_BLK, block_of_source(vm));
    vm_push(vm, USER_BLK);
    return 0;
}

int word_scr(struct vm *vm) {
    vm_push(vm, USER_SCR);
    return 0;
}
