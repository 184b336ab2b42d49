/*
 * console.h - typing text and numbers from C words.
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>
#include <stdint.h>

void console_char(char c);
void console_text(const char *text); /* zero-terminated */
void console_bytes(const char *bytes, size_t size);

/* Digits in `base` (2..36, lower case), without a space. */
void console_unsigned(uint64_t value, unsigned base);
void console_signed(int64_t value);

/* Goes to the beginning of a line unless the last character typed was a newline. */
void console_fresh_line(void);

#endif
