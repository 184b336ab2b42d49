/*
 * number.h - text to number.
 */
#ifndef NUMBER_H
#define NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum number_kind { NUMBER_NONE, NUMBER_SINGLE, NUMBER_DOUBLE };

/* Converts `text` by Forth-2012 3.4.1.3: digits in `base` (2..36), the prefixes # $ % and 'c', an
 * optional minus, and a trailing '.' for a double (8.3.1). A single goes to *low (sign-extended
 * to *high), a double to both. Values wrap modulo 2^64 and 2^128. Pure. */
enum number_kind number_parse(const char *text, size_t size, unsigned base, int64_t *low,
                              int64_t *high);

/* The value of a digit in `base`, or -1. */
int number_digit(char c, unsigned base);

#endif
