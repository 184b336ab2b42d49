/* test_pixel_format.c - colours as pixels */
/* uses: c/drivers/pixel_format.c */
#include "drivers/pixel_format.h"
#include "unit.h"

static const struct pixel_format rgbx = {4, 0x000000ff, 0x0000ff00, 0x00ff0000};
static const struct pixel_format bgrx = {4, 0x00ff0000, 0x0000ff00, 0x000000ff};
static const struct pixel_format rgb565 = {2, 0xf800, 0x07e0, 0x001f};
static const struct pixel_format rgb555 = {2, 0x7c00, 0x03e0, 0x001f};
static const struct pixel_format rgb888 = {3, 0xff0000, 0x00ff00, 0x0000ff};
static const struct pixel_format deep = {4, 0x3ff00000, 0x000ffc00, 0x000003ff};
static const struct pixel_format rgb332 = {1, 0xe0, 0x1c, 0x03};

UNIT_TEST(pixel_format_usual, "the formats of firmware and old hardware are valid") {
    CHECK(pixel_format_is_valid(&rgbx));
    CHECK(pixel_format_is_valid(&bgrx));
    CHECK(pixel_format_is_valid(&rgb565));
    CHECK(pixel_format_is_valid(&rgb555));
    CHECK(pixel_format_is_valid(&rgb888));
    CHECK(pixel_format_is_valid(&deep));
    CHECK(pixel_format_is_valid(&rgb332));
}

UNIT_TEST(pixel_format_nonsense, "empty, overlapping, broken and too large masks are refused") {
    static const struct pixel_format bad[] = {
        {4, 0, 0xff00, 0xff},
        {4, 0xff0000, 0, 0xff},
        {4, 0xff0000, 0xff00, 0},
        {4, 0xff0000, 0xff00, 0xff00},
        {4, 0xff0000, 0x1ff00, 0xff},
        {4, 0xa00000, 0xff00, 0xff},
        {4, 0xff0000, 0xff00, 0x81},
        {2, 0xff0000, 0xff00, 0xff},
        {0, 0xff0000, 0xff00, 0xff},
        {5, 0xff0000, 0xff00, 0xff},
        {4, 0x80000001, 0xff00, 0xff0000},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!pixel_format_is_valid(&bad[i]));
    }
    const struct pixel_format high = {4, 0xff000000, 0x00ff0000, 0x0000ff00};
    CHECK(pixel_format_is_valid(&high));
}

UNIT_TEST(pixel_format_known, "known colours give known pixels") {
    CHECK_EQ_U64(pixel_format_encode(&rgbx, 0x123456), 0x563412);
    CHECK_EQ_U64(pixel_format_encode(&bgrx, 0x123456), 0x123456);
    CHECK_EQ_U64(pixel_format_encode(&rgb565, 0xffffff), 0xffff);
    CHECK_EQ_U64(pixel_format_encode(&rgb565, 0xff0000), 0xf800);
    CHECK_EQ_U64(pixel_format_encode(&rgb565, 0x008000), 0x0400);
    CHECK_EQ_U64(pixel_format_encode(&rgb555, 0x8080ff), 0x421f);
    CHECK_EQ_U64(pixel_format_encode(&deep, 0xffffff), 0x3fffffff);
    CHECK_EQ_U64(pixel_format_encode(&deep, 0x000080), 514);
}

/* The nearest level by searching all of them. */
static uint32_t nearest(uint32_t level, uint32_t mask) {
    const unsigned shift = (unsigned)__builtin_ctz(mask);
    const uint64_t highest = mask >> shift;
    uint64_t best = 0;
    for (uint64_t try = 0; try <= highest; try++) {
        const int64_t this = (int64_t)(try * 255) - (int64_t)(level * highest);
        const int64_t other = (int64_t)(best * 255) - (int64_t)(level * highest);
        if ((this < 0 ? -this : this) < (other < 0 ? -other : other)) {
            best = try;
        }
    }
    return (uint32_t)best << shift;
}

UNIT_TEST(pixel_format_nearest,
          "every level of every colour becomes the nearest that the format has") {
    static const struct pixel_format *const formats[] = {&rgbx,   &bgrx, &rgb565, &rgb555,
                                                         &rgb888, &deep, &rgb332};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        for (uint32_t level = 0; level < 256; level++) {
            CHECK_EQ_U64(pixel_format_encode(formats[i], level << 16),
                         nearest(level, formats[i]->red));
            CHECK_EQ_U64(pixel_format_encode(formats[i], level << 8),
                         nearest(level, formats[i]->green));
            CHECK_EQ_U64(pixel_format_encode(formats[i], level), nearest(level, formats[i]->blue));
        }
    }
}
