/*
 * operations.c - what a VM can do in its turn, and what the world outside does meanwhile.
 */
#include <string.h>

#include "model.h"

static const char *const names[OP_COUNT] = {
    [OP_TIME] = "time",
    [OP_LATE_TIME] = "late-time",
    [OP_YIELD] = "yield",
    [OP_SLEEP] = "sleep",
    [OP_KEY_WAIT] = "key-wait",
    [OP_SPAWN] = "spawn",
    [OP_KILL] = "kill",
    [OP_END] = "end",
    [OP_UNCAUGHT] = "uncaught",
    [OP_SEND] = "send",
    [OP_SEND_WITHIN] = "send-within",
    [OP_TRY_SEND] = "send?",
    [OP_RECV] = "recv",
    [OP_RECV_WITHIN] = "recv-within",
    [OP_RECV_FROM] = "recv-from",
    [OP_RECV_FROM_WITHIN] = "recv-from-within",
    [OP_TRY_RECV] = "recv?",
    [OP_WAIT_VM] = "wait-vm",
    [OP_WAIT_VM_WITHIN] = "wait-vm-within",
    [OP_PRIORITY] = "priority!",
    [OP_QUANTUM] = "quantum!",
    [OP_COUNTED] = "counted-quantum",
    [OP_GRANT] = "grant",
    [OP_GRANT_RANGE] = "grant-range",
    [OP_REVOKE] = "revoke",
    [OP_CONSOLE_TO] = "console-to",
    [OP_BREAK] = "break",
    [OP_LATE_BREAK] = "late-break",
    [OP_KEY] = "key",
    [OP_FAIL_MEMORY] = "fail-memory",
    [OP_ASK] = "ask",
};

const char *operation_name(uint32_t kind) {
    return kind < OP_COUNT ? names[kind] : "?";
}

bool operation_kind_named(const char *name, uint32_t *kind) {
    for (*kind = 0; *kind < OP_COUNT; ++*kind) {
        if (strcmp(name, names[*kind]) == 0) {
            return true;
        }
    }
    return false;
}

static enum outcome pass(struct vm *vm, uint64_t ns, enum vm_exit *reason) {
    if (machine_pass(vm, ns)) {
        return OUTCOME_GO_ON;
    }
    *reason = VM_EXIT_PREEMPTED;
    return OUTCOME_LEFT;
}

/* Nobody may have been kept waiting while time passed. */
static void check_patience(const struct ref_vm *self) {
    for (unsigned i = 0; i < ref_count; i++) {
        const struct ref_vm *vm = ref_vms[i];
        if (vm->deadline < machine_now && machine_now - vm->deadline > SLACK_NS) {
            model_fail("VM %lu should have been woken %lu ns ago", vm->id,
                       machine_now - vm->deadline);
        }
        if (vm->state == VM_WAITING_FOR_INPUT && vm->id == ref_console && machine_input > 0 &&
            machine_now > machine_input_time + SLACK_NS) {
            model_fail("a key has not been heard for %lu ns", machine_now - machine_input_time);
        }
        if (vm != self && vm->state == VM_RUNNABLE &&
            (vm->priority > self->priority ||
             (vm->priority == self->priority && machine_now > ref_slice_end &&
              machine_now - ref_slice_end > SLACK_NS))) {
            model_fail("VM %lu runs still, and VM %lu waits for its turn", self->id, vm->id);
        }
    }
}

/* As the interrupt of a device: the arbiter is told if somebody waits for it. */
static void hear_of_key(void) {
    const struct ref_vm *console = ref_find(ref_console);
    if (machine_listener == NULL) {
        return;
    }
    if (console->state == VM_WAITING_FOR_INPUT) {
        ref_event(false);
    }
    machine_listener();
}

bool operation_outside(const struct operation *operation) {
    switch (operation->kind) {
    case OP_KEY:
        if (machine_input++ == 0) {
            machine_input_time = machine_now;
        }
        hear_of_key();
        return true;
    case OP_BREAK:
    case OP_LATE_BREAK:
        machine_break = true;
        return true;
    default:
        return false;
    }
}

/* What is not a word. */
static enum outcome other(struct vm *vm, struct ref_vm *ref, const struct operation *op,
                          enum vm_exit *reason) {
    switch (op->kind) {
    case OP_TIME:
        return pass(vm, op->x % 8 == 0 ? op->y % 30000000 : op->y % 3000000, reason);
    case OP_LATE_TIME: /* too short to count as kept waiting */
        machine_now += op->x % 4 == 0 ? SLACK_NS / 2 : 1;
        machine_late = 1 + op->y % 24;
        return OUTCOME_GO_ON;
    case OP_YIELD:
        *reason = VM_EXIT_YIELD;
        return OUTCOME_LEFT;
    case OP_SLEEP: {
        const uint64_t delay = word_delay(op->y);
        vm->wake_ns = delay > UINT64_MAX - machine_now ? UINT64_MAX : machine_now + delay;
        ref->deadline = vm->wake_ns;
        *reason = VM_EXIT_SLEEP;
        return OUTCOME_LEFT;
    }
    case OP_KEY_WAIT:
        if (machine_input > 0 && ref->id == ref_console) {
            machine_input--;
            machine_input_time = machine_now;
            vm->breaks = 0; /* as the prompt when it takes a line */
            return OUTCOME_GO_ON;
        }
        *reason = VM_EXIT_WAIT;
        return OUTCOME_LEFT;
    case OP_END:
        if (vm->id == 0) {
            return OUTCOME_GO_ON;
        }
        word_remember_dead(vm->id);
        *reason = op->x % 2 == 0 ? VM_EXIT_FINISHED : VM_EXIT_BYE;
        return OUTCOME_LEFT;
    case OP_UNCAUGHT:
        if (vm->id != 0) {
            word_remember_dead(vm->id);
        }
        vm->throw_code = -(int64_t)(op->x % 1000) - 1;
        *reason = VM_EXIT_UNCAUGHT;
        return OUTCOME_LEFT;
    case OP_LATE_BREAK:
        machine_break = true;
        machine_late = 1 + op->y % 24;
        return OUTCOME_GO_ON;
    case OP_BREAK:
        machine_break = true;
        return pass(vm, 0, reason);
    case OP_KEY:
        (void)operation_outside(op);
        if (machine_interrupts_now(vm)) {
            return OUTCOME_GO_ON;
        }
        *reason = VM_EXIT_PREEMPTED;
        return OUTCOME_LEFT;
    default:
        machine_fail_in = 1 + op->x % 8;
        return OUTCOME_GO_ON;
    }
}

enum outcome operation_run(struct vm *vm, const struct operation *op, enum vm_exit *reason) {
    struct ref_vm *ref = ref_find(vm->id);
    model_trace("VM %lu: %s", vm->id, operation_name(op->kind));
    machine_interrupted = false;
    machine_failed = false;
    ref_must_leave = false;
    const uint64_t allocations = machine_allocations;
    bool allocates;
    if (!word_run(vm, ref, op, &allocates)) {
        const enum outcome outcome = other(vm, ref, op, reason);
        if (outcome == OUTCOME_GO_ON && machine_late == 0) {
            check_patience(ref);
        }
        return outcome;
    }
    if (!allocates && machine_allocations != allocations) {
        model_fail("%s has allocated", operation_name(op->kind));
    }
    ref_after_word(ref);
    if (ref->state == VM_RUNNING) { /* else its results come when it has waited */
        word_check(vm, ref);
    }
    return OUTCOME_GO_ON;
}
