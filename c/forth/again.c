/*
 * again.c - C words whose work grows with their arguments.
 *
 * Nothing takes the processor from C. So such a word does a piece of its work, puts what is left to do onto the stack,
 * in the form of its arguments, and is called again by a thread of its own, which passes a branch word: there the
 * turn may end. The pieces do not depend on who else wants the processor: a program executes the same words whenever
 * it is interrupted.
 */
#include "forth/vm.h"

#include "forth/clock.h"
#include "forth/throw.h"

int vm_again(struct vm *vm, const uint64_t *thread) {
    const uint64_t piece = thread[1]; /* the target of the branch word */
    if (vm->ip == piece + CELL) {     /* it is in it already */
        clock_again(vm, thread);
        return 0;
    }
    const uint64_t place = vm->cs - CELL;
    if (place < vm->control_base - VM_STACK_SIZE) {
        return THROW_RETURN_STACK_OVERFLOW;
    }
    if (hal_space_commit(place & ~(VM_PAGE - 1), VM_PAGE) != HAL_OK) {
        return THROW_NO_MEMORY;
    }
    *(uint64_t *)place = vm->ip;
    vm->cs = place;
    clock_call(vm, thread);
    return 0;
}
