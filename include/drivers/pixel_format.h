/*
 * pixel_format.h - how a colour is written into video memory.
 *
 * Pure, ISR-safe.
 */
#ifndef DRIVERS_PIXEL_FORMAT_H
#define DRIVERS_PIXEL_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

enum { PIXEL_BYTES_MAX = 4 };

struct pixel_format {
    unsigned bytes;            /* of a pixel, 1 to PIXEL_BYTES_MAX, the lowest first */
    uint32_t red, green, blue; /* the bits of each colour */
};

/* False when no picture can be drawn in the format: a mask is empty, has gaps, overlaps another or does not
 * fit into the bytes (UEFI 2.10, section 12.9.2, EFI_PIXEL_BITMASK). */
bool pixel_format_is_valid(const struct pixel_format *format);

/* The pixel for 0x00rrggbb, each colour rounded to what the format can tell apart. */
uint32_t pixel_format_encode(const struct pixel_format *format, uint32_t colour);

#endif
