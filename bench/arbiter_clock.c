/*
 * arbiter_clock.c - how fast the core was, and whether it was ours.
 */
#include "arbiter_clock.h"

#include <stdio.h>
#include <time.h>

#include "bench_clock.h"

static unsigned long long nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
}

size_t clock_line(char line[CLOCK_LINE]) {
    const unsigned long long cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    const unsigned long long wall = nanoseconds(CLOCK_MONOTONIC_RAW);
    const double chain = clock_tsc_per_cycle();
    const unsigned long long wall_after = nanoseconds(CLOCK_MONOTONIC_RAW);
    const unsigned long long cpu_after = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    const int size = snprintf(line, CLOCK_LINE, "\nCLOCK %llu %llu %.5f %llu %llu\n", wall, cpu,
                              chain, wall_after, cpu_after);
    return (size_t)size;
}
