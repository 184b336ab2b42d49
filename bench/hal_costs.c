/*
 * hal_costs.c - measures the operations of the machine and prints them, in place of the arbiter.
 *
 * A line each: `COST id rounds lower-quartile median upper-quartile`, what the counter gained in so many
 * rounds with the baseline taken off; then the name of the clock. hal_costs.py makes a table of them.
 */
#include "hal_costs.h"

#include "arbiter/vm_arbiter.h"
#include "bench_sort.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_power.h"
#include "shared/format.h"

#define SAMPLES 63u

static void write(void *context, const char *text, size_t size) {
    (void)context;
    hal_console_write(text, size);
}

static void sample(cost_function function, unsigned rounds, uint64_t values[SAMPLES]) {
    (void)function(rounds); /* caches, branch prediction, what is kept for next time */
    for (unsigned i = 0; i < SAMPLES; i++) {
        values[i] = function(rounds);
    }
    bench_sort(values, SAMPLES);
}

static void measure(const struct cost *cost) {
    static uint64_t values[SAMPLES], baseline[SAMPLES];
    sample(cost->baseline, cost->rounds, baseline);
    sample(cost->operation, cost->rounds, values);
    const uint64_t base = baseline[SAMPLES / 2];
    for (unsigned i = 0; i < SAMPLES; i++) {
        values[i] = values[i] > base ? values[i] - base : 0;
    }
    format(write, NULL, "COST %s %u %lu %lu %lu\n", cost->id, cost->rounds, values[SAMPLES / 4],
           values[SAMPLES / 2], values[SAMPLES * 3 / 4]);
}

/* Whoever starts the arbiter asks for it when that fails; nothing of Forth is linked here. */
const char *throw_message(int64_t code) {
    (void)code;
    return NULL;
}

int vm_arbiter_init(void) {
    chain_init();
    return machine_costs_init() ? 0 : -1;
}

int vm_create_primordial(void) {
    return 0;
}

_Noreturn void vm_arbiter_loop(void) {
    hal_irq_enable();
    for (const struct cost *cost = machine_costs; cost->id != NULL; cost++) {
        measure(cost);
    }
    format(write, NULL, "CLOCK %s\nCOSTS END\n", hal_time_source());
    hal_power_off(0);
}
