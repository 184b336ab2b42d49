/*
 * width.c - how wide a window must be to show what a program does.
 *
 * The values are logarithms in sixteenths, so of each part of the window it suffices to know how often which
 * value is in it, and a test takes the same time for all widths. All sums fit: a value is below 2^9, a half
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

void width_count(struct width_values *values, uint32_t i, uint16_t value) {
    const uint32_t half = values->width / 2, quarter = half / 2;
    if (i < half) {
        values->often[WIDTH_OLDER][value]++;
    } else if (i < 2 * half) {
        values->often[WIDTH_NEWER][value]++;
        if (i < half + 2 * quarter) {
            values->often[i < half + quarter ? WIDTH_THIRD : WIDTH_FOURTH][value]++;
        }
    }
}

static uint32_t median(const uint16_t often[WIDTH_LEVELS], uint64_t count) {
    uint64_t below = 0;
    uint32_t level = 0;
    while ((below += often[level]) * 2 < count) {
        level++;
    }
    return level;
}

/* Returns the sum of the distances from the median, and adds their squares to *squares. */
static uint64_t spread(const uint16_t often[WIDTH_LEVELS], uint64_t count, uint64_t *squares) {
    const uint32_t middle = median(often, count);
    uint64_t sum = 0;
    for (uint32_t level = 0; level < WIDTH_LEVELS; level++) {
        const uint64_t z = level > middle ? level - middle : middle - level;
        sum += z * often[level];
        *squares += z * z * often[level];
    }
    return sum;
}

/* Whether two parts of m values each have the same variance. */
static bool parts_agree(const uint16_t one[WIDTH_LEVELS], const uint16_t other[WIDTH_LEVELS],
                        uint64_t m, uint32_t critical) {
    uint64_t squares = 0;
    const uint64_t s1 = spread(one, m, &squares);
    const uint64_t s2 = spread(other, m, &squares);
    const uint64_t difference = s1 > s2 ? s1 - s2 : s2 - s1;
    const uint64_t within = m * squares - s1 * s1 - s2 * s2;
    return (unsigned __int128)(m - 1) * difference * difference * 1000 <=
           (unsigned __int128)within * critical;
}

bool width_is_stable(const struct width_values *values) {
    return parts_agree(values->often[WIDTH_OLDER], values->often[WIDTH_NEWER], values->width / 2,
                       critical_for(values->width));
}

static bool newer_is_stable(const struct width_values *values) {
    const uint32_t half = values->width / 2;
    return parts_agree(values->often[WIDTH_THIRD], values->often[WIDTH_FOURTH], half / 2,
                       critical_for(half));
}

uint32_t width_adapt(const struct width_values *values, uint32_t most) {
    const uint32_t width = values->width;
    if (!width_is_stable(values)) {
        return width * 2 < most ? width * 2 : most;
    }
    return width / 2 >= WIDTH_LEAST && newer_is_stable(values) ? width / 2 : width;
}
