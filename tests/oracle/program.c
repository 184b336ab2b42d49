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

#include "forth/clock.h"
#include "oracle.h"
#include "physics/heat.h"
#include "physics/word_table.h"

#define WORDS_BETWEEN 2000u /* two comparisons of everything, which take as long as some ten thousand words */

int __real_engine_run(struct vm *vm);
int __wrap_engine_run(struct vm *vm);
struct vm *__real_scheduler_next(enum vm_exit reason);
struct vm *__wrap_scheduler_next(enum vm_exit reason);
int __real_word_interpret_step(struct vm *vm);
int __wrap_word_interpret_step(struct vm *vm);
bool __real_physics_begin(struct vm *vm);
bool __wrap_physics_begin(struct vm *vm);
void __real_physics_end(struct vm *vm);
void __wrap_physics_end(struct vm *vm);
void __real_heat_forget(struct vm *vm, uint32_t xt, uint32_t path);
void __wrap_heat_forget(struct vm *vm, uint32_t xt, uint32_t path);
bool __real_heat_reset(struct vm *vm);
bool __wrap_heat_reset(struct vm *vm);
void __real_history_clear(struct vm *vm);
void __wrap_history_clear(struct vm *vm);

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

static void compare(struct vm *vm, const char *where, int reason, bool everything) {
    struct log *log = oracle_of(vm);
    if (vm->physics == NULL) {
        return;
    }
    oracle_drain(vm, NULL);
    clocks++;
    if (clock_words(vm) != log->words) {
        char what[96];
        snprintf(what, sizeof what, "%" PRIu64 " words recorded, its clock is at %" PRIu64,
                 log->words, clock_words(vm));
        complain(vm, where, reason, what);
    }
    if (everything || log->words - log->compared >= WORDS_BETWEEN) {
        comparisons++;
        const char *what = oracle_compare(vm, log);
        if (what != NULL) {
            complain(vm, where, reason, what);
        }
    }
}

int __wrap_word_interpret_step(struct vm *vm) {
    compare(vm, "interprets", 0, false);
    return __real_word_interpret_step(vm);
}

/* The running VM has left. */
static void left(int reason) {
    if (reason == VM_EXIT_PREEMPTED && running->preempted != 0) {
        preempted++;
    } else {
        compare(running, "left", reason, false);
    }
}

static void runs(struct vm *vm) {
    running = vm;
    oracle_log = oracle_of(vm);
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

/* The builder of the dictionary, which has no physics, may have lain in the same place. */
bool __wrap_physics_begin(struct vm *vm) {
    oracle_end(vm);
    return __real_physics_begin(vm);
}

void __wrap_physics_end(struct vm *vm) {
    if (vm->preempted == 0) {
        compare(vm, "ends", 0, true);
    }
    oracle_end(vm);
    __real_physics_end(vm);
}

void __wrap_heat_forget(struct vm *vm, uint32_t xt, uint32_t path) {
    oracle_drain(vm, NULL);
    __real_heat_forget(vm, xt, path);
    oracle_forget(vm, word_table_of(xt));
}

bool __wrap_heat_reset(struct vm *vm) {
    oracle_drain(vm, NULL);
    const bool done = __real_heat_reset(vm);
    if (done) {
        oracle_reset(vm);
    }
    return done;
}

void __wrap_history_clear(struct vm *vm) {
    oracle_drain(vm, NULL);
    __real_history_clear(vm);
    oracle_clear(vm);
}
