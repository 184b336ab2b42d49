/*
 * pic.h - the two legacy 8259 interrupt controllers.
 */
#ifndef DRIVERS_PIC_H
#define DRIVERS_PIC_H

#include <stdbool.h>

enum { PIC_LINES = 16 };

/* Moves the 16 lines to the vectors from `base` (a multiple of 8) on, and masks them all. */
void pic_init(unsigned base);

/* Lets interrupts of a line through. */
void pic_unmask(unsigned line);

/* Signals the end of interrupt for a line. Returns false when the interrupt was spurious, as those
 * of lines 7 and 15 may be: nothing has happened then. For interrupt handlers. */
bool pic_acknowledge(unsigned line);

#endif
