/*
 * fuzz_screen.c - any text on any screen: no pixel is stored outside, and the cursor stays where text can be.
 *
 * The frame buffer is a piece of memory of exactly the size that the firmware states.
 */
/* uses: c/drivers/framebuffer.c c/drivers/font.c */
/* plant: c/drivers/framebuffer.c: s/count, rows - 1 - cursor_row/count, rows - cursor_row/ */
/* plant: c/drivers/framebuffer.c: s/min(parameter(1, 1), columns) - 1/min(parameter(1, 1), columns + 1)/ */
/* plant: c/drivers/framebuffer.c: s/parameter_count < MAX_PARAMETERS/true/ */
/* plant: c/drivers/framebuffer.c: s/line \* height <= boot_info->framebuffer_size/true/ */
/* plant: c/drivers/framebuffer.c: s/width \* BYTES_PER_PIXEL <= line/true/ */
#include "drivers/framebuffer.h"

#include "drivers/font.h"
#include "fuzz_input.h"
#include "mm/vmm.h"

enum { SCREEN_MAX = 1 << 20 };

static uint8_t *screen;

void *vmm_map_device(uint64_t physical, size_t size) {
    PROPERTY(physical == 0x80000000, "the frame buffer that was stated is mapped");
    free(screen);
    screen = size <= SCREEN_MAX ? malloc(size) : NULL;
    return screen;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    unsigned columns = 0, rows = 0;
    static BootInfo info;
    const uint8_t shape = (uint8_t)fuzz_take(&in, 1);
    info = (BootInfo){.framebuffer_addr = 0x80000000,
                      .framebuffer_format = shape % 4,
                      .framebuffer_width = (uint32_t)fuzz_take(&in, 1) * 3,
                      .framebuffer_height = (uint32_t)fuzz_take(&in, 1)};
    info.framebuffer_pitch = (uint32_t)(info.framebuffer_width * 4 + fuzz_take(&in, 1) - 16);
    info.framebuffer_size =
        (uint64_t)info.framebuffer_pitch * info.framebuffer_height + (shape >> 4) - 2;
    info.framebuffer_red_mask = (uint32_t)fuzz_number(&in);
    if ((shape & 8) != 0) {
        info.framebuffer_width = (uint32_t)fuzz_number(&in);
    }
    if (!framebuffer_init(&info)) {
        return 0;
    }
    framebuffer_size(&columns, &rows);
    PROPERTY(columns >= 1 && rows >= 1, "a screen has room for a character");
    PROPERTY((uint64_t)columns * FONT_WIDTH <= info.framebuffer_width &&
                 (uint64_t)rows * FONT_HEIGHT <= info.framebuffer_height,
             "the text fits the screen");
    PROPERTY((uint64_t)info.framebuffer_pitch * info.framebuffer_height <= info.framebuffer_size,
             "only a screen that lies in its memory is used");
    while (in.left > 0) {
        char *text = (char *)fuzz_copy(in.next, in.left);
        const size_t piece = fuzz_take(&in, 1) % 32 + 1;
        const size_t count = piece < in.left ? piece : in.left;
        framebuffer_write(text + 1, count);
        in.next += count;
        in.left -= count;
        free(text);
    }
    return 0;
}
