/*
 * kprint.c - the kernel's own messages: boot log and panic screen.
 */
#include "cpu/kprint.h"

#include <stdarg.h>

#include "cpu/interrupts.h"
#include "cpu/panic.h"
#include "drivers/framebuffer.h"
#include "drivers/uart.h"
#include "hal/hal_panic.h"
#include "shared/format.h"

void kprint_bytes(void *context, const char *text, size_t size) {
    (void)context;
    if (interrupts_in_handler() && !panic_in_progress()) {
        hal_panic("an interrupt handler printed something");
    }
    uart_write(text, size);
    framebuffer_write(text, size);
}

void kprintf(const char *pattern, ...) {
    va_list arguments;

    va_start(arguments, pattern);
    format_list(kprint_bytes, NULL, pattern, arguments);
    va_end(arguments);
}
