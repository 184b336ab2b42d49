/*
 * test_gop_mode.c - screens that the firmware describes well and badly.
 */
/* uses: c/boot/gop_mode.c */
#include "boot/gop_mode.h"

#include <string.h>

#include "unit.h"

static const struct gop_mode good = {
    .address = 0x80000000,
    .size = 1280 * 4 * 800,
    .width = 1270,
    .height = 800,
    .pixels_per_scan_line = 1280,
    .format = GOP_BGRX,
};

static BootInfo info;

/* Whether `mode` is refused and leaves BootInfo alone. */
static bool refused(struct gop_mode mode) {
    static const BootInfo nothing;
    memset(&info, 0, sizeof info);
    return !gop_mode_read(&mode, &info) && memcmp(&info, &nothing, sizeof info) == 0;
}

#define WITH(field, value)                                                                         \
    ({                                                                                             \
        struct gop_mode changed = good;                                                            \
        changed.field = (value);                                                                   \
        changed;                                                                                   \
    })

UNIT_TEST(gop_mode_good, "a sound mode fills in all fields of the frame buffer") {
    CHECK(gop_mode_read(&good, &info));
    CHECK_EQ_U64(info.framebuffer_addr, 0x80000000);
    CHECK_EQ_U64(info.framebuffer_size, 1280 * 4 * 800);
    CHECK_EQ_U64(info.framebuffer_width, 1270);
    CHECK_EQ_U64(info.framebuffer_height, 800);
    CHECK_EQ_U64(info.framebuffer_pitch, 5120);
    CHECK_EQ_U64(info.framebuffer_format, BOOT_PIXEL_BGRX);
    CHECK_EQ_U64(info.framebuffer_pixel_bytes, 4);
    CHECK_EQ_U64(info.framebuffer_red_mask, 0xff0000);
    CHECK_EQ_U64(info.framebuffer_blue_mask, 0xff);
    const struct gop_mode other = WITH(format, GOP_RGBX);
    CHECK(gop_mode_read(&other, &info));
    CHECK_EQ_U64(info.framebuffer_format, BOOT_PIXEL_RGBX);
    CHECK_EQ_U64(info.framebuffer_red_mask, 0xff);
}

UNIT_TEST(gop_mode_not_memory, "modes without linear memory or without pixels are refused") {
    CHECK(refused(WITH(format, GOP_BLT_ONLY)));
    CHECK(refused(WITH(format, UINT32_MAX)));
    CHECK(refused(WITH(address, 0)));
    CHECK(refused(WITH(address, 0x80000002)));
    CHECK(refused(WITH(width, 0)));
    CHECK(refused(WITH(height, 0)));
    CHECK(refused(WITH(size, 0)));
}

UNIT_TEST(gop_mode_outside,
          "a mode with a pixel outside its memory, or sizes that wrap, is refused") {
    CHECK(refused(WITH(size, good.size - 1)));
    CHECK(refused(WITH(height, 801)));
    CHECK(refused(WITH(height, UINT32_MAX)));
    CHECK(refused(WITH(width, 1281)));
    CHECK(refused(WITH(pixels_per_scan_line, 0)));
    CHECK(refused(WITH(pixels_per_scan_line, 0x40000000)));
    CHECK(refused(WITH(pixels_per_scan_line, UINT32_MAX)));
    CHECK(refused(WITH(address, DIRECT_MAP_SIZE)));
    CHECK(refused(WITH(address, DIRECT_MAP_SIZE - good.size + 4)));
    CHECK(refused(WITH(address, UINT64_MAX - 3)));
    CHECK(refused(WITH(size, UINT64_MAX)));
    CHECK(!refused(WITH(address, DIRECT_MAP_SIZE - good.size)));
}

UNIT_TEST(gop_mode_masks,
          "masks must be three runs of bits that do not overlap, and tell the size of a pixel") {
    struct gop_mode mode = WITH(format, GOP_BIT_MASK);
    mode.red_mask = 0x3ff00000;
    mode.green_mask = 0x000ffc00;
    mode.blue_mask = 0x000003ff;
    CHECK(gop_mode_read(&mode, &info));
    CHECK_EQ_U64(info.framebuffer_format, BOOT_PIXEL_MASK);
    CHECK_EQ_U64(info.framebuffer_green_mask, 0x000ffc00);
    static const uint32_t bad[] = {0, 0xc0f00000, 0x00100400, 0x80000001};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mode.red_mask = bad[i];
        CHECK(refused(mode));
    }
    mode.red_mask = 0xf800; /* 16 bits a pixel */
    mode.green_mask = 0x07e0;
    mode.blue_mask = 0x001f;
    CHECK(gop_mode_read(&mode, &info));
    CHECK_EQ_U64(info.framebuffer_pixel_bytes, 2);
    CHECK_EQ_U64(info.framebuffer_pitch, 2560);
    mode.reserved_mask = 0x00ff0000;
    CHECK(gop_mode_read(&mode, &info));
    CHECK_EQ_U64(info.framebuffer_pixel_bytes, 3);
    CHECK_EQ_U64(info.framebuffer_pitch, 3840);
}
