/*
 * kprint.h - formatted text for the kernel's own messages: boot log and panic screen.
 */
#ifndef CPU_KPRINT_H
#define CPU_KPRINT_H

/* Writes to COM1 and, once it is up, the framebuffer. Allocates nothing and takes no lock, so that
 * a panic may use it at any time; not to be used in interrupt handlers otherwise. Lines end in
 * '\n'. Understands %s %c %u %d %x, each number also with l, and a zero-padded width as in %016lx.
 */
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
