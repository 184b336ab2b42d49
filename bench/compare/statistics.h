/*
 * statistics.h - mean, median and deviation in whole numbers, for a kernel without floating point. Pure.
 */
#ifndef COMPARE_STATISTICS_H
#define COMPARE_STATISTICS_H

#include <stdint.h>

/* a * b / c, with 128 bits in between. UINT64_MAX when the result does not fit, or c is 0. */
uint64_t multiply_divide(uint64_t a, uint64_t b, uint64_t c);

/* The greatest number whose square is not greater. */
uint64_t square_root(uint64_t value);

struct statistics {
    uint64_t least, median, mean, deviation; /* the last is the sample's, n - 1; 0 for one value */
    uint64_t variation;                      /* deviation / mean, in millionths */
};

/* Of `count` values, at least one. Sorts them. Deviations are good to 28 bits. */
struct statistics statistics_of(uint64_t *values, unsigned count);

#endif
