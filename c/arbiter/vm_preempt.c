/*
 * vm_preempt.c - takes a running VM off the processor between any two of its instructions.
 *
 * In interrupt context. What was interrupted is one of three: the engine on the VM's own stack, with all registers
 * where the engine has them; engine_continue, which is about to bring back a frame that is still what it was; or C
 * and the way to and from it, where nothing can be taken, and the VM is asked to leave at the next primitive.
 */
#include "arbiter/vm_instance.h"

static hal_fault_action stop(struct hal_fault *fault, struct vm *vm) {
    fault->rip = (uint64_t)engine_preempted;
    fault->rbx = 0;
    fault->r12 = (uint64_t)vm;
    return HAL_FAULT_REDIRECT;
}

bool vm_is_executing(const struct hal_fault *fault, const struct vm *vm) {
    const uint64_t rsp = fault->registers->rsp;
    return vm_in_engine(fault->rip) && rsp <= vm->control_base &&
           rsp > vm->control_base - VM_STACK_SIZE;
}

hal_fault_action vm_preempt(struct hal_fault *fault, struct vm *vm) {
    const struct hal_registers *r = fault->registers;
    if (fault->rip >= (uint64_t)engine_continue && fault->rip < (uint64_t)engine_continue_end) {
        vm->preempted = 1; /* its frame is still what it was */
        return stop(fault, vm);
    }
    if (!vm_is_executing(fault, vm)) {
        vm_attend(vm, VM_ATTENTION_LEAVE);
        return HAL_FAULT_RESUME;
    }
    vm->frame = (struct vm_frame){
        .rip = r->rip,
        .rsp = r->rsp,
        .rflags = r->rflags,
        .rax = r->rax,
        .rbx = r->rbx,
        .rcx = r->rcx,
        .rdx = r->rdx,
        .rsi = r->rsi,
        .rdi = r->rdi,
        .rbp = r->rbp,
        .r8 = r->r8,
        .r9 = r->r9,
        .r10 = r->r10,
        .r11 = r->r11,
        .r13 = r->r13,
        .r14 = r->r14,
        .r15 = r->r15,
    };
    vm->preempted = 1;
    return stop(fault, vm);
}
