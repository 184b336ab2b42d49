/*
 * framebuffer.c - the text console on the linear frame buffer (see framebuffer.h).
 *
 * The console is there twice in a boot: first small, with cells in static memory, so that the screen shows what
 * goes wrong before memory is managed; then as large as the screen, with cells from the heap. If that cannot be
 * had, the small one stays.
 */
#include "drivers/framebuffer.h"

#include <limits.h>
#include <stdint.h>

#include "drivers/font.h"
#include "drivers/renderer.h"
#include "drivers/terminal.h"
#include "mm/direct_map.h"
#include "mm/kmalloc.h"
#include "mm/vmm.h"

enum {
    EARLY_COLUMNS = 80,
    EARLY_ROWS = 25,
    ALARM_ROWS = 38, /* registers and the longest backtrace */
    SOME_CELLS = 256,
};

static const char *problem = "nobody has looked for one yet";
static bool present;     /* problem is NULL then */
static uint64_t address; /* physical */
static uint64_t size;
static struct screen screen;

static struct terminal terminal;
static struct renderer renderer;
static struct terminal_cell early_cells[2][EARLY_COLUMNS * EARLY_ROWS];

/* The processor is in one of the functions below: an interrupt must keep its hands off. */
static volatile bool busy;
static bool alarm;

/* ---- finding the screen ---- */

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

/* What the firmware says may not make sense: every line has to fit, and so has the whole screen. Returns what is
 * wrong, or NULL. */
static const char *check(const BootInfo *boot_info) {
    const uint64_t line = boot_info->framebuffer_pitch;
    unsigned columns, rows;

    address = boot_info->framebuffer_addr;
    size = boot_info->framebuffer_size;
    screen.pitch = line;
    screen.width = boot_info->framebuffer_width;
    screen.height = boot_info->framebuffer_height;
    screen.format = format_of(boot_info);
    if (address == 0) {
        return "the firmware offers no linear frame buffer";
    }
    if (boot_info->framebuffer_format > BOOT_PIXEL_MASK || !pixel_format_is_valid(&screen.format)) {
        return "the firmware's pixel format makes no sense";
    }
    if ((uint64_t)screen.width * screen.format.bytes > line) {
        return "the firmware's lines are longer than their distance";
    }
    if (line * screen.height > size) {
        return "the frame buffer is too small for its lines";
    }
    if (address >= DIRECT_MAP_SIZE || size > DIRECT_MAP_SIZE - address) {
        return "the frame buffer lies above 32 TiB";
    }
    renderer_text_size(&screen, &columns, &rows);
    return columns == 0 || rows == 0 ? "it is too small for text" : NULL;
}

void framebuffer_init(const BootInfo *boot_info) {
    unsigned columns, rows;

    problem = check(boot_info);
    if (problem != NULL) {
        return;
    }
    screen.pixels = direct_map_pointer(address);
    renderer_text_size(&screen, &columns, &rows);
    columns = columns < EARLY_COLUMNS ? columns : EARLY_COLUMNS;
    rows = rows < EARLY_ROWS ? rows : EARLY_ROWS;
    font_init();
    terminal_init(&terminal, early_cells[0], columns, rows);
    renderer_init(&renderer, &screen, early_cells[1], columns, rows, terminal.blank.background);
    present = true;
    framebuffer_draw();
}

void framebuffer_expand(void) {
    unsigned columns, rows;

    if (!present) {
        return;
    }
    uint8_t *mapped = vmm_map_device(address, size);
    if (mapped != NULL) {
        screen.pixels = mapped;
        renderer.screen = screen;
    }
    renderer_text_size(&screen, &columns, &rows);
    struct terminal_cell *cells = kmalloc(2 * sizeof *cells * columns * rows);
    if (cells == NULL) {
        return;
    }
    busy = true;
    terminal_resize(&terminal, cells, columns, rows);
    renderer_init(&renderer, &screen, cells + (size_t)columns * rows, columns, rows,
                  terminal.blank.background);
    busy = false;
    framebuffer_draw();
}

/* ---- output ---- */

bool framebuffer_put(const char *bytes, size_t count) {
    if (!present) {
        return true;
    }
    busy = true;
    terminal_write(&terminal, bytes, count);
    busy = false;
    return !terminal.shifted;
}

void framebuffer_draw(void) {
    if (!present || busy) { /* busy: a panic in the middle of drawing a panic */
        return;
    }
    busy = true;
    terminal.shifted = false;
    renderer_draw(&renderer, &terminal, UINT_MAX);
    busy = false;
}

bool framebuffer_draw_some(void) {
    if (!present) {
        return true;
    }
    if (busy || !renderer_draw(&renderer, &terminal, SOME_CELLS)) {
        return false;
    }
    terminal.shifted = false;
    return true;
}

void framebuffer_write(const char *bytes, size_t count) {
    framebuffer_put(bytes, count);
    if (!alarm) { /* the serial line is to have all of a panic before drawing can go wrong */
        framebuffer_draw();
    }
}

void framebuffer_begin_alarm(void) {
    if (!present) {
        return;
    }
    alarm = true;
    busy = true;
    terminal_begin_alarm(&terminal, ALARM_ROWS);
    renderer_forget(&renderer, &terminal);
    busy = false;
}

void framebuffer_size(unsigned *columns, unsigned *rows) {
    *columns = present ? terminal.columns : 0;
    *rows = present ? terminal.rows : 0;
}

const char *framebuffer_problem(void) {
    return problem;
}
