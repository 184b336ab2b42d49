/*
 * vmm.h - the virtual memory manager: the one address space that the kernel and all VMs share.
 *
 * VMs are kept apart by windows and guard pages, not by page tables, so there is one PML4 and CR3
 * never changes after boot. Functions disable interrupts for their own duration, use no heap, and
 * may be called from the page-fault handler. Addresses and sizes are multiples of 4096.
 */
#ifndef VMM_H
#define VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/bootinfo.h"
#include "hal/hal_memory.h"

#define VMM_UNMAPPED UINT64_MAX

/* Takes over the loader's tables: drops everything in the lower half, unmaps the guard page of
 * the boot stack, and checks that no page is both writable and executable (panic otherwise). */
void vmm_init(const BootInfo *info);
bool vmm_is_initialized(void);

/* Maps [physical, physical + size) with HAL_MAP_... flags; never executable without HAL_MAP_EXEC.
 * All or nothing. HAL_ERR_INVALID: write and exec together, an address outside the kernel's half,
 * not aligned, or a page mapped already. HAL_ERR_NO_MEMORY: no page for a table. */
hal_status vmm_map(uint64_t virtual_address, uint64_t physical, size_t size, unsigned flags);

/* Removes mappings; the physical pages stay the caller's. HAL_ERR_NOT_FOUND, and nothing is
 * changed, when a page of the range is not mapped. HAL_ERR_NO_MEMORY: a 2 MiB page had to be split.
 */
hal_status vmm_unmap(uint64_t virtual_address, size_t size);

/* Changes what mapped pages allow. Results as vmm_unmap, and HAL_ERR_INVALID for write and exec. */
hal_status vmm_protect(uint64_t virtual_address, size_t size, unsigned flags);

/* Maps device registers, uncached, at an address that the manager chooses; any alignment. They stay
 * mapped for good. NULL when it cannot be done. */
void *vmm_map_device(uint64_t physical, size_t size);

/* Unmaps the page at `virtual_address`, a page of the kernel's own image that lies below a stack,
 * so that an overflow faults. Its not being mapped is a kernel bug: panic. */
void vmm_unmap_guard(uint64_t virtual_address);

/* The physical address behind a virtual one, VMM_UNMAPPED when there is none. */
uint64_t vmm_translate(uint64_t virtual_address);

/* Unmaps everything in [virtual_address, virtual_address + size), gives the pages and the tables
 * that become empty back to the physical memory manager. Only for ranges whose pages came from
 * there. */
void vmm_release(uint64_t virtual_address, uint64_t size);

/* Walks all tables and returns the number of pages (of any size) both writable and executable. */
uint64_t vmm_walk_check(void);

#endif
