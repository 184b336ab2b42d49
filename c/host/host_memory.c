/*
 * host_memory.c - memory on Linux: a heap with accounts, and "physical" pages that are pages of a file.
 *
 * The process may use a fixed number of pages, as a machine has so much memory: heap blocks, pages handed out
 * and pages of VMs count together. The file lives in memory alone and is sparse, so what is not used costs
 * nothing. Mappings go to a window of addresses that is reserved for them.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal/hal_panic.h"
#include "host_memory.h"
#include "mm/page_bitmap.h"

#define PAGE         UINT64_C(4096)
#define TOTAL_PAGES  (HOST_MEMORY_SIZE / PAGE)
#define WINDOW_PAGES (HOST_MAP_SIZE / PAGE)
#define BLOCK_MARK   UINT64_C(0x686f7374626c6f63)

#define GUARD_BYTE 0xa5

/* AddressSanitizer watches the end of a block itself, and more closely. */
#ifdef __SANITIZE_ADDRESS__
#define GUARD_BYTES ((size_t)0)
#else
#define GUARD_BYTES ((size_t)16)
#endif

/* Before each heap block. */
struct block {
    struct block *next;
    struct block *previous;
    size_t size;
    uint64_t mark; /* BLOCK_MARK exclusive-or the address */
};

_Static_assert(sizeof(struct block) % 16 == 0, "blocks are aligned to 16 bytes");

static struct {
    int file; /* the memory; only once `ready` */
    bool ready;
    uint64_t *mapped; /* one bit a page of the window */
    struct page_bitmap pages;
    struct block *blocks; /* newest first */
    uint64_t block_count;
    uint64_t block_bytes;
    uint64_t space_pages; /* committed by host_space.c */
    uint64_t allocations; /* since hal_mem_fail_at */
    uint64_t fail_at;
} host_memory;

static void refuse_in_interrupt(const char *message) {
    if (hal_in_interrupt_context()) {
        hal_panic(message);
    }
}

/* ---- accounts ---- */

static uint64_t heap_pages(uint64_t bytes) {
    return (bytes + PAGE - 1) / PAGE;
}

static uint64_t pages_free(void) {
    const uint64_t handed_out =
        host_memory.ready ? TOTAL_PAGES - 1 - host_memory.pages.free_count : 0;
    const uint64_t used =
        handed_out + host_memory.space_pages + heap_pages(host_memory.block_bytes);
    return used < TOTAL_PAGES - 1 ? TOTAL_PAGES - 1 - used : 0;
}

/* Counts an allocation; false when it is the one that is to fail. */
static bool may_succeed(void) {
    return ++host_memory.allocations != host_memory.fail_at;
}

bool host_memory_take_pages(uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        if (!may_succeed()) {
            return false;
        }
    }
    if (count > pages_free()) {
        return false;
    }
    host_memory.space_pages += count;
    return true;
}

void host_memory_return_pages(uint64_t count) {
    host_memory.space_pages -= count;
}

struct hal_mem_stats hal_mem_get_stats(void) {
    return (struct hal_mem_stats){
        .total_pages = TOTAL_PAGES - 1, /* page 0 is never handed out */
        .free_pages = pages_free(),
        .heap_blocks = host_memory.block_count,
        .heap_bytes = host_memory.block_bytes,
    };
}

void hal_mem_fail_at(uint64_t nth) {
    host_memory.allocations = 0;
    host_memory.fail_at = nth;
}

uint64_t hal_mem_fail_count(void) {
    return host_memory.allocations;
}

/* ---- heap ---- */

static uint64_t mark_of(const struct block *block) {
    return BLOCK_MARK ^ (uint64_t)block;
}

static unsigned char *guard_of(const struct block *block) {
    return (unsigned char *)(block + 1) + block->size;
}

static bool is_sound_block(const struct block *block) {
    if (block->mark != mark_of(block)) {
        return false;
    }
    const unsigned char *guard = guard_of(block);
    const unsigned char *end = guard + GUARD_BYTES;
    while (guard < end && *guard == GUARD_BYTE) {
        guard++;
    }
    return guard == end;
}

void *hal_mem_alloc(size_t size) {
    refuse_in_interrupt("hal_mem_alloc: called from an interrupt handler");
    if (size == 0 || !may_succeed() || size > HOST_MEMORY_SIZE ||
        heap_pages(host_memory.block_bytes + size) >
            heap_pages(host_memory.block_bytes) + pages_free()) {
        return NULL;
    }
    struct block *block = calloc(1, sizeof *block + size + GUARD_BYTES);
    if (block == NULL) {
        return NULL;
    }
    block->size = size;
    block->mark = mark_of(block);
    unsigned char *guard = guard_of(block);
    for (unsigned char *end = guard + GUARD_BYTES; guard < end; guard++) {
        *guard = GUARD_BYTE;
    }
    block->next = host_memory.blocks;
    if (block->next != NULL) {
        block->next->previous = block;
    }
    host_memory.blocks = block;
    host_memory.block_count++;
    host_memory.block_bytes += size;
    return block + 1;
}

void hal_mem_free(void *memory) {
    refuse_in_interrupt("hal_mem_free: called from an interrupt handler");
    if (memory == NULL) {
        return;
    }
    struct block *block = (struct block *)memory - 1;
    if (!is_sound_block(block)) {
        hal_panic("hal_mem_free: this is not a heap block, or somebody wrote past its bounds");
    }
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    if (block->previous != NULL) {
        block->previous->next = block->next;
    } else {
        host_memory.blocks = block->next;
    }
    host_memory.block_count--;
    host_memory.block_bytes -= block->size;
    block->mark = 0;
    free(block);
}

bool hal_mem_check(void) {
    const struct block *previous = NULL;
    uint64_t count = 0, bytes = 0;
    for (const struct block *block = host_memory.blocks; block != NULL; block = block->next) {
        /* more blocks than were handed out would be a list that runs in a circle */
        if (count++ == host_memory.block_count || !is_sound_block(block) ||
            block->previous != previous) {
            return false;
        }
        bytes += block->size;
        previous = block;
    }
    return count == host_memory.block_count && bytes == host_memory.block_bytes;
}

/* ---- pages ---- */

static void *reserve(void *at, size_t size, int access) {
    const int flags =
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (at != NULL ? MAP_FIXED_NOREPLACE : 0);
    void *memory = mmap(at, size, access, flags, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Makes the file and the window when they are first needed; most programs never do. */
static bool make_ready(void) {
    if (host_memory.ready) {
        return true;
    }
    const int file = memfd_create("physical memory", MFD_CLOEXEC);
    uint64_t *free_bits = reserve(NULL, page_bitmap_bytes(TOTAL_PAGES), PROT_READ | PROT_WRITE);
    uint64_t *mapped_bits = reserve(NULL, WINDOW_PAGES / 8, PROT_READ | PROT_WRITE);
    void *window = reserve((void *)HOST_MAP_BASE, HOST_MAP_SIZE, PROT_NONE);
    if (file < 0 || ftruncate(file, (off_t)HOST_MEMORY_SIZE) != 0 || free_bits == NULL ||
        mapped_bits == NULL || window != (void *)HOST_MAP_BASE) {
        return false; /* so little of a process is left that what was got may stay */
    }
    host_memory.file = file;
    host_memory.mapped = mapped_bits;
    page_bitmap_init(&host_memory.pages, free_bits, TOTAL_PAGES);
    page_bitmap_set_free(&host_memory.pages, 1, TOTAL_PAGES);
    host_memory.ready = true;
    return true;
}

uint64_t hal_mem_alloc_pages(size_t count) {
    refuse_in_interrupt("hal_mem_alloc_pages: called from an interrupt handler");
    if (count == 0 || !may_succeed() || !make_ready() || count > pages_free()) {
        return 0;
    }
    const uint64_t page = page_bitmap_take(&host_memory.pages, count, 1);
    return page == PAGE_BITMAP_NONE ? 0 : page * PAGE;
}

void hal_mem_free_pages(uint64_t physical, size_t count) {
    refuse_in_interrupt("hal_mem_free_pages: called from an interrupt handler");
    if (!host_memory.ready || physical % PAGE != 0 || physical == 0 ||
        !page_bitmap_give(&host_memory.pages, physical / PAGE, count)) {
        hal_panic("hal_mem_free_pages: these pages are free already, or are not memory");
    }
    /* a free page costs no memory; where the file system cannot do that, it does */
    (void)fallocate(host_memory.file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)physical,
                    (off_t)(count * PAGE));
}

/* ---- mappings ---- */

/* The pages of the window that [virtual_address, virtual_address + size) are; false when it is none of it. */
static bool window_pages(uint64_t virtual_address, uint64_t size, uint64_t *first, uint64_t *end) {
    const uint64_t offset = virtual_address - HOST_MAP_BASE;
    if ((virtual_address | size) % PAGE != 0 || size == 0 || offset >= HOST_MAP_SIZE ||
        size > HOST_MAP_SIZE - offset) {
        return false;
    }
    *first = offset / PAGE;
    *end = (offset + size) / PAGE;
    return make_ready();
}

static bool is_mapped(uint64_t page) {
    return (host_memory.mapped[page / 64] >> page % 64 & 1) != 0;
}

static bool all_are(bool mapped, uint64_t first, uint64_t end) {
    for (uint64_t page = first; page < end; page++) {
        if (is_mapped(page) != mapped) {
            return false;
        }
    }
    return true;
}

static void note(bool mapped, uint64_t first, uint64_t end) {
    for (uint64_t page = first; page < end; page++) {
        const uint64_t bit = UINT64_C(1) << page % 64;
        host_memory.mapped[page / 64] = (host_memory.mapped[page / 64] & ~bit) | (mapped ? bit : 0);
    }
}

static bool are_valid(unsigned flags) {
    const unsigned write_exec = HAL_MAP_WRITE | HAL_MAP_EXEC;
    const unsigned uncached_combining = HAL_MAP_NOCACHE | HAL_MAP_WRITE_COMBINING;
    return (flags & write_exec) != write_exec && (flags & uncached_combining) != uncached_combining;
}

static int access_of(unsigned flags) {
    return PROT_READ | ((flags & HAL_MAP_WRITE) != 0 ? PROT_WRITE : 0) |
           ((flags & HAL_MAP_EXEC) != 0 ? PROT_EXEC : 0);
}

hal_status hal_mem_map(uint64_t virtual_address, uint64_t physical, size_t size, unsigned flags) {
    refuse_in_interrupt("hal_mem_map: called from an interrupt handler");
    uint64_t first, end;
    if (!are_valid(flags) || physical % PAGE != 0 || physical >= HOST_MEMORY_SIZE ||
        size > HOST_MEMORY_SIZE - physical || !window_pages(virtual_address, size, &first, &end) ||
        !all_are(false, first, end)) {
        return HAL_ERR_INVALID;
    }
    if (mmap((void *)virtual_address, size, access_of(flags), MAP_SHARED | MAP_FIXED,
             host_memory.file, (off_t)physical) == MAP_FAILED) {
        return HAL_ERR_NO_MEMORY;
    }
    note(true, first, end);
    return HAL_OK;
}

hal_status hal_mem_unmap(uint64_t virtual_address, size_t size) {
    refuse_in_interrupt("hal_mem_unmap: called from an interrupt handler");
    uint64_t first, end;
    if (!window_pages(virtual_address, size, &first, &end)) {
        return HAL_ERR_INVALID;
    }
    if (!all_are(true, first, end)) {
        return HAL_ERR_NOT_FOUND;
    }
    /* the reservation again, in place of the mapping */
    if (mmap((void *)virtual_address, size, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED) {
        return HAL_ERR_NO_MEMORY;
    }
    note(false, first, end);
    return HAL_OK;
}

hal_status hal_mem_protect(uint64_t virtual_address, size_t size, unsigned flags) {
    refuse_in_interrupt("hal_mem_protect: called from an interrupt handler");
    uint64_t first, end;
    if (!are_valid(flags) || !window_pages(virtual_address, size, &first, &end)) {
        return HAL_ERR_INVALID;
    }
    if (!all_are(true, first, end)) {
        return HAL_ERR_NOT_FOUND;
    }
    return mprotect((void *)virtual_address, size, access_of(flags)) == 0 ? HAL_OK
                                                                          : HAL_ERR_NO_MEMORY;
}

void hal_mem_init(void) {}

size_t hal_mem_page_size(void) {
    return PAGE;
}
