/*
 * hal_costs.h - what an operation of the hardware layer costs: the same measurement on both machines.
 *
 * On Linux the time stamp counter counts cycles. On the bare machine under QEMU's -icount it counts
 * instructions, 16 to each.
 */
#ifndef HAL_COSTS_H
#define HAL_COSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench_chain.h"
#include "hal/hal_time.h"

/* Does the operation `rounds` times; returns what the counter gained. */
typedef uint64_t (*cost_function)(unsigned rounds);

struct cost {
    const char *id; /* NULL ends the list */
    unsigned rounds;
    cost_function operation;
    cost_function baseline; /* the same without the operation; its cost is taken off */
};

/* Defines a cost_function that executes a statement again and again. */
#define COST_FUNCTION(name, statement)                                                             \
    static uint64_t name(unsigned rounds) {                                                        \
        const uint64_t start = tsc_begin();                                                        \
        for (unsigned i = 0; i < rounds; i++) {                                                    \
            statement;                                                                             \
        }                                                                                          \
        return tsc_end() - start;                                                                  \
    }

/* Keeps the compiler from leaving out what gave `value`. */
#define COST_KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")

/* ---- hal_costs_kernel.c, hal_costs_host.c ---- */

extern const struct cost machine_costs[];

/* Prepares what they work on; false when that cannot be done. */
bool machine_costs_init(void);

#endif
