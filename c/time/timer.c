/*
 * timer.c - several logical timers on one hardware tick.
 *
 * A handle is the number of its slot plus a generation, so that the handle of a timer that has
 * ended never names the next one in the same slot.
 */
#include "time/timer.h"

#include <stdbool.h>
#include <stddef.h>

#include "cpu/io.h"
#include "time/clock.h"

enum { GENERATIONS = 1 << 20 };

struct timer {
    hal_timer_callback callback; /* NULL: free */
    void *context;
    uint64_t deadline_ns;
    uint64_t period_ns; /* 0: one shot */
    unsigned generation;
};

static struct timer timers[TIMER_MAX];

static int handle_of(unsigned slot) {
    return (int)(timers[slot].generation * TIMER_MAX + slot);
}

static void release(struct timer *timer) {
    timer->callback = NULL;
    timer->generation = (timer->generation + 1) % GENERATIONS;
}

int timer_start(uint64_t delay_ns, uint64_t period_ns, hal_timer_callback callback, void *context) {
    if (delay_ns < HAL_TIMER_MIN_NS || callback == NULL) {
        return HAL_ERR_INVALID;
    }
    int handle = HAL_ERR_NO_MEMORY;
    uint64_t flags = interrupts_save_and_disable();
    for (unsigned slot = 0; slot < TIMER_MAX; slot++) {
        struct timer *timer = &timers[slot];
        if (timer->callback == NULL) {
            uint64_t now = clock_now_ns();
            timer->callback = callback;
            timer->context = context;
            timer->deadline_ns = delay_ns > UINT64_MAX - now ? UINT64_MAX : now + delay_ns;
            timer->period_ns = period_ns;
            handle = handle_of(slot);
            break;
        }
    }
    interrupts_restore(flags);
    return handle;
}

hal_status timer_cancel(int handle) {
    if (handle < 0) {
        return HAL_ERR_NOT_FOUND;
    }
    hal_status status = HAL_ERR_NOT_FOUND;
    unsigned slot = (unsigned)handle % TIMER_MAX;
    uint64_t flags = interrupts_save_and_disable();
    if (timers[slot].callback != NULL && handle_of(slot) == handle) {
        release(&timers[slot]);
        status = HAL_OK;
    }
    interrupts_restore(flags);
    return status;
}

/* The first deadline of the timer's rhythm that lies after `now_ns`. */
static uint64_t next_deadline(const struct timer *timer, uint64_t now_ns) {
    uint64_t next = timer->deadline_ns + timer->period_ns;

    if (next <= now_ns) {
        next += (now_ns - next) / timer->period_ns * timer->period_ns + timer->period_ns;
    }
    return next;
}

void timer_expire(uint64_t now_ns, uint64_t tick_ns) {
    for (unsigned slot = 0; slot < TIMER_MAX; slot++) {
        struct timer *timer = &timers[slot];
        if (timer->callback == NULL) {
            continue;
        }
        /* a periodic timer may come half a tick early: otherwise a period of one tick, in step with
         * the ticks, would be missed or met by chance */
        uint64_t early_ns = timer->period_ns != 0 ? tick_ns / 2 : 0;
        if (timer->deadline_ns > now_ns + early_ns) {
            continue;
        }
        hal_timer_callback callback = timer->callback;
        void *context = timer->context;
        if (timer->period_ns != 0) {
            timer->deadline_ns = next_deadline(timer, now_ns);
        } else {
            release(timer);
        }
        callback(context);
    }
}
