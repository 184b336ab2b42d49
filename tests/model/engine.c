/*
 * engine.c - the machine of the test: the engine.
 *
 * engine_run does what asm/engine/switch.asm does with attention and preempted VMs; what a VM executes is the
 * next operation.
 */
#include <string.h>

#include "forth/throw.h"
#include "model.h"

/* ---- what messages say ---- */

/* The bytes that a VM has received, and that none came behind them. */
static bool right_bytes(const struct vm *vm, struct ref_vm *ref) {
    const unsigned char *at = machine_bytes(vm, BUFFER_ADDRESS);
    const int got = ref->got;
    ref->got = 0;
    if (got == 1) {
        for (uint32_t i = 0; i < ref->got_size; i++) {
            if (at[i] != (unsigned char)(ref->got_stamp * 7 + i + i / 251)) {
                return false;
            }
        }
        return at[ref->got_size] == 0xee;
    }
    if (got == 2) {
        const struct {
            uint64_t how;
            int64_t code;
        } notice = {ref->got_notice.how, ref->got_notice.code};
        return memcmp(at, &notice, sizeof notice) == 0 && at[sizeof notice] == 0xee;
    }
    return true;
}

void machine_check_bytes(const struct vm *vm, struct ref_vm *ref) {
    if (!right_bytes(vm, ref)) {
        model_fail("VM %lu: the bytes that it has received are wrong", vm->id);
    }
}

/* ---- the engine ---- */

static struct hal_registers registers_of(const struct vm *vm) {
    const uint64_t id = vm->id * 1000;
    return (struct hal_registers){.rflags = id + 1,
                                  .rax = id + 2,
                                  .rbx = id + 3,
                                  .rcx = id + 4,
                                  .rdx = id + 5,
                                  .rsi = id + 6,
                                  .rdi = id + 7,
                                  .rbp = id + 8,
                                  .r8 = id + 9,
                                  .r9 = id + 10,
                                  .r10 = id + 11,
                                  .r11 = id + 12,
                                  .r12 = (uint64_t)vm,
                                  .r13 = id + 13,
                                  .r14 = id + 14,
                                  .r15 = id + 15};
}

/* Its registers as they are when it stands at `rip`. */
static struct vm_frame frame_at(const struct vm *vm, const char *rip) {
    const struct hal_registers r = registers_of(vm);
    return (struct vm_frame){
        .rip = (uint64_t)rip,
        .rsp = vm->control_base - 64,
        .rflags = r.rflags,
        .rax = r.rax,
        .rbx = r.rbx,
        .rcx = r.rcx,
        .rdx = r.rdx,
        .rsi = r.rsi,
        .rdi = r.rdi,
        .rbp = r.rbp,
        .r8 = r.r8,
        .r9 = r.r9,
        .r10 = r.r10,
        .r11 = r.r11,
        .r13 = r.r13,
        .r14 = r.r14,
        .r15 = r.r15,
    };
}

void machine_save_frame(struct vm *vm) {
    vm->frame = frame_at(vm, model_next);
    vm->preempted = 1;
}

/* Every register is what it was when the VM was preempted. */
static void check_frame(const struct vm *vm) {
    const bool between_words = vm->frame.rip == (uint64_t)model_next;
    const struct vm_frame expected = frame_at(vm, between_words ? model_next : model_in_engine);
    if (memcmp(&expected, &vm->frame, sizeof expected) != 0) {
        model_fail("VM %lu: its registers are not what they were", vm->id);
    }
}

bool machine_interrupts_now(struct vm *vm) {
    const struct hal_registers registers = registers_of(vm);
    return !machine_interrupts(IN_ENGINE, &registers);
}

bool machine_pass(struct vm *vm, uint64_t ns) {
    const uint64_t end = machine_now + ns;
    while (machine_next_timer() <= end) {
        machine_now = machine_next_timer() > machine_now ? machine_next_timer() : machine_now;
        if (!machine_interrupts_now(vm)) {
            return false;
        }
    }
    machine_now = end;
    return true;
}

static void expect_throw(struct ref_vm *ref, int64_t code) {
    if (ref->thrown != code) {
        model_fail("VM %lu: THROW %ld when it goes on, expected %ld", ref->id, code, ref->thrown);
    }
    ref->thrown = 0;
}

/* What the VM finds when it goes on: the results of the word that it waited in. */
static void check_results(struct vm *vm, struct ref_vm *ref) {
    if (!ref->started) {
        const uint64_t cells = ref->id == 0 ? 1 : 3;
        if (vm_depth(vm) != cells) {
            model_fail("VM %lu begins with %lu cells", ref->id, vm_depth(vm));
        }
        ref->started = true;
    } else {
        if (vm_depth(vm) != ref->result_count) {
            model_fail("VM %lu: %lu results, expected %u", ref->id, vm_depth(vm),
                       ref->result_count);
        }
        for (unsigned i = 0; i < ref->result_count; i++) {
            const uint64_t result = *vm_item(vm, ref->result_count - 1 - i);
            if (result != ref->results[i]) {
                model_fail("VM %lu: result %u is %ld, expected %ld", ref->id, i, (int64_t)result,
                           (int64_t)ref->results[i]);
            }
        }
    }
    stack_clear(vm);
    ref->result_count = 0;
}

static int leave(struct vm *vm, enum vm_exit reason) {
    vm->exit_reason = reason;
    model_trace("VM %lu leaves: %d", vm->id, reason);
    ref_exit(ref_find(vm->id), reason, vm->throw_code);
    return reason;
}

void machine_throw(struct vm *vm, struct ref_vm *ref) {
    const bool is_break = (vm->attention & VM_ATTENTION_BREAK) != 0;
    vm->attention = 0;
    *machine_hurry(vm) = false;
    expect_throw(ref, is_break ? THROW_USER_INTERRUPT : vm->attention_code);
}

/* As engine_attend: true when the VM leaves. */
static bool attend(struct vm *vm, struct ref_vm *ref) {
    if ((vm->attention & VM_ATTENTION_LEAVE) != 0) {
        vm->attention &= ~(uint32_t)VM_ATTENTION_LEAVE;
        return true;
    }
    machine_throw(vm, ref);
    return false;
}

/* Brings back a VM that was preempted: OUTCOME_LEFT when it leaves again at once, with *reason. */
static enum outcome go_on(struct vm *vm, struct ref_vm *ref, enum vm_exit *reason) {
    *reason = VM_EXIT_PREEMPTED;
    if (machine_late > 0 || machine_break) {
        const struct hal_registers registers = registers_of(vm);
        if (machine_interrupts(IN_CONTINUE, &registers)) {
            return OUTCOME_LEFT;
        }
    }
    if ((vm->attention & VM_ATTENTION_LEAVE) != 0) {
        vm->attention &= ~(uint32_t)VM_ATTENTION_LEAVE;
        return OUTCOME_LEFT;
    }
    vm->preempted = 0;
    if (vm->frame.rip != (uint64_t)engine_throw) {
        check_frame(vm);
        return clock_branch(vm, ref, reason);
    }
    *machine_hurry(vm) = false;
    expect_throw(ref, (int64_t)vm->frame.rbx);
    if (vm->attention != 0) {
        machine_throw(vm, ref);
    }
    return OUTCOME_GO_ON;
}

/* The VM was put on: the right one? */
static struct ref_vm *put_on(struct vm *vm) {
    if (!inside_look()) {
        ref_settle_look();
    }
    struct ref_vm *ref = ref_find(vm->id);
    if (ref_current != vm->id) { /* else its heartbeat came first */
        const uint64_t expected = ref_dispatch();
        if (vm->id != expected) {
            model_fail("VM %lu runs, expected %ld", vm->id, (int64_t)expected);
        }
        ref_after_word(ref);
    }
    return ref;
}

void machine_beat_piece(struct vm *vm) {
    (void)put_on(vm);
    machine_late = machine_late > 0 ? 1 : 0; /* what is due comes here rather than elsewhere */
    machine_point();
    if (inside_look()) {
        (void)leave(vm, VM_EXIT_PREEMPTED);
    }
}

/* Runs a VM until it leaves. */
static int run(struct vm *vm) {
    enum vm_exit reason;
    struct ref_vm *ref = put_on(vm);
    ref_must_leave = inside_look();
    compare_all();
    model_trace("VM %lu runs", vm->id);
    /* whoever left between two words has paid for the next one */
    bool paid = vm->preempted != 0 && vm->frame.rip == (uint64_t)model_next;
    if (vm->preempted != 0) {
        if (go_on(vm, ref, &reason) == OUTCOME_LEFT) {
            return leave(vm, reason);
        }
    } else if (vm->attention != 0 && attend(vm, ref)) {
        return leave(vm, VM_EXIT_PREEMPTED);
    }
    if (ref_must_leave) {
        model_fail("VM %lu goes on although the arbiter must look", vm->id);
    }
    if (ref->thrown != 0) {
        model_fail("VM %lu goes on, expected THROW %ld", vm->id, ref->thrown);
    }
    check_results(vm, ref);
    machine_check_bytes(vm, ref);
    for (;;) {
        if (!paid) {
            clock_pay(vm, ref);
            if (clock_branch(vm, ref, &reason) == OUTCOME_LEFT) {
                return leave(vm, reason);
            }
        }
        paid = false;
        /* what was held back comes at the latest now */
        if ((machine_late > 0 || machine_break) && !machine_interrupts_now(vm)) {
            return leave(vm, VM_EXIT_PREEMPTED);
        }
        if (operation_run(vm, next_operation(), &reason) == OUTCOME_LEFT) {
            return leave(vm, reason);
        }
        if (vm->attention != 0) {
            if (attend(vm, ref)) {
                if (!ref_must_leave && !machine_interrupted) {
                    model_fail("VM %lu leaves without need", vm->id);
                }
                return leave(vm, VM_EXIT_PREEMPTED);
            }
        }
        if (ref_must_leave) {
            model_fail("VM %lu does not leave", vm->id);
        }
        compare_all();
    }
}

/* As engine_leave: the arbiter may have the next VM at hand for one that has left between two words. */
int engine_run(struct vm *vm) {
    for (;;) {
        const int reason = run(vm);
        struct vm *next = vm->preempted != 0 ? NULL : scheduler_next(reason);
        if (next == NULL) {
            return reason;
        }
        vm = next;
    }
}
