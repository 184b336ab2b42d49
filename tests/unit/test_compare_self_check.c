/*
 * test_compare_self_check.c - which clocks the comparison believes: chains that take what the test says they take.
 */
/* uses: bench/compare/self_check.c */
#include "../../bench/bench_chain.h"
#include "../../bench/compare/compare.h"
#include "unit.h"

struct compare compare;

/* A machine: what a round and a link take, in thousandths of a cycle of the time stamp counter. */
static struct {
    uint64_t empty;    /* cycles of a measurement of nothing */
    uint64_t add;      /* a round of additions */
    uint64_t multiply; /* a round of multiplications */
    uint64_t extra;    /* cycles that each further round above 5000 takes besides: not linear */
    uint64_t noise;    /* cycles that each second run takes besides */
} machine;

static unsigned runs;

uint64_t chain_tsc_rounds(enum chain_kind kind, uint64_t rounds) {
    const uint64_t round = kind == CHAIN_ADD        ? machine.add
                           : kind == CHAIN_MULTIPLY ? machine.multiply
                                                    : 0;
    const uint64_t besides = rounds > 5000 ? (rounds - 5000) * machine.extra : 0;
    return machine.empty + rounds * round / 1000 + besides + (runs++ % 2) * machine.noise;
}

uint64_t chain_tsc(enum chain_kind kind) {
    return chain_tsc_rounds(kind, CHAIN_ROUNDS);
}

/* What the check says of the machine. */
static struct compare_clock check(uint64_t add, uint64_t multiply) {
    machine.empty = 40;
    machine.add = add;
    machine.multiply = multiply;
    machine.extra = 0;
    machine.noise = 0;
    runs = 0;
    compare.clock = (struct compare_clock){0};
    (void)compare_self_check(&compare.clock);
    return compare.clock;
}

UNIT_TEST(self_check_processor,
          "a processor whose multiplication takes three cycles is believed, at any clock") {
    const uint64_t rates[] = {16000, 12345, 31000}; /* a round of 16 additions */
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        const struct compare_clock clock = check(rates[i], 3 * rates[i]);
        CHECK(clock.ok && clock.tsc_per_instruction == 0);
        CHECK(clock.expected == 3000 && clock.measured > 2990 && clock.measured < 3010);
        CHECK(clock.empty == 40);
    }
}

UNIT_TEST(self_check_off, "2% off is believed, 3% off in either direction is not") {
    CHECK(check(16000, 16000 * 306 / 100).ok);
    CHECK(check(16000, 16000 * 294 / 100).ok);
    CHECK(!check(16000, 16000 * 309 / 100).ok);
    CHECK(!check(16000, 16000 * 291 / 100).ok);
    const struct compare_clock clock = check(16000, 16000);
    CHECK(!clock.ok && clock.measured < 1010 && clock.expected == 3000);
}

UNIT_TEST(self_check_linear,
          "a clock by which twice as much is not twice as long is refused, and it is said") {
    (void)check(16000, 48000);
    machine.extra = 3;
    runs = 0;
    CHECK(!compare_self_check(&compare.clock));
    CHECK(compare.clock.expected == 2000 && compare.clock.measured > 2050);
}

UNIT_TEST(self_check_noise, "runs that somebody has made longer do not matter, others are there") {
    (void)check(16000, 48000);
    machine.noise = 7000;
    runs = 0;
    CHECK(compare_self_check(&compare.clock) && compare.clock.measured < 3010);
}

UNIT_TEST(self_check_counted,
          "where every instruction takes the same, to the cycle, time is counted") {
    const uint64_t instruction = 16, round = (CHAIN_LINKS + CHAIN_OVERHEAD) * instruction * 1000;
    struct compare_clock clock = check(round, round);
    CHECK(clock.ok && clock.tsc_per_instruction == instruction);
    CHECK(clock.expected == clock.measured && clock.expected == 736 * 18 * 1000);
    clock = check(round,
                  round + 1000); /* a cycle more in each round: neither counted nor a processor */
    CHECK(!clock.ok);
    clock = check(round + 500, round + 500);
    CHECK(!clock.ok);
}
