/*
 * slope.h - how fast what is hot cools. Pure functions.
 *
 * A working set is a set of words; its share is the part of all executions in an interval that is theirs. The points are
 * (virtual time, log2 of the share) at heartbeats; a straight line through them by least squares is exponential decay,
 * and its slope gives a half-life. How good the line is says r2, the coefficient of determination.
 */
#ifndef PHYSICS_SLOPE_H
#define PHYSICS_SLOPE_H

#include <stdbool.h>
#include <stdint.h>

#define SLOPE_POINTS 16u
#define SLOPE_LEAST  4u  /* points for a line */
#define SLOPE_SET    16u /* words in the working set */

struct slope {
    uint32_t set[SLOPE_SET]; /* the working set, by number of the word */
    uint32_t set_count;      /* 0: to be chosen anew */
    uint32_t count;
    uint64_t time[SLOPE_POINTS];  /* words, ascending */
    uint32_t level[SLOPE_POINTS]; /* log2(share * 2^20), 6.16 */
    uint64_t fits, skipped; /* lines that were computed, and not because nothing had changed */
    uint64_t half_life;     /* of the last line that was good enough and fell, 0 none */
    uint32_t r2;            /* of the last line, 0.16; 65536 is perfect */
    bool falls;             /* its slope is below 0 */
};

/* Adds a point, drops the oldest when there are too many, and computes the line anew unless the level is that of all
 * points so far. A line that falls and has r2 of at least 1/2 sets half_life. */
void slope_add(struct slope *slope, uint64_t time, uint32_t level);

#endif
