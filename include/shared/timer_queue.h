/*
 * timer_queue.h - many timers on one clock: which of them is due, and when the next one will be.
 *
 * Pure: it reads no clock and programs no hardware; times are nanoseconds of the caller's clock. The kernel
 * (c/time/timer.c) and the Linux program (c/host/host_time.c) put it on theirs, so that the functions of
 * hal/hal_time.h mean the same on both. The caller keeps everything else out while one of these runs:
 * interrupts disabled, signals blocked. Allocates nothing; ISR-safe.
 */
#ifndef SHARED_TIMER_QUEUE_H
#define SHARED_TIMER_QUEUE_H

#include <stdint.h>

#include "hal/hal_time.h"
#include "shared/format.h"

enum { TIMER_QUEUE_MAX = 64 };

#define TIMER_QUEUE_NEVER UINT64_MAX /* a deadline that does not come */

struct queued_timer {
    hal_timer_callback callback;
    void *context;
    uint64_t deadline_ns;
    uint64_t period_ns; /* 0: fires once */
    uint64_t turn;      /* of timers with one deadline the one that was given it first goes first */
    uint64_t fires;
    uint64_t overruns; /* periods in which it could not fire and which were left out */
    uint64_t late_ns;  /* how long after its deadline it fired: the last time, and the worst */
    uint64_t worst_late_ns;
    uint32_t generation; /* timers that this slot has had before */
    uint8_t place;       /* of the slot in order[] */
};

/* order[] names every slot once. The first `count` are a binary heap, the next deadline at its root; the
 * others are free. */
struct timer_queue {
    struct queued_timer timers[TIMER_QUEUE_MAX];
    uint8_t order[TIMER_QUEUE_MAX];
    unsigned count;
    uint64_t turns;
};

/* Makes the queue empty. Handles from before mean nothing afterwards. */
void timer_queue_init(struct timer_queue *queue);

/* Starts a timer that fires `delay_ns` after `now_ns`, and then, unless `period_ns` is 0, every `period_ns`
 * after that deadline: it does not drift. Takes time in O(log n). Returns a handle >= 0. HAL_ERR_INVALID: no
 * callback, or a delay or period shorter than HAL_TIMER_MIN_NS; HAL_ERR_NO_MEMORY: all slots are in use. */
int timer_queue_start(struct timer_queue *queue, uint64_t now_ns, uint64_t delay_ns,
                      uint64_t period_ns, hal_timer_callback callback, void *context);

/* Stops a timer; its callback does not run again. O(log n). HAL_ERR_NOT_FOUND: the handle names no timer, for
 * it never did, or the timer was cancelled, or it was to fire once and has. A slot gives out a handle again
 * after 2^25 timers. */
hal_status timer_queue_cancel(struct timer_queue *queue, int handle);

/* The earliest deadline, TIMER_QUEUE_NEVER when there is none. Constant time. */
uint64_t timer_queue_next(const struct timer_queue *queue);

/* Calls back every timer whose deadline is at or before `now_ns`, each once, in the order of their deadlines.
 * A callback may start and cancel any timer, itself too, with a time that is not before `now_ns`; it may not
 * call this. A periodic timer that comes more than a period late leaves out what it missed and keeps its
 * rhythm. */
void timer_queue_expire(struct timer_queue *queue, uint64_t now_ns);

/* A table of the timers in use, for people. Takes a copy of the queue, because writing takes long. */
void timer_queue_report(const struct timer_queue *copy, uint64_t now_ns, format_sink sink,
                        void *context);

#endif
