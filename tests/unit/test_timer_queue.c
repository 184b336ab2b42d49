/* test_timer_queue.c - the timer queue: order, cancelling, rhythm, and a long comparison with a plain list */
/* uses: c/shared/timer_queue.c */
#include <stdbool.h>
#include <string.h>

#include "shared/timer_queue.h"
#include "unit.h"

#define US UINT64_C(1000)

static struct timer_queue queue;
static uint64_t now;
static unsigned fired[256]; /* contexts in the order in which they fired */
static unsigned fired_count;

static void note(void *context) {
    fired[fired_count++] = (unsigned)(uintptr_t)context;
}

static void *as_context(unsigned number) {
    return (void *)(uintptr_t)number;
}

static void begin(void) {
    timer_queue_init(&queue);
    now = 0;
    fired_count = 0;
}

static int once(uint64_t delay, unsigned number) {
    return timer_queue_start(&queue, now, delay, 0, note, as_context(number));
}

static void expire(uint64_t at) {
    now = at;
    timer_queue_expire(&queue, now);
}

UNIT_TEST(timer_queue_order,
          "timers fire in the order of their deadlines, equal ones in the order of starting") {
    begin();
    once(5 * US, 1);
    once(3 * US, 2);
    once(5 * US, 3);
    once(1 * US, 4);
    CHECK_EQ_U64(timer_queue_next(&queue), 1 * US);
    expire(2 * US);
    CHECK_EQ_U64(fired_count, 1);
    CHECK_EQ_U64(timer_queue_next(&queue), 3 * US);
    expire(5 * US);
    static const unsigned expected[] = {4, 2, 1, 3};
    CHECK_EQ_U64(fired_count, 4);
    CHECK_MEM(fired, expected, sizeof expected);
    CHECK_EQ_U64(timer_queue_next(&queue), TIMER_QUEUE_NEVER);
}

UNIT_TEST(timer_queue_not_early, "a timer does not fire a nanosecond early") {
    begin();
    once(10 * US, 1);
    expire(10 * US - 1);
    CHECK_EQ_U64(fired_count, 0);
    expire(10 * US);
    CHECK_EQ_U64(fired_count, 1);
}

UNIT_TEST(timer_queue_errors, "wrong arguments are refused, and 1 us is the least") {
    begin();
    CHECK_EQ_I64(once(999, 0), HAL_ERR_INVALID);
    CHECK_EQ_I64(once(0, 0), HAL_ERR_INVALID);
    CHECK_EQ_I64(timer_queue_start(&queue, 0, US, 0, NULL, NULL), HAL_ERR_INVALID);
    CHECK_EQ_I64(timer_queue_start(&queue, 0, US, 999, note, NULL), HAL_ERR_INVALID);
    CHECK_EQ_I64(timer_queue_start(&queue, 0, 999, US, note, NULL), HAL_ERR_INVALID);
    CHECK(timer_queue_start(&queue, 0, US, US, note, NULL) >= 0);
    CHECK_EQ_I64(timer_queue_cancel(&queue, -1), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(timer_queue_cancel(&queue, INT32_MIN), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(timer_queue_cancel(&queue, INT32_MAX), HAL_ERR_NOT_FOUND);
    CHECK_EQ_I64(timer_queue_cancel(&queue, 1), HAL_ERR_NOT_FOUND);
}

UNIT_TEST(timer_queue_full, "64 timers fit, the next is refused, and one that ended makes room") {
    begin();
    int handles[TIMER_QUEUE_MAX];
    for (unsigned i = 0; i < TIMER_QUEUE_MAX; i++) {
        handles[i] = once((TIMER_QUEUE_MAX - i) * US, i);
        CHECK(handles[i] >= 0);
    }
    CHECK_EQ_I64(once(US, 99), HAL_ERR_NO_MEMORY);
    CHECK_EQ_I64(timer_queue_cancel(&queue, handles[20]), HAL_OK);
    CHECK(once(US, 99) >= 0);
    CHECK_EQ_I64(once(US, 99), HAL_ERR_NO_MEMORY);
    expire(1000 * US);
    CHECK_EQ_U64(fired_count, TIMER_QUEUE_MAX);
    CHECK_EQ_U64(fired[0], 63);
    CHECK_EQ_U64(fired[1], 99);
}

UNIT_TEST(timer_queue_handles,
          "the handle of a timer that has ended does not name the next in its slot") {
    begin();
    int old = once(US, 1);
    CHECK_EQ_I64(timer_queue_cancel(&queue, old), HAL_OK);
    CHECK_EQ_I64(timer_queue_cancel(&queue, old), HAL_ERR_NOT_FOUND);
    int next = once(US, 2);
    CHECK(next != old && next % TIMER_QUEUE_MAX == old % TIMER_QUEUE_MAX);
    CHECK_EQ_I64(timer_queue_cancel(&queue, old), HAL_ERR_NOT_FOUND);
    expire(US);
    CHECK_EQ_U64(fired_count, 1);
    CHECK_EQ_I64(timer_queue_cancel(&queue, next), HAL_ERR_NOT_FOUND);
}

UNIT_TEST(timer_queue_generations,
          "generations start again from 0 and handles are never negative") {
    begin();
    queue.timers[queue.order[0]].generation = (1 << 25) - 1;
    int last = once(US, 1);
    CHECK(last >= 0);
    CHECK_EQ_I64(timer_queue_cancel(&queue, last), HAL_OK);
    int first = once(US, 1);
    CHECK(first >= 0 && first < TIMER_QUEUE_MAX);
    CHECK_EQ_I64(timer_queue_cancel(&queue, last), HAL_ERR_NOT_FOUND);
}

UNIT_TEST(timer_queue_periodic,
          "a periodic timer keeps its rhythm, leaves out what it missed, and counts that") {
    begin();
    int handle = timer_queue_start(&queue, 0, 10 * US, 10 * US, note, NULL);
    const struct queued_timer *timer = &queue.timers[handle % TIMER_QUEUE_MAX];
    expire(10 * US);
    expire(23 * US);
    CHECK_EQ_U64(timer_queue_next(&queue), 30 * US);
    CHECK_EQ_U64(timer->late_ns, 3 * US);
    CHECK_EQ_U64(timer->overruns, 0);
    expire(65 * US); /* 30 fires; 40, 50 and 60 are left out */
    CHECK_EQ_U64(fired_count, 3);
    CHECK_EQ_U64(timer->overruns, 3);
    CHECK_EQ_U64(timer->worst_late_ns, 35 * US);
    CHECK_EQ_U64(timer_queue_next(&queue), 70 * US);
    expire(80 * US); /* 70 fires, and 80 is missed by being just due */
    CHECK_EQ_U64(timer->overruns, 4);
    CHECK_EQ_U64(timer_queue_next(&queue), 90 * US);
    CHECK_EQ_U64(timer->fires, 4);
    CHECK_EQ_I64(timer_queue_cancel(&queue, handle), HAL_OK);
    expire(1000 * US);
    CHECK_EQ_U64(fired_count, 4);
}

UNIT_TEST(timer_queue_no_drift, "after a million late periods of 1 ms the deadline is exact") {
    begin();
    timer_queue_start(&queue, 7, 1000 * US, 1000 * US, note, NULL);
    for (uint64_t i = 1; i <= 1000000; i++) {
        fired_count = 0;
        expire(7 + i * 1000 * US + i % 999 * US);
        CHECK_EQ_U64(fired_count, 1);
    }
    CHECK_EQ_U64(timer_queue_next(&queue), 7 + UINT64_C(1000001) * 1000 * US);
}

UNIT_TEST(timer_queue_far,
          "delays and periods up to the largest number never overflow into the past") {
    begin();
    now = UINT64_MAX - 5 * US;
    int far = once(UINT64_MAX, 1);
    CHECK_EQ_U64(timer_queue_next(&queue), TIMER_QUEUE_NEVER);
    timer_queue_start(&queue, now, US, UINT64_MAX, note, as_context(2));
    CHECK_EQ_U64(timer_queue_next(&queue), now + US);
    expire(UINT64_MAX - 1);
    CHECK_EQ_U64(fired_count, 1);
    CHECK_EQ_U64(timer_queue_next(&queue), TIMER_QUEUE_NEVER);
    expire(UINT64_MAX);
    CHECK_EQ_U64(fired_count, 1);
    CHECK_EQ_I64(timer_queue_cancel(&queue, far), HAL_OK);
    CHECK_EQ_U64(queue.count, 1);
    begin();
    timer_queue_start(&queue, 0, US, UINT64_MAX / 2, note, NULL);
    expire(UINT64_MAX - 1); /* the next but one deadline lies beyond the end of time */
    CHECK_EQ_U64(fired_count, 1);
    CHECK_EQ_U64(queue.timers[queue.order[0]].overruns, 1);
    CHECK_EQ_U64(timer_queue_next(&queue), TIMER_QUEUE_NEVER);
}

/* ---- what callbacks may do ---- */

static int own, other;

static void cancel_own(void *context) {
    note(context);
    CHECK_EQ_I64(timer_queue_cancel(&queue, own), HAL_OK);
}

static void cancel_other(void *context) {
    note(context);
    timer_queue_cancel(&queue, other);
}

static void start_again(void *context) {
    note(context);
    if (fired_count < 5) {
        own = timer_queue_start(&queue, now, 2 * US, 0, start_again, context);
    }
}

UNIT_TEST(timer_queue_cancel_own,
          "a periodic timer that cancels itself in its callback has ended") {
    begin();
    own = timer_queue_start(&queue, 0, US, US, cancel_own, NULL);
    expire(100 * US);
    expire(200 * US);
    CHECK_EQ_U64(fired_count, 1);
    CHECK_EQ_U64(queue.count, 0);
}

UNIT_TEST(timer_queue_cancel_other,
          "a timer that is due and cancelled in an earlier callback does not fire") {
    begin();
    timer_queue_start(&queue, 0, US, 0, cancel_other, as_context(1));
    other = once(2 * US, 2);
    once(3 * US, 3);
    expire(10 * US);
    static const unsigned expected[] = {1, 3};
    CHECK_EQ_U64(fired_count, 2);
    CHECK_MEM(fired, expected, sizeof expected);
}

UNIT_TEST(timer_queue_restart,
          "a callback may start its timer anew; it fires in a later round, even in a full queue") {
    begin();
    for (unsigned i = 1; i < TIMER_QUEUE_MAX; i++) {
        once(UINT64_MAX, i);
    }
    own = timer_queue_start(&queue, 0, US, 0, start_again, NULL);
    for (unsigned i = 1; i <= 5; i++) {
        expire(i * 100 * US);
        CHECK_EQ_U64(fired_count, i);
    }
    expire(UINT64_MAX - 1);
    CHECK_EQ_U64(fired_count, 5);
    CHECK_EQ_U64(queue.count, TIMER_QUEUE_MAX - 1);
}

/* ---- against a plain list ---- */

struct model_timer {
    bool active;
    int handle;
    uint64_t deadline, period, turn;
    uint64_t overruns;
};

static struct model_timer model[TIMER_QUEUE_MAX];
static int dead_handle;
static uint64_t turns, seed;
static unsigned wrong;

static uint64_t random_number(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static struct model_timer *model_first(void) {
    struct model_timer *first = NULL;
    for (unsigned i = 0; i < TIMER_QUEUE_MAX; i++) {
        struct model_timer *timer = &model[i];
        if (timer->active && (first == NULL || timer->deadline < first->deadline ||
                              (timer->deadline == first->deadline && timer->turn < first->turn))) {
            first = timer;
        }
    }
    return first;
}

static void on_model(void *context);

static void random_start(void) {
    unsigned free = 0;
    while (free < TIMER_QUEUE_MAX && model[free].active) {
        free++;
    }
    const uint64_t delay = US + random_number() % (64 * US) / 500 * 500; /* many are equal */
    const uint64_t period = random_number() % 3 == 0 ? US + random_number() % (20 * US) : 0;
    const int handle = timer_queue_start(&queue, now, delay, period, on_model, &model[free]);
    if (free == TIMER_QUEUE_MAX) {
        wrong += handle != HAL_ERR_NO_MEMORY;
        return;
    }
    wrong += handle < 0;
    for (unsigned i = 0; i < TIMER_QUEUE_MAX; i++) {
        wrong += model[i].active && model[i].handle == handle;
    }
    model[free] = (struct model_timer){true, handle, now + delay, period, turns++, 0};
}

static void random_cancel(void) {
    struct model_timer *timer = &model[random_number() % TIMER_QUEUE_MAX];
    if (timer->active) {
        wrong += timer_queue_cancel(&queue, timer->handle) != HAL_OK;
        timer->active = false;
        dead_handle = timer->handle;
    }
    wrong += timer_queue_cancel(&queue, dead_handle) != HAL_ERR_NOT_FOUND;
}

/* Must be the timer that the model has first, which then moves on; and sometimes it does something itself. */
static void on_model(void *context) {
    struct model_timer *timer = context;
    wrong += timer != model_first() || timer->deadline > now;
    if (timer->period == 0) {
        timer->active = false;
        dead_handle = timer->handle;
    } else {
        timer->turn = turns++;
        timer->deadline += timer->period;
        while (timer->deadline <= now) {
            timer->deadline += timer->period;
            timer->overruns++;
        }
        wrong += queue.timers[timer->handle % TIMER_QUEUE_MAX].overruns != timer->overruns;
    }
    switch (random_number() % 8) {
    case 0:
        random_start();
        break;
    case 1:
        random_cancel();
        break;
    case 2:
        if (timer->active) {
            wrong += timer_queue_cancel(&queue, timer->handle) != HAL_OK;
            timer->active = false;
        }
        break;
    }
}

UNIT_TEST(timer_queue_model, "300,000 random operations do what a plain list does") {
    begin();
    memset(model, 0, sizeof model);
    seed = 88172645463325252u;
    turns = 0;
    wrong = 0;
    dead_handle = -1;
    for (unsigned i = 0; i < 300000; i++) {
        switch (random_number() % 4) {
        case 0:
        case 1:
            random_start();
            break;
        case 2:
            random_cancel();
            break;
        default:
            expire(now + random_number() % (i % 5000 < 4000 ? 4 * US : 100 * US));
            break;
        }
        const struct model_timer *first = model_first();
        CHECK_EQ_U64(timer_queue_next(&queue), first == NULL ? TIMER_QUEUE_NEVER : first->deadline);
        CHECK(first == NULL || first->deadline > now);
        CHECK_EQ_U64(wrong, 0);
        uint64_t places = 0;
        for (unsigned slot = 0; slot < TIMER_QUEUE_MAX; slot++) {
            CHECK_EQ_U64(queue.order[queue.timers[slot].place], slot);
            places |= UINT64_C(1) << queue.order[slot];
        }
        CHECK_EQ_U64(places, UINT64_MAX);
    }
}
