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
#define WIDTH_MOST   65536u
#define WIDTH_LEVELS 257u /* a value of the signal is below: 16 log2(WIDTH_MOST), and one more */

/* How often which value, at most WIDTH_MOST / 2 times, is in the halves of a window, and in the quarters of
 * the newer half. All zero at first but for the width. */
enum width_part { WIDTH_OLDER, WIDTH_NEWER, WIDTH_THIRD, WIDTH_FOURTH, WIDTH_PARTS };
struct width_values {
    uint32_t width;
    uint16_t often[WIDTH_PARTS][WIDTH_LEVELS];
};

/* Value number `i` of the window, from 0, the oldest. A last one that has no partner is left out. */
void width_count(struct width_values *values, uint32_t i, uint16_t value);

/* True when the halves of the window have the same variance. */
bool width_is_stable(const struct width_values *values);

/* The next width: twice as wide, but at most `most`, when that window was not stable; half as wide, but at
 * least WIDTH_LEAST, when its newer half is stable, too. */
uint32_t width_adapt(const struct width_values *values, uint32_t most);

/* The value of a reuse distance, of at least 1. */
uint16_t width_value(uint64_t distance);

#endif
