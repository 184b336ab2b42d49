/*
 * scheduler.c - which VM runs, until when, and what wakes the others.
 *
 * A VM may run for its quantum while another of its priority waits, and only until a more urgent one wakes.
 *
 * With a counted quantum (COUNTED-QUANTUM) a turn is a number of words instead, all VMs have the same, and there is no
 * timer but for deadlines. A VM that something else takes off in the middle of its turn, an interrupt or a more
 * urgent VM, goes on with it before the others of its priority. So who runs when follows from what the VMs execute,
 * and is the same in each run and on each machine, but for what sleeps, time-outs and input bring.
 *
 * The heartbeat of a VM is C, which nothing interrupts, and may be long. So it is done in pieces before the
 * VM goes on, and between two of them whoever is more urgent gets the processor as it does between two words.
 *
 * Quanta and the timer are in scheduler_time.c. What comes from outside the running VM, Ctrl-C above all, is in
 * scheduler_requests.c; it sets `look`, and the loop below finds out what has happened.
 */
#include "arbiter/scheduler_parts.h"

#include "arbiter/device_irq.h"
#include "arbiter/messages.h"
#include "arbiter/vm_instance.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "forth/clock.h"
#include "forth/console.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "physics/physics.h"

struct scheduler scheduler = {.timer_cycles = VM_NO_DEADLINE, .timer_ns = VM_NO_DEADLINE};

bool scheduler_reserve(uint32_t vms) {
    return deadline_queue_reserve(&scheduler.sleeping, vms);
}

struct vm_control *scheduler_current(void) {
    return scheduler.current;
}

/* ---- states ---- */

/* The running VM may have a rival now, because one has come or because its own priority has changed: one more
 * urgent takes its place, one of its own priority bounds its stay. A summoned one has no equals. */
static inline void make_room(void) {
    const struct vm_control *rival = run_queue_first(&scheduler.runnable);
    if (rival == NULL) {
        return;
    }
    if (rival->priority > scheduler.current->priority || rival->summoned) {
        scheduler_leave(scheduler.current);
    } else if (rival->priority == scheduler.current->priority &&
               scheduler.slice_end == VM_NO_DEADLINE && scheduler.counted == 0 &&
               !scheduler.current->summoned) {
        scheduler_bound_slice(hal_time_cycles(), scheduler.current->quantum);
    }
}

void scheduler_start(struct vm_control *control) {
    control->state = VM_RUNNABLE;
    if (control->summoned) {
        run_queue_prepend(&scheduler.runnable, control);
    } else {
        run_queue_append(&scheduler.runnable, control);
    }
    if (scheduler.current != NULL) {
        make_room();
    }
}

void scheduler_leave(struct vm_control *control) {
    vm_attend(control->vm, VM_ATTENTION_LEAVE);
}

static inline void wait_until(struct vm_control *control, enum vm_state state,
                              uint64_t deadline_ns) {
    if (control->summoned) {
        control->summoned = false;
        scheduler_lend(control);
    }
    control->state = state;
    control->deadline_ns = deadline_ns;
    if (deadline_ns != VM_NO_DEADLINE) {
        deadline_queue_add(&scheduler.sleeping, control);
        scheduler_look_at(deadline_ns);
    }
}

void scheduler_block(struct vm_control *control, enum vm_state state, uint64_t deadline_ns) {
    wait_until(control, state, deadline_ns);
    scheduler_leave(control);
}

void scheduler_set_counted(uint64_t words) {
    scheduler.counted = words < (uint64_t)CLOCK_FAR ? words : (uint64_t)CLOCK_FAR;
    scheduler.current->turn_words = 0; /* its own turn begins anew */
    scheduler_leave(scheduler.current);
}

void scheduler_wake(struct vm_control *control, int code) {
    if (control->deadline_at != 0) {
        deadline_queue_remove(&scheduler.sleeping, control);
    }
    if (code != 0) {
        scheduler_attend(control, VM_ATTENTION_THROW, code, false);
    }
    scheduler_start(control);
}

void scheduler_remove(struct vm_control *control) {
    deadline_queue_remove(&scheduler.sleeping, control);
    if (control->state == VM_RUNNABLE) {
        run_queue_remove(&scheduler.runnable, control);
    }
    control->state = VM_DEAD; /* what was lent to it may still be taken back */
}

static void change_priority(struct vm_control *control, uint8_t priority) {
    if (control->state == VM_RUNNABLE) {
        run_queue_remove(&scheduler.runnable, control);
        control->priority = priority;
        scheduler_start(control);
    } else {
        control->priority = priority;
        if (control == scheduler.current) {
            make_room();
        }
    }
}

void scheduler_lender(struct vm_control *to, uint8_t priority, int change) {
    to->lenders[priority] = (uint16_t)(to->lenders[priority] + change);
    if (to->lenders[priority] != 0) {
        to->lent |= UINT32_C(1) << priority;
    } else {
        to->lent &= ~(UINT32_C(1) << priority);
    }
}

static uint8_t priority_of(const struct vm_control *control) {
    const uint8_t own = control->summoned ? VM_PRIORITIES - 1 : control->base_priority;
    const uint8_t lent = control->lent == 0 ? 0 : (uint8_t)(31 - __builtin_clz(control->lent));
    return lent > own ? lent : own;
}

/* Along the chain of partners until nothing changes. A ring of VMs that wait for one another ends it too: a
 * priority can rise in it only once. */
void scheduler_lend(struct vm_control *control) {
    while (control != NULL) {
        const uint8_t before = control->priority, now = priority_of(control);
        if (now == before) {
            return;
        }
        change_priority(control, now);
        control = vm_waits_for_partner(control) ? vm_table_find(control->partner) : NULL;
        if (control != NULL) {
            scheduler_lender(control, before, -1);
            scheduler_lender(control, now, 1);
        }
    }
}

void scheduler_set_priority(struct vm_control *control, uint8_t priority) {
    control->base_priority = priority;
    scheduler_lend(control);
}

/* ---- the loop ---- */

static void wake_the_due(void) {
    scheduler.look = false;
    if (scheduler.attention_wanted || scheduler.break_wanted) {
        scheduler_take_requests();
    }
    device_irqs_deliver();
    if (scheduler.sleeping.count != 0) {
        struct vm_control *due;
        const uint64_t now = hal_time_now_ns();
        while ((due = deadline_queue_expired(&scheduler.sleeping, now)) != NULL) {
            messages_cancel(due);
            scheduler_wake(due, due->state == VM_SLEEPING ? 0 : THROW_TIMEOUT);
        }
    }
    if (scheduler_waits_for_key() && hal_console_has_input()) {
        scheduler_wake(scheduler.console, 0);
    }
    scheduler_look_at(deadline_queue_next(&scheduler.sleeping));
}

/* Nobody can run: until the next interrupt, and whatever it brings. One that has come since the loop
 * looked must not be slept through. */
static void idle(void) {
    hal_console_flush();
    const unsigned long state = hal_irq_disable();
    if (!scheduler.look) {
        if (scheduler_waits_for_key()) {
            hal_console_wait();
        } else {
            hal_cpu_halt();
        }
    }
    hal_irq_restore(state);
    scheduler.look = true;
    scheduler.now_cycles = hal_time_cycles();
}

static void begin_turn(struct vm_control *control) {
    control->turn_words = scheduler.counted;
    control->turn_end = clock_paid(control->vm) + scheduler.counted;
}

/* Sees to it that the VM may execute as many words as it should. */
static inline void give_words(struct vm_control *control) {
    struct vm *vm = control->vm;
    uint64_t target = vm->next_beat;
    if (control->turn_words != scheduler.counted) {
        begin_turn(control);
    }
    if (scheduler.counted != 0 && control->turn_end < target) {
        target = control->turn_end;
    }
    if (vm->clock_target != (int64_t)target) {
        clock_set_target(vm, target);
    }
    if ((vm->attention & (VM_ATTENTION_BREAK | VM_ATTENTION_THROW)) != 0) {
        clock_hurry(vm);
    }
}

/* Gives the processor to a VM. */
static inline void put_on(struct vm_control *control) {
    struct vm *vm = control->vm;
    scheduler.current = control;
    vm_current = vm;
    console_select(&vm->console);
    hal_panic_current_vm = (long)control->id;
    control->state = VM_RUNNING;
    control->switches++;
    give_words(control);
    const uint64_t length = control->slice_left != 0 ? control->slice_left : control->quantum;
    control->slice_left = 0;
    scheduler.slice_end = VM_NO_DEADLINE;
    if (scheduler.runnable.occupied >> control->priority == 1 && scheduler.counted == 0 &&
        !control->summoned) { /* a rival: the most urgent of the others is of its priority */
        scheduler_bound_slice(scheduler.now_cycles, length);
    }
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* from here on an interrupt finds it running */
    if (scheduler.look) {
        scheduler_leave(control); /* something came between the loop's look and this one */
    }
}

/* The running VM's time ends now. */
static inline void count_time(struct vm_control *control) {
    const uint64_t left = hal_time_cycles();
    control->run_cycles += left - scheduler.now_cycles;
    scheduler.now_cycles = left;
}

/* A VM that was taken off before its turn was over is the first of its priority to go on. */
static void go_on(struct vm_control *control) {
    control->state = VM_RUNNABLE;
    if (scheduler.slice_end > scheduler.now_cycles) {
        control->slice_left =
            scheduler.slice_end == VM_NO_DEADLINE ? 0 : scheduler.slice_end - scheduler.now_cycles;
        run_queue_prepend(&scheduler.runnable, control);
    } else {
        run_queue_append(&scheduler.runnable, control);
    }
}

/* Its turn is over, or its heart is to beat: that is the first thing when it is put on again. */
static void words_out(struct vm_control *control) {
    const uint64_t paid = clock_paid(control->vm);
    control->beating = paid > control->vm->next_beat;
    if (scheduler.counted != 0 && paid > control->turn_end) {
        control->preemptions++;
        control->turn_words = 0;
        scheduler_start(control);
    } else {
        go_on(control);
    }
}

/* Puts the VM that has left where it belongs; false when it has left for good. */
static bool settle(struct vm_control *control, enum vm_exit reason) {
    if (reason != VM_EXIT_WORDS && (reason != VM_EXIT_PREEMPTED || control->state != VM_RUNNING)) {
        control->turn_words = 0; /* it goes on with its turn only if taken off in its middle */
    }
    switch (reason) {
    case VM_EXIT_WAIT:
        control->state = VM_WAITING_FOR_INPUT;
        scheduler.look = true; /* for input that came before the listener could see the state */
        return true;
    case VM_EXIT_SLEEP:
        wait_until(control, VM_SLEEPING, control->vm->wake_ns);
        return true;
    case VM_EXIT_PREEMPTED:
        if (control->state == VM_RUNNING) { /* else it waits since the word that it called */
            control->preemptions++;
            go_on(control);
        }
        return true;
    case VM_EXIT_WORDS:
        words_out(control);
        return true;
    case VM_EXIT_YIELD:
        scheduler_start(control);
        return true;
    case VM_EXIT_FINISHED:
    case VM_EXIT_UNCAUGHT:
    case VM_EXIT_BYE:
        return false;
    }
    return false;
}

/* Goes on with the heartbeat of the VM that has been put on, until that is over or somebody else may want the
 * processor. True when it is over. */
static bool beat(struct vm_control *control) {
    while (!physics_beat(control->vm, PHYSICS_PIECE)) {
        if (scheduler.look) {
            vm_attended(control->vm, VM_ATTENTION_LEAVE);
            return false;
        }
    }
    control->beating = false;
    give_words(control);
    return true;
}

/* The short way from one VM to the next that can run, when there is nothing else to look at: what the loop below does,
 * without leaving the engine. A VM that begins with its heartbeat is left to the loop. */
struct vm *scheduler_next(enum vm_exit reason) {
    struct vm_control *control = scheduler.current;
    const uint32_t occupied = scheduler.runnable.occupied;
    if (control == NULL || scheduler.look || occupied == 0 || control->summoned ||
        control->doomed) {
        return NULL;
    }
    struct vm_control *next;
    if (reason == VM_EXIT_YIELD && occupied >> control->priority == 1 &&
        !scheduler.runnable.first[control->priority]->beating) {
        count_time(control);
        control->turn_words = 0;
        control->state = VM_RUNNABLE;
        next = run_queue_exchange(&scheduler.runnable, control);
    } else if (reason == VM_EXIT_PREEMPTED && !run_queue_first(&scheduler.runnable)->beating) {
        count_time(control);
        if (control->state == VM_RUNNING) {
            control->preemptions++;
            go_on(control);
        } else {
            control->turn_words = 0; /* it waits since the word that it called */
        }
        next = run_queue_take(&scheduler.runnable);
    } else {
        return NULL;
    }
    put_on(next);
    return next->vm;
}

_Noreturn void scheduler_loop(void (*ended)(struct vm_control *control, enum vm_exit reason)) {
    scheduler.now_cycles = hal_time_cycles();
    hal_console_set_listener(scheduler_on_input);
    hal_irq_enable();
    for (;;) {
        if (scheduler.look) {
            wake_the_due();
        }
        struct vm_control *control = run_queue_take(&scheduler.runnable);
        if (control == NULL) {
            idle();
            continue;
        }
        put_on(control);
        enum vm_exit reason = VM_EXIT_PREEMPTED;
        if (!control->beating || beat(control)) {
            reason = (enum vm_exit)engine_run(control->vm);
        }
        control = scheduler.current; /* the last one: see scheduler_next */
        count_time(control);
        vm_current = NULL;
        scheduler.current = NULL;
        if (control->doomed) {
            vm_end(control, control->end, control->end_code);
        } else if (!settle(control, reason)) {
            ended(control, reason);
        }
    }
}
