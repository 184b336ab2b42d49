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

#include "hal/hal_panic.h"
#include "hal/hal_space.h"
#include "host_memory.h"

#define SLOTS          UINT64_C(1024)
#define PAGE           UINT64_C(4096)
#define PAGES_PER_SLOT (HAL_SPACE_SLOT_SIZE / PAGE)

struct slot {
    bool in_use;
    uint32_t open; /* pages */
};

static uint64_t arena;       /* address of slot 0, 0 before the first create */
static uint64_t *open_pages; /* one bit a page */
static struct slot slots[SLOTS];

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
        if (!slots[slot].in_use) {
            slots[slot] = (struct slot){.in_use = true};
            *base = arena + slot * HAL_SPACE_SLOT_SIZE;
            return HAL_OK;
        }
    }
    return HAL_ERR_NO_MEMORY;
}

static bool is_open(uint64_t page) {
    return (open_pages[page / 64] >> (page % 64) & 1) != 0;
}

static struct slot *slot_of(uint64_t page) {
    return &slots[page / PAGES_PER_SLOT];
}

/* The page numbers of a range inside one slot that is in use; false when it is none. */
static bool page_range(uint64_t address, size_t size, uint64_t *first, uint64_t *end) {
    uint64_t offset = address - arena;
    if (arena == 0 || offset % PAGE != 0 || size % PAGE != 0 ||
        offset >= SLOTS * HAL_SPACE_SLOT_SIZE ||
        size > HAL_SPACE_SLOT_SIZE - offset % HAL_SPACE_SLOT_SIZE) {
        return false;
    }
    *first = offset / PAGE;
    *end = (offset + size) / PAGE;
    return slot_of(*first)->in_use;
}

/* Gives every run of pages in [page, end) that are not open the access; false at the first that Linux
 * refuses, and then *stopped is where it began. */
static bool set_access(uint64_t page, uint64_t end, int access, uint64_t *stopped) {
    while (page < end) {
        uint64_t next = page + 1;
        if (!is_open(page)) {
            while (next < end && !is_open(next)) {
                next++;
            }
            if (mprotect((void *)(arena + page * PAGE), (next - page) * PAGE, access) != 0) {
                *stopped = page;
                return false;
            }
        }
        page = next;
    }
    return true;
}

hal_status hal_space_commit(uint64_t address, size_t size) {
    uint64_t page, end, stopped;
    if (!page_range(address, size, &page, &end)) {
        return HAL_ERR_INVALID;
    }
    uint64_t missing = 0;
    for (uint64_t i = page; i < end; i++) {
        missing += !is_open(i);
    }
    if (missing == 0) {
        return HAL_OK;
    }
    if (!host_memory_take_pages(missing)) {
        return HAL_ERR_NO_MEMORY;
    }
    if (!set_access(page, end, PROT_READ | PROT_WRITE, &stopped)) {
        set_access(page, stopped, PROT_NONE, &stopped);
        host_memory_return_pages(missing);
        return HAL_ERR_NO_MEMORY;
    }
    slot_of(page)->open += (uint32_t)missing;
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
    for (; page < end; page++) {
        if (!is_open(page)) {
            return HAL_ERR_NOT_FOUND;
        }
    }
    return size == 0 || mprotect((void *)address, size, PROT_READ) == 0 ? HAL_OK
                                                                        : HAL_ERR_NO_MEMORY;
}

/* Copies: moving mappings would cut the slots into more pieces than Linux allows a process. The pages of
 * `from` are given back to Linux and stay open, as zeros. */
hal_status hal_space_move(uint64_t from, uint64_t to, size_t size) {
    uint64_t source, end, target, target_end;
    if (!page_range(from, size, &source, &end) || !page_range(to, size, &target, &target_end) ||
        (from < to ? to - from : from - to) < size) {
        return HAL_ERR_INVALID;
    }
    for (uint64_t i = 0; i < end - source; i++) {
        if (is_open(source + i) && hal_space_commit(to + i * PAGE, PAGE) != HAL_OK) {
            return HAL_ERR_NO_MEMORY;
        }
    }
    for (uint64_t i = 0; i < end - source; i++) {
        void *from_page = (void *)(from + i * PAGE), *to_page = (void *)(to + i * PAGE);
        if (is_open(source + i)) {
            memcpy(to_page, from_page, PAGE);
            madvise(from_page, PAGE, MADV_DONTNEED);
        } else if (is_open(target + i)) {
            madvise(to_page, PAGE, MADV_DONTNEED);
        }
    }
    return HAL_OK;
}

void hal_space_destroy(uint64_t base) {
    uint64_t first, end;
    if (base % HAL_SPACE_SLOT_SIZE != 0 || !page_range(base, HAL_SPACE_SLOT_SIZE, &first, &end)) {
        hal_panic("hal_space_destroy: this is not the base of a slot in use");
    }
    /* A fresh mapping in place of the old one drops its pages and its access at once. */
    mmap((void *)base, HAL_SPACE_SLOT_SIZE, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    mmap(open_pages + first / 64, PAGES_PER_SLOT / 8, PROT_READ | PROT_WRITE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    host_memory_return_pages(slot_of(first)->open);
    slot_of(first)->in_use = false;
}
