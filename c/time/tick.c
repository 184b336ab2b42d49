/*
 * tick.c - the hardware's periodic interrupt.
 */
#include "time/tick.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cpu/cmdline.h"
#include "cpu/interrupts.h"
#include "cpu/irq.h"
#include "cpu/vectors.h"
#include "drivers/apic_timer.h"
#include "time/clock.h"
#include "time/reference_clock.h"

enum { PIT_LINE = 0 };

static void (*tick_handler)(void);
static volatile uint64_t ticks;
static const char *source = "none";

static void on_tick(void) {
    ticks++;
    tick_handler();
}

static void on_pit(void *context) {
    (void)context;
    on_tick();
}

static bool use_lapic(uint64_t counts_per_tick) {
    const char *wanted = cmdline_value("tick");
    bool pit_wanted = wanted != NULL && strlen(wanted) == 3 && memcmp(wanted, "pit", 3) == 0;

    return !pit_wanted && counts_per_tick != 0 && counts_per_tick <= UINT32_MAX;
}

void tick_start(void (*handler)(void)) {
    uint64_t counts_per_tick = (clock_lapic_timer_hz() + TICK_HZ / 2) / TICK_HZ;

    tick_handler = handler;
    if (use_lapic(counts_per_tick)) {
        source = "local APIC timer";
        interrupts_set_handler(VECTOR_TICK, on_tick);
        lapic_timer_periodic(VECTOR_TICK, (uint32_t)counts_per_tick);
        return;
    }
    source = "PIT";
    pit_start_periodic(TICK_HZ);
    (void)irq_attach(PIT_LINE, on_pit, NULL, "PIT"); /* who misses the tick says so */
}

uint64_t tick_count(void) {
    return ticks;
}

const char *tick_source(void) {
    return source;
}
