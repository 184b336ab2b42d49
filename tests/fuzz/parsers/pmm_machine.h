/*
 * pmm_machine.h - the physical memory manager on a small memory of the fuzzer's making.
 *
 * Usable entries of the memory map lie in that memory; unusable ones, modules and screen lie anywhere.
 */
#ifndef PMM_MACHINE_H
#define PMM_MACHINE_H

#include "fuzz_input.h"
#include "cpu/io.h"
#include "mm/direct_map.h"

enum {
    FIRST_PAGE = 0x100,
    FAR_PAGE = 0x1000,
    RAM_PAGES = 0x1400,
    ENTRIES_MAX = 16,
    INFO_PAGE = 0x110,
    MAP_PAGE = 0x112
};

static uint8_t *ram; /* the physical memory of the machine */

static void *fake_pointer(uint64_t physical) {
    PROPERTY(physical < RAM_PAGES * PAGE_BYTES, "only memory is touched");
    return ram + physical;
}

/* The memory manager itself, on this memory. */
#define interrupts_save_and_disable() 0
#define interrupts_restore(state)     (void)(state)
#define direct_map_pointer(physical)  fake_pointer(physical)
#define direct_map_physical(pointer)  ((uint64_t)((const uint8_t *)(pointer)-ram))
#include "../../../c/mm/pmm.c"

void hal_panic(const char *message) {
    PROPERTY(false, message);
    abort();
}

__extension__ typedef unsigned __int128 wide;

static bool allowed[RAM_PAGES];

static void forbid(uint64_t address, wide size) {
    for (uint64_t page = 0; size != 0 && page < RAM_PAGES; page++) {
        if (page << PAGE_SHIFT < address + size && (page + 1) << PAGE_SHIFT > address) {
            allowed[page] = false;
        }
    }
}

/* Makes a map, and notes what it allows. */
static void make_map(struct fuzz_input *in, BootInfo *info) {
    static const uint32_t usable[] = {1, 3, 4, 7};
    static const uint32_t unusable[] = {0, 2, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 99};
    struct efi_memory_descriptor entries[ENTRIES_MAX] = {0};
    const size_t count = fuzz_take(in, 1) % ENTRIES_MAX;
    for (size_t i = 0; i < count; i++) {
        const uint8_t kind = (uint8_t)fuzz_take(in, 1);
        if (kind % 4 != 0) {
            const uint64_t base = kind % 32 < 24 ? FIRST_PAGE : FAR_PAGE;
            const uint64_t first = base + fuzz_take(in, 1) * (kind < 64 ? 64 : 1);
            const uint64_t left = first < RAM_PAGES ? RAM_PAGES - first : 0;
            const uint64_t wish = fuzz_take(in, 1);
            const uint64_t pages = wish < left ? wish : left;
            entries[i].type = usable[kind / 4 % 4];
            entries[i].physical_start = first << PAGE_SHIFT;
            entries[i].page_count = pages;
            if (pages != 0) {
                memset(allowed + first, true, pages);
            }
        } else {
            entries[i].type = unusable[kind / 4 % 13];
            entries[i].physical_start = fuzz_number(in);
            entries[i].page_count = fuzz_number(in);
        }
    }
    for (size_t i = 0; i < count; i++) {
        const uint32_t type = entries[i].type;
        if (type != 1 && type != 3 && type != 4 && type != 7 &&
            entries[i].physical_start >> 52 == 0) {
            forbid(entries[i].physical_start, (wide)entries[i].page_count << PAGE_SHIFT);
        }
    }
    memcpy(ram + MAP_PAGE * PAGE_BYTES, entries, sizeof entries);
    info->memory_map_addr = MAP_PAGE * PAGE_BYTES;
    info->memory_map_size = count * sizeof entries[0];
    info->memory_map_descriptor_size = sizeof entries[0];
    forbid(info->memory_map_addr, info->memory_map_size);
}

/* Makes a machine and what its loader hands over, and notes which pages may be given out. */
static const BootInfo *make_machine(struct fuzz_input *in) {
    ram = ram != NULL ? ram : calloc(RAM_PAGES, PAGE_BYTES);
    memset(allowed, 0, sizeof allowed);
    BootInfo *info = (BootInfo *)(ram + INFO_PAGE * PAGE_BYTES);
    *info = (BootInfo){.kernel_phys_addr = fuzz_take(in, 2) % RAM_PAGES << PAGE_SHIFT};
    info->kernel_size = fuzz_take(in, 1) << PAGE_SHIFT;
    info->page_table_addr = fuzz_take(in, 2) % RAM_PAGES << PAGE_SHIFT;
    info->framebuffer_addr = fuzz_number(in);
    info->framebuffer_size = fuzz_number(in);
    info->acpi_rsdp_addr = fuzz_number(in);
    info->module_count = (uint32_t)fuzz_take(in, 1) % 4;
    make_map(in, info);
    for (unsigned i = 0; i < info->module_count; i++) {
        info->modules[i].address = fuzz_number(in);
        info->modules[i].size = fuzz_take(in, 3);
        forbid(info->modules[i].address, info->modules[i].size);
    }
    forbid(0, UINT64_C(1) << 20);
    forbid(INFO_PAGE * PAGE_BYTES, sizeof *info);
    forbid(info->kernel_phys_addr, info->kernel_size);
    forbid(info->page_table_addr, PAGE_BYTES);
    forbid(info->framebuffer_addr, info->framebuffer_addr == 0 ? 0 : info->framebuffer_size);
    forbid(info->acpi_rsdp_addr, info->acpi_rsdp_addr == 0 ? 0 : PAGE_BYTES);
    return info;
}

#endif
