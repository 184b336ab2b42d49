/*
 * fixed.h - fixed-point numbers of the physics: heat, factors of decay, logarithms. No floating point, so that every
 * machine computes the same.
 *
 * Formats: heat is unsigned 64.32 (whole counts and 2^-32 of one), a factor of decay is unsigned 0.64 and below
 * one, a logarithm to the base 2 is unsigned 6.16. Pure functions, ISR-safe.
 */
#ifndef PHYSICS_FIXED_H
#define PHYSICS_FIXED_H

#include <stdint.h>

struct heat {
    uint64_t whole;
    uint32_t fraction; /* in 2^-32 */
};

/* heat + count; stays at the greatest number that there is. `count` may be negative: the sum is at least 0. */
struct heat heat_add(struct heat heat, int64_t count);

/* heat * 2^(-elapsed / half_life), rounded to the nearest. half_life is in words, at least 1. */
struct heat heat_decay(struct heat heat, uint64_t elapsed, uint64_t half_life);

/* Negative, 0 or positive: how the two compare. */
int heat_compare(struct heat a, struct heat b);

/* log2(x) in 6.16, rounded down, its error below 2^-15. log2(0) counts as 0. */
uint32_t log2_fixed(uint64_t x);

/* a * b / c without overflow in between; c is not 0 and the result fits. Rounds down. */
uint64_t muldiv(uint64_t a, uint64_t b, uint64_t c);

#endif
