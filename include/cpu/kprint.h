/*
 * kprint.h - formatted text for the kernel's own messages: boot log and panic screen.
 */
#ifndef CPU_KPRINT_H
#define CPU_KPRINT_H

/* Writes to COM1 and, once it is up, the framebuffer. Allocates nothing and takes no lock, so that
 * a panic may use it at any time; not to be used in interrupt handlers otherwise. Lines end in
 * '\n'. What it understands is in shared/format.h. */
void kprintf(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

#endif
