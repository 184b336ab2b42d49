/*
 * memory_map.c - reads the UEFI memory map (UEFI 2.10 section 7.2.3).
 *
 * Where entries overlap, the unusable one wins: giving out memory that something else uses is worse
 * than losing some. So nobody here merges or sorts entries; each question walks over all of them.
 */
#include "mm/memory_map.h"

#include <string.h>

#define PAGE_SHIFT 12u
#define PAGE_BYTES (UINT64_C(1) << PAGE_SHIFT)

/* Physical addresses have at most 52 bits (Intel SDM volume 3, section 4.1.4). */
#define ADDRESS_END (UINT64_C(1) << 52)

/* EfiLoaderData holds the kernel, its page tables, BootInfo and the modules: not free.
 *
 * Boot-services memory holds the firmware's stack, GDT, IDT and page tables, and loader code the
 * hand-off. None is in use any more when pmm_init runs, which is why it runs no earlier: handoff.asm
 * has loaded the loader's own page tables, entry.asm the boot stack, gdt_init and idt_init the
 * kernel's descriptor tables. */
static bool is_usable(uint32_t type) {
    switch (type) {
    case EFI_TYPE_LOADER_CODE:
    case EFI_TYPE_BOOT_CODE:
    case EFI_TYPE_BOOT_DATA:
    case EFI_TYPE_CONVENTIONAL:
        return true;
    default:
        return false;
    }
}

bool memory_map_open(struct memory_map *map, const void *bytes, size_t size, size_t stride) {
    map->bytes = bytes;
    map->stride = stride;
    map->count = 0;
    if (bytes == NULL || stride < sizeof(struct efi_memory_descriptor) || size < stride) {
        return false;
    }
    map->count = size / stride;
    return true;
}

bool memory_map_region(const struct memory_map *map, size_t index, struct memory_region *region) {
    struct efi_memory_descriptor descriptor;
    /* Copied because an odd stride would leave the entry unaligned. */
    memcpy(&descriptor, map->bytes + index * map->stride, sizeof descriptor);

    const uint64_t start = descriptor.physical_start;
    if (descriptor.page_count == 0 || start >= ADDRESS_END) {
        return false;
    }
    const uint64_t room = (ADDRESS_END - start) >> PAGE_SHIFT;
    const uint64_t count = descriptor.page_count < room ? descriptor.page_count : room;
    const uint64_t end = start + (count << PAGE_SHIFT);

    region->type = descriptor.type;
    region->usable = is_usable(descriptor.type);
    if (region->usable && start % PAGE_BYTES != 0) {
        return false; /* against the specification; the loader has not mapped it either */
    }
    region->pages.first = start >> PAGE_SHIFT;
    region->pages.end = (end + PAGE_BYTES - 1) >> PAGE_SHIFT;
    return true;
}

uint64_t memory_map_usable_end(const struct memory_map *map, uint64_t limit) {
    uint64_t highest = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (!memory_map_region(map, i, &region) || !region.usable || region.pages.first >= limit) {
            continue;
        }
        const uint64_t end = region.pages.end < limit ? region.pages.end : limit;
        if (end > highest) {
            highest = end;
        }
    }
    return highest;
}

uint64_t memory_map_end_below(const struct memory_map *map, uint64_t limit) {
    uint64_t highest = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (memory_map_region(map, i, &region) && region.usable && region.pages.end < limit &&
            region.pages.end > highest) {
            highest = region.pages.end;
        }
    }
    return highest;
}

uint64_t memory_map_usable_below(const struct memory_map *map, uint64_t limit) {
    uint64_t pages = 0;
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (memory_map_region(map, i, &region) && region.usable && region.pages.first < limit) {
            pages += (region.pages.end < limit ? region.pages.end : limit) - region.pages.first;
        }
    }
    return pages;
}

bool memory_map_has_type(const struct memory_map *map, uint64_t first, uint64_t end,
                         uint32_t type) {
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (memory_map_region(map, i, &region) && region.type == type && region.pages.first < end &&
            first < region.pages.end) {
            return true;
        }
    }
    return false;
}

/* Moves *first past `taken` when [*first, *first + count) touches it; true when it moved. */
static bool step_past(const struct page_range *taken, uint64_t *first, uint64_t count) {
    if (*first >= taken->end || *first + count <= taken->first) {
        return false;
    }
    *first = taken->end;
    return true;
}

/* Moves *first up past one obstacle; true when there was one. */
static bool step_past_obstacle(const struct memory_map *map, const struct page_range *reserved,
                               size_t reserved_count, uint64_t *first, uint64_t count) {
    for (size_t i = 0; i < reserved_count; i++) {
        if (step_past(&reserved[i], first, count)) {
            return true;
        }
    }
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (memory_map_region(map, i, &region) && !region.usable &&
            step_past(&region.pages, first, count)) {
            return true;
        }
    }
    return false;
}

uint64_t memory_map_find_room(const struct memory_map *map, const struct page_range *reserved,
                              size_t reserved_count, uint64_t count, uint64_t limit) {
    for (size_t i = 0; i < map->count; i++) {
        struct memory_region region;
        if (!memory_map_region(map, i, &region) || !region.usable) {
            continue;
        }
        const uint64_t end = region.pages.end < limit ? region.pages.end : limit;
        uint64_t first = region.pages.first == 0 ? 1 : region.pages.first;
        /* Each step leaves one obstacle behind for good, so this ends. */
        while (first < end && count <= end - first) {
            if (!step_past_obstacle(map, reserved, reserved_count, &first, count)) {
                return first;
            }
        }
    }
    return 0;
}

bool memory_map_is_ram(const struct memory_map *map, uint64_t physical) {
    for (size_t i = 0; i < map->count; i++) {
        struct efi_memory_descriptor descriptor;
        memcpy(&descriptor, map->bytes + i * map->stride, sizeof descriptor);
        const bool is_ram =
            (descriptor.type >= EFI_TYPE_LOADER_CODE && descriptor.type <= EFI_TYPE_CONVENTIONAL) ||
            descriptor.type == EFI_TYPE_ACPI_RECLAIM || descriptor.type == EFI_TYPE_ACPI_NVS;
        if (is_ram && physical >= descriptor.physical_start &&
            (physical - descriptor.physical_start) >> PAGE_SHIFT < descriptor.page_count) {
            return true;
        }
    }
    return false;
}
