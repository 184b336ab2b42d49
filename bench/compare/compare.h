/*
 * compare.h - the benchmark set that runs in the Linux process and in the kernel: cases, samples, and who measures.
 *
 * One C harness on both machines, in place of the arbiter's loop at first: words, programs and the hardware layer run
 * with interrupts held back and nobody else. Then VM[0] loads compare.fs, and the arbiter's own cases are measured from
 * there. machine_host.c and machine_kernel.c are all that differs. No floating point: the kernel has none.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COMPARE_REPETITIONS 50u /* at most: of all cases, once, they fill a half of the samples */
#define COMPARE_CASES       320u
#define COMPARE_SAMPLES     32768u
#define COMPARE_GAPS        16384u

_Static_assert(COMPARE_REPETITIONS *COMPARE_CASES <= COMPARE_SAMPLES / 2,
               "room for what is taken again");

/* ---- cases ---- */

struct compare_case {
    const char *group; /* "dispatch": the entry is called group/name */
    const char *name;
    uint64_t ops; /* operations in a sample */
    /* Does them, or the same without what is measured. Returns cycles of the time stamp counter. NULL: measured from
     * VM[0], or no such thing. */
    uint64_t (*run)(const struct compare_case *it);
    uint64_t (*baseline)(const struct compare_case *it);
    unsigned attempts;  /* at most so many for a quiet sample */
    const void *detail; /* what the case's own functions need */
    uint64_t xt, empty; /* the same */
};

struct compare_sample {
    uint64_t cycles; /* of the time stamp counter, for all operations, the baseline taken off */
    uint64_t chain;  /* what CHAIN_LENGTH additions took before and after it, on the average */
    uint16_t of;     /* index of its case */
    bool quiet;
};

/* One moment of a distribution: so long had others the processor, or so late was it. */
struct compare_gap {
    uint64_t cycles; /* or ns, as the case has it */
    uint16_t of;
    uint16_t run; /* counted from 0 */
};

/* What was found out before anything is measured. */
struct compare_clock {
    uint64_t tsc_hz;
    uint64_t chain;               /* CHAIN_LENGTH additions now */
    uint64_t tsc_per_instruction; /* counted time; 0: it is not */
    uint64_t empty;               /* what an empty measurement gives */
    uint64_t expected, measured;  /* of the check, in thousandths: see self_check.c */
    const char *unit;             /* of these two */
    bool ok;
};

/* The whole run; what it collects is complete when VM[0] says so. */
struct compare {
    struct compare_clock clock;
    unsigned repetitions;
    uint64_t seed;
    const char
        *filter; /* only cases whose name contains one of these, between commas; "" for all */
    unsigned case_count;
    struct compare_case cases[COMPARE_CASES];
    unsigned sample_count, taken, discarded;
    struct compare_sample samples[COMPARE_SAMPLES];
    unsigned gap_count;
    struct compare_gap gaps[COMPARE_GAPS];
};
extern struct compare compare;

static inline bool compare_counted(void) {
    return compare.clock.tsc_per_instruction != 0;
}

/* The kernel has no strcmp. */
static inline bool compare_same(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++, b++;
    }
    return *a == *b;
}

/* ---- measure.c ---- */

/* Adds a case, if the filter lets it through; fails when there are too many. Its strings must stay. */
void compare_add(const struct compare_case *it);

/* Takes all samples of the cases from `first` on that can be run from C, in a random order, repetition by repetition. */
void compare_measure(unsigned first);

/* Takes one sample of something that the caller runs between the two; from the first on interrupts are held back. The
 * second keeps it and is true when it was quiet, or the last of `attempts`, or when room for samples gets short. */
void compare_open(void);
bool compare_close(unsigned of, uint64_t cycles, unsigned attempts);

/* Keeps a moment of a distribution. */
void compare_note(unsigned of, unsigned run, uint64_t cycles);

/* A number below `limit`, from the seed. */
uint64_t compare_random(uint64_t limit);

/* ---- self_check.c ---- */

/* Measures what is known beforehand. False: nothing that is measured here can be believed. */
bool compare_self_check(struct compare_clock *clock);

/* ---- words_cases.c, hal_cases.c, arbiter_cases.c ---- */

void words_cases_add(void);
void hal_cases_add(void);
void arbiter_cases_add(void);

/* ---- report.c ---- */

/* Where it all comes from: the context of the JSON (context.c). */
struct json;
void compare_context(struct json *json, const char *error);

/* The processor is QEMU's emulation, and its time is not counted: it is of nothing but that emulator. */
bool compare_emulated(void);

/* Writes the JSON; with `error`, only the context and what was wrong. Called once. */
void compare_report(const char *error);

/* "group/name" with a suffix; valid until the next call. */
const char *compare_name(const struct compare_case *it, const char *suffix);

/* Writes the table for people to the console. */
void compare_table(void);

/* A line for people, while it runs; a format of shared/format.h. */
void compare_say(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* Something went wrong that makes the whole run worthless: says so, in the JSON too, and ends the machine. */
_Noreturn void compare_fail(const char *what, const char *detail);

/* ---- generated from the tables (gen_cases.py) ---- */

struct compare_program {
    const char *name, *file;
    uint64_t expected;
};
struct compare_arbiter {
    const char *group, *name, *forth;
    uint64_t rounds, counted_rounds;
    const char *unit; /* of the moments that it gives instead of samples; NULL: samples */
};
struct compare_file {
    const char *name, *text, *end;
};
extern const char *const compare_sequences[];           /* NULL ends each of these lists */
extern const struct compare_program compare_programs[]; /* the name */
extern const struct compare_arbiter compare_arbiters[];
extern const struct compare_file compare_files[];
extern const char compare_commit[];
extern const bool compare_dirty;

#endif
