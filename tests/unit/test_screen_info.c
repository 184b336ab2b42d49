/* test_screen_info.c - frame buffers as firmware describes them, also wrongly */
/* uses: c/drivers/screen_info.c c/drivers/renderer.c c/drivers/pixel_format.c c/drivers/font.c
 *       c/drivers/font_glyphs.c c/drivers/font_lines.c c/drivers/terminal.c c/drivers/terminal_grid.c
 *       c/drivers/terminal_pen.c c/drivers/terminal_whole.c c/drivers/control_parser.c */
#include <string.h>

#include "drivers/screen_info.h"
#include "unit.h"

static struct screen screen;

static BootInfo usual(void) {
    return (BootInfo){.framebuffer_format = BOOT_PIXEL_BGRX,
                      .framebuffer_pixel_bytes = 4,
                      .framebuffer_addr = 0x80000000,
                      .framebuffer_size = UINT64_C(1024) * 4 * 768,
                      .framebuffer_width = 1000,
                      .framebuffer_height = 768,
                      .framebuffer_pitch = 1024 * 4};
}

static void check_refused(const BootInfo *info, const char *words) {
    const char *problem = screen_info_read(info, &screen);
    if (problem == NULL || strstr(problem, words) == NULL) {
        unit_fail(__FILE__, __LINE__, "`%s`, without `%s`", problem == NULL ? "" : problem, words);
    }
}

UNIT_TEST(screen_info_usual, "a sensible frame buffer is taken as it is, above 4 GiB too") {
    BootInfo info = usual();
    CHECK(screen_info_read(&info, &screen) == NULL);
    CHECK_EQ_U64(screen.width, 1000);
    CHECK_EQ_U64(screen.height, 768);
    CHECK_EQ_U64(screen.pitch, 4096);
    CHECK_EQ_U64(screen.format.red, 0xff0000);
    info.framebuffer_addr = UINT64_C(0x3800000000);
    info.framebuffer_format = BOOT_PIXEL_RGBX;
    CHECK(screen_info_read(&info, &screen) == NULL);
    CHECK_EQ_U64(screen.format.red, 0x0000ff);
}

UNIT_TEST(screen_info_masks, "with masks a pixel has as many bytes as the loader found") {
    BootInfo info = usual();
    info.framebuffer_format = BOOT_PIXEL_MASK;
    info.framebuffer_pixel_bytes = 2;
    info.framebuffer_red_mask = 0xf800;
    info.framebuffer_green_mask = 0x07e0;
    info.framebuffer_blue_mask = 0x001f;
    info.framebuffer_pitch = 2000;
    CHECK(screen_info_read(&info, &screen) == NULL);
    CHECK_EQ_U64(screen.format.bytes, 2);
    info.framebuffer_pitch = 1999;
    check_refused(&info, "longer than their distance");
    info.framebuffer_pitch = 2000;
    info.framebuffer_pixel_bytes = 1;
    check_refused(&info, "pixel format");
    info.framebuffer_pixel_bytes = 2;
    info.framebuffer_green_mask = 0;
    check_refused(&info, "pixel format");
}

UNIT_TEST(screen_info_nonsense,
          "what cannot be is refused, with the reason, and nothing overflows") {
    BootInfo info = usual();
    info.framebuffer_addr = 0;
    check_refused(&info, "no linear frame buffer");
    info = usual();
    info.framebuffer_format = 3;
    check_refused(&info, "pixel format");
    info = usual();
    info.framebuffer_pixel_bytes = 0;
    check_refused(&info, "pixel format");
    info = usual();
    info.framebuffer_pitch = 3999;
    check_refused(&info, "longer than their distance");
    info = usual();
    info.framebuffer_width = UINT32_MAX;
    check_refused(&info, "longer than their distance");
    info = usual();
    info.framebuffer_size--;
    check_refused(&info, "too small for its lines");
    info = usual();
    info.framebuffer_height = UINT32_MAX;
    info.framebuffer_pitch = UINT32_MAX;
    check_refused(&info, "too small for its lines");
    info = usual();
    info.framebuffer_addr = UINT64_C(1) << 45;
    check_refused(&info, "32 TiB");
    info = usual();
    info.framebuffer_addr = (UINT64_C(1) << 45) - info.framebuffer_size + 1;
    check_refused(&info, "32 TiB");
    info = usual();
    info.framebuffer_size = UINT64_MAX;
    check_refused(&info, "32 TiB");
    info = usual();
    info.framebuffer_width = 7;
    check_refused(&info, "too small for text");
    info = usual();
    info.framebuffer_width = 0;
    info.framebuffer_height = 0;
    check_refused(&info, "too small for text");
    info = usual();
    info.framebuffer_height = 15;
    check_refused(&info, "too small for text");
}
