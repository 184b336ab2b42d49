/*
 * kprint.c - the kernel's own messages: boot log and panic screen.
 */
#include "cpu/kprint.h"

#include <stdarg.h>

#include "drivers/framebuffer.h"
#include "drivers/uart.h"
#include "shared/format.h"

static void put(void *context, const char *text, size_t size) {
    (void)context;
    uart_write(text, size);
    framebuffer_write(text, size);
}

void kprintf(const char *pattern, ...) {
    va_list arguments;

    va_start(arguments, pattern);
    format_list(put, NULL, pattern, arguments);
    va_end(arguments);
}
