/*
 * scheduler_time.c - quanta, deadlines and the one timer of the scheduler.
 *
 * The timer stands for the end of the quantum and the earliest deadline. A switch does not touch it: it is set when
 * it would be too late otherwise, and when it comes too early, because the VM for which it was set has left in the
 * meantime, it is set anew. So VMs that pass a message to and fro cost no timer programming at all, and a VM that runs
 * alone is not interrupted.
 */
#include "arbiter/scheduler_parts.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define LONGEST_NS    (NS_PER_SECOND * 3600 * 24 * 365) /* nothing is set further ahead than a year */

static int timer = -1;

static uint64_t cycles_hz(void) {
    static uint64_t hz;
    if (hz == 0) {
        hz = hal_time_cycles_hz();
        hz = hz != 0 ? hz : NS_PER_SECOND; /* not known: any rate will do */
    }
    return hz;
}

/* Without a division of 128 bits, which the kernel has no library for. A rate is below 2^34 Hz. */
static uint64_t cycles_of(uint64_t ns) {
    if (ns > LONGEST_NS) {
        ns = LONGEST_NS;
    }
    return ns / NS_PER_SECOND * cycles_hz() + ns % NS_PER_SECOND * cycles_hz() / NS_PER_SECOND;
}

uint64_t scheduler_ns(uint64_t cycles) {
    return cycles / cycles_hz() * NS_PER_SECOND +
           cycles % cycles_hz() * NS_PER_SECOND / cycles_hz();
}

uint64_t scheduler_deadline(uint64_t delay_ns) {
    const uint64_t now = hal_time_now_ns();
    return delay_ns >= VM_NO_DEADLINE - now ? VM_NO_DEADLINE - 1 : now + delay_ns;
}

void scheduler_set_quantum(struct vm_control *control, uint64_t ns) {
    control->quantum = cycles_of(ns < VM_QUANTUM_MIN ? VM_QUANTUM_MIN : ns);
}

static void on_timer(void *context) {
    (void)context;
    scheduler.timer_ns = VM_NO_DEADLINE;
    scheduler.timer_cycles = VM_NO_DEADLINE;
    scheduler_look();
}

void scheduler_ring_for(uint64_t length) {
    scheduler_look_at(hal_time_now_ns() + scheduler_ns(length));
}

void scheduler_set_timer(uint64_t ns) {
    const unsigned long state = hal_irq_disable();
    if (scheduler.timer_ns != VM_NO_DEADLINE) {
        (void)hal_timer_cancel(timer);
    }
    const uint64_t now = hal_time_now_ns();
    uint64_t delay = ns > now ? ns - now : 0;
    delay = delay < LONGEST_NS ? delay : LONGEST_NS;
    timer = hal_timer_oneshot(delay > HAL_TIMER_MIN_NS ? delay : HAL_TIMER_MIN_NS, on_timer, NULL);
    if (timer < 0) {
        hal_panic("scheduler: the arbiter's own timer is not to be had");
    }
    scheduler.timer_ns = ns;
    scheduler.timer_cycles = hal_time_cycles() + cycles_of(delay);
    hal_irq_restore(state);
}
