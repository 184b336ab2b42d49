/*
 * count_words.c - how many words the programs and the sequences execute, exactly.
 *
 * usage: count_words PROGRAMS SEQUENCES    writes `name | words` lines to standard output
 *        count_words --check SEQUENCES     compares two ways of counting
 *        count_words --clock PROGRAMS      compares the count with the VM's virtual clock
 *
 * It is linked with an engine that counts (counting/engine.inc). The check steps through every sequence one
 * instruction at a time with the processor's trap flag, counts arrivals at the entry of a primitive, and fails
 * unless the engine's own count is the same.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>

#include "bench_machine.h"
#include "bench_work.h"
#include "forth/clock.h"
#include "forth/primitive_table.h"
#include "word_entries.h"

#define TRAP_FLAG (1ll << 8)

extern uint64_t words_executed; /* the counting engine adds to it */
uint64_t words_executed;

static volatile sig_atomic_t stepping;
static uint64_t arrivals;
static uint64_t instructions;

static uint64_t words_of(const struct sequences *all, uint64_t loop, uint64_t trips) {
    uint64_t before = words_executed;
    sequence_run(all, loop, trips);
    return words_executed - before;
}

/* Words in one copy of a sequence. More trips less fewer removes what is outside the loop, and the empty loop
 * what steps it. */
static uint64_t sequence_words(const struct sequences *all, const struct sequence *sequence) {
    uint64_t full = words_of(all, sequence->loop, 2) - words_of(all, sequence->loop, 1);
    uint64_t empty = words_of(all, all->empty, 2) - words_of(all, all->empty, 1);
    if ((full - empty) % SEQUENCE_COPIES != 0) {
        machine_fail("copies of a sequence differ in words", sequence->name);
    }
    return (full - empty) / SEQUENCE_COPIES;
}

static int count_all(const char *programs, const char *sequences) {
    const struct table *table = table_read(programs);
    for (unsigned i = 0; i < table->rows; i++) {
        struct program program = program_load(&table->row[i]);
        program_verify(&program);
        uint64_t before = words_executed;
        machine_execute(program.vm, program.run, NULL, 0);
        if (words_executed == before) {
            machine_fail("this engine does not count", program.name);
        }
        printf("program/%s | %" PRIu64 "\n", program.name, words_executed - before);
    }
    const struct sequences *all = sequences_load(sequences);
    for (unsigned i = 0; i < all->count; i++) {
        printf("word/%s | %" PRIu64 "\n", all->sequence[i].name,
               sequence_words(all, &all->sequence[i]));
    }
    return 0;
}

/* Each program once: its virtual clock must have gone on by the words that were counted. */
static int check_clocks(const char *programs) {
    const struct table *table = table_read(programs);
    unsigned wrong = 0;
    for (unsigned i = 0; i < table->rows; i++) {
        struct program program = program_load(&table->row[i]);
        const uint64_t clock = clock_words(program.vm), before = words_executed;
        machine_execute(program.vm, program.run, NULL, 0);
        const uint64_t by_clock = clock_words(program.vm) - clock;
        if (by_clock != words_executed - before) {
            printf("%s: %" PRIu64 " words counted, %" PRIu64 " by the virtual clock\n",
                   program.name, words_executed - before, by_clock);
            wrong++;
        }
    }
    printf("%u programs, %u clocks differ\n", table->rows, wrong);
    return wrong == 0 ? 0 : 1;
}

/* ---- the check ---- */

static void on_trap(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    instructions++;
    arrivals += word_entry_at((uint64_t)registers[REG_RIP]);
    if (stepping) {
        registers[REG_EFL] |= TRAP_FLAG;
    } else {
        registers[REG_EFL] &= ~TRAP_FLAG;
    }
}

static void step(const struct sequences *all, uint64_t loop) {
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaction(SIGTRAP, &action, NULL);
    stepping = 1;
    raise(SIGTRAP); /* the handler sets the trap flag in what it returns to */
    sequence_run(all, loop, 1);
    stepping = 0;
}

static int check_all(const char *path) {
    const struct sequences *all = sequences_load(path);
    unsigned wrong = 0;
    for (unsigned i = 0; i < all->count; i++) {
        const struct sequence *sequence = &all->sequence[i];
        arrivals = 0;
        uint64_t before = words_executed;
        step(all, sequence->loop);
        uint64_t counted = words_executed - before;
        if (counted != arrivals) {
            printf("%s: %" PRIu64 " words counted, %" PRIu64 " stepped\n", sequence->name, counted,
                   arrivals);
            wrong++;
        }
    }
    printf("%u sequences stepped through, %" PRIu64 " instructions, %u counts differ\n", all->count,
           instructions, wrong);
    return wrong == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "usage: %s PROGRAMS SEQUENCES | --check SEQUENCES | --clock PROGRAMS\n",
                argv[0]);
        return 2;
    }
    machine_init();
    if (strcmp(argv[1], "--check") == 0) {
        word_entries_init();
        return check_all(argv[2]);
    }
    if (strcmp(argv[1], "--clock") == 0) {
        return check_clocks(argv[2]);
    }
    return count_all(argv[1], argv[2]);
}
