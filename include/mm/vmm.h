/*
 * vmm.h - the virtual memory manager: the one address space that the kernel and all VMs share.
 *
 * VMs are kept apart by windows and guard pages, not by page tables, so there is one PML4 and CR3
 * never changes after boot. One processor changes the tables, and no interrupt handler does, so
 * there is no lock and interrupts stay as they are. Functions use no heap and may be called from the
 * fault handler of a VM, which interrupts the engine and nothing else. Addresses and sizes are
 * multiples of 4096.
 */
#ifndef VMM_H
#define VMM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/bootinfo.h"
#include "hal/hal_memory.h"
#include "mm/page_walk.h"
#include "shared/format.h"

#define VMM_UNMAPPED UINT64_MAX

/* The stretch of KERNEL_MAP_BASE in which vmm_map_device and vmm_map_framebuffer choose addresses;
 * vmm_map refuses it. */
#define VMM_DEVICE_BASE (KERNEL_MAP_BASE + (UINT64_C(1) << 40))
#define VMM_DEVICE_SIZE (UINT64_C(1) << 40)

/* Takes over the loader's tables: drops everything in the lower half, programs the PAT, unmaps the
 * guard page of the boot stack, and checks that no page is both writable and executable (panic
 * otherwise). */
void vmm_init(const BootInfo *info);
bool vmm_is_initialized(void);

/* Maps [physical, physical + size) with HAL_MAP_... flags; never executable without HAL_MAP_EXEC.
 * Pages of 2 MiB are used where both addresses and the size allow. All or nothing.
 * HAL_ERR_INVALID: write and exec together, two cache modes, an address outside the kernel's half,
 * not aligned, or a page mapped already. HAL_ERR_NO_MEMORY: no page for a table.
 * HAL_MAP_WRITE_COMBINING becomes uncached on a processor that cannot do it. */
hal_status vmm_map(uint64_t virtual_address, uint64_t physical, size_t size, unsigned flags);

/* Removes mappings; the physical pages stay the caller's. HAL_ERR_NOT_FOUND, and nothing is
 * changed, when a page of the range is not mapped. HAL_ERR_NO_MEMORY: a 2 MiB page had to be split.
 */
hal_status vmm_unmap(uint64_t virtual_address, size_t size);

/* Changes what mapped pages allow, and how they are cached. Results as vmm_unmap, and
 * HAL_ERR_INVALID as vmm_map. */
hal_status vmm_protect(uint64_t virtual_address, size_t size, unsigned flags);

/* Puts zeroed pages behind all of the range that is not mapped yet; readable, writable, not
 * executable. Pages that are mapped stay as they are. All or nothing: HAL_ERR_NO_MEMORY. */
hal_status vmm_populate(uint64_t virtual_address, size_t size);

/* Moves pages that vmm_populate has mapped, from one range to another; what the other has had is given back.
 * All or nothing: HAL_ERR_NO_MEMORY. HAL_ERR_INVALID: outside the kernel's half, or the ranges overlap. */
hal_status vmm_move(uint64_t from, uint64_t to, size_t size);

/* Maps device registers, uncached, at an address that the manager chooses; any alignment. They stay
 * mapped for good. NULL when it cannot be done, which includes an address inside ordinary memory:
 * no device is there, whatever a firmware table says. */
void *vmm_map_device(uint64_t physical, size_t size);

/* Whether any page of [physical, physical + size) is the kernel's: memory, or mapped by one of the two
 * functions beside this one. What nobody can address counts as the kernel's. */
bool vmm_is_kernels(uint64_t physical, size_t size);

/* Maps a frame buffer, write-combining (uncached on a processor that cannot do it), with 2 MiB pages
 * where possible; any alignment. It stays mapped for good, and leaves the direct map: one memory
 * must not be reached with two cache modes (SDM volume 3, section 12.12.4). NULL when it cannot be
 * done, or when the kernel itself lies there. */
void *vmm_map_framebuffer(uint64_t physical, size_t size);

/* Unmaps the page at `virtual_address`, a page of the kernel's own image that lies below a stack,
 * so that an overflow faults. Its not being mapped is a kernel bug: panic. */
void vmm_unmap_guard(uint64_t virtual_address);

/* The physical address behind a virtual one, VMM_UNMAPPED when there is none. ISR-safe. */
uint64_t vmm_translate(uint64_t virtual_address);

/* Unmaps everything in [virtual_address, virtual_address + size), gives the pages and the tables
 * that become empty back to the physical memory manager. Only for ranges whose pages came from
 * there. */
void vmm_release(uint64_t virtual_address, uint64_t size);

/* Shows every mapped page, ascending; returns the number of page tables (page_walk.h). */
uint64_t vmm_each_page(page_walk_visitor visit, void *context);

/* The table of .PAGES (hal_report.h). */
void vmm_report(format_sink sink, void *context);

/* Walks all tables and returns the number of pages (of any size) both writable and executable. */
uint64_t vmm_walk_check(void);

#endif
