/*
 * time.c - include/hal/hal_time.h: the clocks, and timers that fire.
 *
 * Never early is strict. How late a timer may be is not, because the machine may be an emulated one on a busy
 * host: some tests wait for seconds before they complain.
 */
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_time.h"
#include "hal_test.h"

#define US     UINT64_C(1000)
#define MS     UINT64_C(1000000)
#define SECOND UINT64_C(1000000000)
#define FIRES  16u
#define OLDEST_YEAR                                                                                \
    2020u /* no machine of today thinks that it is earlier, unless its battery is empty */
#define CYCLE_ERROR 20u /* one part in so many, between two clocks of an emulated machine */

/* What a callback has seen. */
struct record {
    volatile unsigned fires;
    volatile uint64_t at[FIRES]; /* the first of them */
    volatile bool in_interrupt;
};

static void note(void *context) {
    struct record *record = context;
    record->in_interrupt = hal_in_interrupt_context();
    if (record->fires < FIRES) {
        record->at[record->fires] = hal_time_now_ns();
    }
    record->fires++;
}

static void monotonic(void) {
    const uint64_t first = hal_time_now_ns();
    uint64_t last = first;
    for (unsigned i = 0; i < 1000000; i++) {
        const uint64_t now = hal_time_now_ns();
        CHECK(now >= last);
        last = now;
    }
    CHECK(last > first);
    CHECK(last < 3600 * SECOND); /* it began with hal_time_init */
}

static void cycles(void) {
    const uint64_t hz = hal_time_cycles_hz();
    const uint64_t before = hal_time_cycles();
    hal_test_spin_ns(1 * US);
    CHECK(hal_time_cycles() > before);
    if (hz == 0) {
        hal_test_skip("the rate of the counter is not known here");
        return;
    }
    CHECK(hz > 1000000 && hz < UINT64_C(20000000000));
    uint64_t ns = 0, by_cycles = 0;
    for (unsigned attempt = 0; attempt < 5;
         attempt++) { /* another process may come between two readings */
        const uint64_t ns_start = hal_time_now_ns(), cycles_start = hal_time_cycles();
        hal_test_spin_ns(50 * MS);
        ns = hal_time_now_ns() - ns_start;
        by_cycles = (hal_time_cycles() - cycles_start) * 1000 / (hz / 1000000);
        const uint64_t difference = ns > by_cycles ? ns - by_cycles : by_cycles - ns;
        if (difference < ns / CYCLE_ERROR) {
            return;
        }
    }
    CHECK_EQ(by_cycles, ns);
}

static void source(void) {
    const char *text = hal_time_source();
    CHECK(text != NULL);
    CHECK(text[0] != '\0');
    for (unsigned i = 0; text[i] != '\0'; i++) {
        CHECK(i < 79);
        CHECK(text[i] >= ' ' && text[i] <= '~');
    }
}

static uint64_t seconds_of(const struct hal_wall_time *time) {
    return ((((uint64_t)time->year * 12 + time->month) * 31 + time->day) * 24 + time->hour) * 3600 +
           time->minute * 60 + time->second;
}

static void wall(void) {
    struct hal_wall_time time = {0}, later = {0};
    const hal_status status = hal_time_wall(&time);
    if (status == HAL_ERR_UNSUPPORTED) {
        hal_test_skip("there is no wall clock here");
        return;
    }
    CHECK_EQ(status, HAL_OK);
    CHECK(time.year >= OLDEST_YEAR && time.year < 2200);
    CHECK(time.month >= 1 && time.month <= 12);
    CHECK(time.day >= 1 && time.day <= 31);
    CHECK(time.hour <= 23 && time.minute <= 59 && time.second <= 60);
    hal_test_spin_ns(1200 * MS);
    CHECK_EQ(hal_time_wall(&later), HAL_OK);
    const uint64_t went = seconds_of(&later) - seconds_of(&time);
    /* at the end of a month the day number jumps, so only a forward step is asked for there */
    CHECK(time.month != later.month || (went >= 1 && went < 30));
}

static void oneshot(void) {
    static const uint64_t delays[] = {HAL_TIMER_MIN_NS, 10 * US,   100 * US, 999 * US,
                                      1 * MS,           1001 * US, 5 * MS,   40 * MS};
    for (unsigned i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        struct record record = {0};
        const uint64_t start = hal_time_now_ns();
        CHECK(hal_timer_oneshot(delays[i], note, &record) >= 0);
        const bool fired = hal_test_wait_for(&record.fires, 1);
        CHECK(fired);
        CHECK(record.at[0] - start >= delays[i]);
        hal_test_spin_ns(3 * delays[i] + 3 * MS);
        CHECK_EQ(record.fires, 1);
    }
}

/* Callback n, counted from 1, comes when n periods have passed, or later, never earlier. */
static void periodic(void) {
    static const uint64_t periods[] = {500 * US, 1 * MS, 3 * MS};
    for (unsigned i = 0; i < sizeof periods / sizeof periods[0]; i++) {
        struct record record = {0};
        const uint64_t start = hal_time_now_ns();
        const int timer = hal_timer_periodic(periods[i], note, &record);
        CHECK(timer >= 0);
        const bool fired = hal_test_wait_for(&record.fires, FIRES);
        CHECK_EQ(hal_timer_cancel(timer), HAL_OK);
        CHECK(fired);
        for (unsigned n = 0; n < FIRES; n++) {
            CHECK(record.at[n] - start >= (n + 1) * periods[i]);
        }
        /* the rhythm is kept: with no more than one period lost for each that came too late */
        CHECK(record.at[FIRES - 1] - start < FIRES * periods[i] + 5 * SECOND);
    }
}

static void context(void) {
    struct record record = {0};
    CHECK(!hal_in_interrupt_context());
    CHECK(hal_timer_oneshot(1 * MS, note, &record) >= 0);
    CHECK(hal_test_wait_for(&record.fires, 1));
    CHECK(record.in_interrupt);
    CHECK(!hal_in_interrupt_context());
}

struct ordered {
    volatile unsigned *next;
    volatile unsigned place;
};

static void note_place(void *context) {
    struct ordered *ordered = context;
    ordered->place = ++*ordered->next;
}

static void order(void) {
    /* started in an order that is not that of their deadlines */
    static const unsigned ms[] = {40, 10, 60, 20, 50, 30};
    enum { TIMERS = sizeof ms / sizeof ms[0] };
    volatile unsigned fired = 0;
    struct ordered timer[TIMERS];
    const unsigned long state = hal_irq_disable(); /* so that they start at one moment */
    for (unsigned i = 0; i < TIMERS; i++) {
        timer[i] = (struct ordered){&fired, 0};
        if (hal_timer_oneshot(ms[i] * MS, note_place, &timer[i]) < 0) {
            hal_irq_restore(state);
            hal_test_fail(__FILE__, __LINE__, "timers", i, TIMERS);
            return;
        }
    }
    hal_irq_restore(state);
    const bool all = hal_test_wait_for(&fired, TIMERS);
    CHECK(all);
    for (unsigned i = 0; i < TIMERS; i++) {
        CHECK_EQ(timer[i].place, ms[i] / 10);
    }
}

/* A timer whose time comes while interrupts are disabled is not lost. */
static void held_back(void) {
    struct record record = {0};
    const unsigned long state = hal_irq_disable();
    const int timer = hal_timer_oneshot(1 * MS, note, &record);
    hal_test_spin_ns(20 * MS);
    const unsigned while_disabled = record.fires;
    hal_irq_restore(state);
    const bool fired = hal_test_wait_for(&record.fires, 1);
    CHECK(timer >= 0);
    CHECK_EQ(while_disabled, 0);
    CHECK(fired);
}

struct chain {
    volatile unsigned fires;
    volatile int handle;
};

static void start_next(void *context) {
    struct chain *chain = context;
    chain->fires++;
    if (chain->fires < 5) {
        chain->handle = hal_timer_oneshot(500 * US, start_next, context);
    }
}

static void chained(void) {
    struct chain chain = {0};
    const unsigned long state = hal_irq_disable();
    chain.handle = hal_timer_oneshot(500 * US, start_next, &chain);
    hal_irq_restore(state);
    CHECK(chain.handle >= 0);
    CHECK(hal_test_wait_for(&chain.fires, 5));
    CHECK(chain.handle >= 0);
}

static void refusals(void) {
    struct record record = {0};
    CHECK_EQ(hal_timer_oneshot(HAL_TIMER_MIN_NS - 1, note, &record), HAL_ERR_INVALID);
    CHECK_EQ(hal_timer_oneshot(0, note, &record), HAL_ERR_INVALID);
    CHECK_EQ(hal_timer_periodic(HAL_TIMER_MIN_NS - 1, note, &record), HAL_ERR_INVALID);
    CHECK_EQ(hal_timer_periodic(0, note, &record), HAL_ERR_INVALID);
    CHECK_EQ(hal_timer_oneshot(1 * MS, NULL, NULL), HAL_ERR_INVALID);
    CHECK_EQ(hal_timer_periodic(1 * MS, NULL, NULL), HAL_ERR_INVALID);
    hal_test_spin_ns(3 * MS);
    CHECK_EQ(record.fires, 0);
}

static void far(void) {
    static const uint64_t delays[] = {3600 * SECOND, UINT64_MAX / 2, UINT64_MAX - 1, UINT64_MAX};
    struct record record = {0};
    for (unsigned i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        const int timer = i % 2 == 0 ? hal_timer_oneshot(delays[i], note, &record)
                                     : hal_timer_periodic(delays[i], note, &record);
        CHECK(timer >= 0);
        hal_test_spin_ns(5 * MS);
        CHECK_EQ(hal_timer_cancel(timer), HAL_OK);
    }
    CHECK_EQ(record.fires, 0);
}

/* All timers that there are. Handles are remembered in what is cancelled at the end. */
static void pool(void) {
    static int handles[1024];
    struct record record = {0};
    unsigned count = 0;
    int status = 0;
    while (count < sizeof handles / sizeof handles[0] && status >= 0) {
        status = hal_timer_oneshot(3600 * SECOND, note, &record);
        if (status >= 0) {
            handles[count++] = status;
        }
    }
    bool cancelled = true;
    for (unsigned i = 0; i < count; i++) {
        cancelled = hal_timer_cancel(handles[i]) == HAL_OK && cancelled;
    }
    CHECK_EQ(status, HAL_ERR_NO_MEMORY);
    CHECK(count >= 60 && count <= 64); /* of 64, the machine may use some itself */
    CHECK(cancelled);
    CHECK(hal_timer_oneshot(1 * MS, note, &record) >= 0);
    CHECK(hal_test_wait_for(&record.fires, 1));
}

const struct hal_test hal_time_tests[] = {
    {"time-monotonic", "a million readings of the clock never go back", monotonic},
    {"time-cycles", "cycles and nanoseconds agree", cycles},
    {"time-source", "the clock has a name", source},
    {"time-wall", "the wall clock shows a time, and goes on", wall},
    {"timer-oneshot", "a one-shot timer fires once, and never early", oneshot},
    {"timer-periodic", "a periodic timer keeps its rhythm, and never comes early", periodic},
    {"timer-context", "a callback runs in interrupt context", context},
    {"timer-order", "timers fire in the order of their deadlines", order},
    {"timer-held-back", "a timer that was due while interrupts were disabled comes after",
     held_back},
    {"timer-chained", "a callback can start the next timer", chained},
    {"timer-refusals", "too short a time, and no callback, are refused", refusals},
    {"timer-far", "a timer of an hour or of 584 years does not come at once", far},
    {"timer-pool", "timers end with HAL_ERR_NO_MEMORY, and cancelling gives them back", pool},
    {NULL, NULL, NULL},
};
