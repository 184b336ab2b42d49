/*
 * framebuffer.h - the text console on the linear frame buffer that the firmware set up.
 *
 * It is a terminal (drivers/terminal.h) and what draws it (drivers/renderer.h). What is written is in the
 * terminal at once; drawing it can wait, when lines have moved and more is about to come. Unless said
 * otherwise, functions are not ISR-safe, and do nothing without a screen.
 */
#ifndef DRIVERS_FRAMEBUFFER_H
#define DRIVERS_FRAMEBUFFER_H

#include <stdbool.h>
#include <stddef.h>

#include "boot/bootinfo.h"

/* Takes over the screen that boot_info describes, through the direct map and with a grid of at most 80 by
 * 25 characters: so it works before there is any memory management, and messages and panics can be seen from
 * then on. What was written before is shown. Leaves the console without a screen when there is none that can
 * be used. */
void framebuffer_init(const BootInfo *boot_info);

/* Maps the frame buffer for fast writing and uses the whole of it, if memory allows; otherwise it stays as it
 * is. Needs vmm_init and kmalloc_init. */
void framebuffer_expand(void);

/* Writes text as terminal.h says, and draws it. Usable in a panic. */
void framebuffer_write(const char *bytes, size_t size);

/* The same without drawing. Returns false when lines have moved, so that drawing is much work and may wait
 * for more text: somebody must call framebuffer_draw or framebuffer_draw_some later. */
bool framebuffer_put(const char *bytes, size_t size);

/* Draws all that has not been drawn. */
void framebuffer_draw(void);

/* Draws a part that takes some ten microseconds. Returns true when nothing is left to be drawn, false also
 * when it has interrupted one of the other functions. ISR-safe. */
bool framebuffer_draw_some(void);

/* The beginning of a panic: what is written from now on is kept aside, and only framebuffer_draw, once at
 * the end, touches the screen: the text then stands below what was there, in alarm colours, and does not
 * scroll away. Works at any time, also in the middle of the other functions. Interrupts must be disabled
 * and stay so. */
void framebuffer_begin_alarm(void);

/* Size of the text area in characters; 0 and 0 without a screen. ISR-safe. */
void framebuffer_size(unsigned *columns, unsigned *rows);

/* Why there is no screen, as part of a sentence; NULL when there is one. */
const char *framebuffer_problem(void);

#endif
