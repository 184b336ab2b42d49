/*
 * pmm.h - the physical memory manager: hands out 4 KiB pages of RAM.
 *
 * Functions that change anything disable interrupts for their own duration and may be called from
 * the fault handler of a VM. One processor allocates: there is no lock beyond that.
 */
#ifndef PMM_H
#define PMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/bootinfo.h"
#include "mm/memory_map.h"
#include "shared/format.h"

struct pmm_stats {
    uint64_t total_pages; /* pages that the manager was given at the start */
    uint64_t free_pages;
    uint64_t lowest_free;    /* fewest free pages since the start */
    uint64_t reserved_pages; /* usable, but kept back: the first MiB and the bitmap of free pages */
    uint64_t ignored_pages;  /* usable, but too far off for a bitmap to be worth its memory */
    uint64_t allocations;    /* requests that were met, so far */
    uint64_t frees;
    uint64_t refused; /* requests that were not met */
};

/* Takes over all memory that the UEFI map says is usable, less the first MiB and whatever BootInfo
 * points to. The loader's page tables must be in force, and nothing of the firmware's in use: its
 * stack, GDT and IDT lie in memory that is free from here on. With an unreadable map no page is
 * free. */
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

/* ISR-safe; the numbers belong together. */
struct pmm_stats pmm_get_stats(void);

/* Length of the longest run of free pages. Reads the whole bitmap: for reports. */
uint64_t pmm_longest_run(void);

/* First physical address above all memory that the manager covers. ISR-safe. */
uint64_t pmm_end(void);

/* The firmware's memory map; valid for good. */
const struct memory_map *pmm_memory_map(void);

/* True when something that the loader left for the kernel (the kernel itself, page tables, files)
 * lies in [physical, physical + size). */
bool pmm_holds_boot_data(uint64_t physical, uint64_t size);

/* The table of .MEM (hal_report.h). */
void pmm_report(format_sink sink, void *context);

#endif
