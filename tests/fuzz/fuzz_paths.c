/*
 * fuzz_paths.c - do the engine's counters tell how many words it has executed?
 *
 * What is paid for is the price of each path that was taken and one word for each token executed. So in the course of a
 * line the counters of the paths, each times its price, and those of the tokens must have grown by as much as the
 * clock has, and by what it has got back for paths that were not gone to their end. The functions that give back are
 * wrapped to see how much it is. A line that forgets words is left out: their paths are others afterwards.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "forth/clock.h"
#include "forth/price.h"
#include "fuzz.h"

#define MORE_PATHS  8192u /* a line makes fewer */
#define MORE_TOKENS 4096u

/* Outside .data and .bss, which fuzz_outside.c watches. */
struct before {
    uint64_t count[2 * (VM_CODE_MAX / (2 * CELL))];
    uint64_t executed; /* tokens, all and those of markers */
    uint64_t marked;
    uint64_t paid;
    uint64_t back;          /* given back since */
    uint32_t paths, tokens; /* numbers up to which counters are compared */
    bool forgets;
};

static struct before *before;

void __real_clock_unwind(struct vm *vm);
void __wrap_clock_unwind(struct vm *vm);
void __real_clock_unwind_all(struct vm *vm);
void __wrap_clock_unwind_all(struct vm *vm);
int __real_word_forget_to(struct vm *vm);
int __wrap_word_forget_to(struct vm *vm);
int __real_word_forget_word(struct vm *vm);
int __wrap_word_forget_word(struct vm *vm);
bool __real_history_executed(const struct vm *vm, uint32_t xt);
bool __wrap_history_executed(const struct vm *vm, uint32_t xt);

/* Words paid for, less those given back. */
static uint64_t paid(const struct vm *vm) {
    return clock_paid(vm);
}

void __wrap_clock_unwind(struct vm *vm) {
    const uint64_t words = paid(vm);
    __real_clock_unwind(vm);
    before->back += words - paid(vm);
}

void __wrap_clock_unwind_all(struct vm *vm) {
    const uint64_t words = paid(vm);
    __real_clock_unwind_all(vm);
    before->back += words - paid(vm);
}

void __real_clock_again(struct vm *vm, const uint64_t *thread);
void __wrap_clock_again(struct vm *vm, const uint64_t *thread);
void __wrap_clock_again(struct vm *vm, const uint64_t *thread) {
    const uint64_t words = paid(vm) + thread[-1];
    __real_clock_again(vm, thread);
    before->back += words - paid(vm);
}

int __wrap_word_forget_to(struct vm *vm) {
    before->forgets = true;
    return __real_word_forget_to(vm);
}

int __wrap_word_forget_word(struct vm *vm) {
    before->forgets = true;
    return __real_word_forget_word(vm);
}

/* An unfinished word that was executed is forgotten, too. */
bool __wrap_history_executed(const struct vm *vm, uint32_t xt) {
    const bool executed = __real_history_executed(vm, xt);
    before->forgets = before->forgets || executed;
    return executed;
}

static const uint64_t *counts(const struct vm *vm) {
    return (const uint64_t *)vm->tables.counts;
}

/* How often tokens were executed; of markers alone if `markers`, for these enter a second word. */
static uint64_t executed(const struct vm *vm, bool markers) {
    const uint64_t *count = (const uint64_t *)vm->executed;
    uint64_t sum = 0;
    for (uint32_t xt = 0; !markers && xt < before->tokens; xt++) {
        sum += count[xt];
    }
    for (uint32_t xt = vm->own.first; markers && xt < vm->own.end; xt++) {
        const struct word *word = (const struct word *)vm->own.words + (xt - vm->own.first);
        sum += word->kind == WORD_MARKER ? count[xt] : 0;
    }
    return sum;
}

static uint64_t begin_of(const struct vm *vm, uint32_t path) {
    const struct dictionary *d = path < vm->own.first_path ? &base_image.dictionary : &vm->own;
    return path < base_image.dictionary.first_path
               ? engine_paths[path]
               : d->code + ((const struct path *)d->paths)[path - d->first_path].cell * CELL;
}

static void make_present(uint64_t from, uint64_t bytes) {
    if (!fuzz_hal_commit(from, (bytes + VM_PAGE - 1) & ~(VM_PAGE - 1))) {
        fuzz_report(FUZZ_STATE, "no pages for counters");
    }
}

static uint32_t least(uint64_t a, uint64_t b) {
    return (uint32_t)(a < b ? a : b);
}

void fuzz_paths_begin(const struct vm *vm) {
    before->paths = least(vm->own.end_path + MORE_PATHS, vm->tables.counts_size / CELL);
    before->tokens = least(vm->own.end + MORE_TOKENS, vm->tables.executed_size / CELL);
    make_present(vm->tables.counts, before->paths * CELL);
    make_present(vm->executed, before->tokens * CELL);
    memcpy(before->count, counts(vm), before->paths * CELL);
    before->executed = executed(vm, false);
    before->marked = executed(vm, true);
    before->paid = paid(vm);
    before->back = 0;
    before->forgets = false;
}

void fuzz_paths_check(const struct vm *vm) {
    if (before->forgets || vm->own.end_path > before->paths || vm->own.end > before->tokens ||
        executed(vm, true) != before->marked) {
        return;
    }
    uint64_t words = executed(vm, false) - before->executed;
    for (uint32_t path = 0; path < vm->own.end_path; path++) {
        const uint64_t taken = counts(vm)[path] - before->count[path];
        words += taken != 0 ? taken * price_from(vm, begin_of(vm, path)) : 0;
    }
    const uint64_t on = paid(vm) - before->paid + before->back;
    if (words != on) {
        fuzz_report(FUZZ_STATE, "the paths make %lu words of %lu, %lu given back, last THROW %ld",
                    words, on, before->back, vm->throw_code);
    }
}

void fuzz_paths_init(void) {
    before = mmap(NULL, sizeof *before, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (before == MAP_FAILED) {
        abort();
    }
}
