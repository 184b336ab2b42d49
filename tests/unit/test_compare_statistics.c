/*
 * test_compare_statistics.c - mean, median and deviation in whole numbers, against the same in floating point.
 */
/* uses: bench/compare/statistics.c */
#include <math.h>
#include <stdlib.h>

#include "../../bench/compare/statistics.h"
#include "unit.h"

#define MOST 64u

UNIT_TEST(statistics_multiply_divide,
          "a product of 128 bits is divided; what does not fit is said") {
    CHECK(multiply_divide(7, 6, 2) == 21);
    CHECK(multiply_divide(UINT64_MAX, UINT64_MAX, UINT64_MAX) == UINT64_MAX);
    CHECK(multiply_divide(UINT64_C(1) << 40, UINT64_C(1) << 40, UINT64_C(1) << 41) == UINT64_C(1)
                                                                                          << 39);
    CHECK(multiply_divide(UINT64_MAX, 3, 2) == UINT64_MAX);
    CHECK(multiply_divide(1, 1, 0) == UINT64_MAX);
    CHECK(multiply_divide(0, UINT64_MAX, 5) == 0);
}

UNIT_TEST(statistics_square_root,
          "the root is the greatest whole number whose square is not greater") {
    const uint64_t roots[] = {0, 1, 2, 3, 65535, 65536, 3037000499, UINT32_MAX};
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        CHECK(square_root(roots[i] * roots[i]) == roots[i]);
        CHECK(roots[i] == 0 || square_root(roots[i] * roots[i] - 1) == roots[i] - 1);
    }
    CHECK(square_root(UINT64_MAX) == UINT32_MAX);
}

UNIT_TEST(statistics_few, "one value has no deviation, the median of two is between them") {
    uint64_t one[] = {42}, two[] = {30, 10};
    struct statistics it = statistics_of(one, 1);
    CHECK(it.least == 42 && it.median == 42 && it.mean == 42 && it.deviation == 0);
    CHECK(it.variation == 0);
    it = statistics_of(two, 2);
    CHECK(it.least == 10 && it.median == 20 && it.mean == 20);
    CHECK(it.deviation == 14 && it.variation == 700000); /* the square root of 200 */
}

/* Values round `centre`, as far as `spread` from it; the result must be that of floating point. */
static void check_against_double(uint64_t centre, uint64_t spread, unsigned count) {
    uint64_t values[MOST];
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < count; i++) {
        values[i] = centre + (uint64_t)rand() % (spread + 1);
        sum += (double)values[i];
    }
    for (unsigned i = 0; i < count; i++) {
        squares += ((double)values[i] - sum / count) * ((double)values[i] - sum / count);
    }
    const double deviation = sqrt(squares / (count - 1));
    const struct statistics it = statistics_of(values, count);
    CHECK(fabs((double)it.mean - sum / count) <= 1 + sum / count * 1e-12);
    CHECK(fabs((double)it.deviation - deviation) <= 8 + deviation * 1e-6);
    CHECK(it.least == values[0] && values[0] <= it.median && it.median <= values[count - 1]);
}

UNIT_TEST(statistics_double, "from femtoseconds to hours the results are those of floating point") {
    for (uint64_t centre = 1; centre < UINT64_C(1) << 60; centre <<= 3) {
        check_against_double(centre, centre, MOST);
        check_against_double(centre, centre / 1000 + 5, 15);
        check_against_double(centre, 0, 2);
    }
}
