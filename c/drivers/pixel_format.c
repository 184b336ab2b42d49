/*
 * pixel_format.c - how a colour is written into video memory.
 */
#include "drivers/pixel_format.h"

/* One row of ones. The lowest bit added to it carries out at the top. */
static bool is_field(uint32_t mask, uint64_t limit) {
    const uint64_t lowest = mask & (~mask + 1u);
    return mask != 0 && (mask & (mask + lowest)) == 0 && mask < limit;
}

bool pixel_format_is_valid(const struct pixel_format *format) {
    if (format->bytes < 1 || format->bytes > PIXEL_BYTES_MAX) {
        return false;
    }
    const uint64_t limit = UINT64_C(1) << (8 * format->bytes);
    return is_field(format->red, limit) && is_field(format->green, limit) &&
           is_field(format->blue, limit) && (format->red & format->green) == 0 &&
           (format->green & format->blue) == 0 && (format->blue & format->red) == 0;
}

/* The level 0 to 255, rounded to the levels that the mask has room for, at the mask's place. */
static uint32_t place(uint32_t level, uint32_t mask) {
    const unsigned shift = (unsigned)__builtin_ctz(mask);
    const uint64_t highest = mask >> shift;
    return (uint32_t)((level * highest + 127) / 255) << shift;
}

uint32_t pixel_format_encode(const struct pixel_format *format, uint32_t colour) {
    return place(colour >> 16 & 0xff, format->red) | place(colour >> 8 & 0xff, format->green) |
           place(colour & 0xff, format->blue);
}
