/*
 * hal_space.c - address space for VMs on the bare machine.
 *
 * Slots lie side by side from VM_SLOTS_BASE. A bitmap says which are taken; nothing else is stored
 * about a slot, because the page tables know what is committed.
 */
#include "hal/hal_space.h"

#include <stdbool.h>
#include <string.h>

#include "boot/bootinfo.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "mm/direct_map.h"
#include "mm/pmm.h"
#include "mm/vmm.h"

#define WORD_BITS  64u
#define SLOT_COUNT ((VM_SLOTS_END - VM_SLOTS_BASE) / HAL_SPACE_SLOT_SIZE)
#define SLOT_WORDS (SLOT_COUNT / WORD_BITS)

_Static_assert(VM_SLOTS_BASE % HAL_SPACE_SLOT_SIZE == 0, "slots are aligned to their size");
_Static_assert(SLOT_COUNT % WORD_BITS == 0, "the bitmap has no partial word");

static uint64_t taken[SLOT_WORDS];

hal_status hal_space_create(uint64_t *base) {
    for (unsigned i = 0; i < SLOT_WORDS; i++) {
        if (taken[i] != UINT64_MAX) {
            const unsigned bit = (unsigned)__builtin_ctzll(~taken[i]);
            taken[i] |= UINT64_C(1) << bit;
            *base = VM_SLOTS_BASE + (i * WORD_BITS + bit) * HAL_SPACE_SLOT_SIZE;
            return HAL_OK;
        }
    }
    return HAL_ERR_NO_MEMORY;
}

static bool is_taken(uint64_t slot) {
    return (taken[slot / WORD_BITS] >> slot % WORD_BITS & 1) != 0;
}

/* Page-aligned and inside one slot that is taken. */
static bool is_in_slot(uint64_t address, uint64_t size) {
    if ((address | size) % PAGE_BYTES != 0 || address < VM_SLOTS_BASE || address >= VM_SLOTS_END ||
        size > HAL_SPACE_SLOT_SIZE - address % HAL_SPACE_SLOT_SIZE) {
        return false;
    }
    return is_taken((address - VM_SLOTS_BASE) / HAL_SPACE_SLOT_SIZE);
}

static bool is_committed(uint64_t address) {
    return vmm_translate(address) != VMM_UNMAPPED;
}

/* The most tables that mapping `size` bytes inside one slot can need: page tables for 2 MiB each,
 * page directories for 1 GiB each, either with one more for a range that straddles, and one above.
 */
static uint64_t tables_needed(uint64_t size) {
    return (size >> 21) + 2 + (size >> 30) + 2 + 1;
}

static void commit_page(uint64_t address) {
    const uint64_t physical = pmm_alloc_pages(1);
    if (physical == 0) {
        hal_panic("hal_space_commit: out of pages after they had been counted");
    }
    memset(direct_map_pointer(physical), 0, PAGE_BYTES);
    if (vmm_map(address, physical, PAGE_BYTES, HAL_MAP_READ | HAL_MAP_WRITE) != HAL_OK) {
        hal_panic("hal_space_commit: cannot map a page that had been found unmapped");
    }
}

hal_status hal_space_commit(uint64_t address, size_t size) {
    if (!is_in_slot(address, size)) {
        return HAL_ERR_INVALID;
    }
    /* Counting first makes it all or nothing with nothing to undo. Interrupts stay disabled so that
     * the count holds until the pages are taken. */
    const unsigned long state = hal_irq_disable();
    uint64_t missing = 0;
    for (uint64_t at = address; at < address + size; at += PAGE_BYTES) {
        missing += !is_committed(at);
    }
    hal_status status = HAL_OK;
    if (missing != 0 && pmm_get_stats().free_pages < missing + tables_needed(size)) {
        status = HAL_ERR_NO_MEMORY;
    } else if (missing != 0) {
        for (uint64_t at = address; at < address + size; at += PAGE_BYTES) {
            if (!is_committed(at)) {
                commit_page(at);
            }
        }
    }
    hal_irq_restore(state);
    return status;
}

hal_status hal_space_protect(uint64_t address, size_t size) {
    if (!is_in_slot(address, size)) {
        return HAL_ERR_INVALID;
    }
    return size == 0 ? HAL_OK : vmm_protect(address, size, HAL_MAP_READ);
}

void hal_space_destroy(uint64_t base) {
    if (base % HAL_SPACE_SLOT_SIZE != 0 || !is_in_slot(base, HAL_SPACE_SLOT_SIZE)) {
        hal_panic("hal_space_destroy: this is not the base of a slot in use");
    }
    vmm_release(base, HAL_SPACE_SLOT_SIZE);
    const uint64_t slot = (base - VM_SLOTS_BASE) / HAL_SPACE_SLOT_SIZE;
    taken[slot / WORD_BITS] &= ~(UINT64_C(1) << slot % WORD_BITS);
}
