/*
 * width.h - how wide a window must be to show what a program does. Pure functions.
 *
 * The signal is the reuse distance of each word in the window: how many words ago the same word was executed, as a
 * logarithm. A window is stable when its two halves have the same variance, by Levene's test in the form of
 * Brown and Forsythe (about the median, which does not need a normal distribution): for halves of m values with z the
 * distances from the median of the half, S1 and S2 their sums and Q the sum of all squares,
 *
 *     W = (m - 1) (S1 - S2)^2 / (m Q - S1^2 - S2^2)
 *
 * against the 5% point of F with 1 and 2m - 2 degrees of freedom.
 */
#ifndef PHYSICS_WIDTH_H
#define PHYSICS_WIDTH_H

#include <stdbool.h>
#include <stdint.h>

#define WIDTH_LEAST  64u
#define WIDTH_LEVELS 512u /* a value of the signal is below */

/* True when the halves of values[0 .. count) have the same variance. count is even. */
bool width_is_stable(const uint16_t *values, uint32_t count);

/* The next width after one look at the newest `width` values: twice as wide, but at most `most`, when that was not
 * stable; half as wide, but at least WIDTH_LEAST, when the newest half of it is stable, too. */
uint32_t width_adapt(const uint16_t *values, uint32_t width, uint32_t most);

/* The value of a reuse distance, of at least 1. */
uint16_t width_value(uint64_t distance);

#endif
