/*
 * self_check.c - the harness measures itself, before it is believed about anything else.
 *
 * By the processor's clock: a chain of dependent multiplications must take three times as long as one of additions, and
 * twice as many additions twice as long. By counted time, where each instruction is the same number of cycles of the
 * time stamp counter: both chains are the same number of instructions, so they must take the same to the cycle; then a
 * chain of another length, of which that number is known, must take what its instructions say. An empty measurement
 * is the overhead. A machine on which neither is so, as an emulator that counts nothing, is refused.
 */
#include "../bench_chain.h"
#include "compare.h"
#include "hal/hal_interrupt.h"

#define ROUND_INSTRUCTIONS (CHAIN_LINKS + CHAIN_OVERHEAD)
#define THOUSAND           UINT64_C(1000)
#define MULTIPLY_CYCLES    UINT64_C(3000) /* a link, in thousandths */
#define TWICE              UINT64_C(2000)
#define TOLERANCE          25u /* thousandths */
#define ATTEMPTS           20u
#define SHORT_ROUNDS       UINT64_C(100)
#define LONG_ROUNDS        UINT64_C(737)

static bool is_near(uint64_t measured, uint64_t expected) {
    const uint64_t apart = measured > expected ? measured - expected : expected - measured;
    return apart * THOUSAND <= expected * TOLERANCE;
}

/* Cycles of one instruction, when each takes the same; 0 otherwise. */
static uint64_t counted_rate(uint64_t empty) {
    const uint64_t add = chain_tsc_rounds(CHAIN_ADD, SHORT_ROUNDS);
    const uint64_t multiply = chain_tsc_rounds(CHAIN_MULTIPLY, SHORT_ROUNDS);
    const uint64_t again = chain_tsc_rounds(CHAIN_ADD, SHORT_ROUNDS);
    const uint64_t twice = chain_tsc_rounds(CHAIN_ADD, 2 * SHORT_ROUNDS);
    const uint64_t length = twice - add;
    const bool same = add == again && add > empty &&
                      (multiply > add ? multiply - add : add - multiply) < ROUND_INSTRUCTIONS * 16;
    return same && length % (SHORT_ROUNDS * ROUND_INSTRUCTIONS) == 0
               ? length / (SHORT_ROUNDS * ROUND_INSTRUCTIONS)
               : 0;
}

/* Instructions of a long chain, by the rate that a short one has given. */
static bool check_counted(struct compare_clock *clock) {
    const uint64_t cycles =
        chain_tsc_rounds(CHAIN_MULTIPLY, LONG_ROUNDS) - chain_tsc_rounds(CHAIN_MULTIPLY, 1);
    clock->expected = (LONG_ROUNDS - 1) * ROUND_INSTRUCTIONS * THOUSAND;
    clock->measured = cycles * THOUSAND / clock->tsc_per_instruction;
    clock->unit = "instructions";
    return clock->expected == clock->measured;
}

static uint64_t least(enum chain_kind kind, uint64_t rounds, uint64_t before) {
    const uint64_t now = chain_tsc_rounds(kind, rounds);
    return now < before ? now : before;
}

/* Core cycles of a multiplication. The least of some runs each, for whoever else there is can only add to them. */
static bool check_cycles(struct compare_clock *clock) {
    uint64_t once = UINT64_MAX, twice = UINT64_MAX, multiply = UINT64_MAX;
    bool linear = false;
    clock->unit = "core cycles of a multiplication";
    clock->expected = MULTIPLY_CYCLES;
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        once = least(CHAIN_ADD, CHAIN_ROUNDS, once);
        twice = least(CHAIN_ADD, UINT64_C(2) * CHAIN_ROUNDS, twice);
        multiply = least(CHAIN_MULTIPLY, CHAIN_ROUNDS, multiply);
    }
    clock->chain = once;
    linear = is_near(twice * THOUSAND / once, TWICE);
    clock->measured = multiply * THOUSAND / once;
    if (!linear) {
        clock->unit = "times as long for twice as many additions";
        clock->expected = TWICE;
        clock->measured = twice * THOUSAND / once;
    }
    return linear && is_near(clock->measured, clock->expected);
}

bool compare_self_check(struct compare_clock *clock) {
    const unsigned long state = hal_irq_disable();
    clock->empty = chain_tsc(CHAIN_EMPTY);
    clock->tsc_per_instruction = counted_rate(clock->empty);
    clock->chain = chain_tsc(CHAIN_ADD);
    clock->ok = compare_counted() ? check_counted(clock) : check_cycles(clock);
    hal_irq_restore(state);
    return clock->ok;
}
