/*
 * firmware_tables.c - finds the ACPI root pointer and a framebuffer.
 *
 * Both are optional: a machine without them still boots, with a serial console and the timers that
 * need no ACPI. What the firmware says is checked here only as far as the loader
 * uses it; the contents of the ACPI tables are the kernel's business.
 */
#include "boot/loader.h"

static void *configuration_table(const EFI_GUID *wanted) {
    for (UINTN i = 0; i < ST->NumberOfTableEntries; i++) {
        EFI_GUID guid = ST->ConfigurationTable[i].VendorGuid;
        EFI_GUID other = *wanted;
        if (CompareGuid(&guid, &other) == 0) {
            return ST->ConfigurationTable[i].VendorTable;
        }
    }
    return NULL;
}

void firmware_find_acpi(BootInfo *info) {
    const EFI_GUID revision_2 = ACPI_20_TABLE_GUID;
    const EFI_GUID revision_1 = ACPI_TABLE_GUID;
    void *table = configuration_table(&revision_2);
    info->acpi_revision = 2;
    if (table == NULL) {
        table = configuration_table(&revision_1);
        info->acpi_revision = 1;
    }
    info->acpi_rsdp_addr = (uint64_t)(uintptr_t)table;
    if (table == NULL) {
        info->acpi_revision = 0;
        Print(L"StarKernel loader: the firmware has no ACPI tables\n");
    }
}

/* The highest bit of all masks tells the size of a pixel (UEFI 2.10 section 12.9.2). */
static uint16_t pixel_bytes(const EFI_PIXEL_BITMASK *mask) {
    UINT32 bits = mask->RedMask | mask->GreenMask | mask->BlueMask | mask->ReservedMask;
    uint16_t bytes = 0;
    for (; bits != 0; bits >>= 8) {
        bytes++;
    }
    return bytes;
}

/* Translates the pixel format into masks. False when the pixels are not plain memory. */
static bool read_pixel_format(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode, BootInfo *info) {
    const EFI_PIXEL_BITMASK *mask = &mode->PixelInformation;
    info->framebuffer_pixel_bytes = 4;
    switch (mode->PixelFormat) {
    case PixelRedGreenBlueReserved8BitPerColor:
        info->framebuffer_format = BOOT_PIXEL_RGBX;
        info->framebuffer_red_mask = 0x000000ff;
        info->framebuffer_green_mask = 0x0000ff00;
        info->framebuffer_blue_mask = 0x00ff0000;
        return true;
    case PixelBlueGreenRedReserved8BitPerColor:
        info->framebuffer_format = BOOT_PIXEL_BGRX;
        info->framebuffer_red_mask = 0x00ff0000;
        info->framebuffer_green_mask = 0x0000ff00;
        info->framebuffer_blue_mask = 0x000000ff;
        return true;
    case PixelBitMask:
        info->framebuffer_format = BOOT_PIXEL_MASK;
        info->framebuffer_red_mask = mask->RedMask;
        info->framebuffer_green_mask = mask->GreenMask;
        info->framebuffer_blue_mask = mask->BlueMask;
        info->framebuffer_pixel_bytes = pixel_bytes(mask);
        return info->framebuffer_pixel_bytes != 0;
    default:
        return false;
    }
}

/* Fills in the framebuffer from one graphics device; false when it cannot be drawn on directly. */
static bool read_framebuffer(const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, BootInfo *info) {
    if (gop->Mode == NULL || gop->Mode->Info == NULL || gop->Mode->FrameBufferBase == 0) {
        return false;
    }
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode = gop->Mode->Info;
    const uint64_t address = gop->Mode->FrameBufferBase;
    const uint64_t size = gop->Mode->FrameBufferSize;
    if (!read_pixel_format(mode, info)) {
        return false;
    }
    const uint64_t pitch = (uint64_t)mode->PixelsPerScanLine * info->framebuffer_pixel_bytes;
    if (mode->HorizontalResolution == 0 || mode->VerticalResolution == 0 ||
        mode->HorizontalResolution > mode->PixelsPerScanLine || pitch > UINT32_MAX ||
        size / pitch < mode->VerticalResolution) {
        return false;
    }
    if (address >= DIRECT_MAP_SIZE || size > DIRECT_MAP_SIZE - address) {
        return false;
    }
    info->framebuffer_addr = address;
    info->framebuffer_size = size;
    info->framebuffer_width = mode->HorizontalResolution;
    info->framebuffer_height = mode->VerticalResolution;
    info->framebuffer_pitch = (uint32_t)pitch;
    return true;
}

/* Tries the graphics protocol of one handle. */
static bool try_handle(EFI_HANDLE handle, BootInfo *info) {
    EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    void *gop = NULL;
    return handle != NULL && !EFI_ERROR(BS->HandleProtocol(handle, &guid, &gop)) && gop != NULL &&
           read_framebuffer(gop, info);
}

void firmware_find_framebuffer(BootInfo *info) {
    /* The console's own device first: it is the one that a person looks at. It may be a splitter
     * without memory of its own, so the real devices come next. */
    if (try_handle(ST->ConsoleOutHandle, info)) {
        return;
    }
    EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;
    if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles))) {
        return; /* no graphics at all: nothing unusual */
    }
    bool found = false;
    for (UINTN i = 0; i < count && !found; i++) {
        found = try_handle(handles[i], info);
    }
    BS->FreePool(handles);
    if (!found) {
        Print(L"StarKernel loader: no display with a linear framebuffer, serial line only\n");
    }
}
