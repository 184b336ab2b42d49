/* test_physics.c - the physics' arithmetic: decay, logarithms, the test of variance, the line, the heartbeat */
/* uses: c/physics/fixed.c c/physics/width.c c/physics/slope.c c/physics/heartbeat.c */
#include <math.h>
#include <stdlib.h>

#include "physics/fixed.h"
#include "physics/heartbeat.h"
#include "physics/slope.h"
#include "physics/width.h"
#include "unit.h"

static uint64_t random_state = 88172645463325252u;

static uint64_t random_bits(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* ---- heat ---- */

/* Computed with 80 decimal digits: (whole + fraction / 2^32) * 2^(-elapsed / half_life) */
static const struct {
    uint64_t whole;
    uint32_t fraction;
    uint64_t elapsed, half_life, result;
    uint32_t result_fraction;
} decays[] = {
    {UINT64_C(1), 0u, UINT64_C(1), UINT64_C(1), UINT64_C(0), 2147483648u},
    {UINT64_C(1), 0u, UINT64_C(1), UINT64_C(2), UINT64_C(0), 3037000500u},
    {UINT64_C(9223372036854775808), 0u, UINT64_C(1), UINT64_C(1), UINT64_C(4611686018427387904),
     0u},
    {UINT64_C(18446744073709551615), 4294967295u, UINT64_C(1), UINT64_C(281474976710656),
     UINT64_C(18446744073709506189), 3892850224u},
    {UINT64_C(9223372036854775808), 0u, UINT64_C(1048576), UINT64_C(281474976710656),
     UINT64_C(9223372013038420064), 826421683u},
    {UINT64_C(1000000), 0u, UINT64_C(0), UINT64_C(12345), UINT64_C(1000000), 0u},
    {UINT64_C(5), 0u, UINT64_C(96), UINT64_C(1), UINT64_C(0), 0u},
    {UINT64_C(18446744073709551615), 4294967295u, UINT64_C(96), UINT64_C(1), UINT64_C(0), 1u},
    {UINT64_C(3), 7u, UINT64_C(1099511627776), UINT64_C(67108864), UINT64_C(0), 0u},
    {UINT64_C(403674277200025), 3415330359u, UINT64_C(927465761770), UINT64_C(1016412736671),
     UINT64_C(214459071709910), 1281188089u},
    {UINT64_C(215), 1999834075u, UINT64_C(664), UINT64_C(29), UINT64_C(0), 118519u},
    {UINT64_C(121553981), 1596840319u, UINT64_C(29140194), UINT64_C(13), UINT64_C(0), 0u},
    {UINT64_C(146), 1070867289u, UINT64_C(748), UINT64_C(14), UINT64_C(0), 0u},
    {UINT64_C(1031712056050353), 3725708445u, UINT64_C(5355428), UINT64_C(5), UINT64_C(0), 0u},
    {UINT64_C(2439413297207794790), 7622960u, UINT64_C(214), UINT64_C(31),
     UINT64_C(20380148878580662), 3315687019u},
    {UINT64_C(936740704), 715045388u, UINT64_C(10524393), UINT64_C(18), UINT64_C(0), 0u},
    {UINT64_C(195065243), 4041461143u, UINT64_C(1061702511163), UINT64_C(313303), UINT64_C(0), 0u},
    {UINT64_C(92), 1782010769u, UINT64_C(958), UINT64_C(9), UINT64_C(0), 0u},
    {UINT64_C(84), 1294327475u, UINT64_C(2517457551), UINT64_C(780300785995), UINT64_C(84),
     485539846u},
    {UINT64_C(348979261266150), 1526222443u, UINT64_C(16131131), UINT64_C(203219784000),
     UINT64_C(348960060791487), 2920198161u},
    {UINT64_C(12998851229273048565), 756430004u, UINT64_C(262), UINT64_C(31),
     UINT64_C(37129232988118260), 2688388777u},
};

UNIT_TEST(physics_decay_values,
          "heat decays by 2^(-elapsed / half-life), to 2^-32 of a count and 2^-31 of itself") {
    for (unsigned i = 0; i < sizeof decays / sizeof decays[0]; i++) {
        const struct heat heat = heat_decay((struct heat){decays[i].whole, decays[i].fraction},
                                            decays[i].elapsed, decays[i].half_life);
        const unsigned __int128 got = (unsigned __int128)heat.whole << 32 | heat.fraction;
        const unsigned __int128 wanted =
            (unsigned __int128)decays[i].result << 32 | decays[i].result_fraction;
        const unsigned __int128 error = got > wanted ? got - wanted : wanted - got;
        CHECK(error <= 2 + (wanted >> 31));
    }
}

UNIT_TEST(
    physics_decay_slow,
    "decay over very many short times is not lost: each is below the last bit of a whole count") {
    struct heat heat = {1000000, 0};
    for (int i = 0; i < 1000000; i++) {
        heat = heat_decay(heat, 1, 1000000);
    }
    CHECK(heat.whole >= 499900 && heat.whole <= 500100);
}

UNIT_TEST(physics_heat_bounds,
          "heat stays at the greatest number, and at 0, instead of going round") {
    struct heat heat = heat_add((struct heat){UINT64_C(1) << 63, 5}, INT64_MAX);
    CHECK_EQ_U64(heat.whole, UINT64_MAX);
    heat = heat_add(heat, 1);
    CHECK_EQ_U64(heat.whole, UINT64_MAX);
    heat = heat_add((struct heat){3, 9}, -4);
    CHECK_EQ_U64(heat.whole, 0);
    CHECK_EQ_U64(heat.fraction, 0);
    CHECK(heat_compare((struct heat){1, 2}, (struct heat){1, 3}) < 0);
    CHECK(heat_compare((struct heat){2, 0}, (struct heat){1, 3}) > 0);
    CHECK(heat_compare((struct heat){2, 1}, (struct heat){2, 1}) == 0);
}

UNIT_TEST(physics_log2,
          "logarithms to the base 2 are right to 2^-15, from 1 to the greatest number") {
    CHECK_EQ_U64(log2_fixed(0), 0);
    CHECK_EQ_U64(log2_fixed(1), 0);
    CHECK_EQ_U64(log2_fixed(UINT64_C(1) << 63), 63 << 16);
    for (int i = 0; i < 100000; i++) {
        const uint64_t x = (random_bits() >> (random_bits() % 64)) | 1;
        const long double exact = log2l((long double)x) * 65536;
        const long double error = exact - (long double)log2_fixed(x);
        CHECK(error > -0.001L && error < 2);
    }
}

UNIT_TEST(physics_muldiv, "a product of 128 bits is divided exactly") {
    for (int i = 0; i < 100000; i++) {
        const uint64_t a = random_bits(), c = (random_bits() >> (random_bits() % 63)) | 1;
        const uint64_t b = c <= 1 ? 1 : random_bits() % c;
        CHECK_EQ_U64(muldiv(a, b, c), (uint64_t)((unsigned __int128)a * b / c));
    }
}

/* ---- width ---- */

static int by_value(const void *a, const void *b) {
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static long double middle_of(const uint16_t *values, uint32_t count) {
    uint16_t sorted[32768] = {0};
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = values[i];
    }
    qsort(sorted, count, sizeof sorted[0], by_value);
    return sorted[(count - 1) / 2];
}

/* The definition, with means: Brown and Forsythe 1974. */
static long double brown_forsythe(const uint16_t *values, uint32_t count) {
    const uint32_t m = count / 2;
    long double mean[2], total, within = 0, between = 0;
    for (int g = 0; g < 2; g++) {
        const long double middle = middle_of(values + g * m, m);
        mean[g] = 0;
        for (uint32_t i = 0; i < m; i++) {
            mean[g] += fabsl(values[(uint32_t)g * m + i] - middle) / m;
        }
        for (uint32_t i = 0; i < m; i++) {
            const long double z = fabsl(values[(uint32_t)g * m + i] - middle);
            within += (z - mean[g]) * (z - mean[g]);
        }
    }
    total = (mean[0] + mean[1]) / 2;
    for (int g = 0; g < 2; g++) {
        between += m * (mean[g] - total) * (mean[g] - total);
    }
    return within == 0 ? (between == 0 ? 0 : INFINITY) : (2 * m - 2) * between / within;
}

static const struct width_values *counted(const uint16_t *values, uint32_t width) {
    static struct width_values counts;
    counts = (struct width_values){.width = width};
    for (uint32_t i = 0; i < width; i++) {
        width_count(&counts, i, values[i]);
    }
    return &counts;
}

UNIT_TEST(physics_width_test,
          "the test of variance decides as the definition does, for equal and unequal halves") {
    static uint16_t values[1024];
    int stable = 0, changing = 0;
    for (int round = 0; round < 2000; round++) {
        const uint32_t count = 1024;
        const unsigned wide = 8 + (unsigned)(random_bits() % 4) * (round % 2);
        for (uint32_t i = 0; i < count; i++) {
            values[i] = (uint16_t)(random_bits() % (i < count / 2 ? 8 : wide));
        }
        const long double w = brown_forsythe(values, count);
        if (w > 3.86L || w < 3.84L) { /* not just at the critical value */
            CHECK(width_is_stable(counted(values, count)) == (w < 3.85L));
        }
        stable += w < 3.85L;
        changing += w >= 3.85L;
    }
    CHECK(stable > 500 && changing > 500);
}

UNIT_TEST(physics_width_constant,
          "halves without any spread are the same; one with spread beside one without is not") {
    uint16_t values[128] = {0};
    CHECK(width_is_stable(counted(values, 128)));
    for (int i = 64; i < 128; i++) {
        values[i] = (uint16_t)(i % 2 * 10);
    }
    CHECK(!width_is_stable(counted(values, 128)));
}

UNIT_TEST(physics_width_adapts,
          "the width doubles while the window is unstable and halves while half of it is stable") {
    static uint16_t values[4096];
    CHECK_EQ_U64(width_adapt(counted(values, 4096), 4096), 2048);
    CHECK_EQ_U64(width_adapt(counted(values, WIDTH_LEAST), 4096), WIDTH_LEAST);
    for (unsigned i = 512; i < 1024; i++) {
        values[i] = (uint16_t)(i % 3 * 50);
    }
    CHECK_EQ_U64(width_adapt(counted(values, 1024), 4096), 2048);
    CHECK_EQ_U64(width_adapt(counted(values, 1024), 1024), 1024);
    CHECK_EQ_U64(width_value(1), 0);
    CHECK_EQ_U64(width_value(2), 16);
    CHECK_EQ_U64(width_value(3), 25);
    CHECK_EQ_U64(width_value(UINT64_MAX), WIDTH_LEVELS - 1);
}

UNIT_TEST(physics_width_odd, "of windows whose quarters are not equal the newer half has all "
                             "values, and the same test decides") {
    static uint16_t values[2048];
    int halved = 0, kept = 0;
    for (uint32_t width = 130; width < 2048; width += 61) {
        for (uint32_t i = 0; i < width; i++) {
            const unsigned wide = i > width * 3 / 4 ? 8 + width % 5 * 4 : 8;
            values[i] = (uint16_t)(random_bits() % wide);
        }
        const uint32_t half = width / 2;
        const bool stable = brown_forsythe(values, width) < 3.9L;
        const bool newer = brown_forsythe(values + half, half) < 3.9L;
        const uint32_t next = width_adapt(counted(values, width), 4096);
        CHECK(next == (!stable ? width * 2
                       : newer ? half
                               : width) ||
              fabsl(brown_forsythe(values, width) - 3.9L) < 0.1L ||
              fabsl(brown_forsythe(values + half, half) - 3.9L) < 0.1L);
        halved += next == half;
        kept += next != half;
    }
    CHECK(halved > 3 && kept > 3);
}

/* ---- slope ---- */

UNIT_TEST(physics_slope_exact, "a straight fall is found with its half-life, and r2 of one") {
    struct slope slope = {0};
    for (uint64_t i = 0; i < 8; i++) {
        slope_add(&slope, i * 1000000, (uint32_t)(20 * 65536 - i * 32768));
    }
    CHECK(slope.falls);
    CHECK(slope.r2 >= 65530);
    CHECK(slope.half_life > 1990000 && slope.half_life < 2010000);
    CHECK_EQ_U64(slope.fits, 5);
}

UNIT_TEST(physics_slope_random, "slope and r2 are those of the definition, whatever the points") {
    for (int round = 0; round < 2000; round++) {
        struct slope slope = {0};
        long double t[SLOPE_POINTS], y[SLOPE_POINTS];
        uint64_t time = random_bits() % 1000000000;
        const uint64_t step = 1 + (random_bits() >> (24 + random_bits() % 24));
        for (unsigned i = 0; i < SLOPE_POINTS; i++) {
            time += 1 + step / 2 + random_bits() % step;
            const uint32_t level = (uint32_t)((SLOPE_POINTS - i) * 40000 + random_bits() % 200000);
            t[i] = (long double)time;
            y[i] = level;
            slope_add(&slope, time, level);
        }
        long double mt = 0, my = 0, cov = 0, vt = 0, vy = 0;
        for (unsigned i = 0; i < SLOPE_POINTS; i++) {
            mt += t[i] / SLOPE_POINTS;
            my += y[i] / SLOPE_POINTS;
        }
        for (unsigned i = 0; i < SLOPE_POINTS; i++) {
            cov += (t[i] - mt) * (y[i] - my);
            vt += (t[i] - mt) * (t[i] - mt);
            vy += (y[i] - my) * (y[i] - my);
        }
        const long double r2 = cov * cov / (vt * vy);
        CHECK(fabsl(r2 * 65536 - slope.r2) < 40);
        CHECK(slope.falls == (cov < 0));
        if (r2 > 0.51L && cov < 0) {
            const long double life = 65536 * vt / -cov;
            CHECK(fabsl(life - (long double)slope.half_life) < 2 + life / 500);
        }
    }
}

UNIT_TEST(physics_slope_flat,
          "nothing is computed while nothing changes, and what rises sets no half-life") {
    struct slope slope = {0};
    for (uint64_t i = 0; i < 40; i++) {
        slope_add(&slope, i * 1000, 7 * 65536);
    }
    CHECK_EQ_U64(slope.fits, 0);
    CHECK_EQ_U64(slope.skipped, 40);
    for (uint64_t i = 40; i < 60; i++) {
        slope_add(&slope, i * 1000, (uint32_t)(7 * 65536 + i * 100));
    }
    CHECK_EQ_U64(slope.half_life, 0);
    CHECK(!slope.falls);
    CHECK_EQ_U64(slope.fits, 20);
}

/* ---- heartbeat ---- */

UNIT_TEST(physics_heartbeat,
          "the heartbeat is slower while stable, faster while changing, within its bounds") {
    CHECK_EQ_U64(heartbeat_adapt(1000, 0, 100, 10000), 2000);
    CHECK_EQ_U64(heartbeat_adapt(1000, UINT64_C(2) << 32, 100, 10000), 500);
    CHECK_EQ_U64(heartbeat_adapt(1000, UINT64_C(1) << 30, 100, 10000), 1000);
    CHECK_EQ_U64(heartbeat_adapt(150, UINT64_C(2) << 32, 100, 10000), 100);
    CHECK_EQ_U64(heartbeat_adapt(9000, 0, 100, 10000), 10000);
}
