/*
 * timer_device.c - the hardware that interrupts once, after a delay.
 *
 * The processor only ever halts (C1), where the local APIC timer goes on in every processor.
 */
#include "time/timer_device.h"

#include <stddef.h>

#include "cpu/cmdline.h"
#include "cpu/interrupts.h"
#include "cpu/io.h"
#include "cpu/irq.h"
#include "cpu/vectors.h"
#include "drivers/apic.h"
#include "drivers/apic_timer.h"
#include "time/calibrate.h"
#include "time/clock.h"
#include "time/clock_math.h"
#include "time/pit.h"

enum {
    PIT_LINE = 0,
    PERIODIC_COUNT = (PIT_HZ + 500) / 1000, /* a millisecond */
    NS_PER_MS = 1000000,
};

struct device {
    const char *name;
    const char *word; /* on the command line: begin with this one */
    bool (*start)(void);
    void (*arm)(uint64_t delay_ns);
    void (*stop)(void);
};

static void (*timer_handler)(void);
static volatile uint64_t interrupts;
static const struct device *device; /* NULL: none */
static unsigned tried;              /* bit i: devices[i] has been in use */

/* The rate of the present device, and the longest delay that it can wait. */
static struct clock_ratio to_counts;
static uint64_t longest_ns;

static void on_interrupt(void) {
    interrupts++;
    timer_handler();
}

static void set_rate(uint64_t hz, uint64_t most_counts) {
    to_counts = clock_ratio(NS_PER_SECOND, hz);
    const struct clock_ratio to_ns = clock_ratio(hz, NS_PER_SECOND);
    longest_ns = clock_convert(&to_ns, most_counts - 2);
}

/* Rounded up, because a timer must not fire early; at least 1. */
static uint64_t counts(uint64_t delay_ns) {
    return clock_convert(&to_counts, delay_ns < longest_ns ? delay_ns : longest_ns) + 1;
}

/* ---- the local APIC timer, set to a TSC value ---- */

static bool deadline_start(void) {
    if (!lapic_is_present() || !clock_is_tsc() || !tsc_has_deadline() || clock_tsc_hz() == 0) {
        return false;
    }
    set_rate(clock_tsc_hz(), UINT32_MAX); /* some seconds are long enough */
    interrupts_set_handler(VECTOR_TICK, on_interrupt);
    lapic_timer_prepare_deadline(VECTOR_TICK);
    return true;
}

static void deadline_arm(uint64_t delay_ns) {
    lapic_timer_deadline(rdtsc() + counts(delay_ns));
}

/* ---- the local APIC timer, counting down ---- */

static bool oneshot_start(void) {
    if (!lapic_is_present() || clock_lapic_timer_hz() == 0 ||
        clock_lapic_timer_hz() > CLOCK_RATE_MAX) {
        return false;
    }
    set_rate(clock_lapic_timer_hz(), UINT32_MAX);
    interrupts_set_handler(VECTOR_TICK, on_interrupt);
    lapic_timer_prepare_oneshot(VECTOR_TICK);
    return true;
}

static void oneshot_arm(uint64_t delay_ns) {
    lapic_timer_oneshot((uint32_t)counts(delay_ns));
}

/* ---- the PIT ---- */

static void on_pit(void *context) {
    (void)context;
    on_interrupt();
}

static bool take_pit_line(void) {
    return irq_attach(PIT_LINE, on_pit, NULL, "PIT") == HAL_OK;
}

static void pit_stop(void) {
    pit_prepare_oneshot();
    (void)irq_detach(PIT_LINE);
}

static bool pit_start(void) {
    set_rate(PIT_HZ, PIT_COUNT_MAX);
    pit_prepare_oneshot();
    return take_pit_line();
}

static void pit_arm(uint64_t delay_ns) {
    pit_oneshot((unsigned)counts(delay_ns));
}

static bool periodic_start(void) {
    pit_periodic(PERIODIC_COUNT);
    return take_pit_line();
}

/* It comes every millisecond, whatever is wanted. */
static void periodic_arm(uint64_t delay_ns) {
    (void)delay_ns;
}

/* ---- the choice ---- */

enum { DEVICE_DEADLINE, DEVICE_ONESHOT, DEVICE_PIT, DEVICE_PERIODIC, DEVICES };

/* The best first. */
static const struct device devices[DEVICES] = {
    [DEVICE_DEADLINE] = {.name = "local APIC timer, TSC deadline",
                         .word = "timer=deadline",
                         .start = deadline_start,
                         .arm = deadline_arm,
                         .stop = lapic_timer_stop},
    [DEVICE_ONESHOT] = {.name = "local APIC timer, one-shot",
                        .word = "timer=oneshot",
                        .start = oneshot_start,
                        .arm = oneshot_arm,
                        .stop = lapic_timer_stop},
    [DEVICE_PIT] = {.name = "PIT, one-shot",
                    .word = "timer=pit",
                    .start = pit_start,
                    .arm = pit_arm,
                    .stop = pit_stop},
    [DEVICE_PERIODIC] = {.name = "PIT, 1000 a second",
                         .word = "timer=periodic",
                         .start = periodic_start,
                         .arm = periodic_arm,
                         .stop = pit_stop},
};

static bool use(unsigned index) {
    if (tried >> index & 1) {
        return false;
    }
    tried |= 1u << index;
    if (!devices[index].start()) {
        return false;
    }
    device = &devices[index];
    return true;
}

static bool is_wanted(unsigned index) {
    return cmdline_has(devices[index].word) || (index == DEVICE_PIT && cmdline_has("tick=pit"));
}

static bool use_best(void) {
    for (unsigned i = 0; i < DEVICES; i++) {
        if (use(i)) {
            return true;
        }
    }
    return false;
}

bool timer_device_init(void (*handler)(void)) {
    timer_handler = handler;
    for (unsigned i = 0; i < DEVICES; i++) {
        if (is_wanted(i) && use(i)) {
            return true;
        }
    }
    return use_best();
}

bool timer_device_next(void) {
    if (device != NULL) {
        device->stop();
        device = NULL;
    }
    return use_best();
}

void timer_device_arm(uint64_t delay_ns) {
    if (device != NULL) {
        device->arm(delay_ns);
    }
}

const char *timer_device_name(void) {
    return device == NULL ? "none" : device->name;
}

uint64_t timer_device_interrupts(void) {
    return interrupts;
}
