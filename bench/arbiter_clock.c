/*
 * arbiter_clock.c - how fast the core was, and whether it was ours.
 */
#include "arbiter_clock.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "bench_clock.h"

static unsigned long long nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
}

/* Of the process and of the children that it has waited for. */
static unsigned long long cpu_nanoseconds(void) {
    struct rusage children;
    getrusage(RUSAGE_CHILDREN, &children);
    const long seconds = children.ru_utime.tv_sec + children.ru_stime.tv_sec;
    const long micros = children.ru_utime.tv_usec + children.ru_stime.tv_usec;
    return nanoseconds(CLOCK_PROCESS_CPUTIME_ID) + (unsigned long long)seconds * 1000000000 +
           (unsigned long long)micros * 1000;
}

size_t clock_line(char line[CLOCK_LINE]) {
    const unsigned long long cpu = cpu_nanoseconds();
    const unsigned long long wall = nanoseconds(CLOCK_MONOTONIC_RAW);
    const double chain = clock_tsc_per_cycle();
    const unsigned long long wall_after = nanoseconds(CLOCK_MONOTONIC_RAW);
    const unsigned long long cpu_after = cpu_nanoseconds();
    const int size = snprintf(line, CLOCK_LINE, "\nCLOCK %llu %llu %.5f %llu %llu\n", wall, cpu,
                              chain, wall_after, cpu_after);
    return (size_t)size;
}
