/*
 * primitive_table.h - the table of primitives as generated from asm/engine/primitives.tbl.
 */
#ifndef PRIMITIVE_TABLE_H
#define PRIMITIVE_TABLE_H

#include <stdint.h>

#include "forth/dictionary.h"
#include "forth/vm_layout.h"

enum primitive_kind {
    PRIMITIVE_WORD,  /* has a name and an execution token */
    PRIMITIVE_INNER, /* exists in threaded code only */
    PRIMITIVE_PAIR,  /* stands for two others in a row, in threaded code only */
    PRIMITIVE_FORTH, /* written in Forth: its line only describes it */
    PRIMITIVE_USER,  /* a constant: handler is the window address that it pushes */
};

struct primitive {
    const char *name;
    uint64_t handler; /* machine code */
    enum primitive_kind kind;
    unsigned flags; /* WORD_IMMEDIATE, WORD_COMPILE_ONLY */
    int16_t need;   /* data stack cells it takes */
    int16_t net;    /* change of depth, or WORD_NET_UNKNOWN */
    const char *word_set;
    const char *effect;
    const char *glossary;
};

/* Two primitives that the compiler joins. */
struct primitive_pair {
    const char *first; /* may be a pair itself */
    const char *second;
    const char *both;
};

extern const struct primitive_pair primitive_pairs[];
extern const unsigned primitive_pair_count;

extern const struct primitive primitive_table[];
extern const unsigned primitive_count;

#endif
