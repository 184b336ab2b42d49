/*
 * timer.c - the timers of the bare machine: the queue, and the device set to its next deadline.
 */
#include "time/timer.h"

#include <stddef.h>

#include "cpu/io.h"
#include "shared/timer_queue.h"
#include "time/clock.h"
#include "time/timer_device.h"

enum { CHECKS = 3 };
#define CHECK_NS    UINT64_C(500000)
#define PATIENCE_NS UINT64_C(250000000)

static struct timer_queue queue;

/* For when the device is set, or for earlier; 0 while callbacks run, after which it is set anyway. */
static uint64_t armed_ns = TIMER_QUEUE_NEVER;

/* Sets the device for the next deadline, or for when the clock must be read again. */
static void arm(void) {
    const uint64_t now = clock_now_ns();
    const uint64_t keep_up_ns = clock_keep_up_ns();

    armed_ns = timer_queue_next(&queue);
    if (keep_up_ns < TIMER_QUEUE_NEVER - now && armed_ns > now + keep_up_ns) {
        armed_ns = now + keep_up_ns;
    }
    if (armed_ns != TIMER_QUEUE_NEVER) {
        timer_device_arm(armed_ns > now ? armed_ns - now : 0);
    }
}

static void on_interrupt(void) {
    armed_ns = 0;
    timer_queue_expire(&queue, clock_now_ns());
    arm();
}

void timer_init(void) {
    timer_queue_init(&queue);
    timer_device_init(on_interrupt);
    arm();
}

int timer_start(uint64_t delay_ns, uint64_t period_ns, hal_timer_callback callback, void *context) {
    const uint64_t flags = interrupts_save_and_disable();
    const int handle =
        timer_queue_start(&queue, clock_now_ns(), delay_ns, period_ns, callback, context);

    if (timer_queue_next(&queue) < armed_ns) {
        arm();
    }
    interrupts_restore(flags);
    return handle;
}

/* The device stays set: an interrupt for nothing costs less than setting it anew. */
hal_status timer_cancel(int handle) {
    const uint64_t flags = interrupts_save_and_disable();
    const hal_status status = timer_queue_cancel(&queue, handle);

    interrupts_restore(flags);
    return status;
}

/* ---- at boot ---- */

static void note(void *context) {
    *(volatile bool *)context = true;
}

static bool one_arrives(void) {
    volatile bool fired = false;
    const int handle = timer_start(CHECK_NS, 0, note, (void *)&fired);
    const uint64_t deadline = clock_now_ns() + PATIENCE_NS;

    while (!fired && clock_now_ns() < deadline) {
        __asm__ volatile("pause");
    }
    if (!fired) {
        timer_cancel(handle);
    }
    return fired;
}

bool timer_interrupts_arrive(void) {
    const uint64_t flags = interrupts_save_and_disable();
    unsigned arrived = 0;

    interrupts_restore(RFLAGS_IF);
    while (arrived < CHECKS && one_arrives()) {
        arrived++;
    }
    interrupts_save_and_disable();
    interrupts_restore(flags);
    return arrived == CHECKS;
}

bool timer_use_next_device(void) {
    const uint64_t flags = interrupts_save_and_disable();
    const bool found = timer_device_next();

    arm();
    interrupts_restore(flags);
    return found;
}

void timer_report(format_sink sink, void *context) {
    static struct timer_queue copy; /* too large for the stack */
    const uint64_t flags = interrupts_save_and_disable();
    copy = queue;
    const uint64_t now = clock_now_ns();
    interrupts_restore(flags);

    format(sink, context, "Timer: %s; %lu interrupts\n", timer_device_name(),
           timer_device_interrupts());
    timer_queue_report(&copy, now, sink, context);
}
