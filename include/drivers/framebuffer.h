/*
 * framebuffer.h - a text console on the linear framebuffer that the firmware set up.
 */
#ifndef DRIVERS_FRAMEBUFFER_H
#define DRIVERS_FRAMEBUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/bootinfo.h"

/* Takes over the screen that boot_info describes, if there is one that can be used: 32 bits a
 * pixel, every line inside the stated size. The frame buffer stays mapped for good. Returns false,
 * and leaves the console without a screen, when there is none or when it cannot be mapped. */
bool framebuffer_init(const BootInfo *boot_info);

/* Writes text. Knows newline, carriage return, backspace, tab and the ANSI sequences that the
 * line editor needs (cursor movement, erase, home); swallows the other CSI sequences. What is
 * written before framebuffer_init is shown by it, up to 1 KiB. Usable in a panic. */
void framebuffer_write(const char *bytes, size_t size);

/* Size of the text area in characters; 0 and 0 without a screen. */
void framebuffer_size(unsigned *columns, unsigned *rows);

#endif
