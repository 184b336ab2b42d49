/*
 * listing.c - words typed in lines, indented by the control structures around them.
 */
#include "forth/listing.h"

#include "forth/console.h"

#define LINE_WIDTH   76u
#define INDENT_WIDTH 4u
#define DIGITS       20u /* of a cell in decimal */

static size_t length(const char *text) {
    size_t size = 0;
    while (text[size] != '\0') {
        size++;
    }
    return size;
}

/* Gets ready for a word of that size: a space, or a new line. */
static void make_room(struct listing *listing, size_t size) {
    if (listing->break_line || listing->column + 1 + size > LINE_WIDTH) {
        console_char('\n');
        if (listing->margin != NULL) {
            listing->margin(listing->margin_context, listing->at);
        }
        listing->column = (size_t)listing->indent * INDENT_WIDTH;
        for (size_t i = 0; i < listing->column; i++) {
            console_char(' ');
        }
    } else if (listing->column > 0) {
        console_char(' ');
        listing->column++;
    }
    listing->break_line = false;
    listing->column += size;
}

void listing_word(struct listing *listing, const char *text, size_t size) {
    if (listing->typing) {
        make_room(listing, size);
        console_bytes(text, size);
    }
}

void listing_text(struct listing *listing, const char *text) {
    listing_word(listing, text, length(text));
}

void listing_number(struct listing *listing, int64_t value) {
    char text[DIGITS + 1];
    size_t at = sizeof text;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        text[--at] = '-';
    }
    listing_word(listing, text + at, sizeof text - at);
}

void listing_string(struct listing *listing, const char *word, const char *text, size_t size) {
    if (listing->typing) {
        make_room(listing, length(word) + 1 + size + 1);
        console_text(word);
        console_char(' ');
        console_bytes(text, size);
        console_char('"');
    }
}

void listing_open(struct listing *listing, const char *text) {
    listing_text(listing, text);
    listing->indent++;
    listing->break_line = true;
}

void listing_divide(struct listing *listing, const char *text) {
    listing->indent--;
    listing->break_line = true;
    listing_open(listing, text);
}

void listing_close(struct listing *listing, const char *text) {
    listing->indent--;
    listing->break_line = true;
    listing_text(listing, text);
    listing->break_line = true;
}
