/*
 * measure.c - takes samples: in random order, between two calibrations, until one is quiet.
 *
 * Each sample stands between two chains of dependent additions (bench_chain.h). Where they differ by more than 3%, the
 * core's clock has moved or somebody was there, and the sample is taken again; the first is kept all the same, marked.
 * Under counted time nothing can disturb: no chains, and each sample is quiet.
 */
#include <string.h>

#include "../bench_chain.h"
#include "compare.h"
#include "hal/hal_interrupt.h"
#include "machine.h"

#define TOLERANCE_PERCENT 3u
#define WARM_UPS          2u  /* the history has two halves, and each must have its pages */
#define PROGRESS          10u /* lines for a whole measurement */

struct compare compare;

/* What is known when a sample begins. There is one at a time. */
static struct {
    uint64_t chain;
    struct machine_moment moment;
    unsigned attempt; /* of the sample that is being taken, from 0 */
    unsigned long interrupts;
} gate;

/* xorshift64*, of Vigna's "An experimental exploration of Marsaglia's xorshift generators, scrambled". */
uint64_t compare_random(uint64_t limit) {
    static uint64_t state;
    if (state == 0) {
        state = compare.seed != 0 ? compare.seed : 1;
    }
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(0x2545f4914f6cdd1d) >> 32) % limit;
}

/* Whether the name contains one part of the filter, which ends at a comma; ^ stands for the beginning of the name. */
static bool matches(const char *part, size_t size, const char *name) {
    const bool at_start = size != 0 && *part == '^';
    part += at_start;
    size -= at_start;
    const size_t last = at_start || strlen(name) < size ? 0 : strlen(name) - size;
    for (size_t from = 0; from <= last; from++) {
        if (strlen(name + from) >= size && memcmp(name + from, part, size) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const struct compare_case *it) {
    const char *name = compare_name(it, ""), *part = compare.filter;
    for (;;) {
        size_t size = 0;
        while (part[size] != '\0' && part[size] != ',') {
            size++;
        }
        if (matches(part, size, name)) {
            return true;
        }
        if (part[size] == '\0') {
            return false;
        }
        part += size + 1;
    }
}

void compare_add(const struct compare_case *it) {
    if (!is_wanted(it)) {
        return;
    }
    if (compare.case_count == COMPARE_CASES) {
        compare_fail("too many cases", it->name);
    }
    compare.cases[compare.case_count++] = *it;
}

void compare_open(void) {
    gate.chain = compare_counted() ? compare.clock.chain : chain_tsc(CHAIN_ADD);
    gate.interrupts = hal_irq_disable();
    gate.moment = machine_now();
}

static void keep(unsigned of, uint64_t cycles, uint64_t chain, bool quiet) {
    compare.taken++;
    compare.discarded += !quiet;
    if (compare.sample_count == COMPARE_SAMPLES) {
        compare_fail("too many samples", compare.cases[of].name);
    }
    compare.samples[compare.sample_count++] = (struct compare_sample){
        .cycles = cycles, .chain = chain, .of = (uint16_t)of, .quiet = quiet};
}

bool compare_close(unsigned of, uint64_t cycles, unsigned attempts) {
    const struct machine_moment now = machine_now();
    hal_irq_restore(gate.interrupts);
    const uint64_t after = compare_counted() ? gate.chain : chain_tsc(CHAIN_ADD);
    const uint64_t apart = after > gate.chain ? after - gate.chain : gate.chain - after;
    const bool quiet = apart * 100 <= gate.chain * TOLERANCE_PERCENT &&
                       (compare_counted() || !machine_was_taken(&gate.moment, &now));
    keep(of, cycles, (gate.chain + after) / 2, quiet);
    gate.attempt++;
    if (quiet || gate.attempt >= attempts || compare.sample_count > COMPARE_SAMPLES / 2) {
        gate.attempt = 0;
        return true;
    }
    return false;
}

void compare_note(unsigned of, unsigned run, uint64_t cycles) {
    if (compare.gap_count < COMPARE_GAPS) {
        compare.gaps[compare.gap_count++] =
            (struct compare_gap){.cycles = cycles, .of = (uint16_t)of, .run = (uint16_t)run};
    }
}

static void take(unsigned of) {
    const struct compare_case *it = &compare.cases[of];
    bool done;
    do {
        compare_open();
        const uint64_t cycles = it->run(it);
        const uint64_t baseline = it->baseline != NULL ? it->baseline(it) : compare.clock.empty;
        done = compare_close(of, cycles > baseline ? cycles - baseline : 0, it->attempts);
    } while (!done);
}

static void warm_up(unsigned first, unsigned count) {
    for (unsigned i = 0; i < count * WARM_UPS; i++) {
        const struct compare_case *it = &compare.cases[first + i % count];
        (void)it->run(it);
        if (it->baseline != NULL) {
            (void)it->baseline(it);
        }
    }
}

void compare_measure(unsigned first) {
    static uint16_t order[COMPARE_CASES];
    const unsigned count = compare.case_count - first;
    const unsigned all = count * compare.repetitions;
    warm_up(first, count);
    for (unsigned i = 0; i < count; i++) {
        order[i] = (uint16_t)(first + i);
    }
    for (unsigned done = 0; done < all; done++) {
        const unsigned at = done % count;
        const unsigned from = at + (unsigned)compare_random(count - at);
        const uint16_t of =
            order[from]; /* Fisher and Yates: one of those that this round has not had */
        order[from] = order[at];
        order[at] = of;
        take(of);
        if ((done + 1) * PROGRESS / all != done * PROGRESS / all) {
            compare_say("compare: %u of %u samples\n", done + 1, all);
        }
    }
}
