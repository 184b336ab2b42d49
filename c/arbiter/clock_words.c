/*
 * clock_words.c - the kernel words about the virtual clock.
 */
#include "arbiter/capability.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "forth/clock.h"
#include "forth/throw.h"
#include "primitives.h"

/* ( -- u ) This word is one of them. */
int word_vm_clock(struct vm *vm) {
    vm_push(vm, clock_words(vm));
    return 0;
}

/* ( vm -- u ) */
int word_vm_clock_of(struct vm *vm) {
    const struct vm_control *control = vm_table_find(vm_pop(vm));
    if (control == NULL) {
        return THROW_NO_SUCH_VM;
    }
    vm_push(vm, clock_words(control->vm));
    return 0;
}

/* ( u -- ) */
int word_counted_quantum(struct vm *vm) {
    const uint64_t words = vm_pop(vm);
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    const int code = capability_demand(self, CAP_TIME_ADMIN, 0, VM_PRIORITIES - 1);
    if (code == 0) {
        scheduler_set_counted(words);
    }
    return code;
}
