/*
 * bench_clock.c - the cycle clock: pinning, calibration and the discarding of disturbed samples.
 *
 * The time stamp counter runs at a fixed rate while the core's own clock moves with load and heat, so each
 * sample stands between two calibrations. A chain of register-to-register additions takes one core cycle
 * each: such an addition is never folded away at rename, as additions of a constant are on some processors.
 */
#define _GNU_SOURCE
#include "bench_clock.h"

#include <math.h>
#include <sched.h>
#include <time.h>
#include <x86intrin.h>

#define CHAIN_ROUNDS 4000u
#define CHAIN_LINKS  16u /* in one round, below */
#define TOLERANCE    0.03
#define OFF_CPU      0.01 /* part of a sample that may pass without the process running */
#define ATTEMPTS     10u

static double tsc_hz;

static uint64_t tsc_now(void) {
    unsigned unused;
    _mm_lfence();
    uint64_t now = __rdtscp(&unused);
    _mm_lfence();
    return now;
}

static double nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

#define LINK4(instruction)                                                                         \
    instruction " %1, %0\n\t" instruction " %1, %0\n\t" instruction " %1, %0\n\t" instruction      \
                " %1, %0\n\t"
#define CHAIN(instruction)                                                                         \
    do {                                                                                           \
        uint64_t value = 1, operand = 3;                                                           \
        for (unsigned round = 0; round < CHAIN_ROUNDS; round++) {                                  \
            __asm__ volatile(LINK4(instruction) LINK4(instruction) LINK4(instruction)              \
                                 LINK4(instruction)                                                \
                             : "+r"(value)                                                         \
                             : "r"(operand));                                                      \
        }                                                                                          \
    } while (0)

static void add_chain(void) {
    CHAIN("addq");
}

static void multiply_chain(void) {
    CHAIN("imulq");
}

/* The shortest of a few runs: an interrupt can only make one longer. */
static double chain_tsc(void (*chain)(void)) {
    double best = INFINITY;
    for (int i = 0; i < 4; i++) {
        uint64_t start = tsc_now();
        chain();
        double tsc = (double)(tsc_now() - start);
        best = tsc < best ? tsc : best;
    }
    return best / (CHAIN_ROUNDS * CHAIN_LINKS);
}

double clock_tsc_per_cycle(void) {
    return chain_tsc(add_chain);
}

double clock_multiply_latency(void) {
    return chain_tsc(multiply_chain) / chain_tsc(add_chain);
}

bool clock_init(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    bool pinned = sched_setaffinity(0, sizeof set, &set) == 0;
    double start_ns = nanoseconds(CLOCK_MONOTONIC_RAW);
    uint64_t start = tsc_now();
    while (nanoseconds(CLOCK_MONOTONIC_RAW) - start_ns < 50e6) {
        add_chain();
    }
    tsc_hz = (double)(tsc_now() - start) / (nanoseconds(CLOCK_MONOTONIC_RAW) - start_ns) * 1e9;
    return pinned;
}

double clock_tsc_hz(void) {
    return tsc_hz;
}

struct measurement clock_measure(void (*work)(void *context), void *context) {
    struct measurement sample = {.disturbed = true};
    for (unsigned attempt = 0; attempt < ATTEMPTS && sample.disturbed; attempt++) {
        double before = clock_tsc_per_cycle();
        double wall = nanoseconds(CLOCK_MONOTONIC_RAW);
        double on_cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
        uint64_t start = tsc_now();
        work(context);
        sample.tsc = (double)(tsc_now() - start);
        on_cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - on_cpu;
        wall = nanoseconds(CLOCK_MONOTONIC_RAW) - wall;
        double after = clock_tsc_per_cycle();
        sample.seconds = sample.tsc / tsc_hz;
        sample.cycles = sample.tsc / ((before + after) / 2);
        sample.discarded = attempt;
        sample.disturbed =
            fabs(after - before) > TOLERANCE * before || wall - on_cpu > OFF_CPU * wall + 2000;
    }
    return sample;
}
