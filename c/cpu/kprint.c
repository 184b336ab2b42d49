/*
 * kprint.c - the small printf behind the boot log and the panic screen.
 */
#include "cpu/kprint.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "drivers/framebuffer.h"
#include "drivers/uart.h"

enum { DIGITS_MAX = 20 }; /* 2^64 - 1 in decimal */

static void put(const char *text, size_t size) {
    uart_write(text, size);
    framebuffer_write(text, size);
}

static void put_number(uint64_t value, unsigned base, unsigned width) {
    char digits[DIGITS_MAX];
    size_t at = DIGITS_MAX;

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0 || (DIGITS_MAX - at < width && at > 0));
    put(digits + at, DIGITS_MAX - at);
}

static void put_signed(int64_t value, unsigned width) {
    if (value < 0) {
        put("-", 1);
    }
    put_number(value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, width);
}

void kprintf(const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    while (*format != '\0') {
        size_t plain = 0;
        while (format[plain] != '\0' && format[plain] != '%') {
            plain++;
        }
        put(format, plain);
        format += plain;
        if (*format == '\0') {
            break;
        }
        format++; /* the percent sign */

        unsigned width = 0;
        while (*format >= '0' && *format <= '9') {
            width = width * 10 + (unsigned)(*format++ - '0');
        }
        bool is_long = false;
        while (*format == 'l') {
            is_long = true;
            format++;
        }

        switch (*format) {
        case 's': {
            const char *text = va_arg(arguments, const char *);
            put(text, strlen(text));
            break;
        }
        case 'c': {
            char c = (char)va_arg(arguments, int);
            put(&c, 1);
            break;
        }
        case 'u':
        case 'x': {
            uint64_t value =
                is_long ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            put_number(value, *format == 'x' ? 16 : 10, width);
            break;
        }
        case 'd':
            put_signed(is_long ? va_arg(arguments, long) : va_arg(arguments, int), width);
            break;
        case '\0': /* a lone percent sign at the end */
            va_end(arguments);
            return;
        default:
            put(format, 1);
            break;
        }
        format++;
    }
    va_end(arguments);
}
