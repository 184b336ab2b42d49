/*
 * vmm_report.c - the table of .PAGES: what is mapped where, with which rights.
 *
 * Pages of one area that allow the same and are cached alike make one row, wherever in the area they
 * are; its address is that of the first.
 */
#include "boot/bootinfo.h"
#include "mm/direct_map.h"
#include "mm/pat.h"
#include "mm/vmm.h"

/* linker.ld */
extern const uint8_t __kernel_start[], __kernel_end[];

enum { ROW_MAX = 32 };

struct area {
    const char *name;
    uint64_t start; /* it ends where the next one begins */
};

static const struct area areas[] = {
    {"lower half", 0},
    {"direct map", DIRECT_MAP_BASE},
    {"VM slots", VM_SLOTS_BASE},
    {"mappings", KERNEL_MAP_BASE},
    {"devices", VMM_DEVICE_BASE},
    {"mappings", VMM_DEVICE_BASE + VMM_DEVICE_SIZE},
    {"kernel image", KERNEL_IMAGE_BASE},
};

enum { AREA_COUNT = sizeof areas / sizeof areas[0] };

struct row {
    const struct area *area;
    uint64_t rights; /* of PAGE_ENTRY_RIGHTS */
    uint64_t first;  /* address */
    uint64_t bytes;
    uint64_t small_pages;
    uint64_t large_pages;
};

struct table {
    struct row rows[ROW_MAX];
    unsigned count;
    uint64_t more; /* pages for which there was no row */
    uint64_t write_exec;
    uint64_t image_bytes;
};

static const struct area *area_of(uint64_t address) {
    const struct area *area = &areas[AREA_COUNT - 1];
    while (address < area->start) {
        area--;
    }
    return area;
}

static void add(struct row *row, const struct page_walk_page *page) {
    row->bytes += page->size;
    row->small_pages += page->size == PAGE_SMALL;
    row->large_pages += page->size == PAGE_LARGE;
}

static void collect(void *context, const struct page_walk_page *page) {
    struct table *table = context;
    const struct area *area = area_of(page->virtual_address);
    const uint64_t rights = page->entry & PAGE_ENTRY_RIGHTS;

    table->write_exec += (rights & (PAGE_ENTRY_WRITE | PAGE_ENTRY_NO_EXECUTE)) == PAGE_ENTRY_WRITE;
    if (page->virtual_address >= (uint64_t)__kernel_start) {
        table->image_bytes += page->size;
    }
    for (unsigned i = 0; i < table->count; i++) {
        if (table->rows[i].area == area && table->rows[i].rights == rights) {
            add(&table->rows[i], page);
            return;
        }
    }
    if (table->count == ROW_MAX) {
        table->more++;
        return;
    }
    struct row *row = &table->rows[table->count++];
    *row = (struct row){.area = area, .rights = rights, .first = page->virtual_address};
    add(row, page);
}

static const char *cache_mode(uint64_t rights) {
    switch (rights & PAT_UNCACHED) {
    case 0:
        return "cached";
    case PAT_WRITE_COMBINING:
        return "write-combining";
    default:
        return "uncached";
    }
}

static void report_row(format_sink sink, void *context, const struct row *row) {
    const char writable = (row->rights & PAGE_ENTRY_WRITE) != 0 ? 'W' : '-';
    const char executable = (row->rights & PAGE_ENTRY_NO_EXECUTE) != 0 ? '-' : 'X';
    format(sink, context, "%-12s %016lx %11lu  R%c%c  %-15s %6lu %6lu\n", row->area->name,
           row->first, row->bytes / 1024, writable, executable, cache_mode(row->rights),
           row->small_pages, row->large_pages);
}

void vmm_report(format_sink sink, void *context) {
    struct table table = {0};
    const uint64_t tables = vmm_each_page(collect, &table);
    const uint64_t image = (uint64_t)(__kernel_end - __kernel_start);

    format(sink, context, "%-12s %-16s %11s may  %-15s %6s %6s\n", "Area", "from", "KiB", "cache",
           "4 KiB", "2 MiB");
    for (unsigned i = 0; i < table.count; i++) {
        report_row(sink, context, &table.rows[i]);
    }
    if (table.more != 0) {
        format(sink, context, "and %lu pages that differ from all of these\n", table.more);
    }
    format(sink, context, "Page tables: %lu, %lu KiB\n", tables, tables * (PAGE_BYTES / 1024));
    format(sink, context, "Guard pages below the kernel's own stacks: %lu\n",
           (image - table.image_bytes) / PAGE_BYTES);
    if (table.write_exec == 0) {
        format(sink, context, "No page is both writable and executable.\n");
    } else {
        format(sink, context, "PAGES BOTH WRITABLE AND EXECUTABLE: %lu\n", table.write_exec);
    }
}
