/*
 * bench_work.h - what is benchmarked: words that are ready to run in a VM, and how often their body repeats.
 *
 * The same list is built by the timing program (bench_main.c) and by the counting one (count_words.c), so
 * that both speak of the same work.
 */
#ifndef BENCH_WORK_H
#define BENCH_WORK_H

#include <stdint.h>

#include "bench_table.h"
#include "forth/vm.h"

#define SEQUENCE_COPIES 256u /* of a sequence, in a row, in the body of the loop */

/* One program of programs.tbl. */
struct program {
    const char *name;
    struct vm *vm; /* its own, so that programs do not see one another */
    uint64_t run;
    uint64_t check;
    uint64_t expected;
};

/* One sequence of sequences.tbl, as words ( trips -- ). */
struct sequence {
    const char *name;
    const char *text;
    uint64_t loop; /* SEQUENCE_COPIES of it, `trips` times */
    uint64_t
        native; /* the same machine code without dispatch (native_code.h); 0 if there is none */
};

struct sequences {
    struct vm *vm;
    uint64_t empty;        /* the loop without a body */
    uint64_t native_empty; /* the loop around native code without a body */
    unsigned count;
    struct sequence sequence[TABLE_ROWS];
};

/* Loads the program of a row of a resolved programs.tbl, in which `file` is a path. */
struct program program_load(const struct table_row *row);

/* Runs it once and fails unless the check gives the expected number. */
void program_verify(const struct program *program);

/* Compiles every sequence of sequences.tbl. The result lives as long as the program. */
struct sequences *sequences_load(const char *path);

/* Runs a loop word of a sequence. */
void sequence_run(const struct sequences *all, uint64_t loop, uint64_t trips);

#endif
