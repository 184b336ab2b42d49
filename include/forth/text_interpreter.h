/*
 * text_interpreter.h - the parse area and how words of the source become actions.
 */
#ifndef TEXT_INTERPRETER_H
#define TEXT_INTERPRETER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "forth/vm.h"

/* A piece of the source: a C pointer, good until Forth runs again, and the same as a Forth address.
 */
struct parsed {
    const char *text;
    uint64_t addr;
    size_t size;
};

/* Skips blanks and takes a word (Forth-2012 6.2.2020 PARSE-NAME); size 0 at the end of the source.
 * The word is remembered for error messages. Returns 0 or -9 when the source is not readable. */
int parse_name(struct vm *vm, struct parsed *out);

/* Takes everything up to `delimiter`, which is skipped (6.2.2008 PARSE). *found tells whether
 * the delimiter was there. */
int parse_until(struct vm *vm, char delimiter, struct parsed *out, bool *found);

/* Parses a name and finds its word. Returns 0, -16 (no name) or -13 (undefined). */
int parse_word(struct vm *vm, uint32_t *xt);

#endif
