/*
 * hal_space.c - address space for VMs on the bare machine.
 *
 * Slots lie side by side from VM_SLOTS_BASE. A bitmap says which are taken; nothing else is stored
 * about a slot, because the page tables know what is committed.
 */
#include "hal/hal_space.h"

#include <stdbool.h>

#include "boot/bootinfo.h"
#include "hal/hal_panic.h"
#include "mm/direct_map.h"
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

/* Nothing else commits meanwhile: no interrupt handler does, and a VM's fault cannot come while C
 * code runs. So interrupts stay as they are, however long this takes. */
hal_status hal_space_commit(uint64_t address, size_t size) {
    if (!is_in_slot(address, size)) {
        return HAL_ERR_INVALID;
    }
    return size == 0 ? HAL_OK : vmm_populate(address, size);
}

hal_status hal_space_protect(uint64_t address, size_t size) {
    if (!is_in_slot(address, size)) {
        return HAL_ERR_INVALID;
    }
    return size == 0 ? HAL_OK : vmm_protect(address, size, HAL_MAP_READ);
}

hal_status hal_space_move(uint64_t from, uint64_t to, size_t size) {
    if (!is_in_slot(from, size) || !is_in_slot(to, size)) {
        return HAL_ERR_INVALID;
    }
    return size == 0 ? HAL_OK : vmm_move(from, to, size);
}

void hal_space_destroy(uint64_t base) {
    if (base % HAL_SPACE_SLOT_SIZE != 0 || !is_in_slot(base, HAL_SPACE_SLOT_SIZE)) {
        hal_panic("hal_space_destroy: this is not the base of a slot in use");
    }
    vmm_release(base, HAL_SPACE_SLOT_SIZE);
    const uint64_t slot = (base - VM_SLOTS_BASE) / HAL_SPACE_SLOT_SIZE;
    taken[slot / WORD_BITS] &= ~(UINT64_C(1) << slot % WORD_BITS);
}
