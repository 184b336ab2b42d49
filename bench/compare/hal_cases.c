/*
 * hal_cases.c - what the hardware layer costs: the operations of bench/hal_costs_host.c and hal_costs_kernel.c.
 */
#include "../hal_costs.h"
#include "compare.h"

#define ATTEMPTS 10u

static uint64_t run_operation(const struct compare_case *it) {
    const struct cost *cost = it->detail;
    return cost->operation(cost->rounds);
}

static uint64_t run_baseline(const struct compare_case *it) {
    const struct cost *cost = it->detail;
    return cost->baseline(cost->rounds);
}

void hal_cases_add(void) {
    if (!machine_costs_init()) {
        compare_fail("the hardware layer cannot be measured", "no memory, or no local APIC");
    }
    for (const struct cost *cost = machine_costs; cost->id != NULL; cost++) {
        compare_add(&(struct compare_case){
            .group = "hal",
            .name = cost->id,
            .ops = cost->rounds,
            .run = run_operation,
            .baseline = run_baseline,
            .attempts = ATTEMPTS,
            .detail = cost,
        });
    }
}
