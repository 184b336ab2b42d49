/*
 * host_space.c - address space for VMs on Linux: reserved without access, opened page by page.
 *
 * All slots are one reservation, so that an address gives its slot by division. A bitmap remembers
 * which pages are open: hal_space_commit is called for every string that a C word looks at and must
 * not cost a system call each time.
 */
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "hal/hal_space.h"

#define SLOTS          UINT64_C(1024)
#define PAGE           UINT64_C(4096)
#define PAGES_PER_SLOT (HAL_SPACE_SLOT_SIZE / PAGE)

static uint64_t arena;       /* address of slot 0, 0 before the first create */
static uint64_t *open_pages; /* one bit a page */
static bool slot_in_use[SLOTS];

static bool reserve_arena(void) {
    size_t size = (SLOTS + 1) * HAL_SPACE_SLOT_SIZE;
    void *memory = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    void *bits = mmap(NULL, SLOTS * PAGES_PER_SLOT / 8, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED || bits == MAP_FAILED) {
        return false;
    }
    open_pages = bits;
    arena = ((uint64_t)memory + HAL_SPACE_SLOT_SIZE - 1) & ~(HAL_SPACE_SLOT_SIZE - 1);
    return true;
}

hal_status hal_space_create(uint64_t *base) {
    if (arena == 0 && !reserve_arena()) {
        return HAL_ERR_NO_MEMORY;
    }
    for (uint64_t slot = 0; slot < SLOTS; slot++) {
        if (!slot_in_use[slot]) {
            slot_in_use[slot] = true;
            *base = arena + slot * HAL_SPACE_SLOT_SIZE;
            return HAL_OK;
        }
    }
    return HAL_ERR_NO_MEMORY;
}

static bool is_open(uint64_t page) {
    return (open_pages[page / 64] >> (page % 64) & 1) != 0;
}

/* The page numbers of a range of slot addresses; false when it is not one. */
static bool page_range(uint64_t address, size_t size, uint64_t *first, uint64_t *end) {
    uint64_t offset = address - arena;
    if (arena == 0 || offset % PAGE != 0 || size % PAGE != 0 ||
        offset > SLOTS * HAL_SPACE_SLOT_SIZE || size > SLOTS * HAL_SPACE_SLOT_SIZE - offset) {
        return false;
    }
    *first = offset / PAGE;
    *end = (offset + size) / PAGE;
    return true;
}

hal_status hal_space_commit(uint64_t address, size_t size) {
    uint64_t page, end;
    if (!page_range(address, size, &page, &end)) {
        return HAL_ERR_INVALID;
    }
    while (page < end && is_open(page)) {
        page++;
    }
    if (page == end) {
        return HAL_OK;
    }
    uint64_t start = arena + page * PAGE;
    if (mprotect((void *)start, arena + end * PAGE - start, PROT_READ | PROT_WRITE) != 0) {
        return HAL_ERR_NO_MEMORY;
    }
    for (; page < end; page++) {
        open_pages[page / 64] |= UINT64_C(1) << (page % 64);
    }
    return HAL_OK;
}

hal_status hal_space_protect(uint64_t address, size_t size) {
    uint64_t page, end;
    if (!page_range(address, size, &page, &end)) {
        return HAL_ERR_INVALID;
    }
    return size == 0 || mprotect((void *)address, size, PROT_READ) == 0 ? HAL_OK
                                                                        : HAL_ERR_NO_MEMORY;
}

void hal_space_destroy(uint64_t base) {
    uint64_t slot = (base - arena) / HAL_SPACE_SLOT_SIZE;
    /* A fresh mapping in place of the old one drops its pages and its access at once. */
    mmap((void *)base, HAL_SPACE_SLOT_SIZE, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    uint64_t *bits = open_pages + slot * PAGES_PER_SLOT / 64;
    mmap(bits, PAGES_PER_SLOT / 8, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    slot_in_use[slot] = false;
}
