/*
 * width.c - how wide a window must be to show what a program does.
 *
 * The values are logarithms in sixteenths, so the median is found by counting. All sums fit: a value is below 2^9, a half
 * has at most 2^15, so m Q is below 2^48.
 */
#include "physics/width.h"

#include "physics/fixed.h"

/* The 5% points of F(1, n - 2) in thousandths, for n values and more. */
static const struct {
    uint32_t count;
    uint32_t critical;
} points[] = {{4096, 3844}, {1024, 3851}, {512, 3860}, {256, 3878},
              {128, 3916},  {64, 3996},   {0, 4170}};

static uint32_t critical_for(uint32_t count) {
    unsigned i = 0;
    while (count < points[i].count) {
        i++;
    }
    return points[i].critical;
}

/* log2 in 6.4: four squarings instead of the sixteen of log2_fixed. */
uint16_t width_value(uint64_t distance) {
    const unsigned whole = 63u - (unsigned)__builtin_clzll(distance);
    uint64_t mantissa = distance << (63 - whole); /* 1.63 */
    uint32_t value = whole;
    for (int bit = 0; bit < 4; bit++) {
        mantissa = (uint64_t)((unsigned __int128)mantissa * mantissa >> 64); /* 2.62 */
        const uint32_t two = (uint32_t)(mantissa >> 63);
        value = value << 1 | two;
        mantissa <<= 1 - two;
    }
    return (uint16_t)(value < WIDTH_LEVELS ? value : WIDTH_LEVELS - 1);
}

static uint32_t median(const uint16_t *values, uint32_t count) {
    uint32_t often[WIDTH_LEVELS] = {0};
    for (uint32_t i = 0; i < count; i++) {
        often[values[i]]++;
    }
    uint32_t below = 0, level = 0;
    while ((below += often[level]) * 2 < count) {
        level++;
    }
    return level;
}

/* Adds the distances from the median to *sum and their squares to *squares. */
static void spread(const uint16_t *values, uint32_t count, uint64_t *sum, uint64_t *squares) {
    const uint32_t middle = median(values, count);
    *sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t z = values[i] > middle ? values[i] - middle : middle - values[i];
        *sum += z;
        *squares += z * z;
    }
}

bool width_is_stable(const uint16_t *values, uint32_t count) {
    const uint64_t m = count / 2;
    uint64_t s1, s2, squares = 0;
    spread(values, (uint32_t)m, &s1, &squares);
    spread(values + m, (uint32_t)m, &s2, &squares);
    const uint64_t difference = s1 > s2 ? s1 - s2 : s2 - s1;
    const uint64_t within = m * squares - s1 * s1 - s2 * s2;
    return (unsigned __int128)(m - 1) * difference * difference * 1000 <=
           (unsigned __int128)within * critical_for(count);
}

uint32_t width_adapt(const uint16_t *values, uint32_t width, uint32_t most) {
    if (!width_is_stable(values, width)) {
        return width * 2 < most ? width * 2 : most;
    }
    const uint32_t half = width / 2;
    return half >= WIDTH_LEAST && width_is_stable(values + half, half) ? half : width;
}
