/*
 * gop_mode.h - decides whether the screen that the firmware describes can be drawn on.
 *
 * Pure: plain numbers in, BootInfo fields out, so the host can test and fuzz it.
 */
#ifndef GOP_MODE_H
#define GOP_MODE_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/bootinfo.h"

/* EFI_GRAPHICS_PIXEL_FORMAT; other values, PixelBltOnly among them, are not linear memory. */
enum gop_pixel_format {
    GOP_RGBX = 0,
    GOP_BGRX = 1,
    GOP_BIT_MASK = 2,
    GOP_BLT_ONLY = 3,
};

/* What EFI_GRAPHICS_OUTPUT_PROTOCOL says about the current mode (UEFI 2.10 section 12.9.2), unchecked. */
struct gop_mode {
    uint64_t address; /* FrameBufferBase */
    uint64_t size;    /* FrameBufferSize, bytes */
    uint32_t width;   /* HorizontalResolution, pixels */
    uint32_t height;
    uint32_t pixels_per_scan_line;
    uint32_t format; /* enum gop_pixel_format */
    uint32_t red_mask;
    uint32_t green_mask;
    uint32_t blue_mask;
    uint32_t reserved_mask;
};

/* Fills in the framebuffer fields of *info. False, and *info is as it was, when the mode is not memory with
 * 1 to 4 bytes a pixel whose every line lies inside the stated size and inside the direct map. */
bool gop_mode_read(const struct gop_mode *mode, BootInfo *info);

#endif
