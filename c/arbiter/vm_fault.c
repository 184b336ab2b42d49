/*
 * vm_fault.c - a processor fault in a running VM becomes a THROW in that VM.
 *
 * A fault belongs to the current VM if it happened in the engine's code. A page fault inside one of
 * the VM's regions is the first touch of a page and is repaired; in a guard page it tells by its
 * place which stack has left its bounds. Everything else is a bug of the kernel and none of the
 * VM's doing.
 */
#include "arbiter/vm_instance.h"

#include "forth/history.h"
#include "forth/throw.h"
#include "hal/hal_space.h"

#define VM_BREAKS_CAUGHT 2u /* from the third Ctrl-C on, CATCH does not help */

struct vm *volatile vm_current;

bool vm_in_engine(uint64_t rip) {
    return rip >= (uint64_t)__start_engine_text && rip < (uint64_t)__stop_engine_text;
}

static hal_fault_action throw_in_vm(struct hal_fault *fault, struct vm *vm, int code) {
    vm->throw_rip = fault->rip;
    fault->rip = (uint64_t)engine_throw;
    fault->rbx = (uint64_t)(int64_t)code;
    fault->r12 = (uint64_t)vm;
    return HAL_FAULT_REDIRECT;
}

/* Makes one page present; HAL_ERR_NO_MEMORY becomes an exception in the VM. */
static hal_fault_action first_touch(struct hal_fault *fault, struct vm *vm) {
    if (hal_space_commit(fault->address & ~(VM_PAGE - 1), VM_PAGE) == HAL_OK) {
        return HAL_FAULT_RESUME;
    }
    return throw_in_vm(fault, vm, THROW_NO_MEMORY);
}

/* A fault in one of the stacks or the guards around it. `overflow` and `underflow` are the codes.
 */
static hal_fault_action stack_fault(struct hal_fault *fault, struct vm *vm, uint64_t offset,
                                    uint64_t stack, int overflow, int underflow) {
    if (offset < stack) {
        return throw_in_vm(fault, vm, overflow);
    }
    if (offset >= stack + VM_STACK_SIZE) {
        return throw_in_vm(fault, vm, underflow);
    }
    return first_touch(fault, vm);
}

/* In the data window or the guard on either side of it. */
static hal_fault_action window_fault(struct hal_fault *fault, struct vm *vm, uint64_t address) {
    if (address >= VM_USER_AREA && address < vm->envelope) {
        return first_touch(fault, vm);
    }
    vm->fault_known = 1;
    vm->fault_address = address;
    vm->fault_write = fault->write;
    return throw_in_vm(fault, vm, THROW_BAD_ADDRESS);
}

/* What the engine writes about what it executes: counters, and the history. Without memory for a counter the way is not
 * taken, and it is not paid for yet; the history has a page at least, so it does without. */
static hal_fault_action history_fault(struct hal_fault *fault, struct vm *vm) {
    const struct vm_tables *tables = &vm->tables;
    const bool path = fault->address - tables->counts < tables->counts_size;
    if (path || fault->address - vm->executed < tables->executed_size) {
        const hal_fault_action action = first_touch(fault, vm);
        if (action == HAL_FAULT_REDIRECT) {
            vm->throw_uncounted = path ? VM_UNCOUNTED_PATH : VM_UNCOUNTED_TOKEN;
        }
        return action;
    }
    if (fault->address != fault->r9) {
        return HAL_FAULT_UNHANDLED;
    }
    const bool room = fault->address - vm->trace_begin < VM_TRACE_HALF;
    if (room && hal_space_commit(fault->address & ~(VM_PAGE - 1), VM_PAGE) == HAL_OK) {
        return HAL_FAULT_RESUME;
    }
    fault->r9 = history_turn(vm, fault->r9);
    return HAL_FAULT_REDIRECT;
}

static hal_fault_action memory_fault(struct hal_fault *fault, struct vm *vm) {
    const uint64_t half_guard = VM_GUARD / 2;
    const uint64_t address = fault->address - vm->window; /* as Forth counts */
    if (address + half_guard < VM_WINDOW + VM_GUARD) {
        return window_fault(fault, vm, address);
    }
    const uint64_t offset = fault->address - vm->slot;
    if (offset >= VM_WINDOW_AT) {
        return history_fault(fault, vm);
    }
    if (offset < VM_CONTROL_STACK - half_guard) {
        return HAL_FAULT_UNHANDLED;
    }
    if (offset < VM_DATA_STACK - half_guard) {
        return stack_fault(fault, vm, offset, VM_CONTROL_STACK, THROW_RETURN_STACK_OVERFLOW,
                           THROW_RETURN_STACK_UNDERFLOW);
    }
    if (offset < VM_RETURN_STACK - half_guard) {
        return stack_fault(fault, vm, offset, VM_DATA_STACK, THROW_STACK_OVERFLOW,
                           THROW_STACK_UNDERFLOW);
    }
    if (offset < VM_LOCALS_STACK - half_guard) {
        return stack_fault(fault, vm, offset, VM_RETURN_STACK, THROW_RETURN_STACK_OVERFLOW,
                           THROW_RETURN_STACK_UNDERFLOW);
    }
    return stack_fault(fault, vm, offset, VM_LOCALS_STACK, THROW_RETURN_STACK_OVERFLOW,
                       THROW_RETURN_STACK_UNDERFLOW);
}

/* A program may catch a break, even for ever. It is asked twice. */
bool vm_count_break(struct vm *vm) {
    vm->console.editing = false; /* nobody goes on with that line */
    if (++vm->breaks <= VM_BREAKS_CAUGHT) {
        return false;
    }
    vm->handler = 0;
    return true;
}

hal_fault_action vm_fault(struct hal_fault *fault) {
    struct vm *vm = vm_current;
    if (vm == NULL) {
        return fault->kind == HAL_FAULT_BREAK ? HAL_FAULT_RESUME : HAL_FAULT_UNHANDLED;
    }
    bool engine = vm_in_engine(fault->rip);
    switch (fault->kind) {
    case HAL_FAULT_BREAK:
        (void)vm_count_break(vm);
        if (!vm_is_executing(fault, vm)) { /* or its registers are not all back */
            vm_attend(vm, VM_ATTENTION_BREAK);
            return HAL_FAULT_RESUME;
        }
        vm->fault_known = 0;
        return throw_in_vm(fault, vm, THROW_USER_INTERRUPT);
    case HAL_FAULT_ATTENTION:
        return HAL_FAULT_RESUME;
    case HAL_FAULT_MEMORY:
        return engine ? memory_fault(fault, vm) : HAL_FAULT_UNHANDLED;
    case HAL_FAULT_DIVIDE:
        if (!engine) {
            return HAL_FAULT_UNHANDLED;
        }
        /* The divisor is still on top of the stack: asm/engine/arithmetic.asm */
        return throw_in_vm(fault, vm,
                           fault->rbx == 0 ? THROW_DIVISION_BY_ZERO : THROW_RESULT_OUT_OF_RANGE);
    case HAL_FAULT_PREEMPT:
        return HAL_FAULT_RESUME;
    case HAL_FAULT_OTHER:
        return HAL_FAULT_UNHANDLED;
    }
    return HAL_FAULT_UNHANDLED;
}
