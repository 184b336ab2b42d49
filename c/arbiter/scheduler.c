/*
 * scheduler.c - which VM runs, until when, and what wakes the others.
 *
 * Time: a VM may run for its quantum while another of its priority waits, and only until a more urgent one wakes.
 * One timer stands for the end of the quantum and the earliest deadline. A switch does not touch it: it is
 * set when it would be too late otherwise, and when it comes too early, because the VM for which it was set has
 * left in the meantime, it is set anew. So VMs that pass a message to and fro cost no timer programming at all, and a
 * VM that runs alone is not interrupted.
 *
 * With a counted quantum (COUNTED-QUANTUM) a turn is a number of words instead, all VMs have the same, and there is no
 * timer but for deadlines. A VM that something else takes off in the middle of its turn, an interrupt or a more
 * urgent VM, goes on with it before the others of its priority. So who runs when follows from what the VMs execute,
 * and is the same in each run and on each machine, but for what sleeps, time-outs and input bring.
 *
 * Interrupt handlers change nothing here. They set `look` and ask the machine to bring the processor back, and
 * the loop below finds out what has happened.
 */
#include "arbiter/scheduler.h"

#include "arbiter/deadline_queue.h"
#include "arbiter/device_irq.h"
#include "arbiter/messages.h"
#include "arbiter/run_queue.h"
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
#include "hal/hal_time.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define LONGEST_NS    (NS_PER_SECOND * 3600 * 24 * 365) /* nothing is set further ahead than a year */

static struct run_queue runnable;
static struct deadline_queue sleeping;
static struct vm_control *current;
static struct vm_control *console;
static uint64_t counted; /* words in a turn; 0: turns are measured in time */

/* Quanta are counted in cycles of the time stamp counter, which is read in a fraction of the time that the clock
 * takes; where it is not steady, quanta are not either, and nothing else depends on it. */
static uint64_t now_cycles; /* when the processor last changed hands */
static uint64_t
    slice_end; /* the running VM's quantum ends then; VM_NO_DEADLINE: nobody waits for it */
static volatile uint64_t timer_cycles = VM_NO_DEADLINE; /* the timer rings then, or before */

static volatile uint64_t timer_ns = VM_NO_DEADLINE; /* what the timer is set to */
static int timer = -1;
static volatile bool look; /* something has happened outside the running VM */
static volatile bool break_wanted;
static volatile bool attention_wanted;

bool scheduler_reserve(uint32_t vms) {
    return deadline_queue_reserve(&sleeping, vms);
}

struct vm_control *scheduler_current(void) {
    return current;
}

struct vm_control *scheduler_console(void) {
    return console;
}

/* ---- the timer ---- */

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

void scheduler_look(void) {
    look = true;
    hal_preempt_request();
}

static void on_timer(void *context) {
    (void)context;
    timer_ns = VM_NO_DEADLINE;
    timer_cycles = VM_NO_DEADLINE;
    scheduler_look();
}

/* Sees to it that the arbiter looks again at `ns`, or before. */
static void look_at(uint64_t ns) {
    if (ns >= timer_ns) {
        return;
    }
    const unsigned long state = hal_irq_disable();
    if (timer_ns != VM_NO_DEADLINE) {
        (void)hal_timer_cancel(timer);
    }
    const uint64_t now = hal_time_now_ns();
    uint64_t delay = ns > now ? ns - now : 0;
    delay = delay < LONGEST_NS ? delay : LONGEST_NS;
    timer = hal_timer_oneshot(delay > HAL_TIMER_MIN_NS ? delay : HAL_TIMER_MIN_NS, on_timer, NULL);
    if (timer < 0) {
        hal_panic("scheduler: the arbiter's own timer is not to be had");
    }
    timer_ns = ns;
    timer_cycles = hal_time_cycles() + cycles_of(delay);
    hal_irq_restore(state);
}

/* ---- states ---- */

/* The running VM stays until `length` cycles after `start`. */
static void bound_slice(uint64_t start, uint64_t length) {
    slice_end = start + length;
    if (slice_end < timer_cycles) {
        look_at(hal_time_now_ns() + scheduler_ns(length));
    }
}

/* The running VM may have a rival now, because one has come or because its own priority has changed: one more
 * urgent takes its place, one of its own priority bounds its stay. A summoned one has no equals. */
static void make_room(void) {
    const struct vm_control *rival = run_queue_first(&runnable);
    if (rival == NULL) {
        return;
    }
    if (rival->priority > current->priority || rival->summoned) {
        scheduler_leave(current);
    } else if (rival->priority == current->priority && slice_end == VM_NO_DEADLINE &&
               counted == 0 && !current->summoned) {
        bound_slice(hal_time_cycles(), current->quantum);
    }
}

void scheduler_start(struct vm_control *control) {
    control->state = VM_RUNNABLE;
    if (control->summoned) {
        run_queue_prepend(&runnable, control);
    } else {
        run_queue_append(&runnable, control);
    }
    if (current != NULL) {
        make_room();
    }
}

void scheduler_leave(struct vm_control *control) {
    __atomic_fetch_or(&control->vm->attention, VM_ATTENTION_LEAVE, __ATOMIC_RELAXED);
}

static void wait_until(struct vm_control *control, enum vm_state state, uint64_t deadline_ns) {
    if (control->summoned) {
        control->summoned = false;
        scheduler_lend(control);
    }
    control->state = state;
    control->deadline_ns = deadline_ns;
    if (deadline_ns != VM_NO_DEADLINE) {
        deadline_queue_add(&sleeping, control);
        look_at(deadline_ns);
    }
}

void scheduler_block(struct vm_control *control, enum vm_state state, uint64_t deadline_ns) {
    wait_until(control, state, deadline_ns);
    scheduler_leave(control);
}

/* Something to attend to, in a VM that is not on the processor: it does so between two words. With `at_once` also in
 * the middle of one, for then it may be long to the next branch; its clock may miss that word. */
static void attend(struct vm_control *control, uint32_t what, int code, bool at_once) {
    struct vm *vm = control->vm;
    if (vm->preempted != 0 && at_once) {
        vm->throw_rip = vm->frame.rip;
        vm->frame.rip = (uint64_t)engine_throw;
        vm->frame.rbx = (uint64_t)(int64_t)code;
        vm->fault_known = 0;
        return;
    }
    vm->attention_code = code;
    __atomic_fetch_or(&vm->attention, what, __ATOMIC_RELAXED);
    clock_hurry(vm);
}

void scheduler_set_counted(uint64_t words) {
    counted = words < (uint64_t)CLOCK_FAR ? words : (uint64_t)CLOCK_FAR;
    scheduler_leave(current); /* its own turn begins anew */
}

void scheduler_wake(struct vm_control *control, int code) {
    deadline_queue_remove(&sleeping, control);
    if (code != 0) {
        attend(control, VM_ATTENTION_THROW, code, false);
    }
    scheduler_start(control);
}

void scheduler_remove(struct vm_control *control) {
    deadline_queue_remove(&sleeping, control);
    if (control->state == VM_RUNNABLE) {
        run_queue_remove(&runnable, control);
    }
    control->state = VM_DEAD; /* what was lent to it may still be taken back */
}

static void change_priority(struct vm_control *control, uint8_t priority) {
    if (control->state == VM_RUNNABLE) {
        run_queue_remove(&runnable, control);
        control->priority = priority;
        scheduler_start(control);
    } else {
        control->priority = priority;
        if (control == current) {
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

/* Whoever waited for a key in vain can have one now: the arbiter looks soon. */
void scheduler_set_console(struct vm_control *control) {
    look = true;
    if (current != NULL) {
        scheduler_leave(current);
    }
    console = control;
    console_own(&control->vm->console);
}

/* ---- what the machine tells ---- */

/* The running VM is there to be taken off, and not on its way out with its registers half saved. */
static bool can_be_stopped(void) {
    return vm_current != NULL && current != NULL && current->state == VM_RUNNING &&
           !current->doomed;
}

static hal_fault_action preempt(struct hal_fault *fault, struct vm *vm) {
    return can_be_stopped() ? vm_preempt(fault, vm) : HAL_FAULT_RESUME;
}

hal_fault_action scheduler_fault(struct hal_fault *fault) {
    struct vm *vm = vm_current;
    switch (fault->kind) {
    case HAL_FAULT_PREEMPT:
        return look ? preempt(fault, vm) : HAL_FAULT_RESUME;
    case HAL_FAULT_BREAK:
        break_wanted = true;
        look = true;
        return preempt(fault, vm);
    case HAL_FAULT_ATTENTION:
        attention_wanted = true;
        look = true;
        return preempt(fault, vm);
    default:
        return vm_fault(fault);
    }
}

/* ---- the loop ---- */

/* The listener of the console: input may have come. Whoever is about to wait for it looks once more. */
static void on_input(void) {
    if (console != NULL && console->state == VM_WAITING_FOR_INPUT) {
        scheduler_look();
    }
}

/* Delivers a break, whatever the VM is doing. */
static void break_in(struct vm_control *control) {
    const bool last = vm_count_break(control->vm);
    attend(control, VM_ATTENTION_BREAK, THROW_USER_INTERRUPT, last);
    if (control->state != VM_RUNNABLE) {
        messages_cancel(control);
        scheduler_wake(control, 0);
    }
}

/* The attention key. Whatever has the processor, or does not let go of the console, the user gets the
 * prompt of VM[0], and with it the last word. */
static void summon(struct vm_control *primordial) {
    if (console != primordial) {
        scheduler_set_console(primordial);
    }
    primordial->summoned = true;
    scheduler_lend(primordial);
    if (primordial->state == VM_RUNNABLE) { /* perhaps behind others of the highest priority */
        run_queue_remove(&runnable, primordial);
        run_queue_prepend(&runnable, primordial);
    }
    if (!primordial->vm->at_prompt) {
        break_in(primordial);
    }
}

static void take_requests(void) {
    struct vm_control *primordial = vm_table_find(0);
    if (attention_wanted && primordial != NULL) {
        attention_wanted = false;
        summon(primordial);
    }
    if (break_wanted && console != NULL) {
        break_wanted = false;
        break_in(console);
    }
}

static bool waits_for_key(void) {
    return console != NULL && console->state == VM_WAITING_FOR_INPUT;
}

static void wake_the_due(void) {
    look = false;
    take_requests();
    device_irqs_deliver();
    if (sleeping.count != 0) {
        struct vm_control *due;
        const uint64_t now = hal_time_now_ns();
        while ((due = deadline_queue_expired(&sleeping, now)) != NULL) {
            messages_cancel(due);
            scheduler_wake(due, due->state == VM_SLEEPING ? 0 : THROW_TIMEOUT);
        }
    }
    if (waits_for_key() && hal_console_has_input()) {
        scheduler_wake(console, 0);
    }
    look_at(deadline_queue_next(&sleeping));
}

/* Nobody can run: until the next interrupt, and whatever it brings. One that has come since the loop
 * looked must not be slept through. */
static void idle(void) {
    hal_console_flush();
    const unsigned long state = hal_irq_disable();
    if (!look) {
        if (waits_for_key()) {
            hal_console_wait();
        } else {
            hal_cpu_halt();
        }
    }
    hal_irq_restore(state);
    look = true;
    now_cycles = hal_time_cycles();
}

/* Sees to it that the VM may execute as many words as it should. */
static void give_words(struct vm_control *control) {
    struct vm *vm = control->vm;
    if (counted == 0 && clock_budget(vm) < CLOCK_FAR / 2) {
        clock_set_budget(vm, CLOCK_FAR);
    } else if (counted != 0 && control->turn_words != counted) {
        clock_set_budget(vm, (int64_t)counted);
    }
    control->turn_words = counted;
    if ((vm->attention & (VM_ATTENTION_BREAK | VM_ATTENTION_THROW)) != 0) {
        clock_hurry(vm);
    }
}

/* Lets a VM run until it leaves. */
static enum vm_exit run(struct vm_control *control) {
    struct vm *vm = control->vm;
    current = control;
    vm_current = vm;
    console_select(&vm->console);
    hal_panic_current_vm = (long)control->id;
    control->state = VM_RUNNING;
    control->switches++;
    slice_end = VM_NO_DEADLINE;
    give_words(control);
    if (counted == 0 && run_queue_highest(&runnable) == control->priority && !control->summoned) {
        bound_slice(now_cycles, control->slice_left != 0 ? control->slice_left : control->quantum);
    }
    control->slice_left = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* from here on an interrupt finds it running */
    if (look) {
        scheduler_leave(control); /* something came between the loop's look and this one */
    }
    const enum vm_exit reason = (enum vm_exit)engine_run(vm);
    const uint64_t left = hal_time_cycles();
    control->run_cycles += left - now_cycles;
    now_cycles = left;
    vm_current = NULL;
    return reason;
}

/* A VM that was taken off before its turn was over is the first of its priority to go on. */
static void go_on(struct vm_control *control) {
    control->state = VM_RUNNABLE;
    if (slice_end > now_cycles) {
        control->slice_left = slice_end == VM_NO_DEADLINE ? 0 : slice_end - now_cycles;
        run_queue_prepend(&runnable, control);
    } else {
        run_queue_append(&runnable, control);
    }
}

/* Puts the VM that has left where it belongs; false when it has left for good. */
static bool settle(struct vm_control *control, enum vm_exit reason) {
    switch (reason) {
    case VM_EXIT_WAIT:
        control->turn_words = 0;
        control->state = VM_WAITING_FOR_INPUT;
        look = true; /* for input that came before the listener could see the state */
        return true;
    case VM_EXIT_SLEEP:
        control->turn_words = 0;
        wait_until(control, VM_SLEEPING, control->vm->wake_ns);
        return true;
    case VM_EXIT_PREEMPTED:
        if (control->state == VM_RUNNING) { /* else it waits since the word that it called */
            control->preemptions++;
            go_on(control);
        } else {
            control->turn_words = 0;
        }
        return true;
    case VM_EXIT_WORDS:
        control->preemptions++;
        control->turn_words = 0;
        scheduler_start(control);
        return true;
    case VM_EXIT_YIELD:
        control->turn_words = 0;
        scheduler_start(control);
        return true;
    case VM_EXIT_FINISHED:
    case VM_EXIT_UNCAUGHT:
    case VM_EXIT_BYE:
        return false;
    }
    return false;
}

_Noreturn void scheduler_loop(void (*ended)(struct vm_control *control, enum vm_exit reason)) {
    now_cycles = hal_time_cycles();
    hal_console_set_listener(on_input);
    hal_irq_enable();
    for (;;) {
        if (look) {
            wake_the_due();
        }
        struct vm_control *control = run_queue_take(&runnable);
        if (control == NULL) {
            idle();
            continue;
        }
        const enum vm_exit reason = run(control);
        current = NULL;
        if (control->doomed) {
            vm_end(control, control->end, control->end_code);
        } else if (!settle(control, reason)) {
            ended(control, reason);
        }
    }
}
