/*
 * scheduler_parts.h - what the three files of the scheduler share, and nobody else uses: scheduler.c, scheduler_time.c
 * and scheduler_requests.c.
 */
#ifndef SCHEDULER_PARTS_H
#define SCHEDULER_PARTS_H

#include "arbiter/deadline_queue.h"
#include "arbiter/run_queue.h"
#include "arbiter/scheduler.h"
#include "hal/hal_time.h"

/* Quanta are counted in cycles of the time stamp counter, which is read in a fraction of the time that the clock
 * takes; where it is not steady, quanta are not either, and nothing else depends on it. */
struct scheduler {
    struct vm_control *current; /* the VM that runs; NULL in the arbiter itself */
    struct vm_control *console; /* the VM that gets input */
    uint64_t counted;           /* words in a turn; 0: turns are measured in time */
    uint64_t now_cycles;        /* when the processor last changed hands */
    uint64_t
        slice_end; /* the running VM's quantum ends then; VM_NO_DEADLINE: nobody waits for it */
    volatile uint64_t
        timer_cycles;           /* the timer rings then, or before; VM_NO_DEADLINE: it is not set */
    volatile uint64_t timer_ns; /* the same by the clock */
    volatile bool look;         /* something has happened outside the running VM: */
    volatile bool break_wanted; /* this, */
    volatile bool attention_wanted; /* or this, or anything else */
    struct run_queue runnable;
    struct deadline_queue sleeping;
};
extern struct scheduler scheduler;

/* ---- scheduler_time.c ---- */

/* Sets the timer to `ns` by the clock, or before. */
void scheduler_set_timer(uint64_t ns);

/* Sees to it that the arbiter looks again at `ns`, or before. */
static inline void scheduler_look_at(uint64_t ns) {
    if (ns < scheduler.timer_ns) {
        scheduler_set_timer(ns);
    }
}

/* The timer rings in `length` cycles, or before. */
void scheduler_ring_for(uint64_t length);

/* The running VM stays until `length` cycles after `start`. */
static inline void scheduler_bound_slice(uint64_t start, uint64_t length) {
    scheduler.slice_end = start + length;
    if (scheduler.slice_end < scheduler.timer_cycles) {
        scheduler_ring_for(length);
    }
}

/* ---- scheduler_requests.c ---- */

/* Something to attend to, in a VM that is not on the processor: it does so between two words. With `at_once`
 * also in the middle of one, for then it may be long to the next branch; its clock may miss that word. But
 * not in the middle of a heartbeat: that is at a branch, and goes by the registers as they are. */
void scheduler_attend(struct vm_control *control, uint32_t what, int code, bool at_once);

/* Carries out break_wanted and attention_wanted. */
void scheduler_take_requests(void);

/* The listener of the console: input may have come. Whoever is about to wait for it looks once more. */
void scheduler_on_input(void);

static inline bool scheduler_waits_for_key(void) {
    return scheduler.console != NULL && scheduler.console->state == VM_WAITING_FOR_INPUT;
}

#endif
