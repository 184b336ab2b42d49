/*
 * cuts.h - where THROWs have cut paths short: for each such place in a definition, how often.
 *
 * Counts of words know it already (heat_undo). This is for who wants to know how often each instruction was executed.
 * Called by the arbiter and by C words; allocates; not ISR-safe.
 */
#ifndef PHYSICS_CUTS_H
#define PHYSICS_CUTS_H

#include "forth/vm.h"

/* What was paid for from `ip` on to the end of the path was not executed, so many times. `ip` 0: no entry. */
struct cut {
    uint64_t ip;
    uint64_t times;
};

/* Notes one more. Without memory, or with too many places, only how many there were. */
void cuts_add(struct vm *vm, uint64_t ip);

/* Forgets those in the VM's own code from the address `code` on. */
void cuts_forget(struct vm *vm, uint64_t code);

/* Forgets all, for the end of the VM. */
void cuts_end(struct vm *vm);

#endif
