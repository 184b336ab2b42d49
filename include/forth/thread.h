/*
 * thread.h - how to read threaded code: what each primitive takes and where it may go on.
 */
#ifndef THREAD_H
#define THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/dictionary.h"
#include "forth/vm_layout.h"

struct thread_info {
    uint8_t words;    /* that it counts for; 0: this is no primitive */
    uint8_t operands; /* cells that follow it and are not executed */
    bool ends;        /* what was paid for ends with it: a branch word or the end of a definition */
    bool notes;       /* where execution goes on after it is in the history, unless it throws */
};

/* Prepares thread_info. Called once, before anything is compiled. */
void thread_init(void);

/* What is known of the primitive whose code begins at `primitive`; all zero when none does. */
struct thread_info thread_info(uint64_t primitive);

/* The instruction behind the one at `at` in the code, of which `info` is known; and the one that is executed
 * after it on the same path, which is another behind a branch ahead. Nothing is executed on the path behind
 * one that ends it. */
static inline uint64_t thread_behind(uint64_t at, struct thread_info info) {
    return at + (1 + info.operands) * CELL;
}
uint64_t thread_next(uint64_t at, struct thread_info info);

/* A number for a primitive, below THREAD_PLACES, for tables of what is known of each; THREAD_PLACES when none
 * can begin at that address. */
#define THREAD_PLACES 2048u
uint32_t thread_place(uint64_t primitive);

/* The primitive whose code the address lies in, or the one before it; 0 outside the engine. */
uint64_t thread_primitive_of(uint64_t address);

/* True for a branch word with two ways: its operands end in target, price and counter of the code at the target,
 * price and counter of what follows. */
static inline bool thread_is_fork(struct thread_info info) {
    return info.ends && info.operands >= 5;
}

#endif
