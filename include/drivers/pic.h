/*
 * pic.h - the two 8259 interrupt controllers of the PC/AT.
 *
 * Lines are 0 to 15; 2 is where the second controller hangs on the first. All but pic_init are ISR-safe.
 */
#ifndef DRIVERS_PIC_H
#define DRIVERS_PIC_H

#include <stdbool.h>

enum { PIC_LINES = 16 };

/* Moves the 16 lines to the vectors from `base` (a multiple of 8) on, and masks them all. False when the
 * machine has no such controllers. */
bool pic_init(unsigned base);

/* Holds a line back, or lets it through. An edge that comes while its line is masked is kept. */
void pic_mask(unsigned line);
void pic_unmask(unsigned line);

/* True when a line is level-triggered, as the chip set's ELCR says. */
bool pic_is_level(unsigned line);

/* True when the interrupt just taken on line 7 or 15 was none: the request went away before it was
 * taken. There is then nothing to signal the end of; for line 15 the first controller has been told
 * already. */
bool pic_is_spurious(unsigned line);

void pic_end_of_interrupt(unsigned line);

#endif
