/*
 * fuzz_screen.c - any screen and any text on it: no pixel is stored outside, and what is drawn bit by bit is
 * the same picture as when all is drawn anew.
 *
 * The frame buffer is a piece of memory of exactly the size that the firmware states.
 */
/* uses: c/drivers/renderer.c c/drivers/pixel_format.c c/drivers/font.c c/drivers/font_glyphs.c */
/* uses: c/drivers/font_lines.c c/drivers/terminal.c c/drivers/terminal_whole.c c/drivers/terminal_grid.c c/drivers/terminal_pen.c */
/* uses: c/drivers/control_parser.c c/drivers/screen_info.c */
/* plant: c/drivers/renderer.c: s/if (same(&cell, &shown\[column\]))/if (cell.character == shown[column].character)/ */
/* plant: c/drivers/renderer.c: s/screen->width \/ (FONT_WIDTH \* scale)/screen->width \/ FONT_WIDTH + 1/ */
/* plant: c/drivers/renderer.c: s/renderer->cursor_visible == terminal->cursor_visible/true/ */
/* plant: c/drivers/renderer.c: s/prepare(renderer, &cell, run > 0/prepare(renderer, \&cell, column > 0/ */
/* plant: c/drivers/terminal_grid.c: s/terminal_mark(terminal, row, from, to);// */
/* plant: c/drivers/pixel_format.c: s/mask < limit/true/ */
/* plant: c/drivers/screen_info.c: s/screen->pitch \* screen->height > size/false/ */
/* plant: c/drivers/screen_info.c: s/(uint64_t)screen->width \* screen->format.bytes > screen->pitch/false/ */
#include "fuzz_input.h"
#include "mm/direct_map.h"

#include "terminal_text.h"

enum { MEMORY_MAX = 1 << 17, KEPT_MAX = 4 };

#define ADDRESS UINT64_C(0x80000000)

static uint8_t *memory; /* the frame buffer */
static size_t memory_size;
static bool memory_is_short;
static void *kept[KEPT_MAX];
static unsigned kept_count;

static void *frame_buffer(uint64_t physical) {
    PROPERTY(physical == ADDRESS, "the frame buffer that was stated is used");
    return memory;
}

/* The console on the frame buffer itself, on this memory. */
#define direct_map_pointer(physical) frame_buffer(physical)
#include "../../../c/drivers/framebuffer.c"

void *vmm_map_framebuffer(uint64_t physical, size_t bytes) {
    PROPERTY(bytes == screen.pitch * screen.height && bytes <= memory_size,
             "no more than there is is mapped");
    return memory_is_short ? NULL : frame_buffer(physical);
}

void *kmalloc(size_t bytes) {
    if (memory_is_short || kept_count == KEPT_MAX) {
        return NULL;
    }
    return kept[kept_count++] = malloc(bytes);
}

static BootInfo describe(struct fuzz_input *in) {
    static const uint32_t masks[][3] = {
        {0xff0000, 0xff00, 0xff}, {0xf800, 0x7e0, 0x1f}, {0xe0, 0x1c, 3}};
    const uint8_t shape = (uint8_t)fuzz_take(in, 1);
    const uint32_t *mask = masks[fuzz_take(in, 1) % 3];
    BootInfo info = {
        .framebuffer_addr = ADDRESS, .framebuffer_format = shape % 4, .framebuffer_pixel_bytes = 4};
    info.framebuffer_width = (uint32_t)fuzz_take(in, 1) % 100;
    info.framebuffer_height = (uint32_t)fuzz_take(in, 1) % 80;
    info.framebuffer_red_mask = mask[0];
    info.framebuffer_green_mask = mask[1];
    info.framebuffer_blue_mask = mask[2];
    if (info.framebuffer_format == BOOT_PIXEL_MASK) {
        info.framebuffer_pixel_bytes = shape / 4 % 5;
    }
    info.framebuffer_pitch = (uint32_t)(info.framebuffer_width * info.framebuffer_pixel_bytes +
                                        fuzz_take(in, 1) % 32 - 2);
    info.framebuffer_size =
        (uint64_t)info.framebuffer_pitch * info.framebuffer_height + (shape < 32 ? -1 : 0);
    const uint8_t wild = (uint8_t)fuzz_take(in, 1);
    if (wild < 16) {
        uint32_t *const fields[] = {&info.framebuffer_width, &info.framebuffer_height,
                                    &info.framebuffer_pitch, &info.framebuffer_red_mask};
        *fields[wild % 4] = (uint32_t)fuzz_number(in);
    }
    return info;
}

/* Draws everything once more somewhere else and compares. */
static void compare(uint32_t background) {
    if (!present) {
        return; /* the frame buffer could not be mapped */
    }
    struct terminal copy = terminal;
    const unsigned cells = terminal.columns * terminal.rows;
    struct terminal_cell *shown = malloc(cells * sizeof *shown);
    static struct renderer anew;
    struct screen other = screen;
    other.pixels = malloc(memory_size);
    memset(other.pixels, 0x5a, memory_size);
    renderer_init(&anew, &other, shown, terminal.columns, terminal.rows, background);
    renderer_forget(&anew, &copy);
    PROPERTY(renderer_draw(&anew, &copy, UINT_MAX), "without a limit all is drawn");
    PROPERTY(memcmp(other.pixels, memory, memory_size) == 0,
             "the screen shows the terminal as it is");
    free(other.pixels);
    free(shown);
}

static void use(struct fuzz_input *in, uint32_t background) {
    char text[TERMINAL_TEXT_MAX];
    while (in->left > 0) {
        const uint8_t action = (uint8_t)fuzz_take(in, 1);
        if (action < 128) {
            framebuffer_put(text, terminal_text(in, text));
        } else if (action < 160) {
            (void)framebuffer_draw_some();
        } else if (action < 250) {
            framebuffer_draw();
            compare(background);
        } else if (action < 253 && !alarm) { /* a panic does not come back to this */
            const unsigned before = kept_count;
            framebuffer_expand();
            background = kept_count > before ? terminal.blank.background : background;
        } else {
            framebuffer_begin_alarm();
        }
    }
    framebuffer_draw();
    compare(background);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t input_size) {
    struct fuzz_input in = {data, input_size};
    const BootInfo info = describe(&in);
    if (info.framebuffer_size > MEMORY_MAX) {
        return 0;
    }
    memory_size = info.framebuffer_size;
    memory = malloc(memory_size);
    memset(memory, 0x5a, memory_size);
    memory_is_short = fuzz_take(&in, 1) % 8 == 0;
    present = busy = alarm = false;
    kept_size = 0;
    framebuffer_init(&info);
    if (present) {
        const struct pixel_format *format = &screen.format;
        PROPERTY((uint64_t)(format->red | format->green | format->blue) >> 8 * format->bytes == 0,
                 "the colours lie in the pixel");
        PROPERTY((uint64_t)screen.height * screen.pitch <= info.framebuffer_size &&
                     (uint64_t)screen.width * format->bytes <= screen.pitch,
                 "the screen lies in its memory");
        use(&in, terminal.blank.background);
    } else {
        PROPERTY(framebuffer_problem() != NULL, "it is said why there is no screen");
    }
    for (; kept_count > 0; kept_count--) {
        free(kept[kept_count - 1]);
    }
    free(memory);
    return 0;
}
