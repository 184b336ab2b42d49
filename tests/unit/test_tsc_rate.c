/* test_tsc_rate.c - which rate of the TSC is believed */
/* uses: c/time/tsc_rate.c */
#include "time/tsc_rate.h"
#include "unit.h"

UNIT_TEST(tsc_rate_measured, "where nothing is stated the measurement counts") {
    const struct tsc_statements nothing = {0};
    struct tsc_rate rate = tsc_rate_decide(&nothing, 2596123456, "HPET");
    CHECK_EQ_U64(rate.hz, 2596123456);
    CHECK_STR(rate.origin, "HPET");
    CHECK_EQ_U64(rate.disproved_hz, 0);
}

UNIT_TEST(tsc_rate_confirmed,
          "a stated rate that the measurement confirms counts, for it is exact") {
    const struct tsc_statements stated = {
        .denominator = 2, .numerator = 216, .crystal_hz = 24000000};
    struct tsc_rate rate = tsc_rate_decide(&stated, 2592050000, "HPET");
    CHECK_EQ_U64(rate.hz, 2592000000);
    CHECK_STR(rate.origin, "CPUID");
}

UNIT_TEST(tsc_rate_liar,
          "a stated rate that the measurement disproves is not believed, and named") {
    /* as Bochs states it */
    const struct tsc_statements stated = {
        .denominator = 2, .numerator = 78, .crystal_hz = 38400000, .base_mhz = 1500};
    struct tsc_rate rate = tsc_rate_decide(&stated, 199999000, "PIT");
    CHECK_EQ_U64(rate.hz, 199999000);
    CHECK_STR(rate.origin, "PIT");
    CHECK_EQ_U64(rate.disproved_hz, 1497600000);
    CHECK_STR(rate.liar, "CPUID");
}

UNIT_TEST(tsc_rate_hypervisor,
          "a hypervisor's statement goes before the processor's, and is checked as well") {
    const struct tsc_statements stated = {
        .denominator = 1, .numerator = 100, .crystal_hz = 24000000, .hypervisor_khz = 3000000};
    struct tsc_rate rate = tsc_rate_decide(&stated, 3000100000, "ACPI PM timer");
    CHECK_EQ_U64(rate.hz, 3000000000);
    CHECK_STR(rate.origin, "the hypervisor");
    rate = tsc_rate_decide(&stated, 2400000000, "HPET");
    CHECK_EQ_U64(rate.hz, 2400000000);
    CHECK_STR(rate.liar, "the hypervisor");
}

UNIT_TEST(tsc_rate_crystal,
          "a ratio without a crystal gets the known crystal that fits the measurement, or none") {
    const struct tsc_statements stated = {.denominator = 2, .numerator = 216, .base_mhz = 2600};
    CHECK_EQ_U64(tsc_rate_decide(&stated, 2592100000, "HPET").hz, 2592000000);
    CHECK_EQ_U64(tsc_rate_decide(&stated, 2700100000, "HPET").hz, 2700000000);
    CHECK_EQ_U64(tsc_rate_decide(&stated, 2073500000, "HPET").hz, 2073600000);
    const struct tsc_rate neither = tsc_rate_decide(&stated, 2640000000, "HPET");
    CHECK_EQ_U64(neither.hz, 2640000000);
    CHECK_STR(neither.origin, "HPET");
    CHECK_EQ_U64(neither.disproved_hz, 0);
}

UNIT_TEST(tsc_rate_unmeasured, "without a measurement a statement is taken, and called unchecked") {
    struct tsc_statements stated = {.denominator = 2, .numerator = 216, .crystal_hz = 24000000};
    CHECK_EQ_U64(tsc_rate_decide(&stated, 0, NULL).hz, 2592000000);
    CHECK_STR(tsc_rate_decide(&stated, 0, NULL).origin, "stated, unchecked");
    stated = (struct tsc_statements){.denominator = 2, .numerator = 216, .base_mhz = 2592};
    CHECK_EQ_U64(tsc_rate_decide(&stated, 0, NULL).hz, 2592000000);
    stated.base_mhz = 3100; /* no crystal is near: the rounded rate is all there is */
    CHECK_EQ_U64(tsc_rate_decide(&stated, 0, NULL).hz, 3100000000);
    stated = (struct tsc_statements){0};
    CHECK_EQ_U64(tsc_rate_decide(&stated, 0, NULL).hz, 0);
    CHECK(tsc_rate_decide(&stated, 0, NULL).origin == NULL);
}

UNIT_TEST(tsc_rate_nonsense, "statements that cannot be are taken for none") {
    const struct tsc_statements half = {.denominator = 0, .numerator = 216, .crystal_hz = 24000000};
    CHECK_EQ_U64(tsc_rate_decide(&half, 2000000000, "HPET").disproved_hz, 0);
    const struct tsc_statements wild = {
        .denominator = 1, .numerator = UINT32_MAX, .crystal_hz = UINT32_MAX};
    CHECK_EQ_U64(tsc_rate_decide(&wild, 0, NULL).hz, 0);
    CHECK_EQ_U64(tsc_rate_decide(&wild, 2000000000, "HPET").hz, 2000000000);
}
