/*
 * arbiter_clock.h - how fast the core was, and whether it was ours: what stands around each sample of the arbiter's
 * benchmarks.
 */
#ifndef ARBITER_CLOCK_H
#define ARBITER_CLOCK_H

#include <stddef.h>

#define CLOCK_LINE 128u /* characters, with the end */

/* Writes a line into `line`: CLOCK wall-at-entry cpu-at-entry chain wall-at-return cpu-at-return, times in ns, `chain`
 * the cycles of the time stamp counter that one core cycle takes. Returns its length. Takes a tenth of a
 * millisecond, in which the clocks stand still for whoever takes differences from one line's return to the next
 * line's entry. */
size_t clock_line(char line[CLOCK_LINE]);

#endif
