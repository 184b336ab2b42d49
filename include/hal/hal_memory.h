/*
 * hal_memory.h - kernel heap, physical pages and mappings.
 *
 * None of these may be called from an interrupt handler; that is checked and is a kernel bug.
 */
#ifndef HAL_MEMORY_H
#define HAL_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/hal_status.h"

enum {
    HAL_MAP_READ = 1u << 0,
    HAL_MAP_WRITE = 1u << 1,
    HAL_MAP_EXEC = 1u << 2,
    HAL_MAP_NOCACHE = 1u << 3, /* device registers: every access reaches the device, in order */
    HAL_MAP_WRITE_COMBINING =
        1u << 4, /* a frame buffer: stores are gathered, loads are slow; not with NOCACHE */
};

/* Checks that physical memory, mappings and heap are ready for the functions below. */
void hal_mem_init(void);

/* Zeroed memory, aligned to 16 bytes, owned by the caller until hal_mem_free; NULL when exhausted
 * or when size is 0. */
void *hal_mem_alloc(size_t size);
void hal_mem_free(void *memory); /* NULL is allowed */

/* Physically contiguous pages; returns their physical address, or 0 when exhausted. Contents are
 * not cleared. */
uint64_t hal_mem_alloc_pages(size_t count);
void hal_mem_free_pages(uint64_t physical, size_t count);

/* Maps [physical, physical + size) at `virtual_address`; all page-aligned. Refuses
 * HAL_MAP_WRITE | HAL_MAP_EXEC and ranges that are mapped already with HAL_ERR_INVALID. */
hal_status hal_mem_map(uint64_t virtual_address, uint64_t physical, size_t size, unsigned flags);

/* Removes mappings; the pages stay the caller's. HAL_ERR_NOT_FOUND, and nothing is changed, when a page of
 * the range is not mapped. */
hal_status hal_mem_unmap(uint64_t virtual_address, size_t size);

/* Changes what mapped pages allow. HAL_ERR_NOT_FOUND, and nothing is changed, when a page of the range is not
 * mapped; HAL_ERR_INVALID for write and exec together. */
hal_status hal_mem_protect(uint64_t virtual_address, size_t size, unsigned flags);

/* What is in use, for accounts that must come out even. */
struct hal_mem_stats {
    uint64_t total_pages; /* that can be handed out at all; on Linux what the process may use */
    uint64_t free_pages;
    uint64_t heap_blocks; /* in use */
    uint64_t heap_bytes;
};
struct hal_mem_stats hal_mem_get_stats(void);

/* Walks the whole heap; false means that something has overwritten its bookkeeping or a guard. */
bool hal_mem_check(void);

/* For tests: of the allocations that begin from now on (pages, tables and heap blocks count one each), number
 * `nth`, counted from 1, fails as if memory were exhausted; once. 0: none fails. */
void hal_mem_fail_at(uint64_t nth);
/* Allocations since the last hal_mem_fail_at. */
uint64_t hal_mem_fail_count(void);

/* 4096 on every machine that StarKernel knows. */
size_t hal_mem_page_size(void);

#endif
