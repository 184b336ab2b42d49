/*
 * heat.c - execution counts and heat of every word of a VM.
 *
 * The engine counts how often each path was taken and each token executed. The counts of words are brought up to
 * date from what has changed since they last were, by going along the paths concerned; so they cost nothing while
 * the VM runs, and in between they are exact at any time. Heat is touched at heartbeats alone, and then only that of
 * words that were executed: a record says when it was last touched, and decay for all that time is
 * applied when it is touched or read next.
 */
#include "physics/heat.h"

#include "forth/clock.h"
#include "forth/thread.h"
#include "physics/word_table.h"

struct word_heat *heat_of(const struct vm *vm, uint32_t word) {
    return (struct word_heat *)vm->tables.heat + word;
}

/* ---- the tables' memory ---- */

/* Makes the first `count` items of `size` bytes present; *present says how many are. */
static bool commit(uint64_t table, uint64_t size, uint32_t count, uint32_t present) {
    const uint64_t from = present * size & ~(VM_PAGE - 1);
    const uint64_t to = (count * size + VM_PAGE - 1) & ~(VM_PAGE - 1);
    return to <= from || hal_space_commit(table + from, to - from) == HAL_OK;
}

static bool present(struct vm *vm) {
    struct physics *physics = vm->physics;
    const uint32_t paths = vm->own.end_path, tokens = vm->own.end, words = word_table_end(vm);
    if (paths > physics->committed_paths) {
        if (!commit(vm->tables.counts, CELL, paths, physics->committed_paths) ||
            !commit(vm->tables.settled, CELL, paths, physics->committed_paths)) {
            return false;
        }
        physics->committed_paths = paths;
    }
    if (tokens > physics->committed_tokens) {
        if (!commit(vm->executed, CELL, tokens, physics->committed_tokens) ||
            !commit(vm->tables.settled_tokens, CELL, tokens, physics->committed_tokens)) {
            return false;
        }
        physics->committed_tokens = tokens;
    }
    if (words > physics->committed_words) {
        if (!commit(vm->tables.heat, sizeof(struct word_heat), words, physics->committed_words)) {
            return false;
        }
        physics->committed_words = words;
    }
    return true;
}

/* ---- counts ---- */

/* Adds to the counts of all words from `at` to the end of its path. */
static void count_path(const struct vm *vm, uint64_t at, uint64_t times) {
    uint32_t words[WORDS_AT_ONCE];
    for (;;) {
        const unsigned count = word_table_at(vm, at, words);
        for (unsigned i = 0; i < count; i++) {
            heat_of(vm, words[i])->count += times;
        }
        const struct thread_info info = thread_info(*(const uint64_t *)at);
        if (info.ends || count == 0) {
            return;
        }
        at = thread_next(at, info);
    }
}

static void count_token(const struct vm *vm, uint32_t token, uint64_t times) {
    uint32_t words[WORDS_AT_ONCE];
    const unsigned count = word_table_token(vm, token, words);
    for (unsigned i = 0; i < count; i++) {
        heat_of(vm, words[i])->count += times;
    }
}

static void settle_undone(struct vm *vm) {
    struct physics *physics = vm->physics;
    for (uint32_t i = 0; i < physics->undone_count; i++) {
        count_path(vm, physics->undone[i], (uint64_t)-1);
    }
    physics->undone_count = 0;
}

bool heat_settle(struct vm *vm) {
    if (!present(vm)) {
        return false;
    }
    settle_undone(vm);
    const uint64_t *counts = (const uint64_t *)vm->tables.counts;
    const uint64_t *executed = (const uint64_t *)vm->executed;
    uint64_t *settled = (uint64_t *)vm->tables.settled;
    uint64_t *tokens = (uint64_t *)vm->tables.settled_tokens;
    for (uint32_t i = 0; i < vm->own.end_path; i++) {
        if (counts[i] != settled[i]) {
            count_path(vm, word_table_path(vm, i), counts[i] - settled[i]);
            settled[i] = counts[i];
        }
    }
    for (uint32_t i = 0; i < vm->own.end; i++) {
        if (executed[i] != tokens[i]) {
            count_token(vm, i, executed[i] - tokens[i]);
            tokens[i] = executed[i];
        }
    }
    return true;
}

static void less(void *context, uint64_t ip) {
    count_path(context, ip, (uint64_t)-1);
}

static void more(void *context, uint64_t ip) {
    count_path(context, ip, 1);
}

void heat_leave_out(struct vm *vm) {
    clock_unexecuted(vm, less, vm);
}

bool heat_exact(struct vm *vm) {
    if (!heat_settle(vm)) {
        return false;
    }
    heat_leave_out(vm);
    return true;
}

void heat_exact_end(struct vm *vm) {
    clock_unexecuted(vm, more, vm);
}

/* ---- heat ---- */

struct heat heat_at(const struct vm *vm, const struct word_heat *record, uint64_t now) {
    const struct physics *physics = vm->physics;
    return (physics->loops & PHYSICS_DECAY) == 0
               ? record->heat
               : heat_decay(record->heat, now - record->stamp, physics->half_life);
}

static uint64_t share(uint64_t count, uint64_t interval) {
    return interval == 0       ? 0
           : count >= interval ? UINT64_C(1) << 32
                               : muldiv(count, UINT64_C(1) << 32, interval);
}

uint64_t heat_feed(struct vm *vm, uint64_t now, uint64_t interval, uint64_t before) {
    uint64_t distance = 0;
    const uint32_t end = word_table_end(vm);
    for (uint32_t i = 0; i < end; i++) {
        struct word_heat *record = heat_of(vm, i);
        const uint64_t gained = record->count - record->fed;
        if (gained == 0 && record->gained == 0) {
            continue;
        }
        const uint64_t one = share(gained, interval);
        const uint64_t other = share(record->gained, before);
        distance += one > other ? one - other : other - one;
        if (gained != 0) {
            record->heat = heat_add(heat_at(vm, record, now), (int64_t)gained);
            record->stamp = now;
            record->fed = record->count;
        }
        record->gained = gained;
    }
    return distance;
}

uint64_t heat_path_count(const struct vm *vm, uint32_t number) {
    return ((const uint64_t *)vm->tables.counts)[number];
}

void heat_undo(struct vm *vm, uint64_t ip) {
    struct physics *physics = vm->physics;
    if (physics->undone_count == PHYSICS_UNDONE && present(vm)) {
        settle_undone(vm);
    }
    if (physics->undone_count < PHYSICS_UNDONE) {
        physics->undone[physics->undone_count++] = ip;
    }
}

void heat_forget(struct vm *vm, uint32_t xt, uint32_t path) {
    if (!heat_settle(vm)) {
        /* The counters stay as they are, and settle later as what they then are. What was left undone would be read from
         * code that is other code by then. */
        vm->physics->undone_count = 0;
        return;
    }
    struct word_heat *all = heat_of(vm, WORD_FORGOTTEN);
    const uint32_t end = word_table_end(vm);
    for (uint32_t i = word_table_of(xt); i < end; i++) {
        struct word_heat *record = heat_of(vm, i);
        all->count += record->count;
        all->fed += record->fed;
        *record = (struct word_heat){0};
    }
    for (uint32_t i = xt; i < vm->own.end; i++) {
        ((uint64_t *)vm->executed)[i] = 0;
        ((uint64_t *)vm->tables.settled_tokens)[i] = 0;
    }
    for (uint32_t i = path; i < vm->own.end_path; i++) {
        ((uint64_t *)vm->tables.counts)[i] = 0;
        ((uint64_t *)vm->tables.settled)[i] = 0;
    }
}

bool heat_reset(struct vm *vm) {
    if (!heat_settle(vm)) {
        return false;
    }
    const uint32_t end = word_table_end(vm);
    for (uint32_t i = 0; i < end; i++) {
        *heat_of(vm, i) = (struct word_heat){0};
    }
    clock_unexecuted(vm, more, vm); /* what is paid for will be executed after the reset */
    return true;
}
