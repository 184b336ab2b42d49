/*
 * statistics.c - mean, median and deviation in whole numbers.
 */
#include "statistics.h"

#include "../bench_sort.h"

#define MILLION UINT64_C(1000000)
#define DEVIATION_BITS                                                                             \
    28u /* of a deviation whose square is added up: 256 of them fit into 64 bits */

/* MUL and DIV, since C would call a library for 128 bits that the kernel has not. */
uint64_t multiply_divide(uint64_t a, uint64_t b, uint64_t c) {
    uint64_t low, high, remainder;
    __asm__("mulq %3" : "=a"(low), "=d"(high) : "a"(a), "r"(b) : "cc");
    if (high >= c) {
        return UINT64_MAX;
    }
    __asm__("divq %4" : "=a"(low), "=d"(remainder) : "a"(low), "d"(high), "r"(c) : "cc");
    return low;
}

uint64_t square_root(uint64_t value) {
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1) {
        const uint64_t trial = root | bit;
        if (trial * trial <= value) {
            root = trial;
        }
    }
    return root;
}

static uint64_t distance(uint64_t a, uint64_t b) {
    return a > b ? a - b : b - a;
}

/* Without a sum that might not fit. */
static uint64_t mean_of(const uint64_t *values, unsigned count) {
    uint64_t whole = 0, rest = 0;
    for (unsigned i = 0; i < count; i++) {
        whole += values[i] / count;
        rest += values[i] % count;
    }
    return whole + rest / count;
}

static uint64_t deviation_of(const uint64_t *values, unsigned count, uint64_t mean) {
    const uint64_t below = distance(values[0], mean), above = distance(values[count - 1], mean);
    const uint64_t most = below > above ? below : above;
    unsigned shift = 0;
    while (most >> shift >> DEVIATION_BITS != 0) {
        shift++;
    }
    uint64_t squares = 0;
    for (unsigned i = 0; i < count; i++) {
        const uint64_t d = distance(values[i], mean) >> shift;
        squares += d * d / (count - 1);
    }
    return square_root(squares) << shift;
}

struct statistics statistics_of(uint64_t *values, unsigned count) {
    bench_sort(values, count);
    struct statistics it = {.least = values[0], .mean = mean_of(values, count)};
    const uint64_t low = values[(count - 1) / 2], high = values[count / 2];
    it.median = low + (high - low) / 2;
    it.deviation = count > 1 ? deviation_of(values, count, it.mean) : 0;
    it.variation = it.mean != 0 ? multiply_divide(it.deviation, MILLION, it.mean) : 0;
    return it;
}
