/*
 * scheduler_requests.c - what the machine and the user tell the scheduler: interrupts, input, breaks, the attention
 * key.
 *
 * Interrupt handlers change nothing. They set `look` and ask the machine to bring the processor back, and the loop
 * finds out what has happened.
 */
#include "arbiter/messages.h"
#include "arbiter/scheduler_parts.h"
#include "arbiter/vm_instance.h"
#include "arbiter/vm_table.h"
#include "forth/clock.h"
#include "forth/console.h"
#include "forth/throw.h"

void scheduler_look(void) {
    scheduler.look = true;
    hal_preempt_request();
}

struct vm_control *scheduler_console(void) {
    return scheduler.console;
}

/* Whoever waited for a key in vain can have one now: the arbiter looks soon. */
void scheduler_set_console(struct vm_control *control) {
    scheduler.look = true;
    if (scheduler.current != NULL) {
        scheduler_leave(scheduler.current);
    }
    scheduler.console = control;
    console_own(&control->vm->console);
}

/* ---- in interrupt context ---- */

void scheduler_on_input(void) {
    if (scheduler_waits_for_key()) {
        scheduler_look();
    }
}

/* The running VM is there to be taken off, and not on its way out with its registers half saved. */
static bool can_be_stopped(void) {
    const struct vm_control *current = scheduler.current;
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
        return scheduler.look ? preempt(fault, vm) : HAL_FAULT_RESUME;
    case HAL_FAULT_BREAK:
        scheduler.break_wanted = true;
        scheduler.look = true;
        return preempt(fault, vm);
    case HAL_FAULT_ATTENTION:
        scheduler.attention_wanted = true;
        scheduler.look = true;
        return preempt(fault, vm);
    default:
        return vm_fault(fault);
    }
}

/* ---- in the loop ---- */

void scheduler_attend(struct vm_control *control, uint32_t what, int code, bool at_once) {
    struct vm *vm = control->vm;
    if (vm->preempted != 0 && at_once && !control->beating) {
        /* instead of what it would have thrown later, or that would come as well */
        __atomic_fetch_and(&vm->attention, VM_ATTENTION_LEAVE, __ATOMIC_RELAXED);
        vm->throw_rip = vm->frame.rip;
        vm->frame.rip = (uint64_t)engine_throw;
        vm->frame.rbx = (uint64_t)(int64_t)code;
        vm->fault_known = 0;
        return;
    }
    vm->attention_code = code;
    vm_attend(vm, what);
    clock_hurry(vm);
}

/* Delivers a break, whatever the VM is doing. */
static void break_in(struct vm_control *control) {
    const bool last = vm_count_break(control->vm);
    scheduler_attend(control, VM_ATTENTION_BREAK, THROW_USER_INTERRUPT, last);
    if (control->state != VM_RUNNABLE) {
        messages_cancel(control);
        scheduler_wake(control, 0);
    }
}

/* The attention key. Whatever has the processor, or does not let go of the console, the user gets the
 * prompt of VM[0], and with it the last word. */
static void summon(struct vm_control *primordial) {
    if (scheduler.console != primordial) {
        scheduler_set_console(primordial);
    }
    primordial->summoned = true;
    scheduler_lend(primordial);
    if (primordial->state == VM_RUNNABLE) { /* perhaps behind others of the highest priority */
        run_queue_remove(&scheduler.runnable, primordial);
        run_queue_prepend(&scheduler.runnable, primordial);
    }
    if (!primordial->vm->at_prompt) {
        break_in(primordial);
    }
}

void scheduler_take_requests(void) {
    struct vm_control *primordial = vm_table_find(0);
    if (scheduler.attention_wanted && primordial != NULL) {
        scheduler.attention_wanted = false;
        summon(primordial);
    }
    if (scheduler.break_wanted && scheduler.console != NULL) {
        scheduler.break_wanted = false;
        break_in(scheduler.console);
    }
}
