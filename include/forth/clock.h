/*
 * clock.h - a VM's virtual clock: the number of words that it has executed (asm/engine/README.md, "The virtual
 * clock").
 *
 * While the VM runs, r11 holds how many words may still be paid for before the engine looks up; while it does
 * not, vm->words_left does, or vm->frame.r11 if it was preempted. vm->words_later is what comes after that,
 * and when both are used up the engine leaves with VM_EXIT_WORDS. What enters or leaves a path writes the
 * history, which may make a page present and goes without an entry when there is no memory (forth/history.h);
 * nothing else here allocates. All of it is for VMs that do not run at the moment, or have called C.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/vm.h"

/* Words that never run out: thousands of years. */
#define CLOCK_FAR (INT64_C(1) << 60)

/* The engine looks up after so many words at the latest, and goes on by itself when there are more to come. */
#define CLOCK_CHUNK 8192

/* Begins at 0, with CLOCK_FAR words to go. */
void clock_start(struct vm *vm);

/* Makes the VM go on with a thread that is not the engine's own doing: one of engine_..._thread, or any with its price
 * in the cell before it. What was paid for and has not been executed is given back. Comes before its stacks are
 * emptied. */
void clock_enter(struct vm *vm, const uint64_t *thread);

/* A place from which on a path is paid for and not executed yet: the instruction pointer of the innermost
 * frame, then those of the frames around it, outwards. All zero at first; false when there is none any more.
 * Each in time that does not depend on how many there are. */
struct clock_place {
    uint64_t ip;
    uint64_t cs; /* the control stack above its frame */
    bool begun;
};
bool clock_next_place(const struct vm *vm, struct clock_place *place);

/* For a C word: the VM goes on with a thread, as a call does whose return address is on the control stack; and anew
 * with the thread that it is in, whose rest is not executed. */
void clock_call(struct vm *vm, const uint64_t *thread);
void clock_again(struct vm *vm, const uint64_t *thread);

/* Words executed so far. Exact between two words; of a VM that was preempted inside a word this and, if it is a branch
 * word, the straight path behind it may be counted or not. */
uint64_t clock_words(const struct vm *vm);

/* Words paid for so far: a clock that is ahead by what is not executed yet, but is read in constant time. */
uint64_t clock_paid(const struct vm *vm);

/* The engine leaves with VM_EXIT_WORDS at the first branch or call at which more than `paid` words are paid for. */
void clock_set_target(struct vm *vm, uint64_t paid);

/* Makes the VM look at its attention at the next branch or call. */
void clock_hurry(struct vm *vm);

/* For asm/engine/switch.asm: gives back what the frames have paid for that THROW, or QUIT, drops. */
void clock_unwind(struct vm *vm);
void clock_unwind_all(struct vm *vm);

#endif
