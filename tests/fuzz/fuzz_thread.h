/*
 * fuzz_thread.h - how the fuzzer reads threaded code: told by itself, not by what the compiler goes by (forth/thread.h).
 */
#ifndef FUZZ_THREAD_H
#define FUZZ_THREAD_H

#include <stdint.h>

/* What follows a primitive in threaded code. */
enum operand {
    NO_PRIMITIVE,
    NEVER,
    NONE,
    NUMBER,
    TARGET,
    BACK, /* a target, its price and its counter */
    FORK, /* the same, and price and counter of what follows */
    CODE,
    DATA
};

/* Prepares what follows. Needs nothing. */
void fuzz_thread_init(void);

/* What follows the primitive whose code is at `address`. */
enum operand fuzz_operand_of(uint64_t address);

/* Cells of an operand. */
unsigned fuzz_operand_cells(enum operand operand);

/* The cell at an address. */
static inline uint64_t fuzz_cell(uint64_t address) {
    return *(const uint64_t *)address;
}

/* Goes through one instruction: its words, the kind of its last part's operand, and what follows. */
unsigned fuzz_pass(uint64_t *at, enum operand *kind, uint64_t *last);

/* Words from an instruction to the next one that pays. */
uint64_t fuzz_price_of(uint64_t at);

#endif
