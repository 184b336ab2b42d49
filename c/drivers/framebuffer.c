/*
 * framebuffer.c - the text console on the linear frame buffer (see framebuffer.h).
 *
 * The console is there twice in a boot: first small, with cells in static memory, so that the screen shows
 * what goes wrong before memory is managed; then as large as the screen, with cells from the heap. If that
 * cannot be had, the small one stays.
 */
#include "drivers/framebuffer.h"

#include <limits.h>
#include <stdint.h>

#include "drivers/font.h"
#include "drivers/renderer.h"
#include "drivers/screen_info.h"
#include "drivers/terminal.h"
#include "mm/direct_map.h"
#include "mm/kmalloc.h"
#include "mm/vmm.h"

enum {
    EARLY_COLUMNS = 80,
    EARLY_ROWS = 25,
    KEPT_TEXT_MAX = 4096,
    SOME_CELLS = 256,
};

static const char *problem = "nobody has looked for one yet";
static bool present;     /* problem is NULL then */
static uint64_t address; /* of the pixels, physical */
static struct screen screen;

static struct terminal terminal;
static struct renderer renderer;
static struct terminal_cell early_cells[2][EARLY_COLUMNS * EARLY_ROWS];

/* The processor is in one of the functions below: an interrupt must keep its hands off. */
static volatile bool busy;

/* Text that is kept aside: what came before the screen was up; and what a panic has to say, until it has said
 * everything on the serial line, for the cells and the frame buffer may be what has failed. */
static char kept_text[KEPT_TEXT_MAX];
static size_t kept_size;
static bool alarm;

/* ---- coming up ---- */

void framebuffer_init(const BootInfo *boot_info) {
    unsigned columns, rows;

    problem = screen_info_read(boot_info, &screen);
    if (problem != NULL) {
        return;
    }
    address = boot_info->framebuffer_addr;
    screen.pixels = direct_map_pointer(address);
    renderer_text_size(&screen, &columns, &rows);
    columns = columns < EARLY_COLUMNS ? columns : EARLY_COLUMNS;
    rows = rows < EARLY_ROWS ? rows : EARLY_ROWS;
    font_init();
    terminal_init(&terminal, early_cells[0], columns, rows);
    renderer_init(&renderer, &screen, early_cells[1], columns, rows, terminal.blank.background);
    terminal_write(&terminal, kept_text, kept_size);
    kept_size = 0;
    present = true;
    framebuffer_draw();
}

void framebuffer_expand(void) {
    unsigned columns, rows;

    if (!present) {
        return;
    }
    /* this takes the pixels out of the direct map, whether it succeeds or not */
    uint8_t *mapped = vmm_map_framebuffer(address, screen.pitch * screen.height);
    if (mapped == NULL) {
        present = false;
        problem = "its memory cannot be mapped";
        return;
    }
    screen.pixels = mapped;
    renderer.screen = screen;
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

/* Video memory is written through buffers that the processor empties when it likes; the last words before a
 * halt are to be seen too (SDM volume 3, section 12.3.1). */
static bool draw(unsigned limit) {
    const bool complete = renderer_draw(&renderer, &terminal, limit);

    __asm__ volatile("sfence" : : : "memory");
    if (complete) {
        terminal.shifted = false;
    }
    return complete;
}

static void keep(const char *bytes, size_t count) {
    for (size_t i = 0; i < count && kept_size < KEPT_TEXT_MAX; i++) {
        kept_text[kept_size++] = bytes[i];
    }
}

static unsigned alarm_rows(void) {
    unsigned rows = 1, column = 0;

    for (size_t i = 0; i < kept_size; i++) {
        if (kept_text[i] == '\n' || column == terminal.columns) {
            rows++;
            column = 0;
        }
        column += kept_text[i] != '\n';
    }
    return rows;
}

bool framebuffer_put(const char *bytes, size_t count) {
    if (alarm || !present) {
        keep(bytes, count);
        return !alarm;
    }
    busy = true;
    terminal_write(&terminal, bytes, count);
    busy = false;
    return !terminal.shifted;
}

void framebuffer_draw(void) {
    if (!present || busy) { /* busy: drawing a panic has led to the next */
        return;
    }
    busy = true;
    if (alarm) {
        terminal_begin_alarm(&terminal, alarm_rows());
        terminal_write(&terminal, kept_text, kept_size);
        renderer_forget(&renderer, &terminal);
    }
    draw(UINT_MAX);
    busy = false;
}

bool framebuffer_draw_some(void) {
    return !present || (!busy && draw(SOME_CELLS));
}

void framebuffer_write(const char *bytes, size_t count) {
    framebuffer_put(bytes, count);
    if (!alarm) {
        framebuffer_draw();
    }
}

void framebuffer_begin_alarm(void) {
    alarm = true;
    busy = false;
}

void framebuffer_size(unsigned *columns, unsigned *rows) {
    *columns = present ? terminal.columns : 0;
    *rows = present ? terminal.rows : 0;
}

const char *framebuffer_problem(void) {
    return problem;
}
