/*
 * kprint.h - formatted text for the kernel's own messages: boot log and panic screen.
 */
#ifndef CPU_KPRINT_H
#define CPU_KPRINT_H

#include <stddef.h>

/* Writes to COM1 and, once it is up, the framebuffer. Allocates nothing and takes no lock, so that
 * a panic may use it at any time; in interrupt handlers otherwise it is a kernel bug: panic. Lines end in
 * '\n'. What it understands is in shared/format.h. */
void kprintf(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* The same as a format_sink, for tables in the boot log and the panic screen. */
void kprint_bytes(void *context, const char *text, size_t size);

#endif
