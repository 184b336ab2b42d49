/*
 * host_space.c - address space for VMs on Linux: reserved without access, opened page by page.
 *
 * All slots are one reservation, so that an address gives its slot by division. A bitmap remembers
 * which pages are open: hal_space_commit is called for every string that a C word looks at and must
 * not cost a system call each time.
 *
 * Linux allows a process 65530 mappings, and a page that is opened among closed ones with mprotect makes two. So
 * that serves the first slots, where it can be seen in /proc/self/maps what is open. The others are one mapping
 * in which userfaultfd turns each access to a page that is missing into a SIGBUS, and puts pages in; where Linux
 * does not have it or does not allow it, there are only the first.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hal/hal_panic.h"
#include "hal/hal_space.h"
#include "host_memory.h"

#define SLOTS_MAX      UINT64_C(12288) /* of the 16384 that there are addresses for */
#define SLOTS_MAPPED   UINT64_C(1024)  /* the first, opened with mprotect */
#define PAGE           UINT64_C(4096)
#define PAGES_PER_SLOT (HAL_SPACE_SLOT_SIZE / PAGE)

struct slot {
    bool in_use;
    bool has_protected;
    uint32_t open; /* pages */
};

static uint64_t arena;       /* address of slot 0, 0 before the first create */
static uint64_t slot_count;  /* that are reserved, */
static uint64_t slot_limit;  /* and that can be used */
static uint64_t lowest_slot; /* those before it are in use */
static int faults = -1;      /* userfaultfd, once it watches */
static uint64_t *open_pages; /* one bit a page */
static struct slot slots[SLOTS_MAX];

static void *reserve(uint64_t size, int access) {
    return mmap(NULL, size, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

/* As much as there is in one piece: a sanitizer or a small address space leaves less. */
static bool reserve_arena(void) {
    void *memory = MAP_FAILED;
    slot_count = SLOTS_MAX;
    while (memory == MAP_FAILED && slot_count >= SLOTS_MAPPED) {
        memory = reserve((slot_count + 1) * HAL_SPACE_SLOT_SIZE, PROT_NONE);
        slot_count -= memory == MAP_FAILED ? SLOTS_MAPPED : 0;
    }
    void *bits = reserve(SLOTS_MAX * PAGES_PER_SLOT / 8, PROT_READ | PROT_WRITE);
    if (memory == MAP_FAILED || bits == MAP_FAILED) {
        return false;
    }
    open_pages = bits;
    arena = ((uint64_t)memory + HAL_SPACE_SLOT_SIZE - 1) & ~(HAL_SPACE_SLOT_SIZE - 1);
    slot_limit = SLOTS_MAPPED;
    return true;
}

/* Opens the slots beyond the first, when they are needed. False when there are none, or Linux does not want to. */
static bool watch_arena(void) {
    const struct uffdio_range range = {arena + SLOTS_MAPPED * HAL_SPACE_SLOT_SIZE,
                                       (slot_count - SLOTS_MAPPED) * HAL_SPACE_SLOT_SIZE};
    if (faults >= 0 || range.len == 0) {
        return false;
    }
    struct uffdio_api api = {.api = UFFD_API, .features = UFFD_FEATURE_SIGBUS};
    struct uffdio_register all = {.range = range, .mode = UFFDIO_REGISTER_MODE_MISSING};
    const int made = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
    if (made < 0) {
        return false;
    }
    if (ioctl(made, UFFDIO_API, &api) != 0 || ioctl(made, UFFDIO_REGISTER, &all) != 0 ||
        mprotect((void *)range.start, range.len, PROT_READ | PROT_WRITE) != 0) {
        close(made);
        return false;
    }
    faults = made;
    slot_limit = slot_count;
    return true;
}

hal_status hal_space_create(uint64_t *base) {
    if (arena == 0 && !reserve_arena()) {
        return HAL_ERR_NO_MEMORY;
    }
    while (lowest_slot < slot_limit && slots[lowest_slot].in_use) {
        lowest_slot++;
    }
    if (lowest_slot == slot_limit && !watch_arena()) {
        return HAL_ERR_NO_MEMORY;
    }
    slots[lowest_slot] = (struct slot){.in_use = true};
    *base = arena + lowest_slot * HAL_SPACE_SLOT_SIZE;
    lowest_slot++;
    return HAL_OK;
}

/* Whether a page is one of those that userfaultfd watches. */
static bool is_watched(uint64_t page) {
    return page >= SLOTS_MAPPED * PAGES_PER_SLOT;
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
        offset >= slot_limit * HAL_SPACE_SLOT_SIZE ||
        size > HAL_SPACE_SLOT_SIZE - offset % HAL_SPACE_SLOT_SIZE) {
        return false;
    }
    *first = offset / PAGE;
    *end = (offset + size) / PAGE;
    return slot_of(*first)->in_use;
}

/* Puts zeros into a run of pages. */
static bool open_run(uint64_t page, uint64_t count) {
    const struct uffdio_range range = {arena + page * PAGE, count * PAGE};
    if (!is_watched(page)) {
        return mprotect((void *)range.start, range.len, PROT_READ | PROT_WRITE) == 0;
    }
    struct uffdio_zeropage zeros = {.range = range};
    if (ioctl(faults, UFFDIO_ZEROPAGE, &zeros) == 0) {
        return true;
    }
    madvise((void *)range.start, range.len, MADV_DONTNEED); /* some may have been put in */
    return false;
}

static void close_run(uint64_t page, uint64_t count) {
    void *memory = (void *)(arena + page * PAGE);
    if (is_watched(page)) {
        madvise(memory, count * PAGE, MADV_DONTNEED);
    } else {
        mprotect(memory, count * PAGE, PROT_NONE);
    }
}

/* Opens or closes every run of pages in [page, end) that are not noted as open; false at the first that Linux
 * refuses to open, and then *stopped is where it began. */
static bool change_runs(uint64_t page, uint64_t end, bool open, uint64_t *stopped) {
    while (page < end) {
        uint64_t next = page + 1;
        if (!is_open(page)) {
            while (next < end && !is_open(next)) {
                next++;
            }
            if (!open) {
                close_run(page, next - page);
            } else if (!open_run(page, next - page)) {
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
    if (!change_runs(page, end, true, &stopped)) {
        change_runs(page, stopped, false, &stopped);
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
    if (size == 0) {
        return HAL_OK;
    }
    slot_of(end - 1)->has_protected = true;
    return mprotect((void *)address, size, PROT_READ) == 0 ? HAL_OK : HAL_ERR_NO_MEMORY;
}

/* What an open page held is gone. It stays open where closing it would cost a mapping. */
static void empty(uint64_t page) {
    madvise((void *)(arena + page * PAGE), PAGE, MADV_DONTNEED);
    if (is_watched(page)) {
        open_pages[page / 64] &= ~(UINT64_C(1) << (page % 64));
        slot_of(page)->open--;
        host_memory_return_pages(1);
    }
}

/* Copies: moving mappings would cut the slots into more pieces than Linux allows a process. The pages of
 * `from` are given back to Linux. */
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
        if (is_open(source + i)) {
            memcpy((void *)(to + i * PAGE), (void *)(from + i * PAGE), PAGE);
            empty(source + i);
        } else if (is_open(target + i)) {
            empty(target + i);
        }
    }
    return HAL_OK;
}

void hal_space_destroy(uint64_t base) {
    uint64_t first, end;
    if (base % HAL_SPACE_SLOT_SIZE != 0 || !page_range(base, HAL_SPACE_SLOT_SIZE, &first, &end)) {
        hal_panic("hal_space_destroy: this is not the base of a slot in use");
    }
    struct slot *slot = slot_of(first);
    if (is_watched(first)) {
        madvise((void *)base, HAL_SPACE_SLOT_SIZE, MADV_DONTNEED);
        if (slot->has_protected) {
            mprotect((void *)base, HAL_SPACE_SLOT_SIZE, PROT_READ | PROT_WRITE);
        }
    } else {
        /* A fresh mapping in place of the old one drops its pages and its access at once. */
        mmap((void *)base, HAL_SPACE_SLOT_SIZE, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    }
    madvise(open_pages + first / 64, PAGES_PER_SLOT / 8, MADV_DONTNEED);
    host_memory_return_pages(slot->open);
    slot->in_use = false;
    const uint64_t number = first / PAGES_PER_SLOT;
    lowest_slot = number < lowest_slot ? number : lowest_slot;
}
