/*
 * clock.c - the machine of the test: the virtual clock, in place of c/forth/clock.c.
 *
 * Each operation of a VM is one word, and before it comes a branch, which pays for it. If no words are left there, or
 * the VM was told to hurry, it leaves the engine or throws, as asm/engine/switch.asm does in engine_words_out. How
 * many are left stays in struct vm also while the VM is preempted, because the test's frames are compared.
 */
#include "forth/clock.h"

#include "model.h"
#include "physics/physics.h"

static int64_t executed(const struct vm *vm) {
    return vm->clock_target - vm->words_left;
}

void clock_start(struct vm *vm) {
    vm->words_left = CLOCK_FAR;
    vm->clock_target = CLOCK_FAR;
}

uint64_t clock_words(const struct vm *vm) {
    return (uint64_t)executed(vm);
}

uint64_t clock_paid(const struct vm *vm) {
    return clock_words(vm);
}

void clock_set_target(struct vm *vm, uint64_t paid) {
    vm->words_left = (int64_t)paid - executed(vm);
    vm->clock_target = (int64_t)paid;
    *machine_hurry(vm) =
        false; /* as the real one: who sets it must say again that there is something */
}

void clock_hurry(struct vm *vm) {
    *machine_hurry(vm) = true;
}

/* ---- physics: a heart that beats, in one piece or in some, and does nothing else ---- */

#define BEAT 37u

bool physics_beat(struct vm *vm, int64_t work) {
    (void)work;
    if (clock_paid(vm) <= vm->next_beat) {
        model_fail("VM %lu: a heartbeat before its time", vm->id);
    }
    static unsigned pieces; /* of all heartbeats so far */
    if (++pieces % 3 != 0) {
        machine_beat_piece(vm);
        return false;
    }
    vm->next_beat = clock_paid(vm) + BEAT;
    return true;
}

/* ---- the engine ---- */

void clock_pay(struct vm *vm, struct ref_vm *ref) {
    vm->words_left--;
    ref_pay(ref);
}

enum outcome clock_branch(struct vm *vm, struct ref_vm *ref, enum vm_exit *reason) {
    if (vm->words_left >= 0 && !*machine_hurry(vm)) {
        if (ref_turn_over(ref) || clock_paid(vm) > vm->next_beat) {
            model_fail("VM %lu goes on though its turn is over, or its heart should beat", vm->id);
        }
        return OUTCOME_GO_ON;
    }
    machine_point(); /* not yet out of the engine, but where it cannot be stopped any more */
    const bool leave = (vm->attention & VM_ATTENTION_LEAVE) != 0;
    const bool thrown = (vm->attention & (VM_ATTENTION_BREAK | VM_ATTENTION_THROW)) != 0;
    if (!leave && thrown) {
        machine_throw(vm, ref);
        return OUTCOME_GO_ON;
    }
    vm->attention &= ~(uint32_t)VM_ATTENTION_LEAVE;
    *reason = thrown ? VM_EXIT_PREEMPTED : VM_EXIT_WORDS;
    if (!thrown && !ref_turn_over(ref) && clock_paid(vm) <= vm->next_beat) {
        model_fail("VM %lu leaves before its turn is over, with %ld words", vm->id, vm->words_left);
    }
    machine_save_frame(vm);
    return OUTCOME_LEFT;
}
