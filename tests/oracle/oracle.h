/*
 * oracle.h - what the physics should know of each VM, found out from a record of every word that it executes.
 *
 * The engine is assembled with engine.inc of this folder. A log belongs to a VM from the first time that it runs until
 * it ends. Nothing here is for interrupt handlers.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/history.h"
#include "forth/vm.h"

/* An arrival at a primitive, as engine.inc writes it. */
struct record {
    uint32_t primitive; /* address of its code */
    uint32_t parts;     /* words that it stands for */
    uint64_t ip;        /* the cell behind it, if it was reached from threaded code */
    uint64_t word;      /* the struct word, if EXECUTE has entered it */
    uint64_t rax;       /* the primitive's own address, if it was reached from threaded code */
};

#define LOG_RECORDS 4096u
#define LOG_SLACK                                                                                  \
    64u /* a break may come between the last record and the look whether it was that */

struct log {
    struct record *at, *end; /* engine.inc knows the place of these three */
    uint64_t rax;
    struct record record[LOG_RECORDS];

    const struct vm *vm;
    struct log *next; /* with the same hash */
    uint64_t words;   /* executed since it began */
    uint64_t
        strange; /* a thread that the physics know nothing of: what lies there does not count */
    uint64_t compared;   /* words at the last comparison of everything */
    uint64_t last_count; /* words since the history was cleared; the last of them: */
    uint32_t last[HISTORY_WORDS_MAX];
    uint32_t counts; /* how many numbers of words there may be */
    uint64_t count[];
};

/* The log of the VM that runs. */
extern struct log *oracle_log;

/* ---- oracle.c ---- */

/* Its log; made when it has none. */
struct log *oracle_of(const struct vm *vm);
void oracle_end(const struct vm *vm);

/* From now on `vm` runs. */
void oracle_runs(const struct vm *vm);

/* Turns the records of `vm` into counts. `trace` is where its r9 has been saved, NULL for vm->trace. */
void oracle_drain(struct vm *vm, uint64_t *trace);

/* Compares what is known of a VM between two words with its records: the clock, and when it has executed `between`
 * words since the last time, all counts and the window. Returns NULL, or what differs, in a buffer that the next call
 * uses again. */
const char *oracle_check(struct vm *vm, uint64_t between);

/* To be called when code has been forgotten. */
void oracle_forget_callees(const struct vm *vm);

/* ---- the program that it is part of ---- */

/* `vm` is about to lose its physics. */
void oracle_last(struct vm *vm);

/* ---- plants.c ---- */

/* Called whenever a log is drained; `trace` is where the VM will take its r9 from. */
void plant_trace(const struct vm *vm, uint64_t *trace);

#endif
