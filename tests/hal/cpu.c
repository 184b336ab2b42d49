/*
 * cpu.c - include/hal/hal_cpu.h: the processor, and its sleep.
 */
#include "hal/hal_cpu.h"

#include "hal/hal_interrupt.h"
#include "hal/hal_time.h"
#include "hal_test.h"

#define MS       UINT64_C(1000000)
#define PATIENCE UINT64_C(10000000000)

static void count(void *context) {
    (*(volatile unsigned *)context)++;
}

static void numbers(void) {
    CHECK(hal_cpu_count() >= 1);
    CHECK(hal_cpu_id() < hal_cpu_count());
    hal_cpu_relax();
}

/* Sleeps until the timer has fired; returns the number of times it woke, 0 when it never did. */
static unsigned sleep_until(const volatile unsigned *fires) {
    const uint64_t start = hal_time_now_ns();
    unsigned woken = 0;
    while (*fires == 0) {
        if (hal_time_now_ns() - start > PATIENCE) {
            return 0;
        }
        hal_cpu_halt();
        woken++;
    }
    return woken;
}

static void halt(void) {
    for (unsigned round = 0; round < 10; round++) {
        volatile unsigned fires = 0;
        const uint64_t start = hal_time_now_ns();
        CHECK(hal_timer_oneshot(5 * MS, count, (void *)&fires) >= 0);
        CHECK(sleep_until(&fires) > 0);
        CHECK(hal_time_now_ns() - start >= 5 * MS);
    }
}

/* Between the test for something to do and the sleep an interrupt must not be lost: with interrupts disabled
 * the test and hal_cpu_halt are one. Timers of all lengths hit every instruction between them. */
static void no_lost_wake_up(void) {
    for (unsigned round = 0; round < 300; round++) {
        volatile unsigned fires = 0;
        const uint64_t start = hal_time_now_ns();
        const unsigned long state = hal_irq_disable();
        const int timer = hal_timer_oneshot(HAL_TIMER_MIN_NS + round * 100, count, (void *)&fires);
        while (fires == 0 && hal_time_now_ns() - start < PATIENCE) {
            hal_cpu_halt();
        }
        const unsigned after = fires;
        hal_irq_restore(state);
        CHECK(timer >= 0);
        CHECK_EQ(after, 1);
    }
}

static void keeps_flag(void) {
    volatile unsigned first = 0, second = 0;
    const unsigned long state = hal_irq_disable();
    const bool started = hal_timer_oneshot(2 * MS, count, (void *)&first) >= 0;
    const unsigned woken = started ? sleep_until(&first) : 0;
    const int timer = hal_timer_oneshot(MS, count, (void *)&second);
    hal_test_spin_ns(5 * MS); /* disabled again: nothing comes */
    const unsigned while_disabled = second;
    hal_irq_restore(state);
    CHECK(woken > 0);
    CHECK(timer >= 0);
    CHECK_EQ(while_disabled, 0);
    CHECK(hal_test_wait_for(&second, 1));
}

const struct hal_test hal_cpu_tests[] = {
    {"cpu-numbers", "the running processor is one of those in use", numbers},
    {"cpu-halt", "a timer wakes the processor from its sleep", halt},
    {"cpu-no-lost-wake-up", "an interrupt just before the sleep is not lost", no_lost_wake_up},
    {"cpu-halt-flag", "after the sleep interrupts are disabled if they were", keeps_flag},
    {NULL, NULL, NULL},
};
