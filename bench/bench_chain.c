/*
 * bench_chain.c - chains of instructions whose cost is known beforehand.
 *
 * The loops are written out, so that the number of instructions in them is no matter of the compiler's: under
 * counted time that number is what is measured.
 */
#include "bench_chain.h"

#define RUNS          4u
#define LEAF_EXTENDED 0x80000000u
#define LEAF_FEATURES 0x80000001u
#define HAS_RDTSCP    (1u << 27)

bool chain_has_rdtscp;

#define LINK4(instruction)                                                                         \
    instruction " %2, %0\n\t" instruction " %2, %0\n\t" instruction " %2, %0\n\t" instruction      \
                " %2, %0\n\t"
#define CHAIN(instruction)                                                                         \
    __asm__ volatile(".balign 64\n"                                                                \
                     "1:\n\t" LINK4(instruction) LINK4(instruction) LINK4(instruction)             \
                         LINK4(instruction) "decq %1\n\t"                                          \
                                            "jnz 1b"                                               \
                     : "+r"(value), "+r"(rounds)                                                   \
                     : "r"(operand)                                                                \
                     : "cc")

static uint32_t cpuid_register(uint32_t leaf, bool edx) {
    uint32_t a = leaf, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return edx ? d : a;
}

void chain_init(void) {
    chain_has_rdtscp = cpuid_register(LEAF_EXTENDED, false) >= LEAF_FEATURES &&
                       (cpuid_register(LEAF_FEATURES, true) & HAS_RDTSCP) != 0;
}

uint64_t chain_tsc_rounds(enum chain_kind kind, uint64_t rounds) {
    uint64_t value = 1;
    const uint64_t operand = 3;
    const uint64_t start = tsc_begin();
    if (kind == CHAIN_ADD) {
        CHAIN("addq");
    } else if (kind == CHAIN_MULTIPLY) {
        CHAIN("imulq");
    }
    return tsc_end() - start;
}

uint64_t chain_tsc(enum chain_kind kind) {
    uint64_t best = UINT64_MAX;
    for (unsigned i = 0; i < RUNS; i++) {
        const uint64_t tsc = chain_tsc_rounds(kind, CHAIN_ROUNDS);
        best = tsc < best ? tsc : best;
    }
    return best;
}
