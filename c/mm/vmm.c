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
#include "hal/hal_panic.h"
#include "mm/direct_map.h"
#include "mm/page_range.h"
#include "mm/pat.h"
#include "mm/pmm.h"

#define PHYSICAL_END       (UINT64_C(1) << 52) /* Intel SDM volume 3, section 4.1.4 */
#define LOWER_HALF_ENTRIES 256u
#define CR4_PGE            (UINT64_C(1) << 7)

_Static_assert(PAGE_SMALL == PAGE_BYTES, "both name the small page");

extern uint8_t boot_stack_guard[]; /* asm/cpu/entry.asm */

static bool initialized;
static bool can_combine_writes;
static uint64_t device_next = VMM_DEVICE_BASE; /* what follows is free */

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
    can_combine_writes = pat_init();

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

static bool is_device_range(uint64_t virtual_address, uint64_t size) {
    return virtual_address < VMM_DEVICE_BASE + VMM_DEVICE_SIZE &&
           virtual_address + (size - 1) >= VMM_DEVICE_BASE;
}

static bool are_sound(unsigned flags) {
    const unsigned write_exec = HAL_MAP_WRITE | HAL_MAP_EXEC;
    const unsigned cache_modes = HAL_MAP_NOCACHE | HAL_MAP_WRITE_COMBINING;
    return (flags & write_exec) != write_exec && (flags & cache_modes) != cache_modes;
}

static uint64_t entry_rights(unsigned flags) {
    uint64_t rights = 0;
    if ((flags & HAL_MAP_WRITE) != 0) {
        rights |= PAGE_ENTRY_WRITE;
    }
    if ((flags & HAL_MAP_EXEC) == 0) {
        rights |= PAGE_ENTRY_NO_EXECUTE;
    }
    if ((flags & HAL_MAP_WRITE_COMBINING) != 0 && can_combine_writes) {
        rights |= PAT_WRITE_COMBINING;
    } else if ((flags & (HAL_MAP_NOCACHE | HAL_MAP_WRITE_COMBINING)) != 0) {
        rights |= PAT_UNCACHED;
    }
    return rights;
}

hal_status vmm_map(uint64_t virtual_address, uint64_t physical, size_t size, unsigned flags) {
    if (!is_kernel_range(virtual_address, size) || is_device_range(virtual_address, size) ||
        !are_sound(flags) || physical % PAGE_BYTES != 0 || physical >= PHYSICAL_END ||
        size > PHYSICAL_END - physical) {
        return HAL_ERR_INVALID;
    }
    return page_range_map(&walk, virtual_address, physical, size, entry_rights(flags));
}

hal_status vmm_unmap(uint64_t virtual_address, size_t size) {
    if (!is_kernel_range(virtual_address, size)) {
        return HAL_ERR_INVALID;
    }
    return page_range_unmap(&walk, virtual_address, size);
}

hal_status vmm_protect(uint64_t virtual_address, size_t size, unsigned flags) {
    if (!is_kernel_range(virtual_address, size) || !are_sound(flags)) {
        return HAL_ERR_INVALID;
    }
    return page_range_protect(&walk, virtual_address, size, entry_rights(flags));
}

hal_status vmm_populate(uint64_t virtual_address, size_t size) {
    if (!is_kernel_range(virtual_address, size)) {
        return HAL_ERR_INVALID;
    }
    return page_range_populate(&walk, virtual_address, size,
                               PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE);
}

hal_status vmm_move(uint64_t from, uint64_t to, size_t size) {
    if (!is_kernel_range(from, size) || !is_kernel_range(to, size) ||
        (from < to ? to - from : from - to) < size) {
        return HAL_ERR_INVALID;
    }
    return page_range_move(&walk, from, to, size);
}

/* What the stretch for devices shows. */
#define DEVICES_MAX 64u

static struct { uint64_t first, size; } devices[DEVICES_MAX];
static unsigned device_count;

/* Maps whole pages behind what the stretch for devices holds already, at an address that agrees with
 * the physical one modulo `alignment`. 0 when it cannot be done. */
static uint64_t map_in_device_range(uint64_t physical, uint64_t size, uint64_t alignment,
                                    unsigned flags) {
    const uint64_t base = device_next + (physical - device_next) % alignment;
    const uint64_t end = VMM_DEVICE_BASE + VMM_DEVICE_SIZE;
    if (base > end || size > end - base || device_count == DEVICES_MAX ||
        page_range_map(&walk, base, physical, size, entry_rights(flags)) != HAL_OK) {
        return 0;
    }
    device_next = base + size;
    devices[device_count].first = physical;
    devices[device_count].size = size;
    device_count++;
    return base;
}

/* Rounds outward to pages; false when that is empty or nothing that a processor can address. */
static bool round_to_pages(uint64_t *physical, uint64_t *size) {
    const uint64_t offset = *physical % PAGE_BYTES;
    if (*size == 0 || *size > VMM_DEVICE_SIZE || *physical >= PHYSICAL_END - *size) {
        return false;
    }
    *physical -= offset;
    *size = (offset + *size + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
    return true;
}

/* Looks at the direct map at `physical`: the entry there or NULL, and in *step the bytes up to where
 * the next look is due, at most up to `end`. */
static const uint64_t *look_up_alias(uint64_t physical, uint64_t end, uint64_t *step) {
    uint64_t span;
    const uint64_t *entry = page_walk_find(&walk, DIRECT_MAP_BASE + physical, &span);
    const uint64_t rest = span - physical % span;
    *step = rest < end - physical ? rest : end - physical;
    return entry;
}

/* Where the part of [physical, physical + size) that the direct map could hold ends. */
static uint64_t alias_end(uint64_t physical, uint64_t size) {
    return physical + size < DIRECT_MAP_SIZE ? physical + size : DIRECT_MAP_SIZE;
}

/* Whether the direct map reaches any of these pages through the caches, as it does with RAM. */
static bool is_cached(uint64_t physical, uint64_t size) {
    const uint64_t end = alias_end(physical, size);
    uint64_t step;
    for (uint64_t at = physical; at < end; at += step) {
        const uint64_t *entry = look_up_alias(at, end, &step);
        if (entry != NULL && (*entry & PAGE_ENTRY_CACHE_DISABLE) == 0) {
            return true;
        }
    }
    return false;
}

bool vmm_is_kernels(uint64_t physical, size_t size) {
    uint64_t first = physical;
    uint64_t whole = size;
    if (!round_to_pages(&first, &whole) || is_cached(first, whole)) {
        return true;
    }
    for (unsigned i = 0; i < device_count; i++) {
        if (first < devices[i].first + devices[i].size && devices[i].first < first + whole) {
            return true;
        }
    }
    return false;
}

void *vmm_map_device(uint64_t physical, size_t size) {
    uint64_t first = physical;
    uint64_t whole = size;
    if (!round_to_pages(&first, &whole) || is_cached(first, whole)) {
        return NULL;
    }
    const uint64_t base = map_in_device_range(first, whole, PAGE_SMALL,
                                              HAL_MAP_READ | HAL_MAP_WRITE | HAL_MAP_NOCACHE);
    return base == 0 ? NULL : (void *)(uintptr_t)(base + (physical - first));
}

/* Takes pages out of the direct map. False when a large page could not be split. */
static bool drop_alias(uint64_t physical, uint64_t size) {
    const uint64_t end = alias_end(physical, size);
    uint64_t step;
    for (uint64_t at = physical; at < end; at += step) {
        if (look_up_alias(at, end, &step) != NULL &&
            page_range_unmap(&walk, DIRECT_MAP_BASE + at, step) != HAL_OK) {
            return false;
        }
    }
    return true;
}

void *vmm_map_framebuffer(uint64_t physical, size_t size) {
    uint64_t first = physical;
    uint64_t whole = size;
    if (!round_to_pages(&first, &whole) || pmm_holds_boot_data(first, whole) ||
        !drop_alias(first, whole)) {
        return NULL;
    }
    const uint64_t base = map_in_device_range(
        first, whole, PAGE_LARGE, HAL_MAP_READ | HAL_MAP_WRITE | HAL_MAP_WRITE_COMBINING);
    return base == 0 ? NULL : (void *)(uintptr_t)(base + (physical - first));
}

void vmm_unmap_guard(uint64_t virtual_address) {
    if (vmm_unmap(virtual_address, PAGE_BYTES) != HAL_OK) {
        hal_panic("vmm_unmap_guard: the guard page of a stack is not a mapped page");
    }
}

uint64_t vmm_translate(uint64_t virtual_address) {
    uint64_t span;
    const uint64_t *entry = page_walk_find(&walk, virtual_address, &span);
    return entry == NULL ? VMM_UNMAPPED : page_walk_physical(*entry, span, virtual_address);
}

void vmm_release(uint64_t virtual_address, uint64_t size) {
    page_walk_clear(&walk, virtual_address, size, LEAVES_RELEASED);
}

uint64_t vmm_each_page(page_walk_visitor visit, void *context) {
    return page_walk_each(&walk, visit, context);
}

uint64_t vmm_walk_check(void) {
    return page_walk_count_write_exec(&walk);
}
