/*
 * format.h - the small printf behind the boot log, the panic screen and the tables of the machine.
 */
#ifndef SHARED_FORMAT_H
#define SHARED_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Takes a piece of text; not zero-terminated. */
typedef void (*format_sink)(void *context, const char *text, size_t size);

/* Understands %s %c %u %d %x and %%, numbers also with l; a width pads with blanks on the left, on the right
 * after a minus sign, or with zeros after a 0, as in %-12s %8lu %016lx. Allocates nothing; ISR-safe as far as
 * the sink is. */
void format(format_sink sink, void *context, const char *pattern, ...)
    __attribute__((format(printf, 3, 4)));
void format_list(format_sink sink, void *context, const char *pattern, va_list arguments);

#endif
