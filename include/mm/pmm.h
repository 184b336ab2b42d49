/*
 * pmm.h - the physical memory manager: hands out 4 KiB pages of RAM.
 *
 * Every function disables interrupts for its own duration and may be called from the page-fault
 * handler. One processor allocates: there is no lock beyond that.
 */
#ifndef PMM_H
#define PMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/bootinfo.h"

struct pmm_stats {
    uint64_t total_pages; /* pages that the manager was given at the start */
    uint64_t free_pages;
};

/* Takes over all memory that the UEFI map says is usable, less the first MiB and whatever BootInfo
 * points to. The loader's page tables must be in force. With an unreadable map no page is free. */
void pmm_init(const BootInfo *info);
bool pmm_is_initialized(void);

/* `count` contiguous pages; physical address, or 0 when there are none. Contents undefined. */
uint64_t pmm_alloc_pages(size_t count);

/* The same, at a multiple of `alignment` bytes, a power of two and at least 4096. */
uint64_t pmm_alloc_aligned(size_t count, uint64_t alignment);

/* Gives pages back. Pages that are free already, not covered, or not aligned are a kernel bug:
 * panic. That reserved pages are not given away is the caller's part: they look like pages in use.
 */
void pmm_free_pages(uint64_t physical, size_t count);

/* ISR-safe; the two numbers belong together. */
struct pmm_stats pmm_get_stats(void);

/* First physical address above all memory that the manager covers. ISR-safe. */
uint64_t pmm_end(void);

#endif
