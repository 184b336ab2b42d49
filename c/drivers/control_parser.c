/*
 * control_parser.c - takes a stream of bytes apart (see control_parser.h).
 *
 * The states are those of the parser in DEC's terminals as Paul Williams has described it, with three
 * changes: all strings are one state, since none of them means anything here; bytes from 0x80 on are UTF-8
 * and never C1 controls; and such a byte inside an escape sequence ends the sequence, for it can only come
 * from output that is no sequence at all.
 */
#include "drivers/control_parser.h"

enum { BELL = 0x07, CANCEL = 0x18, SUBSTITUTE = 0x1a, ESCAPE = 0x1b, DELETE = 0x7f };

void control_parser_init(struct control_parser *parser) {
    *parser = (struct control_parser){.state = CONTROL_GROUND};
}

/* ---- UTF-8 ---- */

/* Begins a character of several bytes. Unicode 15, table 3-7: which first bytes there are, and what may
 * follow them; what is left out would be overlong, a surrogate or above U+10FFFF. */
static enum control_action begin_character(struct control_parser *parser, uint8_t byte) {
    parser->lowest = 0x80;
    parser->highest = 0xbf;
    if (byte >= 0xc2 && byte <= 0xdf) {
        parser->missing = 1;
        parser->partial = byte & 0x1f;
    } else if (byte >= 0xe0 && byte <= 0xef) {
        parser->missing = 2;
        parser->partial = byte & 0x0f;
        parser->lowest = byte == 0xe0 ? 0xa0 : 0x80;
        parser->highest = byte == 0xed ? 0x9f : 0xbf;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        parser->missing = 3;
        parser->partial = byte & 0x07;
        parser->lowest = byte == 0xf0 ? 0x90 : 0x80;
        parser->highest = byte == 0xf4 ? 0x8f : 0xbf;
    } else {
        parser->character = CONTROL_REPLACEMENT;
        return CONTROL_PRINT;
    }
    return CONTROL_NONE;
}

static enum control_action continue_character(struct control_parser *parser, uint8_t byte) {
    parser->partial = parser->partial << 6 | (byte & 0x3f);
    parser->lowest = 0x80;
    parser->highest = 0xbf;
    if (--parser->missing > 0) {
        return CONTROL_NONE;
    }
    parser->character = parser->partial;
    /* the C1 controls have a place in Unicode, but no picture */
    return parser->character >= 0xa0 ? CONTROL_PRINT : CONTROL_NONE;
}

/* ---- sequences ---- */

static void begin_sequence(struct control_parser *parser) {
    parser->marker = 0;
    parser->intermediate = 0;
    parser->parameter_count = 0;
}

static void add_digit(struct control_parser *parser, uint8_t byte) {
    if (parser->parameter_count == 0) {
        parser->parameters[parser->parameter_count++] = 0;
    }
    if (parser->parameter_count > CONTROL_PARAMETERS_MAX) {
        return;
    }
    uint16_t *last = &parser->parameters[parser->parameter_count - 1];
    const uint32_t value = *last * UINT32_C(10) + (byte - '0');
    *last = (uint16_t)(value < CONTROL_PARAMETER_LIMIT ? value : CONTROL_PARAMETER_LIMIT);
}

/* The count goes one past the largest number of parameters, where all further digits are dropped. */
static void next_parameter(struct control_parser *parser) {
    if (parser->parameter_count == 0) {
        parser->parameters[parser->parameter_count++] = 0; /* the one before, left out */
    }
    if (parser->parameter_count < CONTROL_PARAMETERS_MAX) {
        parser->parameters[parser->parameter_count] = 0;
    }
    if (parser->parameter_count <= CONTROL_PARAMETERS_MAX) {
        parser->parameter_count++;
    }
}

static enum control_action finish(struct control_parser *parser, uint8_t byte,
                                  enum control_action action) {
    if (parser->parameter_count > CONTROL_PARAMETERS_MAX) {
        parser->parameter_count = CONTROL_PARAMETERS_MAX;
    }
    parser->final = byte;
    parser->state = CONTROL_GROUND;
    return action;
}

static enum control_action after_escape(struct control_parser *parser, uint8_t byte) {
    switch (byte) {
    case '[':
        begin_sequence(parser);
        parser->state = CONTROL_CSI_BEGIN;
        return CONTROL_NONE;
    case 'P': /* DCS */
    case 'X': /* SOS */
    case ']': /* OSC */
    case '^': /* PM */
    case '_': /* APC */
        parser->state = CONTROL_STRING;
        parser->string_size = 0;
        return CONTROL_NONE;
    default:
        break;
    }
    if (byte < 0x30) {
        /* a second intermediate byte makes a sequence that means nothing here */
        parser->intermediate = parser->state == CONTROL_AFTER_ESCAPE ? byte : 0x2f;
        parser->state = CONTROL_IN_ESCAPE;
        return CONTROL_NONE;
    }
    return finish(parser, byte, CONTROL_ESCAPE);
}

static enum control_action in_csi(struct control_parser *parser, uint8_t byte) {
    if (byte >= 0x40) {
        return finish(parser, byte,
                      parser->state == CONTROL_CSI_IGNORE ? CONTROL_NONE : CONTROL_CSI);
    }
    if (parser->state == CONTROL_CSI_IGNORE) {
        return CONTROL_NONE;
    }
    if (byte < 0x30) {
        if (parser->state == CONTROL_CSI_INTERMEDIATE) {
            parser->state = CONTROL_CSI_IGNORE;
            return CONTROL_NONE;
        }
        parser->intermediate = byte;
        parser->state = CONTROL_CSI_INTERMEDIATE;
    } else if (parser->state == CONTROL_CSI_INTERMEDIATE || byte == ':') {
        parser->state = CONTROL_CSI_IGNORE;
    } else if (byte <= '9') {
        parser->state = CONTROL_CSI_PARAMETERS;
        add_digit(parser, byte);
    } else if (byte == ';') {
        parser->state = CONTROL_CSI_PARAMETERS;
        next_parameter(parser);
    } else if (parser->state == CONTROL_CSI_BEGIN) {
        parser->marker = byte;
        parser->state = CONTROL_CSI_PARAMETERS;
    } else {
        parser->state = CONTROL_CSI_IGNORE;
    }
    return CONTROL_NONE;
}

/* BEL ends a string, as it does xterm's titles. Output that only happened to look like the beginning of a
 * string must not silence the screen: hence the limit. */
static void count_string(struct control_parser *parser, uint8_t byte) {
    if (byte == BELL || ++parser->string_size >= CONTROL_STRING_MAX) {
        parser->state = CONTROL_GROUND;
    }
}

/* After an ESC in a string: a backslash, and the two are ST, which ends it; or a sequence, which does too. */
static enum control_action after_string_escape(struct control_parser *parser, uint8_t byte) {
    if (byte == '\\') {
        parser->state = CONTROL_GROUND;
        return CONTROL_NONE;
    }
    parser->state = CONTROL_AFTER_ESCAPE;
    return after_escape(parser, byte);
}

static enum control_action in_sequence(struct control_parser *parser, uint8_t byte) {
    switch (parser->state) {
    case CONTROL_AFTER_ESCAPE:
        return after_escape(parser, byte);
    case CONTROL_IN_ESCAPE:
        return byte < 0x30 ? after_escape(parser, byte) : finish(parser, byte, CONTROL_ESCAPE);
    case CONTROL_STRING:
        count_string(parser, byte);
        return CONTROL_NONE;
    case CONTROL_STRING_ESCAPE:
        return after_string_escape(parser, byte);
    default:
        return in_csi(parser, byte);
    }
}

static bool is_string(const struct control_parser *parser) {
    return parser->state == CONTROL_STRING || parser->state == CONTROL_STRING_ESCAPE;
}

/* Control characters work in the middle of a sequence too, and leave it where it is. */
static enum control_action control_character(struct control_parser *parser, uint8_t byte) {
    if (byte == ESCAPE) {
        parser->state = is_string(parser) ? CONTROL_STRING_ESCAPE : CONTROL_AFTER_ESCAPE;
        begin_sequence(parser);
        return CONTROL_NONE;
    }
    if (byte == CANCEL || byte == SUBSTITUTE) {
        parser->state = CONTROL_GROUND;
        return CONTROL_NONE;
    }
    if (is_string(parser)) {
        count_string(parser, byte);
        return CONTROL_NONE;
    }
    parser->final = byte;
    return CONTROL_EXECUTE;
}

enum control_action control_parser_feed(struct control_parser *parser, uint8_t byte) {
    parser->malformed = false;
    if (parser->missing > 0) {
        if (byte >= parser->lowest && byte <= parser->highest) {
            return continue_character(parser, byte);
        }
        parser->missing = 0;
        parser->malformed = true;
    }
    if (byte < 0x20) {
        return control_character(parser, byte);
    }
    if (byte == DELETE) {
        return CONTROL_NONE;
    }
    if (parser->state != CONTROL_GROUND && (byte < 0x80 || is_string(parser))) {
        return in_sequence(parser, byte);
    }
    parser->state = CONTROL_GROUND;
    if (byte >= 0x80) {
        return begin_character(parser, byte);
    }
    parser->character = byte;
    return CONTROL_PRINT;
}
