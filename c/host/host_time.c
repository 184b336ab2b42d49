/*
 * host_time.c - time and timers on Linux.
 *
 * The same queue as on the bare machine; the hardware under it is one POSIX timer, set for the next deadline,
 * whose signal is the interrupt. Whoever touches the queue outside the handler holds the signals back.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <x86intrin.h>

#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "hal/hal_time.h"
#include "host.h"
#include "shared/time_format.h"
#include "shared/timer_queue.h"

#define SECOND UINT64_C(1000000000)

/* The longest time for which the POSIX timer is set; no time_t comes near its end. */
#define LONGEST_NS (SECOND * 1000000)

/* For the rate of the cycle counter: how long to measure at least, and how many readings to try. */
#define MEASURE_NS UINT64_C(20000000)
#define READINGS   16

struct moment {
    uint64_t ns;
    uint64_t cycles;
};

static struct timer_queue queue;
static uint64_t armed_ns =
    TIMER_QUEUE_NEVER; /* 0 while callbacks run, after which the timer is set anyway */
static timer_t posix_timer;
static uint64_t start_ns; /* CLOCK_MONOTONIC when the program began */
static struct moment first;
static uint64_t cycles_hz;
static uint64_t interrupts;

static uint64_t monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec;
}

uint64_t hal_time_now_ns(void) {
    return monotonic_ns() - start_ns;
}

/* ---- timers ---- */

/* Sets the POSIX timer for the next deadline. Signals are held back. A deadline that has passed comes at
 * once. */
static void arm(void) {
    armed_ns = timer_queue_next(&queue);
    if (armed_ns == TIMER_QUEUE_NEVER) {
        return;
    }
    const uint64_t latest = hal_time_now_ns() + LONGEST_NS;
    const uint64_t at = start_ns + (armed_ns < latest ? armed_ns : latest);
    const struct itimerspec setting = {
        .it_value = {.tv_sec = (time_t)(at / SECOND), .tv_nsec = (long)(at % SECOND)}};
    if (timer_settime(posix_timer, TIMER_ABSTIME, &setting, NULL) != 0) {
        hal_panic("cannot set the timer");
    }
}

static void on_alarm(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    const int saved_errno = errno; /* the interrupted code may be about to look at it */
    host_interrupt_depth++;
    interrupts++;
    armed_ns = 0;
    timer_queue_expire(&queue, hal_time_now_ns());
    arm();
    host_interrupt_exit(context);
    host_interrupt_depth--;
    errno = saved_errno;
}

static int start_timer(uint64_t delay_ns, uint64_t period_ns, hal_timer_callback callback,
                       void *context) {
    const unsigned long state = hal_irq_disable();
    const int handle =
        timer_queue_start(&queue, hal_time_now_ns(), delay_ns, period_ns, callback, context);
    if (timer_queue_next(&queue) < armed_ns) {
        arm();
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

/* A signal that is already on its way finds the timer gone. */
hal_status hal_timer_cancel(int handle) {
    const unsigned long state = hal_irq_disable();
    const hal_status status = timer_queue_cancel(&queue, handle);
    hal_irq_restore(state);
    return status;
}

/* ---- the cycle counter ---- */

/* Reads both clocks at one moment, as nearly as possible: of a few tries the shortest counts. */
static struct moment read_both(void) {
    struct moment best = {0};
    uint64_t shortest = UINT64_MAX;
    for (unsigned i = 0; i < READINGS; i++) {
        const uint64_t before = __rdtsc();
        const uint64_t ns = monotonic_ns();
        const uint64_t duration = __rdtsc() - before;
        if (duration < shortest) {
            shortest = duration;
            best = (struct moment){.ns = ns, .cycles = before + duration / 2};
        }
    }
    return best;
}

uint64_t hal_time_cycles(void) {
    return __rdtsc();
}

/* Measured from the start of the program to the first question, which has to wait only if it comes early. */
uint64_t hal_time_cycles_hz(void) {
    while (cycles_hz == 0) {
        if (monotonic_ns() - first.ns >= MEASURE_NS) {
            const struct moment now = read_both();
            cycles_hz = (uint64_t)((unsigned __int128)(now.cycles - first.cycles) * SECOND /
                                   (now.ns - first.ns));
        }
    }
    return cycles_hz;
}

/* ---- the rest ---- */

void hal_time_init(void) {
    struct sigaction action = {.sa_sigaction = on_alarm,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    sigfillset(&action.sa_mask);
    start_ns = monotonic_ns();
    first = read_both();
    timer_queue_init(&queue);
    if (sigaction(SIGALRM, &action, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &posix_timer) != 0) {
        hal_panic("cannot make the timer");
    }
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

void host_time_report(format_sink sink, void *context) {
    static struct timer_queue copy;
    const uint64_t hz = hal_time_cycles_hz();
    const unsigned long state = hal_irq_disable();
    copy = queue;
    const uint64_t now = hal_time_now_ns();
    hal_irq_restore(state);

    time_format_uptime(sink, context, now);
    time_format_wall(sink, context);
    format(sink, context, "Clock: %s\n", hal_time_source());
    format(sink, context, "  TSC            %lu.%03lu MHz, measured\n", (hz + 500) / 1000000,
           (hz + 500) % 1000000 / 1000);
    format(sink, context, "Timer: POSIX timer, one-shot; %lu interrupts\n", interrupts);
    timer_queue_report(&copy, now, sink, context);
}
