/*
 * pmm.c - the physical memory manager: feeds the page bitmap from the UEFI memory map.
 */
#include "mm/pmm.h"

#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "mm/direct_map.h"
#include "mm/memory_map.h"
#include "mm/page_bitmap.h"

/* Real-mode vectors, BIOS data, firmware's application processor trampolines: never worth the risk.
 */
#define FIRST_USABLE_PAGE ((UINT64_C(1) << 20) >> PAGE_SHIFT)

/* The first MiB, kernel, BootInfo, memory map, page tables, RSDP, framebuffer, modules, bitmap. */
#define RESERVED_MAX (8u + BOOT_MODULE_MAX)

struct reservations {
    struct page_range ranges[RESERVED_MAX];
    size_t count;
};

static struct page_bitmap bitmap;
static uint64_t total_pages;
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

/* Finds room for the bitmap itself. A map that claims so much memory that its bitmap fits nowhere
 * is not believed: the upper half is given up until it does. */
static void place_bitmap(const struct memory_map *map, struct reservations *list) {
    uint64_t page_count = memory_map_usable_end(map, DIRECT_MAP_SIZE >> PAGE_SHIFT);
    for (; page_count > FIRST_USABLE_PAGE; page_count /= 2) {
        const uint64_t size = page_bitmap_bytes(page_count);
        const uint64_t pages = (size + PAGE_BYTES - 1) >> PAGE_SHIFT;
        const uint64_t first =
            memory_map_find_room(map, list->ranges, list->count, pages, page_count);
        if (first != 0) {
            page_bitmap_init(&bitmap, direct_map_pointer(first << PAGE_SHIFT), page_count);
            reserve(list, first << PAGE_SHIFT, pages << PAGE_SHIFT);
            return;
        }
    }
    page_bitmap_init(&bitmap, NULL, 0);
}

void pmm_init(const BootInfo *info) {
    struct memory_map map;
    struct reservations list;
    (void)memory_map_open(&map, direct_map_pointer(info->memory_map_addr), info->memory_map_size,
                          info->memory_map_descriptor_size);
    reserve_boot_data(&list, info);
    place_bitmap(&map, &list);

    struct memory_region region;
    for (size_t i = 0; i < map.count; i++) {
        if (memory_map_region(&map, i, &region) && region.usable) {
            page_bitmap_set_free(&bitmap, region.pages.first, region.pages.end);
        }
    }
    /* After all usable ones, so that the unusable win where entries overlap. */
    for (size_t i = 0; i < map.count; i++) {
        if (memory_map_region(&map, i, &region) && !region.usable) {
            page_bitmap_set_used(&bitmap, region.pages.first, region.pages.end);
        }
    }
    for (size_t i = 0; i < list.count; i++) {
        page_bitmap_set_used(&bitmap, list.ranges[i].first, list.ranges[i].end);
    }
    total_pages = bitmap.free_count;
    initialized = true;
}

bool pmm_is_initialized(void) {
    return initialized;
}

uint64_t pmm_alloc_pages(size_t count) {
    return pmm_alloc_aligned(count, PAGE_BYTES);
}

uint64_t pmm_alloc_aligned(size_t count, uint64_t alignment) {
    const unsigned long state = hal_irq_disable();
    const uint64_t page = page_bitmap_take(&bitmap, count, alignment >> PAGE_SHIFT);
    hal_irq_restore(state);
    /* Page 0 is reserved, so 0 cannot be mistaken for a page. */
    return page == PAGE_BITMAP_NONE ? 0 : page << PAGE_SHIFT;
}

void pmm_free_pages(uint64_t physical, size_t count) {
    const unsigned long state = hal_irq_disable();
    const bool given = physical % PAGE_BYTES == 0 && physical != 0 &&
                       page_bitmap_give(&bitmap, physical >> PAGE_SHIFT, count);
    hal_irq_restore(state);
    if (!given) {
        hal_panic("pmm_free_pages: these pages are free already, or are not memory");
    }
}

struct pmm_stats pmm_get_stats(void) {
    const unsigned long state = hal_irq_disable();
    const struct pmm_stats stats = {.total_pages = total_pages, .free_pages = bitmap.free_count};
    hal_irq_restore(state);
    return stats;
}

uint64_t pmm_end(void) {
    return bitmap.page_count << PAGE_SHIFT;
}
