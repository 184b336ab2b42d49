/*
 * number.c - text to number (Forth-2012 3.4.1.3 and 8.3.1).
 */
#include "forth/number.h"

#include <stdbool.h>

int number_digit(char c, unsigned base) {
    int digit;
    if (c >= '0' && c <= '9') {
        digit = c - '0';
    } else if (c >= 'a' && c <= 'z') {
        digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'Z') {
        digit = c - 'A' + 10;
    } else {
        return -1;
    }
    return (unsigned)digit < base ? digit : -1;
}

static bool take_minus(const char **text, size_t *size) {
    if (*size == 0 || **text != '-') {
        return false;
    }
    ++*text;
    --*size;
    return true;
}

/* 'c' is the character between the quotes, whatever it is. */
static bool is_quoted_character(const char *text, size_t size) {
    return size == 3 && text[0] == '\'' && text[2] == '\'';
}

static bool take_prefix(const char **text, size_t *size, unsigned *base) {
    if (*size == 0) {
        return false;
    }
    switch (**text) {
    case '#':
        *base = 10;
        break;
    case '$':
        *base = 16;
        break;
    case '%':
        *base = 2;
        break;
    default:
        return false;
    }
    ++*text;
    --*size;
    return true;
}

enum number_kind number_parse(const char *text, size_t size, unsigned base, int64_t *low,
                              int64_t *high) {
    if (is_quoted_character(text, size)) {
        *low = (unsigned char)text[1];
        *high = 0;
        return NUMBER_SINGLE;
    }

    bool negative = take_minus(&text, &size);
    if (take_prefix(&text, &size, &base) && !negative) {
        negative = take_minus(&text, &size);
    }
    if (base < 2 || base > 36) {
        return NUMBER_NONE;
    }

    bool is_double = size > 1 && text[size - 1] == '.';
    if (is_double) {
        size--;
    }
    if (size == 0) {
        return NUMBER_NONE;
    }

    unsigned __int128 value = 0;
    for (size_t i = 0; i < size; i++) {
        int digit = number_digit(text[i], base);
        if (digit < 0) {
            return NUMBER_NONE;
        }
        value = value * base + (unsigned)digit;
    }
    if (negative) {
        value = -value;
    }
    *low = (int64_t)(uint64_t)value;
    *high = is_double ? (int64_t)(uint64_t)(value >> 64) : (*low < 0 ? -1 : 0);
    return is_double ? NUMBER_DOUBLE : NUMBER_SINGLE;
}
