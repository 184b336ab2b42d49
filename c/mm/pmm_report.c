/*
 * pmm_report.c - the table of .MEM: where the physical memory of the machine is.
 */
#include "boot/bootinfo.h"
#include "mm/alloc_fail.h"
#include "mm/direct_map.h"
#include "mm/kmalloc.h"
#include "mm/pmm.h"
#include "mm/vmm.h"

/* linker.ld */
extern const uint8_t __kernel_start[], __kernel_end[];

enum { KIB_PER_PAGE = PAGE_BYTES / 1024 };

/* UEFI 2.10 section 7.2.1, in words. */
static const char *const type_names[EFI_TYPE_COUNT] = {
    [EFI_TYPE_RESERVED] = "reserved",
    [EFI_TYPE_LOADER_CODE] = "loader code",
    [EFI_TYPE_LOADER_DATA] = "loader data",
    [EFI_TYPE_BOOT_CODE] = "boot services code",
    [EFI_TYPE_BOOT_DATA] = "boot services data",
    [EFI_TYPE_RUNTIME_CODE] = "runtime services code",
    [EFI_TYPE_RUNTIME_DATA] = "runtime services data",
    [EFI_TYPE_CONVENTIONAL] = "conventional",
    [EFI_TYPE_UNUSABLE] = "faulty",
    [EFI_TYPE_ACPI_RECLAIM] = "ACPI tables",
    [EFI_TYPE_ACPI_NVS] = "ACPI firmware storage",
    [EFI_TYPE_MMIO] = "device registers",
    [EFI_TYPE_MMIO_PORTS] = "device port space",
    [EFI_TYPE_PAL_CODE] = "processor firmware",
    [EFI_TYPE_PERSISTENT] = "persistent",
    [EFI_TYPE_UNACCEPTED] = "not accepted yet",
};

struct kind {
    uint64_t entries;
    uint64_t pages;
    bool usable;
};

/* Adds up the firmware's map by type; unknown types share the last place. */
static void add_up(struct kind kinds[EFI_TYPE_COUNT + 1]) {
    const struct memory_map *map = pmm_memory_map();
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (memory_map_region(map, i, &region)) {
            struct kind *kind =
                &kinds[region.type < EFI_TYPE_COUNT ? region.type : (uint32_t)EFI_TYPE_COUNT];
            kind->entries++;
            kind->pages += region.pages.end - region.pages.first;
            kind->usable = region.usable;
        }
    }
}

static void report_map(format_sink sink, void *context, const struct kind *kinds) {
    format(sink, context, "Firmware's memory map      entries           KiB\n");
    for (unsigned type = 0; type <= EFI_TYPE_COUNT; type++) {
        if (kinds[type].entries != 0) {
            format(sink, context, "  %-24s %7lu  %12lu%s\n",
                   type < EFI_TYPE_COUNT ? type_names[type] : "of unknown kind",
                   kinds[type].entries, kinds[type].pages * KIB_PER_PAGE,
                   kinds[type].usable ? "  usable" : "");
        }
    }
}

static void line(format_sink sink, void *context, const char *what, uint64_t pages,
                 const char *remark) {
    format(sink, context, "  %-32s  %12lu%s%s\n", what, pages * KIB_PER_PAGE,
           remark[0] == '\0' ? "" : "  ", remark);
}

static void count_vm_pages(void *context, const struct page_walk_page *page) {
    uint64_t *pages = context;
    if (page->virtual_address >= VM_SLOTS_BASE && page->virtual_address < VM_SLOTS_END) {
        *pages += page->size / PAGE_BYTES;
    }
}

void pmm_report(format_sink sink, void *context) {
    const struct pmm_stats stats = pmm_get_stats();
    struct kind kinds[EFI_TYPE_COUNT + 1] = {0};
    uint64_t vm_pages = 0;
    const uint64_t tables = vmm_each_page(count_vm_pages, &vm_pages);
    const uint64_t image = (uint64_t)(__kernel_end - __kernel_start) / PAGE_BYTES;

    add_up(kinds);
    format(sink, context, "Physical memory                             KiB\n");
    line(sink, context, "total for the kernel and VMs", stats.total_pages, "");
    line(sink, context, "free", stats.free_pages, "");
    line(sink, context, "longest free run", pmm_longest_run(), "");
    line(sink, context, "lowest free since boot", stats.lowest_free, "");
    line(sink, context, "in use", stats.total_pages - stats.free_pages, "");
    line(sink, context, "  by VMs and the base dictionary", vm_pages, "");
    line(sink, context, "  by the kernel heap", kmalloc_stats().pages_held, "");
    line(sink, context, "reserved", stats.reserved_pages, "first MiB, map of free pages");
    if (stats.ignored_pages != 0) {
        line(sink, context, "left unused", stats.ignored_pages,
             "too far off: a map would cost too much");
    }
    line(sink, context, "loader data", kinds[EFI_TYPE_LOADER_DATA].pages, "");
    line(sink, context, "  of that the kernel image", image, "");
    line(sink, context, "page tables", tables, "the loader's and later ones");
    format(sink, context, "Requests for pages: %lu met, %lu refused; given back: %lu\n",
           stats.allocations, stats.refused, stats.frees);
    if (alloc_fail.nth != 0) {
        format(sink, context, "Number %lu of all allocations is made to fail; %lu so far\n",
               alloc_fail.nth, alloc_fail.count);
    }
    report_map(sink, context, kinds);
}
