/*
 * efi_runtime.c - the one runtime service of the UEFI firmware that the kernel uses: ResetSystem.
 *
 * The firmware's code and data lie in memory whose type the physical memory manager never hands out
 * (c/mm/memory_map.c). The page tables with which the firmware itself ran do not: they were boot-services
 * memory and are gone, so a set is built for the call (efi_space.h).
 */
#include "drivers/efi_runtime.h"

#include <stddef.h>
#include <string.h>

#include "cpu/cmdline.h"
#include "cpu/escape.h"
#include "cpu/firmware_call.h"
#include "cpu/io.h"
#include "cpu/kprint.h"
#include "drivers/efi_space.h"
#include "drivers/efi_tables.h"
#include "mm/direct_map.h"
#include "mm/pmm.h"
#include "mm/vmm.h"

enum {
    STACK_PAGES = 32, /* 128 KiB, UEFI 2.10 section 2.3.4 */
    HALF_TABLE = 256, /* entries of a PML4 */
};

static struct memory_map map;
static uint64_t reset_system; /* physical address, 0: cannot be called */
static uint64_t pages;        /* tables, then stack; 0: none */
static const char *trouble = "the firmware was not asked"; /* why it cannot be called */

/* An efi_map_function: what the loader mapped of it. */
static const uint8_t *map_physical(uint64_t physical, uint64_t size) {
    if (physical >= DIRECT_MAP_SIZE || size > DIRECT_MAP_SIZE - physical) {
        return NULL;
    }
    for (uint64_t at = physical & ~(PAGE_BYTES - 1); at < physical + size; at += PAGE_BYTES) {
        if (vmm_translate((uint64_t)(uintptr_t)direct_map_pointer(at)) == VMM_UNMAPPED) {
            return NULL;
        }
    }
    return direct_map_pointer(physical);
}

void efi_runtime_init(const BootInfo *info) {
    (void)memory_map_open(&map, direct_map_pointer(info->memory_map_addr), info->memory_map_size,
                          info->memory_map_descriptor_size);
    reset_system = efi_find_reset_system(info->efi_system_table, map_physical);
    if (reset_system == 0) {
        trouble = "the firmware's tables are missing or broken";
        return;
    }
    if (!efi_space_is_runtime_code(&map, reset_system)) {
        reset_system = 0;
        trouble = "the firmware keeps it outside its runtime code";
        return;
    }
    pages = pmm_alloc_pages(EFI_SPACE_TABLES + STACK_PAGES);
    if (pages == 0) {
        reset_system = 0;
        trouble = "memory was short at boot";
    }
}

/* For the boot tests: an address that the firmware's space maps, but not as code. */
static uint64_t address_to_call(uint64_t stack) {
    return cmdline_has("efi-test=fault") ? stack : reset_system;
}

static void call(enum efi_reset_type type) {
    const uint64_t stack = pages + EFI_SPACE_TABLES * PAGE_BYTES;
    struct efi_space space = {.tables = direct_map_pointer(pages), .physical = pages};
    if (!efi_space_build(&space, &map, stack, STACK_PAGES * PAGE_BYTES)) {
        kprintf("UEFI ResetSystem was not called: the firmware's memory is too scattered\n");
        return;
    }
    /* The kernel's half as it is now. Its tables are shared, not copied. */
    const uint64_t *own = direct_map_pointer(read_cr3() & ~(PAGE_BYTES - 1));
    memcpy(space.tables + HALF_TABLE, own + HALF_TABLE, HALF_TABLE * sizeof *own);

    const struct firmware_call call = {
        .function = address_to_call(stack),
        .arguments = {type, 0, 0, 0}, /* status: success; no data */
        .stack_top = stack + STACK_PAGES * PAGE_BYTES,
        .page_table = pages,
    };
    if (firmware_call(&call)) {
        kprintf("UEFI ResetSystem came back without doing anything.\n");
    } else {
        kprintf(
            "UEFI ResetSystem failed: exception %lu in the firmware at 0x%lx (address 0x%lx).\n",
            escape.vector, escape.fault, escape.address);
    }
}

void efi_reset_system(enum efi_reset_type type) {
    if (reset_system == 0) {
        kprintf("UEFI ResetSystem cannot be called: %s.\n", trouble);
        return;
    }
    call(type);
}
