/*
 * screen_info.c - from what the firmware says about its frame buffer to a screen that can be drawn on.
 *
 * What it says may not make sense: every line has to fit, and so has the whole screen.
 */
#include "drivers/screen_info.h"

#include <stddef.h>

static struct pixel_format format_of(const BootInfo *boot_info) {
    struct pixel_format format = {
        boot_info->framebuffer_pixel_bytes, boot_info->framebuffer_red_mask,
        boot_info->framebuffer_green_mask, boot_info->framebuffer_blue_mask};

    if (boot_info->framebuffer_format != BOOT_PIXEL_MASK) {
        const bool red_first = boot_info->framebuffer_format == BOOT_PIXEL_RGBX;
        format.green = 0x0000ff00;
        format.red = red_first ? 0x000000ff : 0x00ff0000;
        format.blue = red_first ? 0x00ff0000 : 0x000000ff;
    }
    return format;
}

const char *screen_info_read(const BootInfo *boot_info, struct screen *screen) {
    const uint64_t address = boot_info->framebuffer_addr, size = boot_info->framebuffer_size;
    unsigned columns, rows;

    *screen = (struct screen){.pitch = boot_info->framebuffer_pitch,
                              .width = boot_info->framebuffer_width,
                              .height = boot_info->framebuffer_height,
                              .format = format_of(boot_info)};
    if (address == 0) {
        return "the firmware offers no linear frame buffer";
    }
    if (boot_info->framebuffer_format > BOOT_PIXEL_MASK ||
        !pixel_format_is_valid(&screen->format)) {
        return "the firmware's pixel format makes no sense";
    }
    if ((uint64_t)screen->width * screen->format.bytes > screen->pitch) {
        return "the firmware's lines are longer than their distance";
    }
    if ((uint64_t)screen->pitch * screen->height > size) {
        return "the frame buffer is too small for its lines";
    }
    if (address >= DIRECT_MAP_SIZE || size > DIRECT_MAP_SIZE - address) {
        return "the frame buffer lies above 32 TiB";
    }
    renderer_text_size(screen, &columns, &rows);
    return columns == 0 || rows == 0 ? "it is too small for text" : NULL;
}
