/*
 * fake_firmware.h - boot services of the test's making, so that the loader's own code runs on the host.
 *
 * Include it in one file of a program only: it defines the global symbols of gnu-efi that the loader uses.
 * Memory is handed out from malloc and freed by firmware_reset.
 */
#ifndef FAKE_FIRMWARE_H
#define FAKE_FIRMWARE_H

#include "boot/loader.h"

#include <stdlib.h>
#include <string.h>

#define FIRMWARE_DESCRIPTORS_MAX 2048u
#define FIRMWARE_BLOCKS_MAX      4096u

/* What the firmware does; a test sets what it needs after firmware_reset. */
static struct {
    unsigned prints;
    bool page_0_first;         /* AllocatePages gives page 0 once */
    unsigned pages_left;       /* until AllocatePages fails */
    unsigned descriptor_count; /* of the memory map */
    UINTN descriptor_size;
    unsigned grows_by; /* descriptors that every AllocatePages adds */
    unsigned
        exit_refused; /* so many calls of ExitBootServices fail; each adds `refusal_grows` descriptors */
    unsigned refusal_grows;
    unsigned exit_calls;
    bool departing; /* ExitBootServices has been called: printing is forbidden */
    bool printed_while_departing;
    UINTN key;
} firmware;

static uint8_t firmware_map[FIRMWARE_DESCRIPTORS_MAX * 64];
static void *firmware_blocks[FIRMWARE_BLOCKS_MAX];
static unsigned firmware_block_count;

/* The code that address_space.c maps; never run here. */
__asm__(".pushsection .rodata\n.globl handoff_start, handoff_end\n"
        "handoff_start: .skip 96\nhandoff_end:\n.popsection");

UINTN VPrint(IN CONST CHAR16 *format, va_list arguments) {
    (void)format;
    (void)arguments;
    firmware.prints++;
    firmware.printed_while_departing |= firmware.departing;
    return 0;
}

VOID CopyMem(IN VOID *to, IN CONST VOID *from, IN UINTN size) {
    memcpy(to, from, size);
}

VOID SetMem(IN VOID *to, IN UINTN size, IN UINT8 value) {
    memset(to, value, size);
}

INTN CompareGuid(IN EFI_GUID *a, IN EFI_GUID *b) {
    return memcmp(a, b, sizeof *a) != 0;
}

static EFI_STATUS EFIAPI fake_allocate_pages(EFI_ALLOCATE_TYPE type, EFI_MEMORY_TYPE memory_type,
                                             UINTN pages, EFI_PHYSICAL_ADDRESS *address) {
    if (type != AllocateAnyPages || memory_type != EfiLoaderData || pages == 0) {
        return EFI_INVALID_PARAMETER;
    }
    firmware.key++;
    firmware.descriptor_count += firmware.grows_by;
    if (firmware.page_0_first) {
        firmware.page_0_first = false;
        *address = 0;
        return EFI_SUCCESS;
    }
    if (pages > firmware.pages_left || firmware_block_count == FIRMWARE_BLOCKS_MAX) {
        return EFI_OUT_OF_RESOURCES;
    }
    firmware.pages_left -= (unsigned)pages;
    void *block = aligned_alloc(PAGE_SIZE_4K, pages * PAGE_SIZE_4K);
    memset(block, 0xa5, pages * PAGE_SIZE_4K); /* firmware's memory is not clean */
    firmware_blocks[firmware_block_count++] = block;
    *address = (uintptr_t)block;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_free_pages(EFI_PHYSICAL_ADDRESS address, UINTN pages) {
    firmware.key++;
    for (unsigned i = 0; i < firmware_block_count; i++) {
        if ((uintptr_t)firmware_blocks[i] == address) {
            free(firmware_blocks[i]);
            firmware_blocks[i] = firmware_blocks[--firmware_block_count];
            firmware.pages_left += (unsigned)pages;
            return EFI_SUCCESS;
        }
    }
    return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI fake_get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
                                             UINTN *descriptor_size, UINT32 *version) {
    const UINTN needed = firmware.descriptor_count * firmware.descriptor_size;
    *descriptor_size = firmware.descriptor_size;
    *version = EFI_MEMORY_DESCRIPTOR_VERSION;
    if (*size < needed) {
        *size = needed;
        return EFI_BUFFER_TOO_SMALL;
    }
    if (map == NULL) {
        return EFI_INVALID_PARAMETER;
    }
    memcpy(map, firmware_map, needed);
    *size = needed;
    *key = firmware.key;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI fake_exit_boot_services(EFI_HANDLE image, UINTN key) {
    (void)image;
    firmware.departing = true;
    firmware.exit_calls++;
    if (firmware.exit_refused > 0) {
        firmware.exit_refused--;
        firmware.descriptor_count += firmware.refusal_grows;
        firmware.key++;
    }
    return key == firmware.key ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
}

static SIMPLE_TEXT_OUTPUT_INTERFACE fake_console;
static EFI_BOOT_SERVICES fake_boot_services = {
    .AllocatePages = fake_allocate_pages,
    .FreePages = fake_free_pages,
    .GetMemoryMap = fake_get_memory_map,
    .ExitBootServices = fake_exit_boot_services,
};
static EFI_SYSTEM_TABLE fake_system_table;

EFI_BOOT_SERVICES *BS = &fake_boot_services;
EFI_SYSTEM_TABLE *ST = &fake_system_table;

static inline void firmware_reset(void) {
    for (unsigned i = 0; i < firmware_block_count; i++) {
        free(firmware_blocks[i]);
    }
    firmware_block_count = 0;
    memset(&firmware, 0, sizeof firmware);
    memset(firmware_map, 0, sizeof firmware_map);
    firmware.pages_left = 4096;
    firmware.descriptor_size = 48;
    fake_system_table = (EFI_SYSTEM_TABLE){.ConOut = &fake_console};
}

/* Adds an entry to the memory map. */
static inline void firmware_add(uint32_t type, uint64_t start, uint64_t pages) {
    const EFI_MEMORY_DESCRIPTOR descriptor = {
        .Type = type, .PhysicalStart = start, .NumberOfPages = pages};
    memcpy(firmware_map + firmware.descriptor_count++ * firmware.descriptor_size, &descriptor,
           sizeof descriptor);
}

#endif
