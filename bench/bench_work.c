/*
 * bench_work.c - loads the programs and compiles the sequences.
 */
#include "bench_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_machine.h"
#include "native_code.h"

#define SOURCE_SIZE 65536u

/* What programs may expect: gforth has a constant CELL, and matrix.fs uses it. */
static const char prelude[] = "1 CELLS CONSTANT CELL\n";

/* What sequences use beside standard words. The cells point to themselves, so that @ can be repeated. */
static const char sequence_words[] = "CREATE cell-a HERE DUP , ,\n"
                                     "CREATE cell-b 0 , 0 , 0 ,\n"
                                     ": nothing ;\n"
                                     "7 VALUE a-value\n"
                                     "DEFER a-defer  ' NOOP IS a-defer\n"
                                     ": maker CREATE DOES> ;  maker a-does\n"
                                     ": loop-empty ( trips -- ) 0 DO LOOP ;\n"
                                     ": native-body-empty ;\n"
                                     ": native-empty ( trips -- )\n"
                                     "  0 DO ['] native-body-empty EXECUTE LOOP ;\n";

struct program program_load(const struct table_row *row) {
    struct program program = {.name = row->column[0], .vm = machine_create()};
    char source[1024];
    int size = snprintf(source, sizeof source,
                        "VARIABLE bench-result\n"
                        ": bench-run %s ;\n"
                        ": bench-check %s bench-result ! ;\n",
                        row->column[2], row->column[3]);
    if (size < 0 || (size_t)size >= sizeof source) {
        machine_fail("row too long", program.name);
    }
    machine_load_text(program.vm, prelude);
    machine_load_file(program.vm, row->column[1]);
    machine_load_text(program.vm, source);
    program.run = machine_find(program.vm, "bench-run");
    program.check = machine_find(program.vm, "bench-check");
    program.expected = strtoull(row->column[4], NULL, 10);
    return program;
}

void program_verify(const struct program *program) {
    machine_execute(program->vm, program->run, NULL, 0);
    machine_execute(program->vm, program->check, NULL, 0);
    if (machine_variable(program->vm, "bench-result") != program->expected) {
        machine_fail("wrong result", program->name);
    }
}

/* Compiles one row: the loop, the sequence once (for native_code_build to look at), and the loop that is
 * to execute native code. `source` is SOURCE_SIZE bytes of scratch. */
static struct sequence compile(struct vm *vm, const struct table_row *row, char *source) {
    struct sequence sequence = {.name = row->column[0], .text = row->column[2]};
    const char *before = row->column[1], *after = row->column[3];
    size_t used =
        (size_t)snprintf(source, SOURCE_SIZE, ": loop-%s >R %s R> 0 DO\n", sequence.name, before);
    for (unsigned copy = 0; copy < SEQUENCE_COPIES; copy++) {
        used += (size_t)snprintf(source + used, SOURCE_SIZE - used, "%s\n", sequence.text);
    }
    used += (size_t)snprintf(source + used, SOURCE_SIZE - used,
                             "LOOP %s ;\n"
                             ": once-%s %s ;\n"
                             ": native-body-%s ;\n"
                             ": native-%s >R %s R> 0 DO ['] native-body-%s EXECUTE LOOP %s ;\n",
                             after, sequence.name, sequence.text, sequence.name, sequence.name,
                             before, sequence.name, after);
    if (used >= SOURCE_SIZE) {
        machine_fail("sequence too long", sequence.name);
    }
    machine_load_text(vm, source);
    char name[64];
    snprintf(name, sizeof name, "loop-%s", sequence.name);
    sequence.loop = machine_find(vm, name);
    snprintf(name, sizeof name, "once-%s", sequence.name);
    uint64_t once = machine_find(vm, name);
    snprintf(name, sizeof name, "native-body-%s", sequence.name);
    if (native_code_build(vm, machine_find(vm, name), once, SEQUENCE_COPIES)) {
        snprintf(name, sizeof name, "native-%s", sequence.name);
        sequence.native = machine_find(vm, name);
    }
    return sequence;
}

struct sequences *sequences_load(const char *path) {
    struct sequences *all = machine_alloc(sizeof *all);
    char *source = machine_alloc(SOURCE_SIZE);
    const struct table *table = table_read(path);
    all->vm = machine_create();
    machine_load_text(all->vm, sequence_words);
    all->empty = machine_find(all->vm, "loop-empty");
    uint64_t body = machine_find(all->vm, "native-body-empty");
    if (!native_code_build(all->vm, body, machine_find(all->vm, "nothing"), 0)) {
        machine_fail("sequences_load", "no native code");
    }
    all->native_empty = machine_find(all->vm, "native-empty");
    for (unsigned i = 0; i < table->rows; i++) {
        all->sequence[all->count++] = compile(all->vm, &table->row[i], source);
    }
    free(source);
    return all;
}

void sequence_run(const struct sequences *all, uint64_t loop, uint64_t trips) {
    machine_execute(all->vm, loop, &trips, 1);
}
