/*
 * renderer.c - draws a terminal into a frame buffer.
 *
 * Stores to video memory are gathered by the processor when they follow one another. So the cells that have
 * to be drawn are taken in runs, as long as possible, and a run is drawn one line of pixels after the other.
 * What did not change is not drawn: after a scroll only the cells that differ from what stood there. A shadow
 * of the pixels, copied as a whole, would need megabytes and store every pixel of the screen each time.
 */
#include "drivers/renderer.h"

enum {
    PIXELS_PER_SCALE = 2560, /* from this width on, and each multiple, characters are larger */
    ROWS_WANTED = 24,        /* but not so large that fewer rows than this are left */
    NOT_SHOWN = 0xffff,      /* not a character: a cell that may look like anything */
};

static unsigned scale_of(const struct screen *screen) {
    unsigned scale = 1 + screen->width / PIXELS_PER_SCALE;

    while (scale > 1 && screen->height / (FONT_HEIGHT * scale) < ROWS_WANTED) {
        scale--;
    }
    return scale;
}

static unsigned min(unsigned a, unsigned b) {
    return a < b ? a : b;
}

void renderer_text_size(const struct screen *screen, unsigned *columns, unsigned *rows) {
    const unsigned scale = scale_of(screen);

    *columns = min(screen->width / (FONT_WIDTH * scale), TERMINAL_COLUMNS_MAX);
    *rows = min(screen->height / (FONT_HEIGHT * scale), TERMINAL_ROWS_MAX);
}

/* ---- pixels ---- */

static uint8_t *put_pixel(uint8_t *to, uint32_t pixel, unsigned bytes) {
    if (bytes == 4) { /* at once, where it can be */
        __builtin_memcpy(to, &pixel, 4);
        return to + 4;
    }
    for (; bytes > 0; bytes--) {
        *to++ = (uint8_t)pixel;
        pixel >>= 8;
    }
    return to;
}

static void clear(const struct screen *screen, uint32_t colour) {
    const uint32_t pixel = pixel_format_encode(&screen->format, colour);

    for (uint32_t y = 0; y < screen->height; y++) {
        uint8_t *to = screen->pixels + y * screen->pitch;
        for (uint32_t x = 0; x < screen->width; x++) {
            to = put_pixel(to, pixel, screen->format.bytes);
        }
    }
}

/* One line of a run, four bytes a pixel and not enlarged: two pixels at a time. */
static void draw_line_of_pairs(const struct renderer_cell *run, unsigned count, unsigned y,
                               uint8_t *to) {
    static const uint64_t masks[] = {0, UINT64_C(0xffffffff00000000), 0x00000000ffffffff,
                                     UINT64_MAX};

    for (const struct renderer_cell *cell = run; cell < run + count; cell++) {
        const unsigned bits = cell->rows[y];
        for (int shift = FONT_WIDTH - 2; shift >= 0; shift -= 2) {
            const uint64_t pair = cell->paper ^ (cell->change & masks[bits >> shift & 3]);
            __builtin_memcpy(to, &pair, sizeof pair);
            to += sizeof pair;
        }
    }
}

static void draw_line(const struct renderer *renderer, unsigned count, unsigned y, uint8_t *to) {
    const unsigned bytes = renderer->screen.format.bytes;

    if (bytes == sizeof(uint32_t) && renderer->scale == 1) {
        draw_line_of_pairs(renderer->run, count, y, to);
        return;
    }
    for (const struct renderer_cell *cell = renderer->run; cell < renderer->run + count; cell++) {
        for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
            const uint32_t pixel =
                (uint32_t)(cell->paper ^ ((cell->rows[y] & bit) != 0 ? cell->change : 0));
            for (unsigned i = 0; i < renderer->scale; i++) {
                to = put_pixel(to, pixel, bytes);
            }
        }
    }
}

static void draw_run(struct renderer *renderer, unsigned row, unsigned column, unsigned count) {
    const struct screen *screen = &renderer->screen;
    const size_t scale = renderer->scale;
    uint8_t *to = screen->pixels + row * FONT_HEIGHT * scale * screen->pitch +
                  column * FONT_WIDTH * scale * screen->format.bytes;

    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        for (unsigned i = 0; i < scale; i++) {
            draw_line(renderer, count, y, to);
            to += screen->pitch;
        }
    }
    renderer->cells_drawn += count;
}

/* ---- cells ---- */

static bool is_blank(const struct terminal_cell *cell) {
    return cell->character == ' ' && (cell->attributes & TERMINAL_UNDERLINE) == 0;
}

/* Whether two cells look the same: what is blank shows its background alone. */
static bool same(const struct terminal_cell *a, const struct terminal_cell *b) {
    if (a->background != b->background || a->character != b->character) {
        return false;
    }
    return (is_blank(a) && is_blank(b)) ||
           (a->foreground == b->foreground && a->attributes == b->attributes);
}

static bool same_colours(const struct terminal_cell *a, const struct terminal_cell *b) {
    return a->foreground == b->foreground && a->background == b->background;
}

/* Lines and blocks fill their cells and join; made bold they would not. */
static bool is_drawing(uint16_t character) {
    return character >= 0x2500 && character <= 0x259f;
}

static void prepare(const struct renderer *renderer, const struct terminal_cell *cell,
                    const struct terminal_cell *before, struct renderer_cell *to) {
    const struct pixel_format *format = &renderer->screen.format;

    if (before != NULL && same_colours(cell, before)) {
        to->paper = to[-1].paper;
        to->change = to[-1].change;
    } else {
        const uint64_t paper = pixel_format_encode(format, cell->background);
        const uint64_t change = paper ^ pixel_format_encode(format, cell->foreground);
        to->paper = paper | paper << 32;
        to->change = change | change << 32;
    }
    __builtin_memcpy(to->rows, font_glyph(cell->character), FONT_HEIGHT);
    if ((cell->attributes & TERMINAL_BOLD) != 0 && !is_drawing(cell->character)) {
        for (unsigned y = 0; y < FONT_HEIGHT; y++) {
            to->rows[y] |= to->rows[y] >> 1;
        }
    }
    if ((cell->attributes & TERMINAL_UNDERLINE) != 0) {
        to->rows[FONT_UNDERLINE_ROW] = 0xff;
    }
}

/* A cell as it should look: the one under the cursor has its colours exchanged. */
static struct terminal_cell wanted(const struct renderer *renderer,
                                   const struct terminal_cell *cells, unsigned column,
                                   unsigned row) {
    struct terminal_cell cell = cells[column];

    if (renderer->cursor_visible && column == renderer->cursor_column &&
        row == renderer->cursor_row) {
        const uint32_t ink = cell.foreground;
        cell.foreground = cell.background;
        cell.background = ink;
    }
    return cell;
}

/* Draws what differs in a row; returns how many cells that were. */
static unsigned draw_row(struct renderer *renderer, const struct terminal *terminal, unsigned row) {
    const struct terminal_cell *cells = terminal_row(terminal, row);
    struct terminal_cell *shown = renderer->shown + (size_t)row * renderer->columns;
    const unsigned to = min(terminal->dirty[row].to, renderer->columns);
    unsigned run = 0, drawn = 0;

    for (unsigned column = terminal->dirty[row].from; column < to; column++) {
        const struct terminal_cell cell = wanted(renderer, cells, column, row);
        if (same(&cell, &shown[column])) {
            if (run > 0) {
                draw_run(renderer, row, column - run, run);
            }
            run = 0;
            continue;
        }
        prepare(renderer, &cell, run > 0 ? &shown[column - 1] : NULL, &renderer->run[run]);
        shown[column] = cell;
        run++;
        drawn++;
    }
    if (run > 0) {
        draw_run(renderer, row, to - run, run);
    }
    return drawn;
}

/* ---- the whole screen ---- */

/* Notes where the cursor is now. The cell that it has left and the one that it has come to must be drawn. */
static void move_cursor(struct renderer *renderer, struct terminal *terminal) {
    const struct terminal_cursor *cursor = &terminal->cursor;

    if (renderer->cursor_visible == terminal->cursor_visible &&
        renderer->cursor_column == cursor->column && renderer->cursor_row == cursor->row) {
        return;
    }
    terminal_mark(terminal, renderer->cursor_row, renderer->cursor_column,
                  renderer->cursor_column + 1);
    renderer->cursor_visible = terminal->cursor_visible;
    renderer->cursor_column = min(cursor->column, renderer->columns - 1);
    renderer->cursor_row = min(cursor->row, renderer->rows - 1);
    terminal_mark(terminal, renderer->cursor_row, renderer->cursor_column,
                  renderer->cursor_column + 1);
}

bool renderer_draw(struct renderer *renderer, struct terminal *terminal, unsigned limit) {
    unsigned drawn = 0;

    move_cursor(renderer, terminal);
    for (unsigned row = 0; row < renderer->rows; row++) {
        if (terminal->dirty[row].from == terminal->dirty[row].to) {
            continue;
        }
        if (drawn >= limit) {
            return false;
        }
        drawn += draw_row(renderer, terminal, row);
        terminal_row_done(terminal, row);
    }
    return true;
}

void renderer_forget(struct renderer *renderer, struct terminal *terminal) {
    for (size_t i = 0; i < (size_t)renderer->columns * renderer->rows; i++) {
        renderer->shown[i].character = NOT_SHOWN;
    }
    for (unsigned row = 0; row < renderer->rows; row++) {
        terminal_mark(terminal, row, 0, renderer->columns);
    }
}

void renderer_init(struct renderer *renderer, const struct screen *screen,
                   struct terminal_cell *shown, unsigned columns, unsigned rows,
                   uint32_t background) {
    renderer->screen = *screen;
    renderer->scale = scale_of(screen);
    renderer->columns = columns;
    renderer->rows = rows;
    renderer->cells_drawn = 0;
    renderer->shown = shown;
    renderer->cursor_column = 0;
    renderer->cursor_row = 0;
    renderer->cursor_visible = false;
    for (size_t i = 0; i < (size_t)columns * rows; i++) {
        shown[i] = (struct terminal_cell){
            .foreground = background, .background = background, .character = ' '};
    }
    clear(screen, background);
}
