/*
 * screen_info.h - from what the firmware says about its frame buffer to a screen that can be drawn on.
 *
 * Pure.
 */
#ifndef DRIVERS_SCREEN_INFO_H
#define DRIVERS_SCREEN_INFO_H

#include "boot/bootinfo.h"
#include "drivers/renderer.h"

/* Fills in `screen`, all but the pixels, which lie at boot_info->framebuffer_addr: screen->pitch *
 * screen->height bytes, all of them below DIRECT_MAP_SIZE. Returns NULL, or what is wrong, as part of a
 * sentence. */
const char *screen_info_read(const BootInfo *boot_info, struct screen *screen);

#endif
