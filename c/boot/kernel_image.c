/*
 * kernel_image.c - loads the kernel that the loader carries inside itself.
 *
 * The file is checked as strictly as one from a disk (elf_plan.c), then copied into one contiguous
 * piece of memory, so that physical and virtual addresses of the kernel differ by one constant.
 */
#include "boot/loader.h"

/* The last 2 GiB of the address space: what -mcmodel=kernel can reach. The end is
 * one page short of the top so that no sum of address and size wraps. */
#define KERNEL_WINDOW_END (UINT64_C(0) - ELF_PLAN_PAGE_SIZE)

/* Larger than any kernel that a linker script of ours lets through, small enough for every machine.
 */
#define KERNEL_SIZE_MAX (UINT64_C(64) << 20)

EFI_STATUS kernel_image_load(struct kernel_image *kernel) {
    const size_t file_size = (uintptr_t)kernel_elf_end - (uintptr_t)kernel_elf_start;
    const elf_plan_status status = elf_plan_make(kernel_elf_start, file_size, KERNEL_IMAGE_BASE,
                                                 KERNEL_WINDOW_END, &kernel->plan);
    if (status != ELF_PLAN_OK) {
        loader_print(L"StarKernel loader: cannot use the kernel in this file: %a\n",
                     elf_plan_message(status));
        return EFI_LOAD_ERROR;
    }
    if (kernel->plan.size > KERNEL_SIZE_MAX) {
        return loader_failure("the kernel in this file is larger than 64 MiB", EFI_LOAD_ERROR);
    }

    uint8_t *memory = loader_allocate(kernel->plan.size, "the kernel");
    if (memory == NULL) {
        return EFI_OUT_OF_RESOURCES;
    }
    for (unsigned i = 0; i < kernel->plan.segment_count; i++) {
        const struct elf_segment *segment = &kernel->plan.segments[i];
        CopyMem(memory + (segment->virtual_address - kernel->plan.base),
                (void *)(uintptr_t)(kernel_elf_start + segment->file_offset), segment->file_size);
    }
    kernel->physical = (uint64_t)(uintptr_t)memory;
    return EFI_SUCCESS;
}
