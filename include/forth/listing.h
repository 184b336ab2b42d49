/*
 * listing.h - words typed in lines, indented by the control structures around them.
 */
#ifndef LISTING_H
#define LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Types what stands before each line; `at` is the threaded code whose text begins it. */
typedef void (*listing_margin)(void *context, uint64_t at);

struct listing {
    listing_margin margin; /* NULL: none */
    void *margin_context;
    uint64_t at;     /* the code whose text comes next */
    bool typing;     /* false: go through the motions only */
    bool break_line; /* begin a new line before the next word */
    unsigned indent;
    size_t column;
};

/* Types a word after a space; begins a new line where it would be too long. */
void listing_word(struct listing *listing, const char *text, size_t size);
void listing_text(struct listing *listing, const char *text); /* zero-terminated */
void listing_number(struct listing *listing, int64_t value);

/* A word, a space, the text of a string and a closing quote. */
void listing_string(struct listing *listing, const char *word, const char *text, size_t size);

/* A word that begins, divides or ends a control structure. */
void listing_open(struct listing *listing, const char *text);
void listing_divide(struct listing *listing, const char *text);
void listing_close(struct listing *listing, const char *text);

#endif
