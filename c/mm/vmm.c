/*
 * vmm.c - the virtual memory manager: the one address space that the kernel and all VMs share.
 *
 * Tables are reached through the direct map and not by a recursive PML4 entry. A recursive entry
 * makes every table writable at addresses that must be computed from the address being changed,
 * costs TLB entries and flushes of its own, and can reach no table before it is linked in. The
 * direct map is there anyway for clearing pages and reading firmware tables; with it a table is a
 * pointer.
 */
#include "mm/vmm.h"

#include "cpu/io.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "mm/direct_map.h"
#include "mm/page_walk.h"
#include "mm/pmm.h"

/* Where vmm_map_device puts device registers: well above what callers of vmm_map choose themselves.
 */
#define DEVICE_MAP_BASE (KERNEL_MAP_BASE + (UINT64_C(1) << 40))
#define DEVICE_MAP_SIZE (UINT64_C(1) << 40)

#define PHYSICAL_END       (UINT64_C(1) << 52) /* Intel SDM volume 3, section 4.1.4 */
#define LOWER_HALF_ENTRIES 256u
#define CR4_PGE            (UINT64_C(1) << 7)
#define ENTRY_RIGHTS_MASK                                                                          \
    (PAGE_ENTRY_WRITE | PAGE_ENTRY_WRITE_THROUGH | PAGE_ENTRY_CACHE_DISABLE | PAGE_ENTRY_NO_EXECUTE)

extern uint8_t boot_stack_guard[]; /* asm/cpu/entry.asm */

static bool initialized;
static uint64_t device_next = DEVICE_MAP_BASE;

static uint64_t allocate_table(void) {
    return pmm_alloc_pages(1);
}

static void release_page(uint64_t physical) {
    pmm_free_pages(physical, 1);
}

static void invalidate_page(uint64_t virtual_address) {
    __asm__ volatile("invlpg (%0)" : : "r"(virtual_address) : "memory");
}

static struct page_walk walk = {
    .bias = DIRECT_MAP_BASE,
    .allocate = allocate_table,
    .release = release_page,
    .invalidate = invalidate_page,
};

void vmm_init(const BootInfo *info) {
    walk.root = info->page_table_addr;

    uint64_t *root = direct_map_pointer(walk.root);
    for (unsigned i = 0; i < LOWER_HALF_ENTRIES; i++) {
        root[i] = 0;
    }
    /* The kernel marks no page global. Turning that feature off, and then loading CR3, leaves no
     * translation of the firmware's or the loader's in any TLB (Intel SDM volume 3,
     * section 4.10.4). */
    write_cr4(read_cr4() & ~CR4_PGE);
    __asm__ volatile("movq %0, %%cr3" : : "r"(walk.root) : "memory");

    initialized = true;
    vmm_unmap_guard((uint64_t)(uintptr_t)boot_stack_guard);
    if (vmm_walk_check() != 0) {
        hal_panic("vmm_init: the page tables map memory both writable and executable");
    }
}

bool vmm_is_initialized(void) {
    return initialized;
}

/* Page-aligned, not empty, and wholly in the upper half. */
static bool is_kernel_range(uint64_t virtual_address, uint64_t size) {
    return size != 0 && (virtual_address | size) % PAGE_BYTES == 0 &&
           virtual_address >= DIRECT_MAP_BASE && size - 1 <= UINT64_MAX - virtual_address;
}

static bool is_write_and_exec(unsigned flags) {
    return (flags & HAL_MAP_WRITE) != 0 && (flags & HAL_MAP_EXEC) != 0;
}

static uint64_t entry_rights(unsigned flags) {
    uint64_t rights = 0;
    if ((flags & HAL_MAP_WRITE) != 0) {
        rights |= PAGE_ENTRY_WRITE;
    }
    if ((flags & HAL_MAP_EXEC) == 0) {
        rights |= PAGE_ENTRY_NO_EXECUTE;
    }
    if ((flags & HAL_MAP_NOCACHE) != 0) {
        rights |= PAGE_ENTRY_CACHE_DISABLE | PAGE_ENTRY_WRITE_THROUGH;
    }
    return rights;
}

/* The first address in [virtual_address, end) that is mapped (`wanted`) or not; `end` if none is.
 */
static uint64_t find_first(uint64_t virtual_address, uint64_t end, bool wanted) {
    for (uint64_t at = virtual_address; at != end; at += PAGE_BYTES) {
        uint64_t page_size;
        if ((page_walk_find(&walk, at, &page_size) != NULL) == wanted) {
            return at;
        }
    }
    return end;
}

static void clear_entries(uint64_t virtual_address, uint64_t end) {
    for (uint64_t at = virtual_address; at != end; at += PAGE_BYTES) {
        *page_walk_make(&walk, at) = 0;
        invalidate_page(at);
    }
}

static hal_status map_locked(uint64_t virtual_address, uint64_t physical, uint64_t size,
                             unsigned flags) {
    const uint64_t end = virtual_address + size;
    if (find_first(virtual_address, end, true) != end) {
        return HAL_ERR_INVALID;
    }
    for (uint64_t at = virtual_address; at != end; at += PAGE_BYTES) {
        uint64_t *entry = page_walk_make(&walk, at);
        if (entry == NULL) {
            clear_entries(virtual_address, at);
            return HAL_ERR_NO_MEMORY;
        }
        *entry = (physical + (at - virtual_address)) | PAGE_ENTRY_PRESENT | entry_rights(flags);
    }
    return HAL_OK;
}

hal_status vmm_map(uint64_t virtual_address, uint64_t physical, size_t size, unsigned flags) {
    if (!is_kernel_range(virtual_address, size) || is_write_and_exec(flags) ||
        physical % PAGE_BYTES != 0 || physical >= PHYSICAL_END || size > PHYSICAL_END - physical) {
        return HAL_ERR_INVALID;
    }
    const unsigned long state = hal_irq_disable();
    const hal_status status = map_locked(virtual_address, physical, size, flags);
    hal_irq_restore(state);
    return status;
}

/* Makes sure that every page of the range is a small one, so that what follows cannot fail. */
static hal_status prepare_change(uint64_t virtual_address, uint64_t end) {
    if (find_first(virtual_address, end, false) != end) {
        return HAL_ERR_NOT_FOUND;
    }
    for (uint64_t at = virtual_address; at != end; at += PAGE_BYTES) {
        if (page_walk_make(&walk, at) == NULL) {
            return HAL_ERR_NO_MEMORY;
        }
    }
    return HAL_OK;
}

hal_status vmm_unmap(uint64_t virtual_address, size_t size) {
    if (!is_kernel_range(virtual_address, size)) {
        return HAL_ERR_INVALID;
    }
    const unsigned long state = hal_irq_disable();
    const hal_status status = prepare_change(virtual_address, virtual_address + size);
    if (status == HAL_OK) {
        clear_entries(virtual_address, virtual_address + size);
    }
    hal_irq_restore(state);
    return status;
}

hal_status vmm_protect(uint64_t virtual_address, size_t size, unsigned flags) {
    if (!is_kernel_range(virtual_address, size) || is_write_and_exec(flags)) {
        return HAL_ERR_INVALID;
    }
    const unsigned long state = hal_irq_disable();
    const uint64_t end = virtual_address + size;
    const hal_status status = prepare_change(virtual_address, end);
    if (status == HAL_OK) {
        for (uint64_t at = virtual_address; at != end; at += PAGE_BYTES) {
            uint64_t *entry = page_walk_make(&walk, at);
            *entry = (*entry & ~ENTRY_RIGHTS_MASK) | entry_rights(flags);
            invalidate_page(at);
        }
    }
    hal_irq_restore(state);
    return status;
}

void *vmm_map_device(uint64_t physical, size_t size) {
    const uint64_t offset = physical % PAGE_BYTES;
    if (size == 0 || size > DEVICE_MAP_SIZE || physical >= PHYSICAL_END) {
        return NULL;
    }
    const uint64_t mapped_size = (offset + size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    const unsigned long state = hal_irq_disable();
    const uint64_t base = device_next;
    hal_status status = HAL_ERR_NO_MEMORY;
    if (mapped_size <= DEVICE_MAP_BASE + DEVICE_MAP_SIZE - base) {
        status = vmm_map(base, physical - offset, mapped_size,
                         HAL_MAP_READ | HAL_MAP_WRITE | HAL_MAP_NOCACHE);
    }
    if (status == HAL_OK) {
        device_next = base + mapped_size;
    }
    hal_irq_restore(state);
    return status == HAL_OK ? (void *)(uintptr_t)(base + offset) : NULL;
}

void vmm_unmap_guard(uint64_t virtual_address) {
    if (vmm_unmap(virtual_address, PAGE_BYTES) != HAL_OK) {
        hal_panic("vmm_unmap_guard: the guard page of a stack is not a mapped page");
    }
}

uint64_t vmm_translate(uint64_t virtual_address) {
    const unsigned long state = hal_irq_disable();
    uint64_t page_size = PAGE_BYTES;
    const uint64_t *entry = page_walk_find(&walk, virtual_address, &page_size);
    uint64_t physical = VMM_UNMAPPED;
    if (entry != NULL) {
        const uint64_t within = page_size - 1;
        physical = (*entry & PAGE_ENTRY_ADDRESS & ~within) | (virtual_address & within);
    }
    hal_irq_restore(state);
    return physical;
}

void vmm_release(uint64_t virtual_address, uint64_t size) {
    const unsigned long state = hal_irq_disable();
    page_walk_release(&walk, virtual_address, size);
    hal_irq_restore(state);
}

uint64_t vmm_walk_check(void) {
    const unsigned long state = hal_irq_disable();
    const uint64_t count = page_walk_count_write_exec(&walk);
    hal_irq_restore(state);
    return count;
}
