/*
 * fuzz_loader.c - any memory map of the firmware: the loader's page tables are right, and W^X holds.
 *
 * Runs the loader's own code on boot services of the fuzzer's making, whose map may grow and whose
 * ExitBootServices may refuse.
 */
/* uses: c/boot/loader_services.c c/boot/memory_map.c c/boot/address_space.c c/boot/page_tables.c */
/* plant: c/boot/page_tables.c: s/bits |= ENTRY_NO_EXECUTE;/;/ */
/* plant: c/boot/page_tables.c: s/size - done >= PAGE_SIZE_2M \&\& //  */
/* plant: c/boot/address_space.c: s/range.start % PAGE_SIZE_4K != 0 ||// */
/* plant: c/boot/address_space.c: s/pages < pages_max ? pages : pages_max/pages/ */
/* plant: c/boot/address_space.c: s/while (i < count \&\& ranges\[i\].start <= joined.end)/while (i < count)/ */
/* plant: c/boot/memory_map.c: s/FETCH_ATTEMPTS = 8/FETCH_ATTEMPTS = 0/ */
/* plant: c/boot/memory_map.c: s/EXIT_ATTEMPTS = 16/EXIT_ATTEMPTS = 2/ */
/* plant: c/boot/memory_map.c: s/status = BS->ExitBootServices(image, map->key);/status = EFI_SUCCESS;/ */
#include "fake_firmware.h"
#include "fuzz_input.h"

#define ADDRESS UINT64_C(0x000ffffffffff000)
#define NEVER   (UINT64_C(1) << 63)

enum {
    PRESENT = 1,
    WRITE = 2,
    UNCACHED = 0x18,
    LARGE = 0x80,
    KERNEL_PAGES = 8,
    TABLE_PAGES_MAX = 160
};

static const struct kernel_image kernel = {
    .plan = {.base = KERNEL_IMAGE_BASE,
             .size = KERNEL_PAGES * 4096,
             .segment_count = 2,
             .segments = {{KERNEL_IMAGE_BASE, 0x2000, 0, 0, ELF_SEGMENT_READ | ELF_SEGMENT_EXECUTE},
                          {KERNEL_IMAGE_BASE + 0x2000, 0x6000, 0, 0,
                           ELF_SEGMENT_READ | ELF_SEGMENT_WRITE}}},
    .physical = 0x400000,
};

static bool is_handoff(uint64_t address) {
    return address >= ((uintptr_t)handoff_start & ADDRESS) && address < (uintptr_t)handoff_end;
}

static void check_leaf(uint64_t address, uint64_t entry, bool large) {
    const uint64_t offset = address - DIRECT_MAP_BASE;
    PROPERTY((entry & WRITE) == 0 || (entry & NEVER) != 0,
             "no page is both writable and executable");
    if (offset < DIRECT_MAP_SIZE) {
        const bool text = offset - kernel.physical < 0x2000;
        PROPERTY((entry & ADDRESS) == offset, "the direct map is direct");
        PROPERTY((entry & NEVER) != 0, "nothing in it is executable");
        PROPERTY(!text || (entry & (WRITE | LARGE)) == 0, "the kernel's code is read-only in it");
        PROPERTY(!large || offset % PAGE_SIZE_2M == 0, "large pages are aligned");
    } else if (address >= KERNEL_IMAGE_BASE) {
        PROPERTY((entry & ADDRESS) - kernel.physical == address - KERNEL_IMAGE_BASE &&
                     address - KERNEL_IMAGE_BASE < kernel.plan.size,
                 "the kernel is where it was linked");
    } else {
        PROPERTY(is_handoff(address) && (entry & ADDRESS) == address,
                 "below there is only the hand-off");
    }
}

static void check_tables(uint64_t table, unsigned level, uint64_t base) {
    for (uint64_t i = 0; i < 512; i++) {
        const uint64_t entry = ((const uint64_t *)(uintptr_t)table)[i];
        uint64_t address = base | i << (12 + 9 * level);
        address |= level == 3 && i >= 256 ? UINT64_C(0xffff) << 48 : 0;
        if ((entry & PRESENT) == 0) {
            continue;
        }
        if (level == 0 || (entry & LARGE) != 0) {
            PROPERTY(level <= 1, "pages have 4 KiB or 2 MiB");
            check_leaf(address, entry, level == 1);
        } else {
            check_tables(entry & ADDRESS, level - 1, address);
        }
    }
}

/* Whether an entry of the map says that `address` is RAM. */
static bool is_memory(const struct memory_map *map, uint64_t address) {
    for (UINTN i = 0; i < memory_map_count(map); i++) {
        const EFI_MEMORY_DESCRIPTOR entry = memory_map_at(map, i);
        const bool ram = (entry.Type >= EfiLoaderCode && entry.Type <= EfiConventionalMemory) ||
                         entry.Type == EfiACPIReclaimMemory || entry.Type == EfiACPIMemoryNVS;
        if (ram && entry.PhysicalStart % 4096 == 0 && address >= entry.PhysicalStart &&
            (address - entry.PhysicalStart) / 4096 < entry.NumberOfPages) {
            return true;
        }
    }
    return address - kernel.physical < 0x2000;
}

/* Looks on both sides of every border in the memory map: RAM is mapped and cached, nothing else is cached. */
static void check_memory(const struct memory_map *map, const BootInfo *info) {
    const struct page_tables tables = {.root = info->page_table_addr};
    for (UINTN i = 0; i < memory_map_count(map) * 4; i++) {
        const EFI_MEMORY_DESCRIPTOR entry = memory_map_at(map, i / 4);
        const uint64_t border = entry.PhysicalStart + (i % 4 < 2 ? 0 : entry.NumberOfPages * 4096);
        const uint64_t page = (border & ~UINT64_C(4095)) - (i % 2 == 0 ? 0 : 4096);
        if (page >= DIRECT_MAP_SIZE) {
            continue;
        }
        const uint64_t leaf = page_tables_lookup(&tables, DIRECT_MAP_BASE + page);
        const bool cached = (leaf & PRESENT) != 0 && (leaf & UNCACHED) == 0;
        PROPERTY(cached == is_memory(map, page), "memory is mapped and cached, and nothing else");
    }
}

/* Half of the entries lie near one another in low memory, the others anywhere. */
static void make_map(struct fuzz_input *in) {
    firmware_add(EfiReservedMemoryType, 0, 1);
    while (in->left > 0 && firmware.descriptor_count < 48) {
        const uint8_t type = (uint8_t)fuzz_take(in, 1);
        const uint8_t odd = (uint8_t)fuzz_take(in, 1);
        uint64_t start = odd % 2 == 0 ? fuzz_take(in, 1) * 0x80000 : fuzz_number(in);
        if (odd < 240) {
            start &= ~UINT64_C(4095);
        } else {
            start += odd;
        }
        firmware_add(type % 17, start, odd % 2 == 0 ? fuzz_take(in, 2) : fuzz_number(in));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    struct memory_map map;
    static BootInfo info;
    firmware_reset();
    memset(&info, 0, sizeof info);
    const uint8_t shape = (uint8_t)fuzz_take(&in, 1);
    firmware.descriptor_size = 40 + shape % 25;
    firmware.pages_left = TABLE_PAGES_MAX;
    firmware.grows_by = shape % 3;
    firmware.exit_refused = shape % 5;
    firmware.refusal_grows = (unsigned)fuzz_take(&in, 1);
    info.framebuffer_addr = fuzz_number(&in) % (DIRECT_MAP_SIZE / 2) & ~UINT64_C(3);
    info.framebuffer_size = fuzz_take(&in, 3);
    info.acpi_rsdp_addr = fuzz_number(&in);
    make_map(&in);
    PROPERTY(!EFI_ERROR(memory_map_take(&map)), "every map can be taken");
    const EFI_STATUS status = address_space_build(&kernel, &map, &info);
    if (EFI_ERROR(status)) {
        PROPERTY(status == EFI_OUT_OF_RESOURCES && firmware.prints > 0, "only memory can be short");
    } else {
        check_tables(info.page_table_addr, 3, 0);
        check_memory(&map, &info);
    }
    firmware.pages_left += 64; /* for larger maps; that memory can be short has been seen */
    PROPERTY(!EFI_ERROR(memory_map_exit_boot_services(NULL, &map)), "boot services end");
    PROPERTY(memory_map_count(&map) == firmware.descriptor_count, "the last map is whole");
    PROPERTY(firmware.exit_calls > 0 && !firmware.printed_while_departing, "in silence");
    firmware_reset();
    return 0;
}
