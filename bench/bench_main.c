/*
 * bench_main.c - times the programs and the sequences on the engine, as Google Benchmark cases.
 *
 * usage: bench PROGRAMS SEQUENCES COUNTS [--benchmark_...]
 *
 * PROGRAMS is programs.tbl with paths put in, COUNTS what count_words has written. bench/run.py makes
 * these files and calls this program. Each repetition of a case is one sample, in cycles of the core.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_clock.h"
#include "bench_machine.h"
#include "bench_shim.h"
#include "bench_work.h"

#define NAME_SIZE   96u
#define CORE_CYCLES 3e6 /* that one sample of a sequence should take, about 1 ms */

/* Words executed, by the name of the case, as counted by count_words. */
static const struct table *counts;

static double count_of(const char *name) {
    for (unsigned i = 0; i < counts->rows; i++) {
        if (strcmp(counts->row[i].column[0], name) == 0) {
            return strtod(counts->row[i].column[1], NULL);
        }
    }
    machine_fail("words not counted", name);
}

static void counter(struct bench_sample *sample, const char *name, double value) {
    sample->counter[sample->counters].name = name;
    sample->counter[sample->counters++].value = value;
}

/* What every case reports: cycles by word on both clocks. The label says whether the sample is a quiet
 * one, and how many were thrown away for it. */
static void report(struct bench_sample *sample, const struct measurement *time, double words,
                   double cycles, double tsc) {
    sample->seconds = time->seconds;
    counter(sample, "words", words);
    counter(sample, "cycles", cycles);
    counter(sample, "cycles_per_word", cycles / words);
    counter(sample, "tsc_per_word", tsc / words);
    snprintf(sample->label, sizeof sample->label, "%s discarded:%u",
             time->disturbed ? "disturbed" : "quiet", time->discarded);
}

/* ---- programs ---- */

struct program_case {
    struct program program;
    double words;
};

static void run_program(void *context) {
    const struct program *program = context;
    machine_execute(program->vm, program->run, NULL, 0);
}

static void time_program(void *context, struct bench_sample *sample) {
    struct program_case *it = context;
    struct measurement time = clock_measure(run_program, &it->program);
    report(sample, &time, it->words, time.cycles, time.tsc);
}

static void register_programs(const char *path) {
    const struct table *table = table_read(path);
    struct program_case *cases = machine_alloc(table->rows * sizeof *cases);
    for (unsigned i = 0; i < table->rows; i++) {
        char name[NAME_SIZE];
        cases[i].program = program_load(&table->row[i]);
        snprintf(name, sizeof name, "program/%s", cases[i].program.name);
        cases[i].words = count_of(name);
        program_verify(&cases[i].program); /* and everything is warm */
        bench_register(name, time_program, &cases[i]);
    }
}

/* ---- sequences ---- */

struct sequence_case {
    const struct sequences *all;
    uint64_t loop;
    uint64_t empty;
    uint64_t trips;
    double words; /* of the sequence, once */
};

struct trip_context {
    const struct sequence_case *it;
    uint64_t loop;
};

static void run_loop(void *context) {
    const struct trip_context *trip = context;
    sequence_run(trip->it->all, trip->loop, trip->it->trips);
}

/* The cost of one sequence: the loop with copies of it, less the empty loop. */
static void time_sequence(void *context, struct bench_sample *sample) {
    const struct sequence_case *it = context;
    struct trip_context full = {it, it->loop}, empty = {it, it->empty};
    struct measurement with = clock_measure(run_loop, &full);
    struct measurement without = clock_measure(run_loop, &empty);
    double copies = (double)it->trips * SEQUENCE_COPIES;
    with.discarded += without.discarded;
    with.disturbed = with.disturbed || without.disturbed;
    report(sample, &with, it->words, (with.cycles - without.cycles) / copies,
           (with.tsc - without.tsc) / copies);
}

/* The number of trips that takes about CORE_CYCLES. */
static uint64_t choose_trips(const struct sequence_case *it) {
    struct sequence_case trial = *it;
    struct trip_context context = {&trial, it->loop};
    trial.trips = 16;
    run_loop(&context);
    struct measurement time = clock_measure(run_loop, &context);
    double trips = CORE_CYCLES / (time.cycles / 16);
    return trips < 16 ? 16 : (uint64_t)trips;
}

static void register_sequence(const struct sequences *all, const struct sequence *sequence,
                              const char *kind, uint64_t loop, uint64_t empty) {
    char name[NAME_SIZE];
    struct sequence_case *it = machine_alloc(sizeof *it);
    snprintf(name, sizeof name, "word/%s", sequence->name);
    *it = (struct sequence_case){all, loop, empty, 0, count_of(name)};
    it->trips = choose_trips(it);
    snprintf(name, sizeof name, "%s/%s", kind, sequence->name);
    bench_register(name, time_sequence, it);
}

static void register_sequences(const char *path) {
    const struct sequences *all = sequences_load(path);
    for (unsigned i = 0; i < all->count; i++) {
        const struct sequence *sequence = &all->sequence[i];
        register_sequence(all, sequence, "word", sequence->loop, all->empty);
        if (sequence->native != 0) {
            register_sequence(all, sequence, "native", sequence->native, all->native_empty);
        }
    }
}

static void note_number(const char *key, double value) {
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    bench_note(key, text);
}

int main(int argc, char **argv) {
    bench_options(&argc, argv);
    if (argc != 4) {
        fprintf(stderr, "usage: %s PROGRAMS SEQUENCES COUNTS [--benchmark_...]\n", argv[0]);
        return 2;
    }
    const char *cpu = getenv("BENCH_CPU");
    bench_note("pinned", clock_init(cpu != NULL ? atoi(cpu) : 0) ? "yes" : "no");
    note_number("tsc_hz", clock_tsc_hz());
    note_number("tsc_per_core_cycle_at_start", clock_tsc_per_cycle());
    note_number("multiply_latency_core_cycles", clock_multiply_latency());
    counts = table_read(argv[3]);
    machine_init();
    register_programs(argv[1]);
    register_sequences(argv[2]);
    bench_run();
    return 0;
}
