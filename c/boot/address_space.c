/*
 * address_space.c - decides what the kernel's first page tables map, and how.
 *
 * In this order, because the first mapping of a page stays:
 *   1. the kernel at its linked address, each segment with its own rights;
 *   2. in the direct map, the kernel's read-only segments read-only as well, so that no stray write
 *      through the direct map can change code;
 *   3. in the direct map, all RAM: writable, cached;
 *   4. in the direct map, everything else that the memory map lists below the highest RAM address,
 * the rest of the first 4 GiB and the framebuffer: writable, uncached (firmware may put ACPI tables
 *      in memory that it calls reserved, or does not list at all);
 *   5. the hand-off code at its own address.
 * Nothing but kernel text and hand-off is executable, and nothing but RAM is cached: the kernel's own
 * uncached mappings of devices never meet a cached one. The frame buffer's mapping here goes when the
 * kernel makes its write-combining one (vmm_map_framebuffer).
 */
#include "boot/loader.h"

#define FIRST_4_GIB UINT64_C(0x100000000)

enum {
    TABLE_BATCH =
        16, /* pages asked of the firmware at a time: one call each would fragment its map */
    RSDP_SIZE_1 = 20, /* ACPI 6.5 section 5.2.5.3: up to revision 1, and from revision 2 on */
    RSDP_SIZE_2 = 36,
};

/* Physical addresses, page-aligned, [start, end). */
struct range {
    uint64_t start;
    uint64_t end;
};

struct page_pool {
    uint64_t next;
    unsigned left;
};

static uint64_t take_page(void *context) {
    struct page_pool *pool = context;
    if (pool->left == 0) {
        pool->next =
            (uint64_t)(uintptr_t)loader_allocate(TABLE_BATCH * PAGE_SIZE_4K, "page tables");
        if (pool->next == 0) {
            return 0;
        }
        pool->left = TABLE_BATCH;
    }
    const uint64_t page = pool->next;
    pool->next += PAGE_SIZE_4K;
    pool->left--;
    return page;
}

/* By type alone: where RAM is not to be cached, the processor's MTRRs say so, and they win. */
static bool is_ram(const EFI_MEMORY_DESCRIPTOR *descriptor) {
    switch (descriptor->Type) {
    case EfiLoaderCode:
    case EfiLoaderData:
    case EfiBootServicesCode:
    case EfiBootServicesData:
    case EfiRuntimeServicesCode:
    case EfiRuntimeServicesData:
    case EfiConventionalMemory:
    case EfiACPIReclaimMemory:
    case EfiACPIMemoryNVS:
        return true;
    default:
        return false;
    }
}

/* What of a descriptor can be in the direct map; empty for nonsense. */
static struct range descriptor_range(const EFI_MEMORY_DESCRIPTOR *descriptor) {
    struct range range = {descriptor->PhysicalStart, descriptor->PhysicalStart};
    if (range.start % PAGE_SIZE_4K != 0 || range.start >= DIRECT_MAP_SIZE) {
        return (struct range){0, 0};
    }
    const uint64_t pages_max = (DIRECT_MAP_SIZE - range.start) / PAGE_SIZE_4K;
    const uint64_t pages = descriptor->NumberOfPages;
    range.end += (pages < pages_max ? pages : pages_max) * PAGE_SIZE_4K;
    return range;
}

static bool map_direct(struct page_tables *tables, struct range range, unsigned rights) {
    return page_tables_map(tables, DIRECT_MAP_BASE + range.start, range.start,
                           range.end - range.start, rights);
}

static bool map_kernel(struct page_tables *tables, const struct kernel_image *kernel) {
    for (unsigned i = 0; i < kernel->plan.segment_count; i++) {
        const struct elf_segment *segment = &kernel->plan.segments[i];
        const uint64_t size = (segment->memory_size + PAGE_SIZE_4K - 1) & ~(PAGE_SIZE_4K - 1);
        const uint64_t physical = kernel->physical + (segment->virtual_address - kernel->plan.base);
        unsigned rights = 0;
        if ((segment->flags & ELF_SEGMENT_EXECUTE) != 0) {
            rights |= PAGE_MAP_EXECUTE;
        }
        if ((segment->flags & ELF_SEGMENT_WRITE) != 0) {
            rights |= PAGE_MAP_WRITE;
        }
        if (!page_tables_map(tables, segment->virtual_address, physical, size, rights)) {
            return false;
        }
        if ((segment->flags & ELF_SEGMENT_WRITE) == 0 &&
            !map_direct(tables, (struct range){physical, physical + size}, 0)) {
            return false;
        }
    }
    return true;
}

/* Fills `ranges` with the RAM of the map, ascending by start; returns their number. */
static UINTN sorted_ram(const struct memory_map *map, struct range *ranges) {
    UINTN count = 0;
    for (UINTN i = 0; i < memory_map_count(map); i++) {
        const EFI_MEMORY_DESCRIPTOR descriptor = memory_map_at(map, i);
        const struct range range = descriptor_range(&descriptor);
        if (!is_ram(&descriptor) || range.start == range.end) {
            continue;
        }
        UINTN at = count++;
        for (; at > 0 && ranges[at - 1].start > range.start; at--) {
            ranges[at] = ranges[at - 1];
        }
        ranges[at] = range;
    }
    return count;
}

/* Maps all RAM and stores the end of the highest. Neighbours are joined first: they
 * often differ only in what the firmware uses them for, and joined they get large pages. */
static bool map_ram(struct page_tables *tables, const struct memory_map *map, uint64_t *ram_end) {
    const uint64_t size = (memory_map_count(map) + 1) * sizeof(struct range);
    struct range *ranges = loader_allocate(size, "sorting the memory map");
    if (ranges == NULL) {
        return false;
    }
    const UINTN count = sorted_ram(map, ranges);
    bool mapped = true;
    *ram_end = 0;
    for (UINTN i = 0; i < count && mapped;) {
        struct range joined = ranges[i++];
        while (i < count && ranges[i].start <= joined.end) {
            joined.end = ranges[i].end > joined.end ? ranges[i].end : joined.end;
            i++;
        }
        mapped = map_direct(tables, joined, PAGE_MAP_WRITE);
        *ram_end = joined.end;
    }
    (void)BS->FreePages((uintptr_t)ranges, EFI_SIZE_TO_PAGES(size));
    return mapped;
}

static bool map_the_rest(struct page_tables *tables, const struct memory_map *map,
                         const BootInfo *info, uint64_t ram_end) {
    const unsigned rights = PAGE_MAP_WRITE | PAGE_MAP_UNCACHED;
    for (UINTN i = 0; i < memory_map_count(map); i++) {
        const EFI_MEMORY_DESCRIPTOR descriptor = memory_map_at(map, i);
        struct range range = descriptor_range(&descriptor);
        range.end = range.end < ram_end ? range.end : ram_end;
        if (range.start < range.end && !map_direct(tables, range, rights)) {
            return false;
        }
    }
    const struct range framebuffer = {
        info->framebuffer_addr & ~(PAGE_SIZE_4K - 1),
        (info->framebuffer_addr + info->framebuffer_size + PAGE_SIZE_4K - 1) & ~(PAGE_SIZE_4K - 1),
    };
    return map_direct(tables, (struct range){0, FIRST_4_GIB}, rights) &&
           map_direct(tables, framebuffer, rights);
}

static bool map_handoff(struct page_tables *tables) {
    const uint64_t start = (uint64_t)(uintptr_t)handoff_start & ~(PAGE_SIZE_4K - 1);
    const uint64_t end =
        ((uint64_t)(uintptr_t)handoff_end + PAGE_SIZE_4K - 1) & ~(PAGE_SIZE_4K - 1);
    return page_tables_map(tables, start, start, end - start, PAGE_MAP_EXECUTE);
}

/* The kernel reads the RSDP through the direct map before it has any other means. */
static void drop_unreachable_acpi(const struct page_tables *tables, BootInfo *info) {
    const uint64_t first = info->acpi_rsdp_addr;
    const uint64_t size = info->acpi_revision >= 2 ? RSDP_SIZE_2 : RSDP_SIZE_1;
    if (first == 0 || (first < DIRECT_MAP_SIZE - size &&
                       page_tables_lookup(tables, DIRECT_MAP_BASE + first) != 0 &&
                       page_tables_lookup(tables, DIRECT_MAP_BASE + first + size - 1) != 0)) {
        return;
    }
    loader_print(L"StarKernel loader: ACPI ignored, its root pointer %lx is not in memory\n",
                 first);
    info->acpi_rsdp_addr = 0;
    info->acpi_revision = 0;
}

EFI_STATUS address_space_build(const struct kernel_image *kernel, const struct memory_map *map,
                               BootInfo *info) {
    struct page_pool pool = {0};
    struct page_tables tables;
    uint64_t ram_end = 0;
    if (!page_tables_create(&tables, take_page, &pool) || !map_kernel(&tables, kernel) ||
        !map_ram(&tables, map, &ram_end) || !map_the_rest(&tables, map, info, ram_end) ||
        !map_handoff(&tables)) {
        return loader_failure("cannot build the kernel's page tables", EFI_OUT_OF_RESOURCES);
    }
    drop_unreachable_acpi(&tables, info);
    info->page_table_addr = tables.root;
    return EFI_SUCCESS;
}
