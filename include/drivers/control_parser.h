/*
 * control_parser.h - takes a stream of bytes apart: characters in UTF-8, control characters, and the escape
 * and control sequences of ECMA-48.
 *
 * It knows the grammar and no meaning. Pure and ISR-safe; a parser belongs to whoever feeds it.
 */
#ifndef DRIVERS_CONTROL_PARSER_H
#define DRIVERS_CONTROL_PARSER_H

#include <stdbool.h>
#include <stdint.h>

enum {
    CONTROL_PARAMETERS_MAX = 16,      /* further ones are dropped */
    CONTROL_PARAMETER_LIMIT = 0xffff, /* a larger number is taken as this one */
    CONTROL_STRING_MAX = 1024,        /* bytes after which a string that nobody ends is given up */
    CONTROL_REPLACEMENT = 0xfffd,     /* what stands for malformed UTF-8 */
};

enum control_action {
    CONTROL_NONE,    /* the byte was part of something that goes on, or has no effect */
    CONTROL_PRINT,   /* `character` */
    CONTROL_EXECUTE, /* the control character `final` */
    CONTROL_ESCAPE,  /* ESC intermediate final */
    CONTROL_CSI,     /* ESC [ marker parameters intermediate final */
};

enum control_state {
    CONTROL_GROUND,
    CONTROL_AFTER_ESCAPE,
    CONTROL_IN_ESCAPE, /* after an intermediate byte */
    CONTROL_CSI_BEGIN,
    CONTROL_CSI_PARAMETERS,
    CONTROL_CSI_INTERMEDIATE,
    CONTROL_CSI_IGNORE,
    CONTROL_STRING, /* DCS, OSC, SOS, PM, APC: all swallowed */
    CONTROL_STRING_ESCAPE,
};

struct control_parser {
    /* What the last action means. */
    uint32_t character;
    bool malformed; /* besides: unfinished UTF-8 before this byte, one replacement character */
    uint8_t final;
    uint8_t marker;       /* one of < = > ? or 0 */
    uint8_t intermediate; /* 0x20 to 0x2f, or 0 */
    uint8_t parameter_count;
    uint16_t parameters[CONTROL_PARAMETERS_MAX]; /* 0 for those left out */

    /* The parser's own. */
    enum control_state state;
    unsigned string_size;
    uint32_t partial;        /* the bits so far of a character in UTF-8 */
    uint8_t missing;         /* its bytes still to come */
    uint8_t lowest, highest; /* what the next of them may be */
};

void control_parser_init(struct control_parser *parser);

/* Takes one byte. The fields of `parser` say what the result is about, until the next call. */
enum control_action control_parser_feed(struct control_parser *parser, uint8_t byte);

/* Parameter `index`, or `otherwise` when it is missing or 0. */
static inline unsigned control_parameter(const struct control_parser *parser, unsigned index,
                                         unsigned otherwise) {
    return index < parser->parameter_count && parser->parameters[index] != 0
               ? parser->parameters[index]
               : otherwise;
}

#endif
