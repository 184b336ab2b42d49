/*
 * program.c - are the virtual clock and the physics right? The Linux program with an engine that records each word.
 *
 * Linked with the engine of this folder in place of the other, and with some functions wrapped. Each time when a VM
 * leaves the engine, when it asks for the next word of its source and when it ends, its clock must be what was
 * recorded; where it has executed enough since the last time, so must the counts of all its words, and its window.
 * Nothing else is different from build/starforth, so any program can be the test. A VM that was preempted inside a
 * word is compared later. Complains and exits with status 3 at the first difference.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "oracle.h"

#define WORDS_BETWEEN                                                                              \
    2000u /* two comparisons of everything, which take as long as some ten thousand words */

int __real_engine_run(struct vm *vm);
int __wrap_engine_run(struct vm *vm);
struct vm *__real_scheduler_next(enum vm_exit reason);
struct vm *__wrap_scheduler_next(enum vm_exit reason);
int __real_word_interpret_step(struct vm *vm);
int __wrap_word_interpret_step(struct vm *vm);

static struct vm *running;
static uint64_t clocks, comparisons, preempted;

static void say(void) {
    fprintf(stderr,
            "oracle: %" PRIu64 " comparisons of the clock, %" PRIu64 " of everything, %" PRIu64
            " preemptions inside a word\n",
            clocks, comparisons, preempted);
}

static void complain(const struct vm *vm, const char *where, int reason, const char *what) {
    fprintf(stderr, "oracle: VM %" PRIu64 " %s (%d): %s; last THROW %" PRId64 ", source %.*s\n",
            vm->id, where, reason, what, vm->throw_code, (int)vm->source_size,
            (const char *)(vm->window + (vm->source_addr & UINT32_MAX)));
    _exit(3);
}

static void compare(struct vm *vm, const char *where, int reason, uint64_t between) {
    if (vm->physics == NULL) {
        return;
    }
    const struct log *log = oracle_of(vm);
    const uint64_t before = log->compared;
    const char *what = oracle_check(vm, between);
    clocks++;
    comparisons += log->compared != before;
    if (what != NULL) {
        complain(vm, where, reason, what);
    }
}

int __wrap_word_interpret_step(struct vm *vm) {
    compare(vm, "interprets", 0, WORDS_BETWEEN);
    return __real_word_interpret_step(vm);
}

/* The running VM has left. */
static void left(int reason) {
    if (reason == VM_EXIT_PREEMPTED && running->preempted != 0) {
        preempted++;
    } else {
        compare(running, "left", reason, WORDS_BETWEEN);
    }
}

static void runs(struct vm *vm) {
    running = vm;
    oracle_runs(vm);
}

struct vm *__wrap_scheduler_next(enum vm_exit reason) {
    left(reason);
    struct vm *next = __real_scheduler_next(reason);
    if (next != NULL) {
        runs(next);
    }
    return next;
}

int __wrap_engine_run(struct vm *vm) {
    if (running == NULL) {
        atexit(say);
    }
    runs(vm);
    const int reason = __real_engine_run(vm);
    left(reason);
    return reason;
}

void oracle_last(struct vm *vm) {
    if (vm->preempted == 0) {
        compare(vm, "ends", 0, 0);
    }
}
