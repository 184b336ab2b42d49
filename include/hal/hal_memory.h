/*
 * hal_memory.h - kernel heap, physical pages and mappings.
 *
 * None of these may be called from an interrupt handler; that is checked and is a kernel bug.
 */
#ifndef HAL_MEMORY_H
#define HAL_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "hal/hal_status.h"

enum {
    HAL_MAP_READ = 1u << 0,
    HAL_MAP_WRITE = 1u << 1,
    HAL_MAP_EXEC = 1u << 2,
    HAL_MAP_NOCACHE = 1u << 3,
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
hal_status hal_mem_unmap(uint64_t virtual_address, size_t size);

/* 4096 on every machine that StarKernel knows. */
size_t hal_mem_page_size(void);

#endif
