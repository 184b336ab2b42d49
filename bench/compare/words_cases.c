/*
 * words_cases.c - what the engine's words cost: sequences in a loop, and the programs.
 *
 * The Forth text is generated from bench/sequences.tbl and bench/programs/programs.tbl (gen_cases.py), and is the same
 * in both machines.
 */
#include <string.h>

#include "../bench_chain.h"
#include "../bench_machine.h"
#include "compare.h"

#define COPIES         256u /* of a sequence in its loop: gen_cases.py says the same */
#define COUNTED_TRIPS  8u
#define SAMPLE_CYCLES  UINT64_C(2000000) /* of the time stamp counter, about */
#define TRIAL_TRIPS    4u
#define SHORT_ATTEMPTS 10u
#define LONG_ATTEMPTS  4u /* programs take a good part of a second */
#define NAME_SIZE      64u

_Static_assert(COPIES == 256, "what gen_cases.py writes");

void machine_fail(const char *what, const char *detail) {
    compare_fail(what, detail);
}

/* ---- sequences ---- */

static struct vm *sequences;

static uint64_t run_loop(uint64_t xt, uint64_t trips) {
    machine_still(sequences);
    const uint64_t start = tsc_begin();
    machine_execute(sequences, xt, &trips, 1);
    return tsc_end() - start;
}

static uint64_t run_sequence(const struct compare_case *it) {
    return run_loop(it->xt, it->ops / COPIES);
}

static uint64_t run_empty(const struct compare_case *it) {
    return run_loop(it->empty, it->ops / COPIES);
}

/* The number of trips that takes about SAMPLE_CYCLES. */
static uint64_t choose_trips(uint64_t xt) {
    if (compare_counted()) {
        return COUNTED_TRIPS;
    }
    (void)run_loop(xt, TRIAL_TRIPS);
    const uint64_t trips = SAMPLE_CYCLES * TRIAL_TRIPS / run_loop(xt, TRIAL_TRIPS);
    return trips > TRIAL_TRIPS ? trips : TRIAL_TRIPS;
}

static void add_sequence(const char *name, uint64_t empty) {
    static const char prefix[] = "loop-";
    char loop[NAME_SIZE];
    if (strlen(name) >= NAME_SIZE - sizeof prefix) {
        compare_fail("name too long", name);
    }
    memcpy(loop, prefix, sizeof prefix - 1);
    memcpy(loop + sizeof prefix - 1, name, strlen(name) + 1);
    const uint64_t xt = machine_find(sequences, loop);
    compare_add(&(struct compare_case){
        .group = "dispatch",
        .name = name,
        .ops = choose_trips(xt) * COPIES,
        .run = run_sequence,
        .baseline = run_empty,
        .attempts = SHORT_ATTEMPTS,
        .xt = xt,
        .empty = empty,
    });
}

/* ---- programs ---- */

/* A program's VM and words, by the index in compare_programs. */
#define PROGRAMS 32u
static struct program {
    const struct compare_program *of;
    struct vm *vm;
    uint64_t check;
} programs[PROGRAMS];

static uint64_t run_program(const struct compare_case *it) {
    const struct program *program = it->detail;
    machine_reset(program->vm);
    const uint64_t start = tsc_begin();
    machine_execute(program->vm, it->xt, NULL, 0);
    return tsc_end() - start;
}

/* The same, and the result must be right. That is looked at behind each sample: it costs nothing. */
static uint64_t run_checked(const struct compare_case *it) {
    const struct program *program = it->detail;
    const uint64_t cycles = run_program(it);
    machine_execute(program->vm, program->check, NULL, 0);
    if (machine_variable(program->vm, "bench-result") != program->of->expected) {
        compare_fail("wrong result", program->of->name);
    }
    return cycles;
}

static void add_program(struct program *program, const struct compare_program *of) {
    program->of = of;
    program->vm = machine_create();
    machine_load_file(program->vm, of->file);
    program->check = machine_find(program->vm, "bench-check");
    struct compare_case it = {
        .group = "program",
        .name = of->name,
        .ops = 1,
        .run = run_checked,
        .attempts = LONG_ATTEMPTS,
        .detail = program,
        .xt = machine_find(program->vm, "bench-run"),
    };
    compare_add(&it);
    it.group = "small"; /* a part of the same work, as the budget counts it */
    it.run = run_program;
    it.attempts = SHORT_ATTEMPTS;
    it.xt = machine_find(program->vm, "bench-small");
    compare_add(&it);
}

void words_cases_add(void) {
    sequences = machine_create();
    machine_load_file(sequences, "sequences.fs");
    const uint64_t empty = machine_find(sequences, "loop-empty");
    for (const char *const *name = compare_sequences; *name != NULL; name++) {
        add_sequence(*name, empty);
    }
    for (unsigned i = 0; compare_programs[i].name != NULL; i++) {
        if (i == PROGRAMS) {
            compare_fail("too many programs", compare_programs[i].name);
        }
        add_program(&programs[i], &compare_programs[i]);
    }
}
