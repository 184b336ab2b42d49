/*
 * clock_check.c - is the virtual clock right? The Linux program with an engine that counts each word.
 *
 * Linked with the counting engine (bench/counting) in place of the other, and with three functions wrapped: each time
 * when a VM leaves the engine, and when it asks for the next word of its source, its clock must be what the engine has
 * counted. Nothing else is different from build/starforth, so any program can be the test. A VM that was preempted
 * inside a word is compared later. Complains and exits with status 3 at the first difference.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "forth/clock.h"
#include "forth/vm.h"

extern uint64_t words_executed;
uint64_t words_executed;

int __real_engine_run(struct vm *vm);
int __wrap_engine_run(struct vm *vm);
struct vm *__real_scheduler_next(enum vm_exit reason);
struct vm *__wrap_scheduler_next(enum vm_exit reason);
int __real_word_interpret_step(struct vm *vm);
int __wrap_word_interpret_step(struct vm *vm);

/* What the engine has counted for the VMs, by ID. The dictionary's builder and VM[0] both have 0, one after the other. */
struct tally {
    const struct vm *vm;
    uint64_t id;
    uint64_t counted;
};

#define TALLIES 65536u

static struct tally tallies[TALLIES];
static struct tally *running;
static uint64_t entered; /* words_executed when it was put on the processor */
static uint64_t comparisons, preempted;

static struct tally *tally_of(const struct vm *vm) {
    struct tally *tally = NULL;
    for (unsigned i = 0; i < TALLIES && tally == NULL; i++) {
        if (tallies[i].vm == NULL || (tallies[i].vm == vm && tallies[i].id == vm->id)) {
            tally = &tallies[i];
        }
    }
    if (tally == NULL) {
        fputs("clock_check: too many VMs\n", stderr);
        _exit(4);
    }
    /* A new VM, not one that was stopped in its first word. */
    if (tally->vm == NULL || (vm->preempted == 0 && clock_words(vm) == 0)) {
        *tally = (struct tally){.vm = vm, .id = vm->id};
    }
    return tally;
}

static void say(void) {
    fprintf(stderr, "clock_check: %" PRIu64 " comparisons, %" PRIu64 " preemptions inside a word\n",
            comparisons, preempted);
}

static void compare(const struct vm *vm, uint64_t counted, const char *where, int reason) {
    comparisons++;
    if (clock_words(vm) != counted) {
        fprintf(stderr,
                "clock_check: VM %" PRIu64 " %s (%d): %" PRIu64
                " words counted, its clock is at %" PRIu64 ", last THROW %" PRId64
                ", source %.*s\n",
                vm->id, where, reason, counted, clock_words(vm), vm->throw_code,
                (int)vm->source_size, (const char *)(vm->window + (vm->source_addr & UINT32_MAX)));
        _exit(3);
    }
}

int __wrap_word_interpret_step(struct vm *vm) {
    compare(vm, running->counted + words_executed - entered, "interprets", 0);
    return __real_word_interpret_step(vm);
}

/* The running VM has left. */
static void left(int reason) {
    running->counted += words_executed - entered;
    entered = words_executed;
    if (reason == VM_EXIT_PREEMPTED && running->vm->preempted != 0) {
        preempted++;
    } else {
        compare(running->vm, running->counted, "left", reason);
    }
}

struct vm *__wrap_scheduler_next(enum vm_exit reason) {
    left(reason);
    struct vm *next = __real_scheduler_next(reason);
    running = next != NULL ? tally_of(next) : running;
    return next;
}

int __wrap_engine_run(struct vm *vm) {
    running = tally_of(vm);
    if (comparisons + preempted == 0) {
        atexit(say);
    }
    entered = words_executed;
    const int reason = __real_engine_run(vm);
    left(reason);
    return reason;
}
