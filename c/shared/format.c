/*
 * format.c - the small printf behind the boot log, the panic screen and the tables of the machine.
 *
 * It must work in a panic, so it keeps its state on the stack, and everything that it can be given is printed
 * somehow: an unknown conversion as the letter that it is.
 */
#include "shared/format.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS_MAX = 20 }; /* 2^64 - 1 in decimal */

struct output {
    format_sink sink;
    void *context;
};

/* The part of a conversion between the percent sign and the letter. */
struct field {
    unsigned width;
    bool left;
    bool zeros;
    bool is_long;
};

static void put(const struct output *to, const char *text, size_t size) {
    if (size != 0) {
        to->sink(to->context, text, size);
    }
}

static void fill(const struct output *to, char c, unsigned count) {
    while (count-- > 0) {
        put(to, &c, 1);
    }
}

static void put_padded(const struct output *to, const struct field *field, const char *text,
                       size_t size) {
    const unsigned padding = size < field->width ? field->width - (unsigned)size : 0;
    if (!field->left) {
        fill(to, ' ', padding);
    }
    put(to, text, size);
    if (field->left) {
        fill(to, ' ', padding);
    }
}

static void put_number(const struct output *to, struct field *field, uint64_t value, unsigned base,
                       bool negative) {
    char digits[DIGITS_MAX + 1];
    size_t at = sizeof digits;

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    if (field->zeros && !field->left) {
        const size_t size = sizeof digits - at + negative;
        put(to, "-", negative);
        fill(to, '0', size < field->width ? field->width - (unsigned)size : 0);
        put(to, digits + at, sizeof digits - at);
        return;
    }
    if (negative) {
        digits[--at] = '-';
    }
    put_padded(to, field, digits + at, sizeof digits - at);
}

/* Reads flags, width and length; returns where the letter stands. */
static const char *read_field(const char *pattern, struct field *field) {
    *field = (struct field){0};
    for (; *pattern == '-' || *pattern == '0'; pattern++) {
        field->left |= *pattern == '-';
        field->zeros |= *pattern == '0';
    }
    while (*pattern >= '0' && *pattern <= '9') {
        field->width = field->width * 10 + (unsigned)(*pattern++ - '0');
    }
    while (*pattern == 'l') {
        field->is_long = true;
        pattern++;
    }
    return pattern;
}

void format_list(format_sink sink, void *context, const char *pattern, va_list arguments) {
    const struct output to = {sink, context};

    for (;;) {
        size_t plain = 0;
        while (pattern[plain] != '\0' && pattern[plain] != '%') {
            plain++;
        }
        put(&to, pattern, plain);
        pattern += plain;
        if (*pattern == '\0') {
            return;
        }
        struct field field;
        pattern = read_field(pattern + 1, &field);
        switch (*pattern) {
        case 's': {
            const char *text = va_arg(arguments, const char *);
            put_padded(&to, &field, text, strlen(text));
            break;
        }
        case 'c': {
            const char c = (char)va_arg(arguments, int);
            put_padded(&to, &field, &c, 1);
            break;
        }
        case 'u':
        case 'x': {
            const uint64_t value =
                field.is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            put_number(&to, &field, value, *pattern == 'x' ? 16 : 10, false);
            break;
        }
        case 'd': {
            const int64_t value = field.is_long ? va_arg(arguments, long) : va_arg(arguments, int);
            put_number(&to, &field, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10,
                       value < 0);
            break;
        }
        case '\0': /* a lone percent sign at the end */
            return;
        default:
            put(&to, pattern, 1);
            break;
        }
        pattern++;
    }
}

void format(format_sink sink, void *context, const char *pattern, ...) {
    va_list arguments;

    va_start(arguments, pattern);
    format_list(sink, context, pattern, arguments);
    va_end(arguments);
}
