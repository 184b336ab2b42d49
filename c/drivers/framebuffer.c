/*
 * framebuffer.c - a text console on a linear framebuffer.
 *
 * Reading video memory is slow on every machine, so the text is kept in a shadow buffer, and
 * scrolling redraws the characters that differ from what is on the screen, nothing else. All
 * positions are checked against the text area at the moment of use: a panic may come in the middle
 * of an update.
 */
#include "drivers/framebuffer.h"

#include <stdint.h>
#include <string.h>

#include "drivers/font.h"
#include "mm/vmm.h"

enum {
    MAX_COLUMNS = 240,
    MAX_ROWS = 135,
    TAB_WIDTH = 8,
    MAX_PARAMETERS = 4,
    EARLY_TEXT_MAX = 1024
};

/* From this width on, and from each multiple, pixels are drawn larger, to stay legible. */
enum { PIXELS_PER_SCALE = 2560 };

enum { BYTES_PER_PIXEL = 4 };

static volatile uint8_t *pixels; /* first byte of the screen; NULL without one */
static size_t pitch;             /* bytes from one line to the next */
static unsigned scale;           /* screen pixels for one font pixel, in both directions */
static unsigned columns, rows;
static uint32_t foreground, background; /* in the format of the screen */

static char text[MAX_ROWS][MAX_COLUMNS];

/* What was written before the screen was up: shown when it comes. */
static char early_text[EARLY_TEXT_MAX];
static size_t early_size;

static unsigned cursor_column, cursor_row; /* the column may be one past the last: wrap pending */

/* Where the parser of control sequences stands (ECMA-48, section 5.4). */
static enum { STATE_TEXT, STATE_ESCAPE, STATE_CSI } state;
static unsigned parameters[MAX_PARAMETERS];
static unsigned parameter_count;

/* The bits of a colour channel given as 0..255, moved to where `mask` has them. */
static uint32_t channel(uint32_t value, uint32_t mask) {
    if (mask == 0) {
        return 0;
    }
    unsigned shift = (unsigned)__builtin_ctz(mask);
    uint64_t maximum = mask >> shift;
    return (uint32_t)(value * maximum / 255) << shift & mask;
}

static uint32_t colour(const BootInfo *boot_info, uint32_t red, uint32_t green, uint32_t blue) {
    switch ((BootPixelFormat)boot_info->framebuffer_format) {
    case BOOT_PIXEL_RGBX:
        return red | green << 8 | blue << 16;
    case BOOT_PIXEL_BGRX:
        return blue | green << 8 | red << 16;
    case BOOT_PIXEL_MASK:
        break;
    }
    return channel(red, boot_info->framebuffer_red_mask) |
           channel(green, boot_info->framebuffer_green_mask) |
           channel(blue, boot_info->framebuffer_blue_mask);
}

static void draw(unsigned column, unsigned row, bool inverted) {
    uint8_t glyph[FONT_HEIGHT];
    uint32_t ink = inverted ? background : foreground;
    uint32_t paper = inverted ? foreground : background;

    font_glyph((unsigned char)text[row][column], glyph);
    for (unsigned y = 0; y < FONT_HEIGHT * scale; y++) {
        size_t line = ((size_t)row * FONT_HEIGHT * scale + y) * pitch;
        volatile uint32_t *to =
            (volatile uint32_t *)(pixels + line) + (size_t)column * FONT_WIDTH * scale;
        unsigned bits = glyph[y / scale];
        for (unsigned x = 0; x < FONT_WIDTH * scale; x++) {
            to[x] = (bits & 0x80u >> (x / scale)) != 0 ? ink : paper;
        }
    }
}

static void set_text(unsigned column, unsigned row, char c) {
    if (text[row][column] != c) {
        text[row][column] = c;
        draw(column, row, false);
    }
}

static void erase(unsigned row, unsigned from, unsigned to) {
    for (unsigned column = from; column < to && column < columns; column++) {
        set_text(column, row, ' ');
    }
}

static void show_cursor(bool visible) {
    if (cursor_column < columns) {
        draw(cursor_column, cursor_row, visible);
    }
}

static void line_feed(void) {
    if (cursor_row + 1 < rows) {
        cursor_row++;
        return;
    }
    for (unsigned row = 0; row + 1 < rows; row++) {
        for (unsigned column = 0; column < columns; column++) {
            set_text(column, row, text[row + 1][column]);
        }
    }
    erase(rows - 1, 0, columns);
}

static unsigned min(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Parameter `index`, or `otherwise` when it is missing or 0. */
static unsigned parameter(unsigned index, unsigned otherwise) {
    return index < parameter_count && parameters[index] != 0 ? parameters[index] : otherwise;
}

static void erase_display(void) {
    unsigned from = parameter(0, 0) == 0 ? cursor_row : 0;
    unsigned to = parameter(0, 0) == 1 ? cursor_row : rows;

    for (unsigned row = from; row < to; row++) {
        erase(row, row == cursor_row && from != 0 ? cursor_column : 0, columns);
    }
}

static void erase_line(void) {
    unsigned from = parameter(0, 0) == 0 ? cursor_column : 0;
    unsigned to = parameter(0, 0) == 1 ? min(cursor_column + 1, columns) : columns;
    erase(cursor_row, from, to);
}

static void control_sequence(char final) {
    unsigned count = parameter(0, 1);

    switch (final) {
    case 'A':
        cursor_row -= min(count, cursor_row);
        break;
    case 'B':
        cursor_row += min(count, rows - 1 - cursor_row);
        break;
    case 'C':
        cursor_column = min(cursor_column + min(count, columns), columns - 1);
        break;
    case 'D':
        cursor_column -= min(count, cursor_column);
        break;
    case 'G':
        cursor_column = min(count, columns) - 1;
        break;
    case 'H':
        cursor_row = min(count, rows) - 1;
        cursor_column = min(parameter(1, 1), columns) - 1;
        break;
    case 'J':
        erase_display();
        break;
    case 'K':
        erase_line();
        break;
    default: /* colours and modes: nothing to show for them */
        break;
    }
}

static void put_in_sequence(char c) {
    if (c >= '0' && c <= '9') {
        unsigned *value = &parameters[parameter_count - 1];
        *value = min(*value * 10 + (unsigned)(c - '0'), 9999);
    } else if (c == ';') {
        if (parameter_count < MAX_PARAMETERS) {
            parameters[parameter_count++] = 0;
        }
    } else if (c >= '@' && c <= '~') {
        control_sequence(c);
        state = STATE_TEXT;
    }
    /* anything else is a private marker or an intermediate byte: part of the sequence */
}

static void put_text(char c) {
    switch (c) {
    case '\n':
        cursor_column = 0;
        line_feed();
        break;
    case '\r':
        cursor_column = 0;
        break;
    case '\b':
        cursor_column -= min(1, cursor_column);
        break;
    case '\t':
        cursor_column = min((cursor_column / TAB_WIDTH + 1) * TAB_WIDTH, columns - 1);
        break;
    case '\033':
        state = STATE_ESCAPE;
        break;
    default:
        if ((unsigned char)c < ' ') {
            break; /* bell and the like */
        }
        if (cursor_column >= columns) {
            cursor_column = 0;
            line_feed();
        }
        set_text(cursor_column, cursor_row, c);
        cursor_column++;
        break;
    }
}

static void put(char c) {
    switch (state) {
    case STATE_TEXT:
        put_text(c);
        break;
    case STATE_ESCAPE:
        state = c == '[' ? STATE_CSI : STATE_TEXT;
        parameters[0] = 0;
        parameter_count = 1;
        break;
    case STATE_CSI:
        put_in_sequence(c);
        break;
    }
}

static void keep_for_later(const char *bytes, size_t size) {
    if (size > EARLY_TEXT_MAX - early_size) {
        size = EARLY_TEXT_MAX - early_size;
    }
    memcpy(early_text + early_size, bytes, size);
    early_size += size;
}

void framebuffer_write(const char *bytes, size_t size) {
    if (pixels == NULL) {
        keep_for_later(bytes, size);
        return;
    }
    show_cursor(false);
    for (size_t i = 0; i < size; i++) {
        put(bytes[i]);
    }
    show_cursor(true);
}

void framebuffer_size(unsigned *columns_out, unsigned *rows_out) {
    *columns_out = pixels != NULL ? columns : 0;
    *rows_out = pixels != NULL ? rows : 0;
}

/* What the firmware says may not make sense: every line has to fit, and so has the whole screen. */
static bool is_usable(const BootInfo *boot_info) {
    uint64_t width = boot_info->framebuffer_width;
    uint64_t height = boot_info->framebuffer_height;
    uint64_t line = boot_info->framebuffer_pitch;

    return boot_info->framebuffer_addr != 0 && boot_info->framebuffer_format <= BOOT_PIXEL_MASK &&
           width >= FONT_WIDTH && height >= FONT_HEIGHT && line % BYTES_PER_PIXEL == 0 &&
           width * BYTES_PER_PIXEL <= line && line * height <= boot_info->framebuffer_size;
}

bool framebuffer_init(const BootInfo *boot_info) {
    if (!is_usable(boot_info)) {
        return false;
    }
    volatile uint8_t *mapped =
        vmm_map_framebuffer(boot_info->framebuffer_addr, boot_info->framebuffer_size);
    if (mapped == NULL) {
        return false;
    }
    pitch = boot_info->framebuffer_pitch;
    scale = 1 + boot_info->framebuffer_width / PIXELS_PER_SCALE;
    columns = min(boot_info->framebuffer_width / (FONT_WIDTH * scale), MAX_COLUMNS);
    rows = min(boot_info->framebuffer_height / (FONT_HEIGHT * scale), MAX_ROWS);
    if (columns == 0 || rows == 0) {
        return false;
    }
    foreground = colour(boot_info, 0xd0, 0xd0, 0xd0);
    background = colour(boot_info, 0, 0, 0);
    cursor_column = 0;
    cursor_row = 0;
    state = STATE_TEXT;

    for (unsigned y = 0; y < boot_info->framebuffer_height; y++) {
        volatile uint32_t *to = (volatile uint32_t *)(mapped + y * pitch);
        for (unsigned x = 0; x < boot_info->framebuffer_width; x++) {
            to[x] = background;
        }
    }
    memset(text, ' ', sizeof text);
    pixels = mapped;
    framebuffer_write(early_text, early_size);
    return true;
}
