/*
 * hal_space.h - address space for VMs.
 *
 * Every VM lives in one slot: a reserved stretch of HAL_SPACE_SLOT_SIZE bytes of virtual addresses,
 * aligned to its size. Nothing in a slot is accessible until it is committed. Committed pages
 * are zeroed, readable and writable (unless protected) and never executable.
 *
 * What lies where in a slot is not this layer's business (include/forth/vm_layout.h).
 */
#ifndef HAL_SPACE_H
#define HAL_SPACE_H

#include <stddef.h>
#include <stdint.h>

#include "hal/hal_status.h"

#define HAL_SPACE_SLOT_SIZE (UINT64_C(8) << 30)

/* Reserves a slot and stores its first address in *base. Not ISR-safe.
 * HAL_ERR_NO_MEMORY when no slot or no page-table memory is left. */
hal_status hal_space_create(uint64_t *base);

/* Makes [address, address + size) inside a slot usable: page-aligned, zeroed. Pages that are
 * committed already keep their contents. All or nothing: on HAL_ERR_NO_MEMORY no new page stays
 * committed. Called also from a page fault of a VM, so it must not itself fault or allocate from
 * the heap. */
hal_status hal_space_commit(uint64_t address, size_t size);

/* Makes committed pages read-only (used to freeze the base dictionary); a later commit leaves them so.
 * HAL_ERR_NOT_FOUND: a page of the range is not committed. */
hal_status hal_space_protect(uint64_t address, size_t size);

/* Moves the committed pages of [from, from + size) to the same places from `to` on, in another slot or in
 * the same one: page-aligned, not overlapping, not protected. What `to` had before is gone; pages that
 * were not committed, and all of `from`, read as zeros when they are used next. HAL_ERR_NO_MEMORY,
 * HAL_ERR_INVALID: nothing has moved. Not ISR-safe. */
hal_status hal_space_move(uint64_t from, uint64_t to, size_t size);

/* Returns every page of the slot at `base`, and the slot. */
void hal_space_destroy(uint64_t base);

#endif
