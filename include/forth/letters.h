/*
 * letters.h - comparing names without regard to the case of letters. ASCII only; pure; ISR-safe.
 */
#ifndef LETTERS_H
#define LETTERS_H

#include <stdbool.h>
#include <stddef.h>

static inline char fold_letter(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool same_name(const char *a, const char *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (fold_letter(a[i]) != fold_letter(b[i])) {
            return false;
        }
    }
    return true;
}

#endif
