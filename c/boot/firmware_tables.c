/*
 * firmware_tables.c - finds the ACPI root pointer and a framebuffer.
 *
 * Both are optional: a machine without them still boots, with a serial console and the timers that
 * need no ACPI. What the firmware says is checked here only as far as the loader
 * uses it; the contents of the ACPI tables are the kernel's business.
 */
#include "boot/gop_mode.h"
#include "boot/loader.h"

_Static_assert(PixelRedGreenBlueReserved8BitPerColor == (int)GOP_RGBX, "EFI_GRAPHICS_PIXEL_FORMAT");
_Static_assert(PixelBlueGreenRedReserved8BitPerColor == (int)GOP_BGRX, "EFI_GRAPHICS_PIXEL_FORMAT");
_Static_assert(PixelBitMask == (int)GOP_BIT_MASK, "EFI_GRAPHICS_PIXEL_FORMAT");
_Static_assert(PixelBltOnly == (int)GOP_BLT_ONLY, "EFI_GRAPHICS_PIXEL_FORMAT");

static void *configuration_table(const EFI_GUID *wanted) {
    if (ST->ConfigurationTable == NULL) {
        return NULL;
    }
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
        loader_print(L"StarKernel loader: the firmware has no ACPI tables\n");
    }
}

/* Fills in the framebuffer from one graphics device; false when it cannot be drawn on directly. */
static bool read_framebuffer(const EFI_GRAPHICS_OUTPUT_PROTOCOL *gop, BootInfo *info) {
    if (gop->Mode == NULL || gop->Mode->Info == NULL) {
        return false;
    }
    const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *current = gop->Mode->Info;
    const struct gop_mode mode = {
        .address = gop->Mode->FrameBufferBase,
        .size = gop->Mode->FrameBufferSize,
        .width = current->HorizontalResolution,
        .height = current->VerticalResolution,
        .pixels_per_scan_line = current->PixelsPerScanLine,
        .format = (uint32_t)current->PixelFormat,
        .red_mask = current->PixelInformation.RedMask,
        .green_mask = current->PixelInformation.GreenMask,
        .blue_mask = current->PixelInformation.BlueMask,
        .reserved_mask = current->PixelInformation.ReservedMask,
    };
    return gop_mode_read(&mode, info);
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
    const EFI_STATUS status = BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles);
    if (EFI_ERROR(status)) {
        if (status != EFI_NOT_FOUND) { /* that would be no graphics at all: nothing unusual */
            (void)loader_failure("cannot look for a display, serial line only", status);
        }
        return;
    }
    bool found = false;
    for (UINTN i = 0; i < count && !found; i++) {
        found = try_handle(handles[i], info);
    }
    (void)BS->FreePool(handles);
    if (!found) {
        loader_print(
            L"StarKernel loader: no display with a linear framebuffer, serial line only\n");
    }
}
