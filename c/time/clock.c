/*
 * clock.c - the monotonic clock: which counter it is, and how counts become nanoseconds.
 *
 * An invariant TSC is the clock of choice: reading it takes some thirty cycles. A TSC that is not said to be
 * invariant may change its rate or stop, so the HPET goes before it, and then the ACPI PM timer; both are
 * narrow, and the timer interrupt reads them often enough to notice when they wrap. Without either the TSC is
 * used all the same, and the description says so. A TSC whose rate nobody can tell is taken to run at 1 GHz,
 * so that time still goes on.
 */
#include "time/clock.h"

#include <stddef.h>

#include "cpu/cmdline.h"
#include "cpu/io.h"
#include "time/calibrate.h"
#include "time/clock_math.h"
#include "time/reference_clock.h"

enum { ASSUMED_TSC_HZ = 1000000000, HZ_PER_KHZ = 1000, KHZ_PER_MHZ = 1000, DESCRIPTION_MAX = 96 };

/* What reading the TSC takes, in one cache line. */
static struct {
    uint64_t latest; /* the last value read; UINT64_MAX when the TSC is not the clock */
    uint64_t start;  /* the value that stands for base_ns */
    uint64_t base_ns;
    struct clock_ratio to_ns;
} tsc __attribute__((aligned(64)));

/* The clock, when it is not the TSC. */
static const struct reference_clock *counter;
static uint64_t counter_latest; /* the last value read, extended to 64 bits */
static uint64_t counter_start;

static struct reference_clock references[REFERENCE_CLOCK_MAX];
static unsigned reference_count;
static struct tsc_rate tsc_rate;
static uint64_t lapic_timer_hz;
static unsigned set_back; /* times that the TSC had gone back */
static char description[DESCRIPTION_MAX];

/* ---- reading ---- */

/* Nothing is locked. Whoever interrupts between the two loads and the store has stored a later value, and
 * then this one is not stored, but it is right. */
static uint64_t counter_read(void) {
    uint64_t latest = __atomic_load_n(&counter_latest, __ATOMIC_ACQUIRE);
    const uint64_t count = clock_extend(latest, counter->read(), counter->mask);

    __atomic_compare_exchange_n(&counter_latest, &latest, count, false, __ATOMIC_RELEASE,
                                __ATOMIC_RELAXED);
    return count;
}

/* The TSC is less than it was, or is not the clock. Only firmware sets a TSC back, in system management mode;
 * how long it stayed there cannot be told. */
static __attribute__((noinline)) uint64_t now_otherwise(void) {
    if (counter != NULL) {
        return clock_convert(&counter->to_ns, counter_read() - counter_start);
    }
    const uint64_t flags = interrupts_save_and_disable();
    const uint64_t count = rdtsc(); /* again: an interrupt may have read a later one */
    if (count < tsc.latest) {
        tsc.base_ns += clock_convert(&tsc.to_ns, tsc.latest - tsc.start);
        tsc.start = count;
        set_back++;
    }
    tsc.latest = count;
    const uint64_t now = tsc.base_ns + clock_convert(&tsc.to_ns, count - tsc.start);
    interrupts_restore(flags);
    return now;
}

uint64_t clock_now_ns(void) {
    const uint64_t count = rdtsc();

    if (count < tsc.latest) {
        return now_otherwise();
    }
    tsc.latest = count;
    return tsc.base_ns + clock_convert(&tsc.to_ns, count - tsc.start);
}

uint64_t clock_keep_up_ns(void) {
    return counter == NULL ? UINT64_MAX : clock_convert(&counter->to_ns, counter->mask / 4);
}

/* ---- choosing ---- */

/* Measures against the first reference that allows it. */
static void find_rates(void) {
    const struct tsc_statements stated = tsc_statements();
    struct calibration found = {0};
    const char *measured_with = NULL;

    for (unsigned i = 0; i < reference_count && measured_with == NULL; i++) {
        if (references[i].runs && calibrate(&references[i], &found)) {
            measured_with = references[i].name;
        }
    }
    if (measured_with == NULL) {
        found = (struct calibration){0};
    }
    lapic_timer_hz = found.lapic_timer_hz;
    tsc_rate = tsc_rate_decide(&stated, found.tsc_hz, measured_with);
}

static const struct reference_clock *choose_reference(void) {
    const struct reference_clock *first = NULL;

    for (unsigned i = 0; i < reference_count; i++) {
        const struct reference_clock *clock = &references[i];
        if (!clock->runs || !clock->can_be_clock) {
            continue;
        }
        if (cmdline_has(clock->word)) {
            return clock;
        }
        first = first == NULL ? clock : first;
    }
    return (tsc_is_invariant() && tsc_rate.hz != 0) || cmdline_has("clock=tsc") ? NULL : first;
}

static void append(void *context, const char *text, size_t size) {
    size_t *used = context;

    for (size_t i = 0; i < size && *used < DESCRIPTION_MAX - 1; i++) {
        description[(*used)++] = text[i];
    }
}

static void put_rate(format_sink sink, void *context, const char *name, uint64_t hz) {
    const uint64_t khz = (hz + HZ_PER_KHZ / 2) / HZ_PER_KHZ;
    format(sink, context, "%s %lu.%03lu MHz", name, khz / KHZ_PER_MHZ, khz % KHZ_PER_MHZ);
}

static void describe(void) {
    size_t used = 0;

    description[0] = '\0';
    if (counter != NULL) {
        put_rate(append, &used, counter->name, counter->hz);
        format(append, &used, "%s", tsc_is_invariant() ? "" : " (the TSC is not invariant)");
    } else if (tsc_rate.origin == NULL) {
        format(append, &used, "TSC, rate unknown, taken as 1000 MHz");
    } else {
        put_rate(append, &used, "TSC", tsc_rate.hz);
        format(append, &used, " (%s%s)", tsc_rate.origin,
               tsc_is_invariant() ? "" : "; it is not invariant");
    }
    if (tsc_rate.disproved_hz != 0) {
        format(append, &used, "; wrong: %s says", tsc_rate.liar);
        put_rate(append, &used, "", tsc_rate.disproved_hz);
    }
    description[used] = '\0';
}

void clock_init(void) {
    reference_count = reference_clocks_find(references);
    find_rates();
    counter = choose_reference();
    if (counter != NULL) {
        counter_latest = counter->read();
        counter_start = counter_latest;
        tsc.latest = UINT64_MAX;
    } else {
        tsc.to_ns = clock_ratio(tsc_rate.hz != 0 ? tsc_rate.hz : ASSUMED_TSC_HZ, NS_PER_SECOND);
        tsc.start = rdtsc();
        tsc.latest = tsc.start;
    }
    describe();
}

bool clock_is_tsc(void) {
    return counter == NULL;
}

uint64_t clock_tsc_hz(void) {
    return tsc_rate.hz;
}

uint64_t clock_lapic_timer_hz(void) {
    return lapic_timer_hz;
}

const char *clock_description(void) {
    return description;
}

/* ---- the report ---- */

static const char *answer(bool yes) {
    return yes ? "yes" : "no";
}

void clock_report(format_sink sink, void *context) {
    format(sink, context, "Clock: %s\n", description);
    format(sink, context, "  TSC           ");
    if (tsc_rate.hz != 0) {
        put_rate(sink, context, "", tsc_rate.hz);
        format(sink, context, ", from %s\n", tsc_rate.origin);
    } else {
        format(sink, context, " rate unknown\n");
    }
    format(sink, context,
           "                 invariant: %s, deadline timer: %s, set back: %u times\n",
           answer(tsc_is_invariant()), answer(tsc_has_deadline()), set_back);
    for (unsigned i = 0; i < reference_count; i++) {
        const struct reference_clock *clock = &references[i];
        format(sink, context, "  %-14s", clock->name);
        put_rate(sink, context, "", clock->hz);
        format(sink, context, "%s%s\n", clock->runs ? "" : ", stands still",
               clock == counter ? ", the clock" : "");
    }
}
