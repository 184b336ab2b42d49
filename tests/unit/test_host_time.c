/* test_host_time.c - the timers of the Linux program, with real signals */
/* uses: c/shared/timer_queue.c c/shared/timer_report.c c/shared/format.c */

/* Other tests have machines of their own in the same program: here everything gets a name of its own. */
#define hal_irq_disable      host_time_irq_disable
#define hal_irq_restore      host_time_irq_restore
#define hal_panic            host_time_panic
#define hal_time_cycles      host_time_cycles
#define hal_time_cycles_hz   host_time_cycles_hz
#define hal_time_init        host_time_init
#define hal_time_now_ns      host_time_now_ns
#define hal_time_source      host_time_source
#define hal_time_wall        host_time_wall
#define hal_timer_cancel     host_timer_cancel
#define hal_timer_oneshot    host_timer_oneshot
#define hal_timer_periodic   host_timer_periodic
#define host_interrupt_depth host_time_interrupt_depth
#define host_interrupt_exit  host_time_interrupt_exit
#define time_format_uptime   host_time_format_uptime
#define time_format_wall     host_time_format_wall
#include "../../c/host/host_time.c"
#include "../../c/shared/time_format.c"

#include <stdlib.h>

#include "unit.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)

/* ---- what host_time.c needs of the rest of the program ---- */

volatile sig_atomic_t host_interrupt_depth;

void host_interrupt_exit(void *context) {
    (void)context; /* nobody asks for a preemption here */
}

void hal_panic(const char *message) {
    (void)message;
    abort();
}

unsigned long hal_irq_disable(void) {
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, &before);
    return sigismember(&before, SIGALRM) == 0;
}

void hal_irq_restore(unsigned long state) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    if (state != 0) {
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
}

/* ---- the tests ---- */

static volatile unsigned fired;
static volatile bool in_interrupt;
static volatile uint64_t last_ns;

static void note(void *context) {
    *(volatile unsigned *)context += 1;
    in_interrupt = host_interrupt_depth == 1;
    last_ns = hal_time_now_ns();
    errno = ENOSYS;
}

static void begin(void) {
    static bool initialized;
    if (!initialized) {
        hal_time_init();
        initialized = true;
    }
    fired = 0;
}

static void wait_until(uint64_t ns) {
    while (hal_time_now_ns() < ns) {
    }
}

UNIT_TEST(host_timer_once, "on Linux a one-shot timer fires once, not early, in interrupt context, "
                           "and leaves errno alone") {
    begin();
    const uint64_t start = hal_time_now_ns();
    errno = 0;
    const int handle = hal_timer_oneshot(2 * MS, note, (void *)&fired);
    CHECK(handle >= 0);
    while (fired == 0) {
    }
    CHECK_EQ_I64(errno, 0);
    CHECK(last_ns - start >= 2 * MS);
    CHECK(in_interrupt);
    CHECK_EQ_I64(host_interrupt_depth, 0);
    CHECK_EQ_I64(hal_timer_cancel(handle), HAL_ERR_NOT_FOUND);
    wait_until(hal_time_now_ns() + 5 * MS);
    CHECK_EQ_U64(fired, 1);
}

UNIT_TEST(host_timer_periodic,
          "on Linux a periodic timer does not drift and ends when it is cancelled") {
    begin();
    const uint64_t start = hal_time_now_ns();
    const int handle = hal_timer_periodic(MS, note, (void *)&fired);
    while (fired < 50) {
    }
    const unsigned long state = hal_irq_disable();
    const uint64_t periods = (last_ns - start) / MS;
    CHECK(fired <= periods && periods >= 50);
    hal_irq_restore(state);
    CHECK_EQ_I64(hal_timer_cancel(handle), HAL_OK);
    const unsigned then = fired;
    wait_until(hal_time_now_ns() + 5 * MS);
    CHECK_EQ_U64(fired, then);
}

UNIT_TEST(host_timer_race,
          "on Linux a cancelled timer never fires after that, however close it was") {
    begin();
    static volatile unsigned one;
    unsigned cancelled = 0;
    for (unsigned i = 0; i < 20000; i++) {
        one = 0;
        const int handle = hal_timer_oneshot(US + i % 40 * 500, note, (void *)&one);
        CHECK(handle >= 0);
        wait_until(hal_time_now_ns() + i % 37 * 600);
        const hal_status status = hal_timer_cancel(handle);
        const unsigned then = one;
        CHECK_EQ_U64(then, status == HAL_OK ? 0 : 1);
        cancelled += status == HAL_OK;
        wait_until(hal_time_now_ns() + 2 * US);
        CHECK_EQ_U64(one, then);
    }
    CHECK(cancelled > 100 && cancelled < 19900);
}

UNIT_TEST(host_timer_order, "on Linux a nearer timer that is started later fires first") {
    begin();
    static volatile unsigned far, near;
    far = near = 0;
    const int handle = hal_timer_oneshot(1000 * MS, note, (void *)&far);
    const uint64_t start = hal_time_now_ns();
    CHECK(hal_timer_oneshot(MS, note, (void *)&near) >= 0);
    while (near == 0) {
    }
    CHECK(hal_time_now_ns() - start < 900 * MS);
    CHECK_EQ_U64(far, 0);
    CHECK_EQ_I64(hal_timer_cancel(handle), HAL_OK);
}

UNIT_TEST(
    host_cycles,
    "on Linux the rate of the cycle counter agrees with the monotonic clock to one part in 500") {
    begin();
    const uint64_t hz = hal_time_cycles_hz();
    CHECK_EQ_U64(hal_time_cycles_hz(), hz);
    bool agrees = false;
    for (unsigned i = 0; i < 50 && !agrees;
         i++) { /* Linux may let others run between two readings */
        const uint64_t ns = hal_time_now_ns(), cycles = hal_time_cycles();
        wait_until(ns + 10 * MS);
        const uint64_t passed_ns = hal_time_now_ns() - ns, passed = hal_time_cycles() - cycles;
        const uint64_t expected = (uint64_t)((unsigned __int128)passed_ns * hz / 1000000000);
        agrees = (expected > passed ? expected - passed : passed - expected) < expected / 500;
    }
    CHECK(agrees);
}
