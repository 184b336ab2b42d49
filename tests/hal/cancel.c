/*
 * cancel.c - include/hal/hal_time.h: what hal_timer_cancel promises.
 */
#include "hal/hal_interrupt.h"
#include "hal/hal_time.h"
#include "hal_test.h"

#define US     UINT64_C(1000)
#define MS     UINT64_C(1000000)
#define ROUNDS 400u

static void count(void *context) {
    (*(volatile unsigned *)context)++;
}

/* At every moment round the deadline: a cancel that says HAL_OK comes first, one that says HAL_ERR_NOT_FOUND
 * after the callback. */
static void race(void) {
    unsigned stopped = 0, late = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        volatile unsigned fires = 0;
        const uint64_t delay = HAL_TIMER_MIN_NS + hal_test_random() % (200 * US);
        const int timer = hal_timer_oneshot(delay, count, (void *)&fires);
        CHECK(timer >= 0);
        hal_test_spin_ns(hal_test_random() % (400 * US));
        const hal_status status = hal_timer_cancel(timer);
        const unsigned at_cancel = fires;
        hal_test_spin_ns(20 * US);
        CHECK_EQ(fires, at_cancel);
        CHECK_EQ(at_cancel, status == HAL_OK ? 0 : 1);
        CHECK(status == HAL_OK || status == HAL_ERR_NOT_FOUND);
        stopped += status == HAL_OK;
        late += status != HAL_OK;
    }
    CHECK(stopped > 0);
    CHECK(late > 0);
}

static void periodic(void) {
    for (unsigned round = 0; round < 20; round++) {
        volatile unsigned fires = 0;
        const int timer = hal_timer_periodic(300 * US, count, (void *)&fires);
        CHECK(timer >= 0);
        CHECK(hal_test_wait_for(&fires, round % 4));
        CHECK_EQ(hal_timer_cancel(timer), HAL_OK);
        const unsigned at_cancel = fires;
        hal_test_spin_ns(3 * MS);
        CHECK_EQ(fires, at_cancel);
    }
}

struct own {
    volatile int handle;
    volatile unsigned fires;
    volatile int status;
};

static void cancel_itself(void *context) {
    struct own *own = context;
    own->fires++;
    if (own->fires == 3) {
        own->status = hal_timer_cancel(own->handle);
    }
}

static void itself(void) {
    struct own own = {.status = 1};
    const unsigned long state = hal_irq_disable(); /* no callback before it knows its handle */
    own.handle = hal_timer_periodic(500 * US, cancel_itself, &own);
    hal_irq_restore(state);
    CHECK(own.handle >= 0);
    CHECK(hal_test_wait_for(&own.fires, 3));
    hal_test_spin_ns(5 * MS);
    CHECK_EQ(own.status, HAL_OK);
    CHECK_EQ(own.fires, 3);
    CHECK_EQ(hal_timer_cancel(own.handle), HAL_ERR_NOT_FOUND);
}

struct pair {
    volatile int other;
    volatile unsigned fires;
    volatile int status;
};

static void cancel_other(void *context) {
    struct pair *pair = context;
    pair->fires++;
    pair->status = hal_timer_cancel(pair->other);
}

/* Two timers, due at the same time, each of which cancels the other: one callback runs, not two. */
static void other(void) {
    for (unsigned round = 0; round < 20; round++) {
        struct pair a = {.status = 1}, b = {.status = 1};
        const unsigned long state = hal_irq_disable();
        const int first = hal_timer_oneshot(2 * MS, cancel_other, &a);
        const int second = hal_timer_oneshot(2 * MS, cancel_other, &b);
        a.other = second;
        b.other = first;
        hal_irq_restore(state);
        CHECK(first >= 0 && second >= 0);
        const uint64_t start = hal_time_now_ns();
        while (a.fires + b.fires == 0 && hal_time_now_ns() - start < 5000 * MS) {
        }
        hal_test_spin_ns(2 * MS);
        CHECK_EQ(a.fires + b.fires, 1);
        CHECK_EQ(a.fires != 0 ? a.status : b.status, HAL_OK);
    }
}

static void stale(void) {
    volatile unsigned fires = 0;
    const int first = hal_timer_oneshot(3600000 * MS, count, (void *)&fires);
    CHECK(first >= 0);
    CHECK_EQ(hal_timer_cancel(first), HAL_OK);
    CHECK_EQ(hal_timer_cancel(first), HAL_ERR_NOT_FOUND);
    /* the next timers may use the same place: the old handle must not mean them */
    const int second = hal_timer_oneshot(2 * MS, count, (void *)&fires);
    CHECK(second >= 0);
    CHECK(second != first);
    CHECK_EQ(hal_timer_cancel(first), HAL_ERR_NOT_FOUND);
    CHECK(hal_test_wait_for(&fires, 1));
    CHECK_EQ(hal_timer_cancel(second), HAL_ERR_NOT_FOUND); /* it has fired */
}

static void nonsense(void) {
    static const int handles[] = {-1, -2, -5, INT32_MIN, INT32_MAX, 1000000, 12345678};
    for (unsigned i = 0; i < sizeof handles / sizeof handles[0]; i++) {
        CHECK_EQ(hal_timer_cancel(handles[i]), HAL_ERR_NOT_FOUND);
    }
}

const struct hal_test hal_cancel_tests[] = {
    {"cancel-race", "cancelled means that it never fires, at whatever moment", race},
    {"cancel-periodic", "a periodic timer that is cancelled is silent from then on", periodic},
    {"cancel-itself", "a periodic timer can end itself in its own callback", itself},
    {"cancel-other", "a callback can cancel a timer that is due at the same time", other},
    {"cancel-stale", "an old handle never means a new timer", stale},
    {"cancel-nonsense", "handles that nobody gave out are not found", nonsense},
    {NULL, NULL, NULL},
};
