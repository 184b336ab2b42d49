/*
 * vm_heap.c - ALLOCATE FREE RESIZE.
 *
 * The heap takes half of a VM's window, between the data of the base dictionary and the VM's own
 * data space: there it is in the way neither of HERE, which must grow without a gap, nor of the
 * texts of files, which are stacked downward from the end. What is not used costs nothing, because
 * pages come into being when they are first touched.
 *
 *   heap start   struct control
 *                struct block, its bytes; struct block, its bytes; ... up to the end of the heap
 *
 * Everything here can be overwritten by the program. So each header carries a seal that depends on
 * its place and contents, and no address is used before it is known to lie in the heap. A damaged
 * heap makes the words fail; the worst that a forged one can do is to give the program its own
 * memory twice.
 *
 * A heap may have a million blocks, so no word goes through more than BLOCKS_AT_ONCE of them before
 * others may run (vm_again).
 */
#include "forth/vm_heap.h"

#include "primitives.h"

#define UNIT           UINT64_C(16) /* sizes and addresses of blocks are multiples of it */
#define LEAST          (2 * UNIT)   /* size of the smallest block */
#define USED           UINT64_C(1)
#define BLOCKS_AT_ONCE 256u
#define READY          UINT64_C(0x706165682d6d76) /* in a heap that has been set up */
#define SEAL_SALT      UINT64_C(0x9e3779b97f4a7c15)

struct control {
    uint64_t ready;
    uint64_t next; /* address of the block where the next search begins */
};

struct block {
    uint64_t size; /* with its header; bit 0: in use */
    uint64_t seal;
};

_Static_assert(sizeof(struct control) == UNIT && sizeof(struct block) == UNIT, "headers are units");

uint64_t vm_heap_start(const struct vm *vm) {
    (void)vm;
    return (base_image.data_end + VM_PAGE - 1) & ~(VM_PAGE - 1);
}

uint64_t vm_heap_end(const struct vm *vm) {
    uint64_t start = vm_heap_start(vm);
    if (start == 0 || start >= vm->envelope) {
        return start;
    }
    return start + ((vm->envelope - start) / 2 & ~(VM_PAGE - 1));
}

static uint64_t seal_of(uint64_t addr, uint64_t size) {
    return (addr ^ size) * SEAL_SALT;
}

static void set_block(struct block *block, uint64_t addr, uint64_t size) {
    *block = (struct block){.size = size, .seal = seal_of(addr, size)};
}

/* The block at addr if there is a sound one, else NULL. */
static struct block *block_at(struct vm *vm, uint64_t addr) {
    uint64_t first = vm_heap_start(vm) + UNIT, end = vm_heap_end(vm);
    if (addr < first || addr >= end || addr % UNIT != 0) {
        return NULL;
    }
    struct block *block = vm_pointer(vm, addr, sizeof *block);
    if (block == NULL || block->seal != seal_of(addr, block->size)) {
        return NULL;
    }
    uint64_t size = block->size & ~USED;
    return size >= LEAST && size % UNIT == 0 && size <= end - addr ? block : NULL;
}

/* The control header of a heap that is set up, else NULL. A page that was never touched is zero. */
static struct control *control_of(struct vm *vm) {
    uint64_t start = vm_heap_start(vm), end = vm_heap_end(vm);
    if (end - start < UNIT + LEAST || vm->dp < end) {
        return NULL;
    }
    struct control *control = vm_pointer(vm, start, UNIT + sizeof(struct block));
    if (control == NULL) {
        return NULL;
    }
    if (control->ready == 0 && control->next == 0) {
        *control = (struct control){.ready = READY, .next = start + UNIT};
        set_block((struct block *)(control + 1), start + UNIT, end - start - UNIT);
    }
    return control->ready == READY ? control : NULL;
}

/* Joins the free blocks that follow to a free block, as many as are left to be looked at. */
static void join(struct vm *vm, struct control *control, struct block *block, uint64_t addr,
                 unsigned *left) {
    for (; *left != 0; --*left) {
        uint64_t next_addr = addr + block->size;
        struct block *next = block_at(vm, next_addr);
        if (next == NULL || (next->size & USED) != 0) {
            return;
        }
        uint64_t size = block->size + next->size;
        next->seal = 0; /* must not be taken for a block any more */
        if (control->next == next_addr) {
            control->next = addr;
        }
        set_block(block, addr, size);
    }
}

/* Puts a free block of at least `size` bytes to use and splits off what is left of it. */
static void take(struct vm *vm, struct control *control, struct block *block, uint64_t addr,
                 uint64_t size) {
    uint64_t rest = block->size - size;
    struct block *second = rest < LEAST ? NULL : vm_pointer(vm, addr + size, sizeof *second);
    if (second == NULL) {
        size = block->size;
    } else {
        set_block(second, addr + size, rest);
    }
    set_block(block, addr, size | USED);
    control->next = addr + size < vm_heap_end(vm) ? addr + size : vm_heap_start(vm) + UNIT;
}

/* Searches [*addr, limit) for a free block of `size`; returns its address, or 0 when there is none or the heap is
 * damaged, and when no blocks are left to be looked at: then *addr, below the limit, is where to go on. */
static uint64_t search(struct vm *vm, struct control *control, uint64_t *addr, uint64_t limit,
                       uint64_t size, unsigned *left) {
    while (*addr < limit && *left != 0) {
        struct block *block = block_at(vm, *addr);
        if (block == NULL) {
            *addr = limit;
            return 0;
        }
        --*left;
        if ((block->size & USED) == 0) {
            join(vm, control, block, *addr, left);
            if (block->size >= size) {
                take(vm, control, block, *addr, size);
                return *addr;
            }
            if (*left == 0) {
                return 0; /* there may be more to join */
            }
        }
        *addr += block->size & ~USED;
    }
    return 0;
}

/* Size of the block that holds so many bytes, or 0 when no heap could. */
static uint64_t block_size(const struct vm *vm, uint64_t bytes) {
    if (bytes > vm->envelope) {
        return 0;
    }
    uint64_t size = (bytes + UNIT - 1) / UNIT * UNIT + UNIT;
    return size < LEAST ? LEAST : size;
}

/* The block in use whose bytes begin at `bytes_addr`, else NULL. */
static struct block *block_of(struct vm *vm, uint64_t bytes_addr, uint64_t *addr) {
    *addr = (uint64_t)(uint32_t)bytes_addr - UNIT;
    struct block *block = control_of(vm) == NULL ? NULL : block_at(vm, *addr);
    return block != NULL && (block->size & USED) != 0 ? block : NULL;
}

static void release(struct vm *vm, struct block *block, uint64_t addr) {
    set_block(block, addr, block->size & ~USED);
    unsigned left = BLOCKS_AT_ONCE;
    join(vm, control_of(vm), block, addr, &left);
}

/* Goes on with ALLOCATE: from `at` to the end, and then from the beginning to `stop`, where it has begun. */
static int allocate(struct vm *vm, uint64_t bytes, uint64_t at, uint64_t stop) {
    struct control *control = control_of(vm);
    const uint64_t size = block_size(vm, bytes), end = vm_heap_end(vm);
    uint64_t found = 0;
    bool more = false;
    unsigned left = BLOCKS_AT_ONCE;
    if (control != NULL && size != 0 && at >= stop) {
        found = search(vm, control, &at, end, size, &left);
        more = found == 0 && at < end;
        at = more ? at : vm_heap_start(vm) + UNIT;
    }
    if (control != NULL && size != 0 && found == 0 && !more) {
        found = search(vm, control, &at, stop, size, &left);
        more = found == 0 && at < stop;
    }
    if (more) {
        vm_push(vm, bytes);
        vm_push(vm, at);
        vm_push(vm, stop);
        return vm_again(vm, engine_again_allocate_on_thread);
    }
    vm_push(vm, found == 0 ? 0 : found + UNIT);
    vm_push(vm, found == 0 ? (uint64_t)IOR_ALLOCATE : 0);
    return 0;
}

/* ( u -- addr ior ) */
int word_allocate(struct vm *vm) {
    const struct control *control = control_of(vm);
    const uint64_t first = vm_heap_start(vm) + UNIT;
    const bool sound = control != NULL && block_at(vm, control->next) != NULL;
    const uint64_t start = sound ? control->next : first;
    return allocate(vm, vm_pop(vm), start, start);
}

/* ( u addr1 addr2 -- addr3 ior ) */
int word_allocate_on(struct vm *vm) {
    const uint64_t stop = vm_pop(vm), at = vm_pop(vm);
    return allocate(vm, vm_pop(vm), at, stop);
}

/* ( addr -- ior ) */
int word_free(struct vm *vm) {
    uint64_t addr;
    struct block *block = block_of(vm, vm_pop(vm), &addr);
    if (block != NULL) {
        release(vm, block, addr);
    }
    vm_push(vm, block == NULL ? (uint64_t)IOR_FREE : 0);
    return 0;
}

/* Gives a block in use another size where it is. True when that can be done. */
static bool resize(struct vm *vm, struct block *block, uint64_t addr, uint64_t bytes) {
    struct control *control = control_of(vm);
    const uint64_t size = block_size(vm, bytes), old_size = block->size & ~USED;
    if (size == 0) {
        return false;
    }
    unsigned left = BLOCKS_AT_ONCE;
    set_block(block, addr, old_size);
    join(vm, control, block, addr, &left);
    const bool fits = block->size >= size;
    take(vm, control, block, addr, fits ? size : old_size);
    return fits;
}

/* The part of RESIZE that is not ALLOCATE MOVE FREE (core.fs).
 * ( addr u1 -- addr u2 n ) n: 0 done; 1 there is no room here, and u2 bytes are to be moved; else an ior */
int word_paren_resize(struct vm *vm) {
    const uint64_t bytes = vm_pop(vm);
    uint64_t addr;
    struct block *block = block_of(vm, *vm_item(vm, 0), &addr);
    const bool done = block != NULL && resize(vm, block, addr, bytes);
    vm_push(vm, block == NULL ? 0 : (block->size & ~USED) - UNIT);
    vm_push(vm, block == NULL ? (uint64_t)IOR_RESIZE : !done);
    return 0;
}
