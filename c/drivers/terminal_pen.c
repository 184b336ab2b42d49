/*
 * terminal_pen.c - colours and styles: what SGR asks for, and what a cell looks like in consequence.
 *
 * The pen keeps what was asked for, since "bold" changes a colour that was chosen before it. Cells get the
 * result: colours, and the two attributes that change the shape.
 */
#include "drivers/terminal_grid.h"

enum {
    STYLE_BOLD = 1 << 0,
    STYLE_DIM = 1 << 1,
    STYLE_UNDERLINE = 1 << 2,
    STYLE_REVERSE = 1 << 3,
};

enum { PALETTE_BRIGHT = 8, PALETTE_CUBE = 16, PALETTE_GREYS = 232, CUBE_SIDE = 6 };

/* In terminal_pen: a number of the palette, or the default colour, where others are 0x00rrggbb. */
#define PEN_PALETTE UINT32_C(0x01000000)
#define PEN_DEFAULT UINT32_C(0x02000000)

/* Not too bright and not too dark, to be looked at for long; the alarm is meant to be neither. */
#define DEFAULT_FOREGROUND UINT32_C(0xc8cdd5)
#define DEFAULT_BACKGROUND UINT32_C(0x10141a)
#define BOLD_FOREGROUND    UINT32_C(0xffffff)
#define ALARM_FOREGROUND   UINT32_C(0xffffff)
#define ALARM_BACKGROUND   UINT32_C(0x8c1414)

static const uint32_t palette[PALETTE_CUBE] = {
    0x1c2128, 0xd05050, 0x68a860, 0xc8a03c, 0x5a8fd6, 0xb070c8, 0x46a8b0, 0xc0c5cd,
    0x6a737d, 0xf07470, 0x8fd080, 0xecc95c, 0x84b4f8, 0xd49aea, 0x74d0d8, 0xffffff,
};

/* The 256 colours of an xterm: 16, a cube of 6 by 6 by 6, 24 greys. */
static uint32_t palette_colour(unsigned number) {
    static const uint8_t levels[CUBE_SIDE] = {0, 95, 135, 175, 215, 255};

    if (number < PALETTE_CUBE) {
        return palette[number];
    }
    if (number < PALETTE_GREYS) {
        const unsigned place = number - PALETTE_CUBE;
        return (uint32_t)levels[place / CUBE_SIDE / CUBE_SIDE] << 16 |
               (uint32_t)levels[place / CUBE_SIDE % CUBE_SIDE] << 8 | levels[place % CUBE_SIDE];
    }
    return (8 + 10 * (number - PALETTE_GREYS)) * UINT32_C(0x010101);
}

static uint32_t foreground_of(const struct terminal_pen *pen) {
    const bool bold = (pen->style & STYLE_BOLD) != 0;

    if (pen->foreground == PEN_DEFAULT) {
        return bold ? BOLD_FOREGROUND : DEFAULT_FOREGROUND;
    }
    if ((pen->foreground & PEN_PALETTE) != 0) {
        const unsigned number = pen->foreground & 0xff;
        return palette_colour(bold && number < PALETTE_BRIGHT ? number + PALETTE_BRIGHT : number);
    }
    return pen->foreground;
}

static uint32_t background_of(const struct terminal_pen *pen) {
    if (pen->background == PEN_DEFAULT) {
        return DEFAULT_BACKGROUND;
    }
    return (pen->background & PEN_PALETTE) != 0 ? palette_colour(pen->background & 0xff)
                                                : pen->background;
}

static uint32_t half_way(uint32_t a, uint32_t b) {
    return (a >> 1 & 0x7f7f7f) + (b >> 1 & 0x7f7f7f);
}

void terminal_pen_apply(struct terminal *terminal) {
    const struct terminal_pen *pen = &terminal->cursor.pen;
    uint32_t ink = foreground_of(pen);
    const uint32_t paper = background_of(pen);
    const bool reverse = (pen->style & STYLE_REVERSE) != 0;

    if ((pen->style & STYLE_DIM) != 0) {
        ink = half_way(ink, paper);
    }
    terminal->brush = (struct terminal_cell){
        .foreground = reverse ? paper : ink,
        .background = reverse ? ink : paper,
        .character = ' ',
        .attributes = (uint16_t)(((pen->style & STYLE_BOLD) != 0 ? TERMINAL_BOLD : 0) |
                                 ((pen->style & STYLE_UNDERLINE) != 0 ? TERMINAL_UNDERLINE : 0)),
    };
    /* as in an xterm, erasing takes the background colour and no style */
    terminal->blank =
        (struct terminal_cell){.foreground = ink, .background = paper, .character = ' '};
}

void terminal_pen_reset(struct terminal *terminal) {
    terminal->cursor.pen = (struct terminal_pen){PEN_DEFAULT, PEN_DEFAULT, 0};
    terminal_pen_apply(terminal);
}

void terminal_pen_alarm(struct terminal *terminal) {
    terminal->cursor.pen = (struct terminal_pen){ALARM_FOREGROUND, ALARM_BACKGROUND, 0};
    terminal_pen_apply(terminal);
}

/* The colour after 38 or 48 at `*at`: 5 and a number, or 2 and red, green, blue. Steps over it; false when
 * it is incomplete or out of range. */
static bool read_colour(const struct control_parser *parser, unsigned *at, uint32_t *colour) {
    const uint16_t *rest = parser->parameters + *at + 1;
    const unsigned left = parser->parameter_count - *at - 1;

    if (left >= 2 && rest[0] == 5) {
        *at += 2;
        *colour = PEN_PALETTE | (rest[1] & 0xffu);
        return rest[1] <= 0xff;
    }
    if (left >= 4 && rest[0] == 2) {
        *at += 4;
        *colour = (rest[1] & 0xffu) << 16 | (rest[2] & 0xffu) << 8 | (rest[3] & 0xffu);
        return rest[1] <= 0xff && rest[2] <= 0xff && rest[3] <= 0xff;
    }
    *at += left; /* nobody can tell what the others belong to */
    return false;
}

/* ECMA-48, section 8.3.117, and the colours of xterm. What is not known is passed over. */
static void select_one(struct terminal_pen *pen, const struct control_parser *parser,
                       unsigned *at) {
    const unsigned value = parser->parameters[*at];
    uint32_t colour;

    switch (value) {
    case 0:
        *pen = (struct terminal_pen){PEN_DEFAULT, PEN_DEFAULT, 0};
        break;
    case 1:
        pen->style |= STYLE_BOLD;
        break;
    case 2:
        pen->style |= STYLE_DIM;
        break;
    case 4:
        pen->style |= STYLE_UNDERLINE;
        break;
    case 7:
        pen->style |= STYLE_REVERSE;
        break;
    case 22:
        pen->style &= (uint8_t) ~(STYLE_BOLD | STYLE_DIM);
        break;
    case 24:
        pen->style &= (uint8_t)~STYLE_UNDERLINE;
        break;
    case 27:
        pen->style &= (uint8_t)~STYLE_REVERSE;
        break;
    case 38:
    case 48:
        if (read_colour(parser, at, &colour)) {
            *(value == 38 ? &pen->foreground : &pen->background) = colour;
        }
        break;
    case 39:
        pen->foreground = PEN_DEFAULT;
        break;
    case 49:
        pen->background = PEN_DEFAULT;
        break;
    default:
        if (value >= 30 && value <= 37) {
            pen->foreground = PEN_PALETTE | (value - 30);
        } else if (value >= 40 && value <= 47) {
            pen->background = PEN_PALETTE | (value - 40);
        } else if (value >= 90 && value <= 97) {
            pen->foreground = PEN_PALETTE | (value - 90 + PALETTE_BRIGHT);
        } else if (value >= 100 && value <= 107) {
            pen->background = PEN_PALETTE | (value - 100 + PALETTE_BRIGHT);
        }
        break;
    }
}

void terminal_pen_select(struct terminal *terminal, const struct control_parser *parser) {
    struct terminal_pen *pen = &terminal->cursor.pen;

    if (parser->parameter_count == 0) {
        *pen = (struct terminal_pen){PEN_DEFAULT, PEN_DEFAULT, 0};
    }
    for (unsigned at = 0; at < parser->parameter_count; at++) {
        select_one(pen, parser, &at);
    }
    terminal_pen_apply(terminal);
}
