/*
 * bench_chain.h - chains of instructions whose cost is known beforehand: the ruler of all measurements here.
 *
 * For the Linux process and for the kernel alike: no floating point, no library, no allocation. The time stamp
 * counter runs at a fixed rate while the core's own clock moves with load and heat; a chain of register-to-register
 * additions takes one core cycle each: such an addition is never folded away at rename, as additions of a constant
 * are on some processors.
 */
#ifndef BENCH_CHAIN_H
#define BENCH_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#define CHAIN_ROUNDS   4000u
#define CHAIN_LINKS    16u /* dependent instructions in a round */
#define CHAIN_OVERHEAD 2u  /* the other instructions of a round: they run beside the chain */
#define CHAIN_LENGTH   (CHAIN_ROUNDS * CHAIN_LINKS)

/* The processor has RDTSCP; false until chain_init has looked. */
extern bool chain_has_rdtscp;

/* Finds out what the processor has. Before anything else of this file. */
void chain_init(void);

/* The time stamp counter at the beginning of what is measured: nothing from before it is still under way, and
 * nothing behind it has begun; on AMD's processors the latter only where the system has made LFENCE so, as Linux does.
 * ISR-safe. */
static inline uint64_t tsc_begin(void) {
    uint32_t low, high;
    __asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/* And at its end. ISR-safe. */
static inline uint64_t tsc_end(void) {
    uint32_t low, high;
    if (!chain_has_rdtscp) {
        return tsc_begin();
    }
    __asm__ volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high) : : "ecx", "memory");
    return (uint64_t)high << 32 | low;
}

/* What a chain is made of. */
enum chain_kind {
    CHAIN_ADD,      /* one core cycle a link */
    CHAIN_MULTIPLY, /* three, on every processor of the last decade */
    CHAIN_EMPTY,    /* no links, and no rounds: what measuring costs */
};

/* Cycles of the time stamp counter that CHAIN_LENGTH links take: the least of four runs, for an interrupt can only
 * make one longer. A fifth of a millisecond. ISR-safe. */
uint64_t chain_tsc(enum chain_kind kind);

/* The same for one run of `rounds` rounds. */
uint64_t chain_tsc_rounds(enum chain_kind kind, uint64_t rounds);

#endif
