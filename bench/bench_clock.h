/*
 * bench_clock.h - time in core cycles, and how to tell a quiet sample from a disturbed one.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* One timed run of something. */
struct measurement {
    double tsc;         /* time stamp counter cycles */
    double cycles;      /* core cycles: tsc divided by the calibration around the run */
    double seconds;     /* wall time */
    unsigned discarded; /* disturbed attempts that were thrown away before this one */
    bool disturbed;     /* no attempt was quiet: this is the last of them */
};

/* Pins the process to `cpu` and measures the rate of the time stamp counter. False when pinning is refused. */
bool clock_init(int cpu);

/* Time stamp counter cycles that one core cycle takes now, by a chain of dependent additions. */
double clock_tsc_per_cycle(void);

/* Core cycles of one dependent multiplication: 3 on every processor of the last decade if the chain of
 * additions really takes a cycle each, so it checks clock_tsc_per_cycle. */
double clock_multiply_latency(void);

/* Rate of the time stamp counter in Hz. */
double clock_tsc_hz(void);

/* Runs `work(context)` until an attempt is quiet: calibrations before and after agree within 3%, and the
 * process was on the processor all the time. Gives up after ten. */
struct measurement clock_measure(void (*work)(void *context), void *context);

#endif
