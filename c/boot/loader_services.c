/*
 * loader_services.c - messages and memory for the parts of the loader.
 *
 * A machine without any console (ConOut is NULL then) boots like every other, only silently.
 */
#include "boot/loader.h"

void loader_print(const CHAR16 *format, ...) {
    va_list arguments;
    if (ST->ConOut == NULL) {
        return;
    }
    va_start(arguments, format);
    VPrint(format, arguments);
    va_end(arguments);
}

EFI_STATUS loader_failure(const char *message, EFI_STATUS status) {
    loader_print(L"StarKernel loader: %a: %r\n", message, status);
    return status;
}

EFI_STATUS loader_take_pages(UINTN pages, void **memory) {
    EFI_PHYSICAL_ADDRESS address = 0;
    EFI_STATUS status = BS->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &address);
    if (!EFI_ERROR(status) && address == 0) {
        /* Page 0 is memory like any other to the firmware, but a null pointer to C. It stays taken, and
         * so the next pages are others. */
        status = BS->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &address);
    }
    if (!EFI_ERROR(status)) {
        *memory = (void *)(uintptr_t)address;
        SetMem(*memory, pages * PAGE_SIZE_4K, 0);
    }
    return status;
}

void *loader_allocate(uint64_t size, const char *purpose) {
    void *memory = NULL;
    const UINTN pages = EFI_SIZE_TO_PAGES(size);
    const EFI_STATUS status = loader_take_pages(pages, &memory);
    if (EFI_ERROR(status)) {
        loader_print(L"StarKernel loader: no memory for %a (%ld KiB): %r\n", purpose, pages * 4,
                     status);
        return NULL;
    }
    return memory;
}
