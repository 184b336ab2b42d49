/*
 * loader.h - what the parts of the UEFI loader offer one another.
 *
 * Everything here runs before ExitBootServices, single-threaded, on the firmware's stack and page
 * tables, where every physical address is a usable pointer. Functions that return EFI_STATUS have
 * printed a message naming the trouble when they fail; void ones survive it. On failure the loader
 * returns to the firmware, and what it had allocated until then stays allocated.
 *
 * Include only from c/boot: this needs gnu-efi, compiled with GNU_EFI_USE_MS_ABI.
 */
#ifndef LOADER_H
#define LOADER_H

#include <efi.h>
#include <efilib.h>
#include <stdbool.h>
#include <stddef.h>

#include "boot/bootinfo.h"
#include "boot/elf_plan.h"
#include "boot/page_tables.h"

/* The kernel in memory: plan.size bytes at `physical`, contiguous, EfiLoaderData. */
struct kernel_image {
    struct elf_plan plan;
    uint64_t physical;
};

/* A memory map of the firmware (UEFI 2.10 section 7.2.3) in a buffer of EfiLoaderData. */
struct memory_map {
    uint8_t *buffer;
    UINTN capacity; /* bytes in buffer */
    UINTN size;     /* bytes in use */
    UINTN key;
    UINTN descriptor_size; /* may be larger than EFI_MEMORY_DESCRIPTOR */
};

/* Prints on the firmware's console, if there is one; formats as gnu-efi's Print. Use this, not Print, which
 * needs a console. */
void loader_print(const CHAR16 *format, ...);

/* Prints "StarKernel loader: <message>: <status>" on the firmware's console; returns `status`. */
EFI_STATUS loader_failure(const char *message, EFI_STATUS status);

/* Takes `pages` zeroed pages of EfiLoaderData, never page 0, and prints nothing: memory can be had this way
 * even after a refused ExitBootServices (UEFI 2.10 section 7.4.6). *memory is set only on success. */
EFI_STATUS loader_take_pages(UINTN pages, void **memory);

/* Allocates `size` bytes (rounded up to pages) of zeroed EfiLoaderData. `purpose` completes the
 * message "no memory for ...". NULL when there is none. */
void *loader_allocate(uint64_t size, const char *purpose);

/* firmware_tables.c: fill in the ACPI and the framebuffer fields; zero when there is none. */
void firmware_find_acpi(BootInfo *info);
void firmware_find_framebuffer(BootInfo *info);

/* esp_files.c: fills in command line and modules from the volume that the loader came from. */
void esp_read_files(EFI_HANDLE image, BootInfo *info);

/* kernel_image.c: loads the kernel that the loader carries. */
EFI_STATUS kernel_image_load(struct kernel_image *kernel);

/* memory_map.c: takes the map into a buffer of its own, whatever *map was. */
EFI_STATUS memory_map_take(struct memory_map *map);

/* Number of descriptors, and number `index` of them. */
UINTN memory_map_count(const struct memory_map *map);
EFI_MEMORY_DESCRIPTOR memory_map_at(const struct memory_map *map, UINTN index);

/* Ends boot services with a fresh map, which it leaves in *map. Once this has been called, nothing
 * of the firmware but its runtime services may be used, not even to print, whatever it returns. */
EFI_STATUS memory_map_exit_boot_services(EFI_HANDLE image, struct memory_map *map);

/* address_space.c: builds the page tables for the kernel and stores their root in *info. Drops the
 * ACPI address from *info when it cannot be reached through them. */
EFI_STATUS address_space_build(const struct kernel_image *kernel, const struct memory_map *map,
                               BootInfo *info);

/* asm/boot/handoff.asm: switches to the page tables and jumps. handoff_start to handoff_end is the
 * code that must be mapped at its own address in both the old and the new tables. */
_Noreturn void handoff(uint64_t page_table, uint64_t entry, uint64_t boot_info);
extern const uint8_t handoff_start[];
extern const uint8_t handoff_end[];

/* asm/boot/kernel_image.asm: the kernel ELF file. */
extern const uint8_t kernel_elf_start[];
extern const uint8_t kernel_elf_end[];

#endif
