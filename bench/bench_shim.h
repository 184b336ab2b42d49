/*
 * bench_shim.h - Google Benchmark for C: registers functions and runs them.
 */
#ifndef BENCH_SHIM_H
#define BENCH_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_COUNTERS_MOST 8

/* What one execution of a benchmark has measured. */
struct bench_sample {
    double seconds;
    char label[64]; /* a remark on this sample */
    unsigned counters;
    struct {
        const char *name;
        double value;
    } counter[BENCH_COUNTERS_MOST];
};

typedef void (*bench_function)(void *context, struct bench_sample *sample);

/* Registers a benchmark. `name` is copied. Every repetition calls `function` once. */
void bench_register(const char *name, bench_function function, void *context);

/* Adds a line to the context that stands at the head of the results. */
void bench_note(const char *key, const char *value);

/* Takes Google Benchmark's own options out of the command line. Before the first bench_register. */
void bench_options(int *argc, char **argv);

/* Runs everything that is registered, and reports it. */
void bench_run(void);

#ifdef __cplusplus
}
#endif

#endif
