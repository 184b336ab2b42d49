/*
 * pmm.c - the physical memory manager: the page bitmap of all RAM.
 */
#include "mm/pmm.h"

#include "cpu/io.h"
#include "hal/hal_panic.h"
#include "mm/alloc_fail.h"
#include "mm/direct_map.h"
#include "mm/page_bitmap.h"
#include "mm/page_plan.h"

/* Real-mode vectors, BIOS data, firmware's application processor trampolines: never worth the risk.
 */
#define FIRST_USABLE_PAGE ((UINT64_C(1) << 20) >> PAGE_SHIFT)

/* The first MiB, kernel, BootInfo, memory map, page tables, RSDP, framebuffer, modules. */
#define RESERVED_MAX (7u + BOOT_MODULE_MAX)

struct reservations {
    struct page_range ranges[RESERVED_MAX];
    size_t count;
};

struct alloc_fail alloc_fail;

static struct page_bitmap bitmap;
static struct pmm_stats stats; /* free_pages is filled in when somebody asks */
static struct memory_map map;
static bool initialized;

/* Notes [address, address + size), rounded outward to pages. A size of 0 reserves nothing. */
static void reserve(struct reservations *list, uint64_t address, uint64_t size) {
    if (size == 0 || address >= DIRECT_MAP_SIZE || list->count == RESERVED_MAX) {
        return;
    }
    if (size > DIRECT_MAP_SIZE - address) {
        size = DIRECT_MAP_SIZE - address;
    }
    struct page_range *range = &list->ranges[list->count++];
    range->first = address >> PAGE_SHIFT;
    range->end = (address + size + PAGE_BYTES - 1) >> PAGE_SHIFT;
}

/* All this should lie in memory that the map calls unusable; firmware has been seen to err. */
static void reserve_boot_data(struct reservations *list, const BootInfo *info) {
    list->count = 0;
    reserve(list, 0, FIRST_USABLE_PAGE << PAGE_SHIFT);
    reserve(list, info->kernel_phys_addr, info->kernel_size);
    reserve(list, direct_map_physical(info), sizeof *info);
    reserve(list, info->memory_map_addr, info->memory_map_size);
    reserve(list, info->page_table_addr, PAGE_BYTES);
    reserve(list, info->framebuffer_addr, info->framebuffer_addr == 0 ? 0 : info->framebuffer_size);
    reserve(list, info->acpi_rsdp_addr, info->acpi_rsdp_addr == 0 ? 0 : PAGE_BYTES);
    for (uint32_t i = 0; i < info->module_count && i < BOOT_MODULE_MAX; i++) {
        reserve(list, info->modules[i].address, info->modules[i].size);
    }
}

void pmm_init(const BootInfo *info) {
    struct reservations list;
    (void)memory_map_open(&map, direct_map_pointer(info->memory_map_addr), info->memory_map_size,
                          info->memory_map_descriptor_size);
    reserve_boot_data(&list, info);
    const struct page_plan plan =
        page_plan_make(&map, list.ranges, list.count, DIRECT_MAP_SIZE >> PAGE_SHIFT);
    stats.reserved_pages = page_plan_fill(&plan, &map, list.ranges, list.count, &bitmap,
                                          direct_map_pointer(plan.bitmap_first << PAGE_SHIFT));
    stats.ignored_pages = plan.ignored_pages;
    stats.total_pages = bitmap.free_count;
    stats.lowest_free = bitmap.free_count;
    initialized = true;
}

bool pmm_is_initialized(void) {
    return initialized;
}

/* Books one request; returns the address of what it got. */
static uint64_t booked(uint64_t page) {
    if (page == PAGE_BITMAP_NONE) {
        stats.refused++;
        return 0; /* page 0 is reserved, so this cannot be mistaken for a page */
    }
    stats.allocations++;
    if (bitmap.free_count < stats.lowest_free) {
        stats.lowest_free = bitmap.free_count;
    }
    return page << PAGE_SHIFT;
}

uint64_t pmm_alloc_aligned(size_t count, uint64_t alignment) {
    const uint64_t state = interrupts_save_and_disable();
    const uint64_t page = alloc_fail_now()
                              ? PAGE_BITMAP_NONE
                              : page_bitmap_take(&bitmap, count, alignment >> PAGE_SHIFT);
    const uint64_t physical = booked(page);
    interrupts_restore(state);
    return physical;
}

uint64_t pmm_alloc_pages(size_t count) {
    if (count != 1) {
        return pmm_alloc_aligned(count, PAGE_BYTES);
    }
    const uint64_t state = interrupts_save_and_disable();
    const uint64_t page = alloc_fail_now() ? PAGE_BITMAP_NONE : page_bitmap_take_one(&bitmap);
    const uint64_t physical = booked(page);
    interrupts_restore(state);
    return physical;
}

void pmm_free_pages(uint64_t physical, size_t count) {
    const uint64_t page = physical >> PAGE_SHIFT;
    const uint64_t state = interrupts_save_and_disable();
    const bool given =
        physical % PAGE_BYTES == 0 && physical != 0 &&
        (count == 1 ? page_bitmap_give_one(&bitmap, page) : page_bitmap_give(&bitmap, page, count));
    stats.frees++;
    interrupts_restore(state);
    if (!given) {
        hal_panic("pmm_free_pages: these pages are free already, or are not memory");
    }
}

struct pmm_stats pmm_get_stats(void) {
    const uint64_t state = interrupts_save_and_disable();
    struct pmm_stats now = stats;
    now.free_pages = bitmap.free_count;
    interrupts_restore(state);
    return now;
}

uint64_t pmm_longest_run(void) {
    return page_bitmap_longest_run(&bitmap);
}

uint64_t pmm_end(void) {
    return bitmap.page_count << PAGE_SHIFT;
}

const struct memory_map *pmm_memory_map(void) {
    return &map;
}

bool pmm_holds_boot_data(uint64_t physical, uint64_t size) {
    return memory_map_has_type(&map, physical >> PAGE_SHIFT,
                               (physical + size + PAGE_BYTES - 1) >> PAGE_SHIFT,
                               EFI_TYPE_LOADER_DATA);
}
