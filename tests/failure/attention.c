/*
 * attention.c - a VM that has left for what it was to attend to.
 *
 * A VM that is to leave goes to engine_attend, and a second interrupt may take it off there, in the few instructions
 * before the bit is looked at. It has left then, the bit is gone, and when it comes back there is nothing to attend
 * to. That is rare; here it is made.
 */
#include "attention.h"

#include "arbiter/vm_instance.h"

#define ENVELOPE       (UINT64_C(1) << 16)
#define INTERRUPT_FLAG UINT64_C(0x202) /* and the bit that is always set */
#define STALE_CODE     (-4000)

extern const char engine_attend[]; /* asm/engine/switch.asm */

bool attention_is_gone(void) {
    struct vm *vm = vm_create(1, ENVELOPE, base_image.noop);
    if (vm == NULL) {
        return false;
    }
    const uint64_t top = vm_pop(vm);
    vm->attention = 0;
    vm->attention_code = STALE_CODE;
    vm->preempted = 1;
    vm->frame = (struct vm_frame){
        .rip = (uint64_t)engine_attend,
        .rsp = vm->cs,
        .rflags = INTERRUPT_FLAG,
        .rbx = top,
        .rbp = vm->sp,
        .rsi = vm->ip,
        .rdi = vm->window,
        .r9 = vm->trace,
        .r10 = vm->lp,
        .r11 = (uint64_t)vm->words_left,
        .r13 = vm->rp,
    };
    vm_current = vm;
    const int reason = engine_run(vm);
    vm_current = NULL;
    vm_destroy(vm);
    return reason == VM_EXIT_FINISHED;
}
