/*
 * bench_clock.c - the cycle clock: pinning, calibration and the discarding of disturbed samples.
 *
 * The time stamp counter runs at a fixed rate while the core's own clock moves with load and heat, so each
 * sample stands between two calibrations (bench_chain.h).
 */
#define _GNU_SOURCE
#include "bench_clock.h"

#include <math.h>
#include <sched.h>
#include <time.h>

#include "bench_chain.h"

#define TOLERANCE 0.03
#define OFF_CPU   0.01 /* part of a sample that may pass without the process running */
#define ATTEMPTS  10u

static double tsc_hz;

static double nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double clock_tsc_per_cycle(void) {
    return (double)chain_tsc(CHAIN_ADD) / CHAIN_LENGTH;
}

double clock_multiply_latency(void) {
    return (double)chain_tsc(CHAIN_MULTIPLY) / (double)chain_tsc(CHAIN_ADD);
}

bool clock_init(int cpu) {
    chain_init();
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    bool pinned = sched_setaffinity(0, sizeof set, &set) == 0;
    double start_ns = nanoseconds(CLOCK_MONOTONIC_RAW);
    uint64_t start = tsc_begin();
    while (nanoseconds(CLOCK_MONOTONIC_RAW) - start_ns < 50e6) {
        (void)chain_tsc_rounds(CHAIN_ADD, CHAIN_ROUNDS);
    }
    tsc_hz = (double)(tsc_end() - start) / (nanoseconds(CLOCK_MONOTONIC_RAW) - start_ns) * 1e9;
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
        uint64_t start = tsc_begin();
        work(context);
        sample.tsc = (double)(tsc_end() - start);
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
