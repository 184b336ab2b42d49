/*
 * timer_queue.c - many timers on one clock, as a binary heap over a fixed pool.
 *
 * A handle is the number of a slot plus a generation, so that the handle of a timer that has ended does not
 * name the next one in the same slot.
 */
#include "shared/timer_queue.h"

#include <stdbool.h>
#include <stddef.h>

enum { GENERATIONS = 1 << 25 };

_Static_assert((int64_t)GENERATIONS *TIMER_QUEUE_MAX <= INT64_C(1) << 31,
               "every handle is an int that is not negative");
_Static_assert(TIMER_QUEUE_MAX <= UINT8_MAX, "slots and places are bytes");

void timer_queue_init(struct timer_queue *queue) {
    *queue = (struct timer_queue){0};
    for (unsigned slot = 0; slot < TIMER_QUEUE_MAX; slot++) {
        queue->order[slot] = (uint8_t)slot;
        queue->timers[slot].place = (uint8_t)slot;
    }
}

static int handle_of(const struct timer_queue *queue, unsigned slot) {
    return (int)(queue->timers[slot].generation * TIMER_QUEUE_MAX + slot);
}

/* ---- the heap ---- */

static bool goes_before(const struct queued_timer *a, const struct queued_timer *b) {
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->turn < b->turn;
}

static void put(struct timer_queue *queue, unsigned place, uint8_t slot) {
    queue->order[place] = slot;
    queue->timers[slot].place = (uint8_t)place;
}

static void move_up(struct timer_queue *queue, uint8_t slot) {
    unsigned place = queue->timers[slot].place;

    while (place > 0) {
        const unsigned parent = (place - 1) / 2;
        const uint8_t above = queue->order[parent];
        if (!goes_before(&queue->timers[slot], &queue->timers[above])) {
            break;
        }
        put(queue, place, above);
        place = parent;
    }
    put(queue, place, slot);
}

static void move_down(struct timer_queue *queue, uint8_t slot) {
    unsigned place = queue->timers[slot].place;

    for (;;) {
        unsigned child = 2 * place + 1;
        if (child >= queue->count) {
            break;
        }
        if (child + 1 < queue->count && goes_before(&queue->timers[queue->order[child + 1]],
                                                    &queue->timers[queue->order[child]])) {
            child++;
        }
        const uint8_t below = queue->order[child];
        if (!goes_before(&queue->timers[below], &queue->timers[slot])) {
            break;
        }
        put(queue, place, below);
        place = child;
    }
    put(queue, place, slot);
}

/* Takes a slot out of the heap and makes it the first free one. */
static void release(struct timer_queue *queue, uint8_t slot) {
    const unsigned place = queue->timers[slot].place;
    const uint8_t last = queue->order[--queue->count];

    put(queue, queue->count, slot);
    if (last != slot) {
        put(queue, place, last);
        move_up(queue, last);
        move_down(queue, last);
    }
    queue->timers[slot].generation = (queue->timers[slot].generation + 1) % GENERATIONS;
}

/* ---- the timers ---- */

static uint64_t add_or_never(uint64_t time_ns, uint64_t more_ns) {
    return more_ns > TIMER_QUEUE_NEVER - time_ns ? TIMER_QUEUE_NEVER : time_ns + more_ns;
}

int timer_queue_start(struct timer_queue *queue, uint64_t now_ns, uint64_t delay_ns,
                      uint64_t period_ns, hal_timer_callback callback, void *context) {
    if (callback == NULL || delay_ns < HAL_TIMER_MIN_NS ||
        (period_ns != 0 && period_ns < HAL_TIMER_MIN_NS)) {
        return HAL_ERR_INVALID;
    }
    if (queue->count == TIMER_QUEUE_MAX) {
        return HAL_ERR_NO_MEMORY;
    }
    const uint8_t slot = queue->order[queue->count];
    struct queued_timer *timer = &queue->timers[slot];
    *timer = (struct queued_timer){
        .callback = callback,
        .context = context,
        .deadline_ns = add_or_never(now_ns, delay_ns),
        .period_ns = period_ns,
        .turn = queue->turns++,
        .generation = timer->generation,
        .place = (uint8_t)queue->count,
    };
    queue->count++;
    move_up(queue, slot);
    return handle_of(queue, slot);
}

hal_status timer_queue_cancel(struct timer_queue *queue, int handle) {
    if (handle < 0) {
        return HAL_ERR_NOT_FOUND;
    }
    const uint8_t slot = (uint8_t)((unsigned)handle % TIMER_QUEUE_MAX);
    if (queue->timers[slot].place >= queue->count || handle_of(queue, slot) != handle) {
        return HAL_ERR_NOT_FOUND;
    }
    release(queue, slot);
    return HAL_OK;
}

uint64_t timer_queue_next(const struct timer_queue *queue) {
    return queue->count == 0 ? TIMER_QUEUE_NEVER : queue->timers[queue->order[0]].deadline_ns;
}

/* Gives a periodic timer the first deadline of its rhythm that lies after `now_ns`. */
static void begin_next_period(struct timer_queue *queue, struct queued_timer *timer,
                              uint64_t now_ns) {
    uint64_t next = add_or_never(timer->deadline_ns, timer->period_ns);

    if (next <= now_ns) {
        const uint64_t missed = (now_ns - next) / timer->period_ns + 1;
        timer->overruns += missed;
        /* up to here it is at most now_ns, so only the last period can go too far */
        next = add_or_never(next + (missed - 1) * timer->period_ns, timer->period_ns);
    }
    timer->deadline_ns = next;
    timer->turn = queue->turns++;
}

void timer_queue_expire(struct timer_queue *queue, uint64_t now_ns) {
    while (timer_queue_next(queue) <= now_ns && timer_queue_next(queue) != TIMER_QUEUE_NEVER) {
        const uint8_t slot = queue->order[0];
        struct queued_timer *timer = &queue->timers[slot];
        const hal_timer_callback callback = timer->callback;
        void *const context = timer->context;

        timer->fires++;
        timer->late_ns = now_ns - timer->deadline_ns;
        if (timer->late_ns > timer->worst_late_ns) {
            timer->worst_late_ns = timer->late_ns;
        }
        /* all is in order again before the callback, which may do anything to the queue */
        if (timer->period_ns != 0) {
            begin_next_period(queue, timer, now_ns);
            move_down(queue, slot);
        } else {
            release(queue, slot);
        }
        callback(context);
    }
}
