/*
 * bootinfo.h - what the loader hands to the kernel, and the address space both agree on.
 *
 * Kernel virtual address space (4-level paging, everything supervisor, W^X):
 *
 *   0x0000000000000000  nothing, once vmm_init has dropped the loader's identity mapping
 *   0xffff800000000000  direct map: physical address p at DIRECT_MAP_BASE + p, RW, NX (32 TiB)
 *   0xffffa00000000000  VM slots, 8 GiB each (hal_space.h), up to 80 TiB
 *   0xfffff00000000000  devices and other kernel mappings (hal_mem_map)
 *   0xffffffff80000000  kernel image: .text RX, .rodata R, .data/.bss RW (linker.ld)
 *
 * All addresses in BootInfo are physical; kernel_main gets the BootInfo itself by its address in the
 * direct map. The BootInfo and all that it
 * points to lie in memory of type EfiLoaderData, which the kernel must not hand out.
 */
#ifndef BOOTINFO_H
#define BOOTINFO_H

#include <stdint.h>

#define DIRECT_MAP_BASE   UINT64_C(0xffff800000000000)
#define DIRECT_MAP_SIZE   (UINT64_C(32) << 40)
#define VM_SLOTS_BASE     UINT64_C(0xffffa00000000000)
#define VM_SLOTS_END      UINT64_C(0xfffff00000000000)
#define KERNEL_MAP_BASE   UINT64_C(0xfffff00000000000)
#define KERNEL_IMAGE_BASE UINT64_C(0xffffffff80000000)

/* "BOOTINFO" read as a little-endian number */
#define BOOTINFO_MAGIC   UINT64_C(0x4f464e49544f4f42)
#define BOOTINFO_VERSION 1u

#define BOOT_MODULE_MAX      32u
#define BOOT_MODULE_NAME_MAX 64u
#define BOOT_CMDLINE_MAX     512u

typedef struct {
    char name[BOOT_MODULE_NAME_MAX]; /* file name without folder, zero-terminated */
    uint64_t address;
    uint64_t size; /* bytes */
} BootModule;

/* EFI_GRAPHICS_PIXEL_FORMAT, UEFI 2.10 section 12.9 */
typedef enum {
    BOOT_PIXEL_RGBX = 0,
    BOOT_PIXEL_BGRX = 1,
    BOOT_PIXEL_MASK = 2,
} BootPixelFormat;

typedef struct {
    uint64_t magic; /* BOOTINFO_MAGIC */
    uint32_t version;
    uint32_t size; /* sizeof(BootInfo) in the loader: a mismatch is refused */

    uint64_t memory_map_addr; /* the final map, the one ExitBootServices accepted */
    uint64_t memory_map_size; /* bytes */
    uint64_t memory_map_descriptor_size;

    uint64_t acpi_rsdp_addr; /* 0: none */
    uint32_t acpi_revision;  /* 2: from the ACPI 2.0 GUID; 1: from the ACPI 1.0 GUID; 0: none */

    uint16_t framebuffer_format;      /* BootPixelFormat */
    uint16_t framebuffer_pixel_bytes; /* 4, or with BOOT_PIXEL_MASK 1 to 4 */
    uint64_t framebuffer_addr;        /* 0: no linear framebuffer */
    uint64_t framebuffer_size;        /* bytes */
    uint32_t framebuffer_width;       /* pixels */
    uint32_t framebuffer_height;
    uint32_t framebuffer_pitch; /* bytes from one line to the next */
    uint32_t framebuffer_red_mask;
    uint32_t framebuffer_green_mask;
    uint32_t framebuffer_blue_mask;

    uint64_t kernel_phys_addr; /* the loaded image, page-aligned, contiguous */
    uint64_t kernel_size;      /* bytes, whole pages */
    uint64_t page_table_addr;  /* PML4 in use at kernel entry; all tables are EfiLoaderData */

    uint64_t efi_system_table; /* for ResetSystem; 0: none */
    uint64_t firmware_cr3;     /* page tables that the firmware ran on */

    uint32_t module_count;
    uint32_t
        startup_count; /* the first so many are loaded before the prompt, the others on demand */
    BootModule
        modules[BOOT_MODULE_MAX];   /* Forth files from the boot volume, in the order of boot.lst */
    char cmdline[BOOT_CMDLINE_MAX]; /* zero-terminated; empty when there is none */
} BootInfo;

/* The loader and the kernel are compiled by different rules; the layout must not depend on them. */
_Static_assert(sizeof(BootModule) == 80, "BootModule layout");
_Static_assert(sizeof(BootInfo) == 144 + 32 * 80 + 512, "BootInfo layout");

#endif
