/*
 * font_lines.c - the glyphs that are computed: box drawing lines and block elements.
 *
 * A box drawing character is four arms that meet in the middle of the cell, each of them light, heavy or
 * double. How far an arm reaches over the middle, or stops before it, follows from the arms beside it; so
 * all joints close without a drawing for each.
 */
#include "drivers/font_glyphs.h"

#include <stdbool.h>

enum { MIDDLE_X = 3, MIDDLE_Y = 7 };

enum arm { ARM_NONE, ARM_LIGHT, ARM_HEAVY, ARM_DOUBLE };

enum { UP, RIGHT, DOWN, LEFT, DIRECTIONS };

/* Two bits for each arm: up in the highest, then right, down, left. */
static const uint8_t arms[FONT_LINES_COUNT] = {
    0x11, 0x22, 0x44, 0x88, 0x11, 0x22, 0x44, 0x88, /* ─━│┃┄┅┆┇ */
    0x11, 0x22, 0x44, 0x88, 0x14, 0x24, 0x18, 0x28, /* ┈┉┊┋┌┍┎┏ */
    0x05, 0x06, 0x09, 0x0a, 0x50, 0x60, 0x90, 0xa0, /* ┐┑┒┓└┕┖┗ */
    0x41, 0x42, 0x81, 0x82, 0x54, 0x64, 0x94, 0x58, /* ┘┙┚┛├┝┞┟ */
    0x98, 0xa4, 0x68, 0xa8, 0x45, 0x46, 0x85, 0x49, /* ┠┡┢┣┤┥┦┧ */
    0x89, 0x86, 0x4a, 0x8a, 0x15, 0x16, 0x25, 0x26, /* ┨┩┪┫┬┭┮┯ */
    0x19, 0x1a, 0x29, 0x2a, 0x51, 0x52, 0x61, 0x62, /* ┰┱┲┳┴┵┶┷ */
    0x91, 0x92, 0xa1, 0xa2, 0x55, 0x56, 0x65, 0x66, /* ┸┹┺┻┼┽┾┿ */
    0x95, 0x59, 0x99, 0x96, 0xa5, 0x5a, 0x69, 0xa6, /* ╀╁╂╃╄╅╆╇ */
    0x6a, 0x9a, 0xa9, 0xaa, 0x11, 0x22, 0x44, 0x88, /* ╈╉╊╋╌╍╎╏ */
    0x33, 0xcc, 0x34, 0x1c, 0x3c, 0x07, 0x0d, 0x0f, /* ═║╒╓╔╕╖╗ */
    0x70, 0xd0, 0xf0, 0x43, 0xc1, 0xc3, 0x74, 0xdc, /* ╘╙╚╛╜╝╞╟ */
    0xfc, 0x47, 0xcd, 0xcf, 0x37, 0x1d, 0x3f, 0x73, /* ╠╡╢╣╤╥╦╧ */
    0xd1, 0xf3, 0x77, 0xdd, 0xff, 0x14, 0x05, 0x41, /* ╨╩╪╫╬╭╮╯ */
    0x50, 0x00, 0x00, 0x00, 0x01, 0x40, 0x10, 0x04, /* ╰╱╲╳╴╵╶╷ */
    0x02, 0x80, 0x20, 0x08, 0x21, 0x48, 0x12, 0x84, /* ╸╹╺╻╼╽╾╿ */
};

/* What is left of a line that is dashed: columns of a row, and whether a row has any. */
static const struct {
    uint8_t index;
    uint8_t columns; /* 0xff: dashed from top to bottom instead */
    uint8_t period, length;
} dashes[] = {
    {0x04, 0xdb, 1, 1}, {0x05, 0xdb, 1, 1}, {0x06, 0xff, 5, 4}, {0x07, 0xff, 5, 4},
    {0x08, 0xaa, 1, 1}, {0x09, 0xaa, 1, 1}, {0x0a, 0xff, 4, 3}, {0x0b, 0xff, 4, 3},
    {0x4c, 0xee, 1, 1}, {0x4d, 0xee, 1, 1}, {0x4e, 0xff, 8, 6}, {0x4f, 0xff, 8, 6},
};

static void set(uint8_t rows[FONT_HEIGHT], int x, int y) {
    if (x >= 0 && x < FONT_WIDTH && y >= 0 && y < FONT_HEIGHT) {
        rows[y] |= (uint8_t)(0x80u >> x);
    }
}

/* Draws one stroke of an arm: `side` pixels to the left of its direction's middle line (to the right if
 * negative), from the edge to `reach` pixels beyond the middle. */
static void draw_stroke(uint8_t rows[FONT_HEIGHT], unsigned direction, int side, int reach) {
    static const int step_x[DIRECTIONS] = {0, 1, 0, -1}, step_y[DIRECTIONS] = {-1, 0, 1, 0};
    const int across_x = step_y[direction], across_y = -step_x[direction];

    for (int along = -reach; along < FONT_HEIGHT; along++) {
        set(rows, MIDDLE_X + side * across_x + along * step_x[direction],
            MIDDLE_Y + side * across_y + along * step_y[direction]);
    }
}

static bool is_wide(enum arm arm) {
    return arm == ARM_HEAVY || arm == ARM_DOUBLE;
}

static void draw_arm(uint8_t rows[FONT_HEIGHT], const enum arm around[DIRECTIONS],
                     unsigned direction) {
    const enum arm own = around[direction];
    const enum arm left = around[(direction + 3) % DIRECTIONS];
    const enum arm right = around[(direction + 1) % DIRECTIONS];
    const bool through = around[(direction + 2) % DIRECTIONS] != ARM_NONE;
    const int over = is_wide(left) || is_wide(right) ? 1 : 0;

    if (own == ARM_LIGHT || own == ARM_HEAVY) {
        const bool between = left == ARM_DOUBLE && right == ARM_DOUBLE;
        draw_stroke(rows, direction, 0, through ? 0 : between ? -1 : over);
    }
    if (is_wide(own)) {
        const int before = own == ARM_DOUBLE ? -1 : 0; /* stops at the near line of a double arm */
        draw_stroke(rows, direction, 1, left == ARM_NONE ? over : left == ARM_DOUBLE ? before : 0);
        draw_stroke(rows, direction, -1,
                    right == ARM_NONE     ? over
                    : right == ARM_DOUBLE ? before
                                          : 0);
    }
}

/* The light corners with the middle pixel moved inwards. */
static void round_corner(unsigned index, uint8_t rows[FONT_HEIGHT]) {
    const bool down = index == 0x6d || index == 0x6e, right = index == 0x6d || index == 0x70;
    const int inner_x = right ? MIDDLE_X + 1 : MIDDLE_X - 1,
              inner_y = down ? MIDDLE_Y + 1 : MIDDLE_Y - 1;

    rows[MIDDLE_Y] &= (uint8_t) ~(0x80u >> MIDDLE_X | 0x80u >> inner_x);
    rows[inner_y] = 0;
    set(rows, inner_x, inner_y);
}

static void draw_diagonals(unsigned index, uint8_t rows[FONT_HEIGHT]) {
    for (int y = 0; y < FONT_HEIGHT; y++) {
        if (index != 0x72) {
            set(rows, FONT_WIDTH - 1 - y / 2, y);
        }
        if (index != 0x71) {
            set(rows, y / 2, y);
        }
    }
}

void font_draw_lines(unsigned index, uint8_t rows[FONT_HEIGHT]) {
    enum arm around[DIRECTIONS];

    for (unsigned direction = 0; direction < DIRECTIONS; direction++) {
        around[direction] = (enum arm)(arms[index] >> (6 - 2 * direction) & 3);
    }
    for (unsigned direction = 0; direction < DIRECTIONS; direction++) {
        draw_arm(rows, around, direction);
    }
    if (index >= 0x6d && index <= 0x70) {
        round_corner(index, rows);
    } else if (index >= 0x71 && index <= 0x73) {
        draw_diagonals(index, rows);
    }
    for (unsigned i = 0; i < sizeof dashes / sizeof dashes[0]; i++) {
        for (unsigned y = 0; y < FONT_HEIGHT && dashes[i].index == index; y++) {
            rows[y] &= y % dashes[i].period < dashes[i].length ? dashes[i].columns : 0;
        }
    }
}

/* Fills columns [left, right) of rows [top, bottom). */
static void fill(uint8_t rows[FONT_HEIGHT], unsigned left, unsigned right, unsigned top,
                 unsigned bottom) {
    for (unsigned y = top; y < bottom; y++) {
        rows[y] |= (uint8_t)(0xffu >> left & ~(0xffu >> right));
    }
}

static void shade(uint8_t rows[FONT_HEIGHT], uint8_t even, uint8_t odd) {
    for (unsigned y = 0; y < FONT_HEIGHT; y++) {
        rows[y] = y % 2 == 0 ? even : odd;
    }
}

void font_draw_blocks(unsigned index, uint8_t rows[FONT_HEIGHT]) {
    /* upper left, upper right, lower left, lower right, from the highest of four bits on */
    static const uint8_t quadrants[] = {0x2, 0x1, 0x8, 0xb, 0x9, 0xe, 0xd, 0x4, 0x6, 0x7};
    enum { WIDTH = FONT_WIDTH, HEIGHT = FONT_HEIGHT, EIGHTH = FONT_HEIGHT / 8 };

    if (index == 0x00) {
        fill(rows, 0, WIDTH, 0, HEIGHT / 2);
    } else if (index <= 0x08) {
        fill(rows, 0, WIDTH, HEIGHT - EIGHTH * index, HEIGHT);
    } else if (index <= 0x0f) {
        fill(rows, 0, 0x10 - index, 0, HEIGHT);
    } else if (index == 0x10) {
        fill(rows, WIDTH / 2, WIDTH, 0, HEIGHT);
    } else if (index == 0x11) {
        shade(rows, 0x88, 0x22);
    } else if (index == 0x12) {
        shade(rows, 0xaa, 0x55);
    } else if (index == 0x13) {
        shade(rows, 0x77, 0xdd);
    } else if (index == 0x14) {
        fill(rows, 0, WIDTH, 0, EIGHTH);
    } else if (index == 0x15) {
        fill(rows, WIDTH - 1, WIDTH, 0, HEIGHT);
    } else {
        const unsigned bits = quadrants[index - 0x16];
        for (unsigned quadrant = 0; quadrant < 4; quadrant++) {
            const unsigned x = quadrant % 2 * (WIDTH / 2), y = quadrant / 2 * (HEIGHT / 2);
            if ((bits & 8u >> quadrant) != 0) {
                fill(rows, x, x + WIDTH / 2, y, y + HEIGHT / 2);
            }
        }
    }
}
