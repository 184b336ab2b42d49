/*
 * gop_mode.c - decides whether the screen that the firmware describes can be drawn on.
 *
 * The kernel stores pixels without looking again, so what is accepted must hold for every pixel: no product
 * below may wrap, and no line may end outside the memory that the firmware states.
 */
#include "boot/gop_mode.h"

enum {
    PIXEL_ALIGNMENT = 4, /* base address registers give far more */
};

/* One run of set bits. */
static bool is_channel(uint32_t mask) {
    const uint32_t lowest = mask & (0 - mask);
    return mask != 0 && (mask & (mask + lowest)) == 0;
}

static bool are_good_masks(const struct gop_mode *mode) {
    const uint32_t red = mode->red_mask;
    const uint32_t green = mode->green_mask;
    const uint32_t blue = mode->blue_mask;
    return is_channel(red) && is_channel(green) && is_channel(blue) && (red & green) == 0 &&
           (red & blue) == 0 && (green & blue) == 0;
}

static bool is_linear(const struct gop_mode *mode) {
    return mode->format == GOP_RGBX || mode->format == GOP_BGRX ||
           (mode->format == GOP_BIT_MASK && are_good_masks(mode));
}

/* The highest bit of all masks tells the size of a pixel (UEFI 2.10 section 12.9.2). */
static unsigned pixel_bytes(const struct gop_mode *mode) {
    unsigned bytes = 4;
    if (mode->format == GOP_BIT_MASK) {
        uint32_t bits = mode->red_mask | mode->green_mask | mode->blue_mask | mode->reserved_mask;
        for (bytes = 0; bits != 0; bits >>= 8) {
            bytes++;
        }
    }
    return bytes;
}

static bool fits(const struct gop_mode *mode) {
    const uint64_t pitch = (uint64_t)mode->pixels_per_scan_line * pixel_bytes(mode);
    return mode->address != 0 && mode->address % PIXEL_ALIGNMENT == 0 && mode->width != 0 &&
           mode->height != 0 && mode->width <= mode->pixels_per_scan_line && pitch <= UINT32_MAX &&
           mode->size / pitch >= mode->height && mode->address < DIRECT_MAP_SIZE &&
           mode->size <= DIRECT_MAP_SIZE - mode->address;
}

static void set_masks(BootInfo *info, uint32_t red, uint32_t green, uint32_t blue) {
    info->framebuffer_red_mask = red;
    info->framebuffer_green_mask = green;
    info->framebuffer_blue_mask = blue;
}

bool gop_mode_read(const struct gop_mode *mode, BootInfo *info) {
    if (!is_linear(mode) || !fits(mode)) {
        return false;
    }
    switch (mode->format) {
    case GOP_RGBX:
        info->framebuffer_format = BOOT_PIXEL_RGBX;
        set_masks(info, 0x000000ff, 0x0000ff00, 0x00ff0000);
        break;
    case GOP_BGRX:
        info->framebuffer_format = BOOT_PIXEL_BGRX;
        set_masks(info, 0x00ff0000, 0x0000ff00, 0x000000ff);
        break;
    default:
        info->framebuffer_format = BOOT_PIXEL_MASK;
        set_masks(info, mode->red_mask, mode->green_mask, mode->blue_mask);
        break;
    }
    info->framebuffer_addr = mode->address;
    info->framebuffer_size = mode->size;
    info->framebuffer_width = mode->width;
    info->framebuffer_height = mode->height;
    info->framebuffer_pixel_bytes = (uint16_t)pixel_bytes(mode);
    info->framebuffer_pitch = mode->pixels_per_scan_line * pixel_bytes(mode);
    return true;
}
