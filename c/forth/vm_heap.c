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
 */
#include "forth/vm_heap.h"

#include "primitives.h"

#define UNIT      UINT64_C(16) /* sizes and addresses of blocks are multiples of it */
#define LEAST     (2 * UNIT)   /* size of the smallest block */
#define USED      UINT64_C(1)
#define READY     UINT64_C(0x706165682d6d76) /* in a heap that has been set up */
#define SEAL_SALT UINT64_C(0x9e3779b97f4a7c15)

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

/* Joins the free blocks that follow to a free block. */
static void join(struct vm *vm, struct control *control, struct block *block, uint64_t addr) {
    for (;;) {
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

/* Searches [addr, limit) for a free block of `size`; returns its address, or 0 when there is none
 * or the heap is damaged. */
static uint64_t search(struct vm *vm, struct control *control, uint64_t addr, uint64_t limit,
                       uint64_t size) {
    while (addr < limit) {
        struct block *block = block_at(vm, addr);
        if (block == NULL) {
            return 0;
        }
        if ((block->size & USED) == 0) {
            join(vm, control, block, addr);
            if (block->size >= size) {
                take(vm, control, block, addr, size);
                return addr;
            }
        }
        addr += block->size & ~USED;
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

/* Address of a new block of at least `bytes` bytes, or 0. */
static uint64_t allocate(struct vm *vm, uint64_t bytes) {
    struct control *control = control_of(vm);
    uint64_t size = block_size(vm, bytes);
    if (control == NULL || size == 0) {
        return 0;
    }
    uint64_t first = vm_heap_start(vm) + UNIT, end = vm_heap_end(vm);
    uint64_t middle = block_at(vm, control->next) == NULL ? first : control->next;
    uint64_t addr = search(vm, control, middle, end, size);
    return addr != 0 ? addr : search(vm, control, first, middle, size);
}

/* The block in use whose bytes begin at `bytes_addr`, else NULL. */
static struct block *block_of(struct vm *vm, uint64_t bytes_addr, uint64_t *addr) {
    *addr = (uint64_t)(uint32_t)bytes_addr - UNIT;
    struct block *block = control_of(vm) == NULL ? NULL : block_at(vm, *addr);
    return block != NULL && (block->size & USED) != 0 ? block : NULL;
}

static void release(struct vm *vm, struct block *block, uint64_t addr) {
    set_block(block, addr, block->size & ~USED);
    join(vm, control_of(vm), block, addr);
}

/* ( u -- addr ior ) */
int word_allocate(struct vm *vm) {
    uint64_t addr = allocate(vm, vm_pop(vm));
    vm_push(vm, addr == 0 ? 0 : addr + UNIT);
    vm_push(vm, addr == 0 ? (uint64_t)IOR_ALLOCATE : 0);
    return 0;
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

/* Moves the bytes of a block to a new one of at least `bytes`. Returns the new address, or 0. */
static uint64_t move_block(struct vm *vm, struct block *block, uint64_t addr, uint64_t bytes) {
    uint64_t to_addr = allocate(vm, bytes);
    if (to_addr == 0) {
        return 0;
    }
    uint64_t size = (block->size & ~USED) - UNIT;
    const char *from = vm_pointer(vm, addr + UNIT, size);
    char *to = vm_pointer(vm, to_addr + UNIT, size);
    if (from == NULL || to == NULL) {
        return 0;
    }
    for (uint64_t i = 0; i < size; i++) {
        to[i] = from[i];
    }
    release(vm, block, addr);
    return to_addr;
}

/* Gives a block in use another size. Returns its address, which may be a new one, or 0. */
static uint64_t resize(struct vm *vm, struct block *block, uint64_t addr, uint64_t bytes) {
    struct control *control = control_of(vm);
    uint64_t size = block_size(vm, bytes), old_size = block->size & ~USED;
    if (size == 0) {
        return 0;
    }
    set_block(block, addr, old_size);
    join(vm, control, block, addr);
    if (block->size >= size) {
        take(vm, control, block, addr, size);
        return addr;
    }
    take(vm, control, block, addr, old_size);
    return move_block(vm, block, addr, bytes);
}

/* ( addr1 u -- addr2 ior ) addr2 is addr1 when it fails. */
int word_resize(struct vm *vm) {
    uint64_t bytes = vm_pop(vm), bytes_addr = vm_pop(vm), addr;
    struct block *block = block_of(vm, bytes_addr, &addr);
    uint64_t moved = block == NULL ? 0 : resize(vm, block, addr, bytes);
    vm_push(vm, moved == 0 ? bytes_addr : moved + UNIT);
    vm_push(vm, moved == 0 ? (uint64_t)IOR_RESIZE : 0);
    return 0;
}
