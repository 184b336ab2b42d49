/* test_clock_math.c - counts to nanoseconds and back, narrow counters, rates; compared with 128-bit
 * arithmetic */
/* uses: c/time/clock_math.c */
#include "time/clock_math.h"
#include "unit.h"

#define TEN_YEARS_NS (UINT64_C(10) * 366 * 86400 * NS_PER_SECOND)

typedef unsigned __int128 wide;

static const uint64_t rates[] = {1000000,    1193182,    3579545,    10000000,   14318180,
                                 24000000,   62500000,   99999999,   100000000,  999999999,
                                 1000000000, 1000000001, 1498000000, 2596123456, 3999999999,
                                 5800000000, 9999999999, 10000000000};
enum { RATES = sizeof rates / sizeof rates[0] };

static uint64_t random_number(uint64_t *seed) {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static uint64_t exact_ns(uint64_t count, uint64_t hz) {
    return (uint64_t)((wide)count * NS_PER_SECOND / hz);
}

UNIT_TEST(clock_exact,
          "at every rate from 1 MHz to 10 GHz nanoseconds are right to 2 ns after ten years") {
    uint64_t seed = 1;
    for (unsigned r = 0; r < RATES + 20000; r++) {
        const uint64_t hz =
            r < RATES ? rates[r] : 1000000 + random_number(&seed) % UINT64_C(9999000001);
        const struct clock_ratio ratio = clock_ratio(hz, NS_PER_SECOND);
        const uint64_t ten_years = (uint64_t)((wide)TEN_YEARS_NS * hz / NS_PER_SECOND);
        CHECK(ten_years <= UINT64_MAX >> ratio.shift);
        for (unsigned i = 0; i < 8; i++) {
            const uint64_t count = i == 0   ? ten_years
                                   : i == 1 ? i
                                            : random_number(&seed) % ten_years;
            const uint64_t ns = clock_convert(&ratio, count), exact = exact_ns(count, hz);
            CHECK(ns <= exact && exact - ns <= 1);
            CHECK(clock_convert(&ratio, count + 1) >= ns);
        }
    }
}

UNIT_TEST(clock_step_by_step,
          "time goes on by the right number of nanoseconds from each count to the next") {
    for (unsigned r = 0; r < RATES; r++) {
        const struct clock_ratio ratio = clock_ratio(rates[r], NS_PER_SECOND);
        const uint64_t least = NS_PER_SECOND / rates[r], most = least + 1;
        const uint64_t start = (uint64_t)((wide)TEN_YEARS_NS * rates[r] / NS_PER_SECOND) - 10000;
        uint64_t before = clock_convert(&ratio, start);
        for (uint64_t count = start + 1; count < start + 10000; count++) {
            const uint64_t ns = clock_convert(&ratio, count);
            CHECK(ns - before >= least && ns - before <= most);
            before = ns;
        }
    }
}

UNIT_TEST(clock_hpet_period,
          "the ratio of a HPET comes from its period in femtoseconds, without a rounded rate") {
    const struct clock_ratio ratio = clock_ratio(1000000, 69841279); /* 14.318180 MHz */
    const uint64_t count = UINT64_C(14318180) * 3652 * 86400;
    const uint64_t exact = (uint64_t)((wide)count * 69841279 / 1000000);
    CHECK(exact - clock_convert(&ratio, count) <= 1);
}

UNIT_TEST(clock_back,
          "a delay in counts, rounded up, is never shorter and at most 3 counts longer") {
    uint64_t seed = 2;
    for (unsigned r = 0; r < RATES; r++) {
        const struct clock_ratio ratio = clock_ratio(NS_PER_SECOND, rates[r]);
        for (unsigned i = 0; i < 10000; i++) {
            const uint64_t delay = random_number(&seed) % (100 * NS_PER_SECOND);
            const uint64_t count = clock_convert(&ratio, delay) + 1;
            const wide in_ns = (wide)count * NS_PER_SECOND;
            CHECK(in_ns + NS_PER_SECOND / 1000000 >= (wide)delay * rates[r]);
            CHECK(in_ns <= (wide)delay * rates[r] + (wide)3 * NS_PER_SECOND);
        }
    }
}

UNIT_TEST(clock_extends,
          "counters of 24 and 32 bits are extended over every wrap, however late they are read") {
    static const uint64_t masks[] = {0xffff, 0xffffff, UINT32_MAX};
    uint64_t seed = 3;
    for (unsigned m = 0; m < 3; m++) {
        uint64_t real = random_number(&seed) & masks[m], latest = real;
        for (unsigned i = 0; i < 100000; i++) {
            real += i % 7 == 0 ? masks[m] : random_number(&seed) & masks[m];
            latest = clock_extend(latest, real & masks[m], masks[m]);
            CHECK_EQ_U64(latest, real);
        }
    }
}

UNIT_TEST(clock_scales,
          "value * numerator / denominator is exact in between and says when it does not fit") {
    uint64_t seed = 4;
    for (unsigned i = 0; i < 100000; i++) {
        const uint64_t value = random_number(&seed) >> random_number(&seed) % 64;
        const uint64_t numerator = random_number(&seed) >> random_number(&seed) % 64;
        const uint64_t denominator = (random_number(&seed) >> random_number(&seed) % 64) | 1;
        const wide exact = (wide)value * numerator / denominator;
        CHECK_EQ_U64(clock_scale(value, numerator, denominator),
                     exact > UINT64_MAX ? UINT64_MAX : (uint64_t)exact);
    }
    CHECK_EQ_U64(clock_scale(1, 1, 0), UINT64_MAX);
    CHECK_EQ_U64(clock_scale(UINT64_MAX, UINT64_MAX, UINT64_MAX), UINT64_MAX);
    /* a window that firmware stretched to a minute, at 10 GHz against a clock of 10 GHz */
    CHECK_EQ_U64(clock_scale(UINT64_C(600000000000), UINT64_C(10000000000), UINT64_C(600000000000)),
                 UINT64_C(10000000000));
}

UNIT_TEST(clock_medians,
          "the median is the middle one, and one or two wild values do not move it") {
    uint64_t values[] = {UINT64_MAX, 2596000100, 2596000000, 0, 2596000050};
    CHECK_EQ_U64(clock_median(values, 5), 2596000050);
    uint64_t one[] = {7};
    CHECK_EQ_U64(clock_median(one, 1), 7);
    uint64_t large[] = {UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2};
    CHECK_EQ_U64(clock_median(large, 3), UINT64_MAX - 1);
}

UNIT_TEST(clock_agrees, "agreement is relative, from both sides and without overflow") {
    CHECK(clock_agree(1001, 1024, 5) && clock_agree(1056, 1024, 5));
    CHECK(!clock_agree(991, 1024, 5) && !clock_agree(1057, 1024, 5));
    CHECK(!clock_agree(0, UINT64_MAX, 1) && !clock_agree(UINT64_MAX, 0, 1));
}
