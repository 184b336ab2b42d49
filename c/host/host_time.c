/*
 * host_time.c - time and timers on Linux.
 *
 * One POSIX timer sends SIGALRM as the hardware tick would; the logical timers are counted off it.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <x86intrin.h>

#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "hal/hal_time.h"
#include "host.h"

#define TIMERS  8
#define TICK_NS 1000000u
#define SECOND  UINT64_C(1000000000)

struct logical_timer {
    hal_timer_callback callback; /* NULL: free */
    void *context;
    uint64_t period_ns; /* 0: once */
    uint64_t due_ns;
};

static struct logical_timer timers[TIMERS];
static uint64_t start_ns;
static uint64_t cycles_hz;

static uint64_t monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

/* Cycles in a few milliseconds of the monotonic clock. */
static uint64_t measure_cycles_hz(void) {
    uint64_t ns = monotonic_ns(), cycles = __rdtsc(), now;
    do {
        now = monotonic_ns();
    } while (now - ns < 5000000u);
    return (uint64_t)((unsigned __int128)(__rdtsc() - cycles) * SECOND / (now - ns));
}

static void on_tick(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    uint64_t now = hal_time_now_ns();
    for (unsigned i = 0; i < TIMERS; i++) {
        struct logical_timer *timer = &timers[i];
        if (timer->callback != NULL && now >= timer->due_ns) {
            hal_timer_callback callback = timer->callback;
            if (timer->period_ns == 0) {
                timer->callback = NULL;
            } else {
                timer->due_ns += timer->period_ns;
            }
            callback(timer->context);
        }
    }
    host_interrupt_exit(context);
}

void hal_time_init(void) {
    start_ns = monotonic_ns();
    struct sigaction action = {.sa_sigaction = on_tick,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigfillset(&action.sa_mask);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    const struct itimerspec tick = {{0, TICK_NS}, {0, TICK_NS}};
    timer_t timer;
    if (sigaction(SIGALRM, &action, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
        timer_settime(timer, 0, &tick, NULL) != 0) {
        hal_panic("cannot start the timer");
    }
}

uint64_t hal_time_now_ns(void) {
    return monotonic_ns() - start_ns;
}

uint64_t hal_time_cycles(void) {
    return __rdtsc();
}

uint64_t hal_time_cycles_hz(void) {
    if (cycles_hz == 0) {
        cycles_hz = measure_cycles_hz();
    }
    return cycles_hz;
}

const char *hal_time_source(void) {
    return "CLOCK_MONOTONIC";
}

hal_status hal_time_wall(struct hal_wall_time *time_out) {
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local) == NULL) {
        return HAL_ERR_UNSUPPORTED;
    }
    *time_out = (struct hal_wall_time){
        .year = (unsigned)local.tm_year + 1900,
        .month = (unsigned)local.tm_mon + 1,
        .day = (unsigned)local.tm_mday,
        .hour = (unsigned)local.tm_hour,
        .minute = (unsigned)local.tm_min,
        .second = (unsigned)local.tm_sec,
    };
    return HAL_OK;
}

static int start_timer(uint64_t delay_ns, uint64_t period_ns, hal_timer_callback callback,
                       void *context) {
    if (delay_ns < HAL_TIMER_MIN_NS || callback == NULL) {
        return HAL_ERR_INVALID;
    }
    int handle = HAL_ERR_NO_MEMORY;
    unsigned long state = hal_irq_disable();
    for (int i = 0; i < TIMERS && handle < 0; i++) {
        if (timers[i].callback == NULL) {
            timers[i] =
                (struct logical_timer){callback, context, period_ns, hal_time_now_ns() + delay_ns};
            handle = i;
        }
    }
    hal_irq_restore(state);
    return handle;
}

int hal_timer_periodic(uint64_t period_ns, hal_timer_callback callback, void *context) {
    return start_timer(period_ns, period_ns, callback, context);
}

int hal_timer_oneshot(uint64_t delay_ns, hal_timer_callback callback, void *context) {
    return start_timer(delay_ns, 0, callback, context);
}

hal_status hal_timer_cancel(int handle) {
    if (handle < 0 || handle >= TIMERS || timers[handle].callback == NULL) {
        return HAL_ERR_NOT_FOUND;
    }
    unsigned long state = hal_irq_disable();
    timers[handle].callback = NULL;
    hal_irq_restore(state);
    return HAL_OK;
}
