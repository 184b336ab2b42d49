/*
 * heat.c - execution counts and heat of every word of a VM.
 *
 * The engine counts how often each path was taken and each token executed. The counts of words are brought up to
 * date from what has changed since they last were, by going along the paths concerned; so they cost nothing while
 * the VM runs, and in between they are exact at any time. Heat is touched at heartbeats alone, and then only that of
 * words that were executed: a record says when it was last touched, and decay for all that time is
 * applied when it is touched or read next.
 *
 * Neither the paths nor the words nor the frames on the control stack are few in every program, nor is a path
 * short; so all that goes through them can stop after each step.
 */
#include "physics/heat.h"

#include "forth/clock.h"
#include "forth/thread.h"
#include "physics/word_table.h"

/* What steps cost, in instructions: progress.h. */
enum {
    COST_LOOK = 15,
    COST_INSTRUCTION = 90,
    COST_FRAME = 150,
    COST_DECAY = 850,
    PAGES_AT_ONCE = 1,
    COST_PAGES = 10000
};

struct word_heat *heat_of(const struct vm *vm, uint32_t word) {
    return (struct word_heat *)vm->tables.heat + word;
}

/* ---- the tables' memory ---- */

/* Makes more of a table present that has items of `size` bytes: up to `wanted` of them, some pages at once.
 * *present says how many there are; `other`, if it is not 0, is a second table of as many. False when there
 * is no memory. */
static bool grow(uint64_t table, uint64_t other, uint64_t size, uint32_t wanted, uint32_t *present,
                 int64_t *work) {
    const uint64_t from = *present * size & ~(VM_PAGE - 1);
    const uint32_t room = (uint32_t)((from + PAGES_AT_ONCE * VM_PAGE) / size);
    const uint32_t count = wanted < room ? wanted : room;
    const uint64_t bytes = ((count * size + VM_PAGE - 1) & ~(VM_PAGE - 1)) - from;
    if (bytes != 0 && (hal_space_commit(table + from, bytes) != HAL_OK ||
                       (other != 0 && hal_space_commit(other + from, bytes) != HAL_OK))) {
        return false;
    }
    *present = count;
    *work -= COST_PAGES;
    return true;
}

static enum progress_end present_piece(struct vm *vm, int64_t *work) {
    struct physics *physics = vm->physics;
    const struct vm_tables *tables = &vm->tables;
    const uint32_t paths = vm->own.end_path, tokens = vm->own.end, words = word_table_end(vm);
    while (*work > 0) {
        bool grown;
        if (paths > physics->committed_paths) {
            grown =
                grow(tables->counts, tables->settled, CELL, paths, &physics->committed_paths, work);
        } else if (tokens > physics->committed_tokens) {
            grown = grow(vm->executed, tables->settled_tokens, CELL, tokens,
                         &physics->committed_tokens, work);
        } else if (words > physics->committed_words) {
            grown = grow(tables->heat, 0, sizeof(struct word_heat), words,
                         &physics->committed_words, work);
        } else {
            return PROGRESS_DONE;
        }
        if (!grown) {
            return PROGRESS_NO_MEMORY;
        }
    }
    return PROGRESS_MORE;
}

static bool present(struct vm *vm) {
    int64_t work = WORK_ALL;
    return present_piece(vm, &work) == PROGRESS_DONE;
}

/* ---- counts ---- */

/* Adds to the counts of all words from progress->at to the end of its path. True when it has come there. */
static bool count_rest(const struct vm *vm, struct progress *progress, int64_t *work) {
    uint32_t words[WORDS_AT_ONCE];
    uint64_t at = progress->at;
    int64_t left = *work;
    while (at != 0 && left > 0) {
        const struct thread_info info = thread_info(*(const uint64_t *)at);
        const unsigned count = word_table_at(vm, at, info, words);
        for (unsigned i = 0; i < count; i++) {
            heat_of(vm, words[i])->count += progress->times;
        }
        at = info.ends || count == 0 ? 0 : thread_next(at, info);
        left -= COST_INSTRUCTION;
    }
    progress->at = at;
    *work = left;
    return at == 0;
}

static void count_token(const struct vm *vm, uint32_t token, uint64_t times) {
    uint32_t words[WORDS_AT_ONCE];
    const unsigned count = word_table_token(vm, token, words);
    for (unsigned i = 0; i < count; i++) {
        heat_of(vm, words[i])->count += times;
    }
}

static bool undone_piece(struct vm *vm, struct progress *progress, int64_t *work) {
    struct physics *physics = vm->physics;
    while (count_rest(vm, progress, work)) {
        if (physics->undone_count == 0) {
            return true;
        }
        progress->at = physics->undone[--physics->undone_count];
        progress->times = (uint64_t)-1;
    }
    return false;
}

static bool paths_piece(struct vm *vm, struct progress *progress, int64_t *work) {
    const uint64_t *counts = (const uint64_t *)vm->tables.counts;
    uint64_t *settled = (uint64_t *)vm->tables.settled;
    const uint32_t end = vm->own.end_path;
    while (count_rest(vm, progress, work) && *work > 0) {
        while (progress->next < end && counts[progress->next] == settled[progress->next] &&
               *work > 0) {
            progress->next++;
            *work -= COST_LOOK;
        }
        const uint32_t i = progress->next;
        if (i == end) {
            return true;
        }
        if (counts[i] != settled[i]) {
            progress->at = word_table_path(vm, i);
            progress->times = counts[i] - settled[i];
            settled[i] = counts[i];
            progress->next++;
        }
    }
    return false;
}

static bool tokens_piece(struct vm *vm, struct progress *progress, int64_t *work) {
    const uint64_t *executed = (const uint64_t *)vm->executed;
    uint64_t *tokens = (uint64_t *)vm->tables.settled_tokens;
    while (*work > 0) {
        const uint32_t i = progress->next;
        if (i == vm->own.end) {
            return true;
        }
        if (executed[i] != tokens[i]) {
            count_token(vm, i, executed[i] - tokens[i]);
            tokens[i] = executed[i];
            *work -= COST_INSTRUCTION;
        }
        progress->next++;
        *work -= COST_LOOK;
    }
    return false;
}

enum progress_end heat_settle_piece(struct vm *vm, struct progress *progress, int64_t *work) {
    enum { PRESENT, UNDONE, PATHS, TOKENS, STEPS };
    while (progress->step < STEPS) {
        bool done = false;
        enum progress_end memory;
        switch (progress->step) {
        case PRESENT:
            memory = present_piece(vm, work);
            if (memory == PROGRESS_NO_MEMORY) {
                return memory;
            }
            done = memory == PROGRESS_DONE;
            break;
        case UNDONE:
            done = undone_piece(vm, progress, work);
            break;
        case PATHS:
            done = paths_piece(vm, progress, work);
            break;
        case TOKENS:
            done = tokens_piece(vm, progress, work);
            break;
        }
        if (!done) {
            return PROGRESS_MORE;
        }
        progress->step++;
        progress->next = 0;
    }
    *progress = (struct progress){0};
    return PROGRESS_DONE;
}

bool heat_settle(struct vm *vm) {
    struct progress progress = {0};
    int64_t work = WORK_ALL;
    return heat_settle_piece(vm, &progress, &work) == PROGRESS_DONE;
}

/* Counts what is paid for and not executed `times` more. */
static bool unexecuted_piece(struct vm *vm, uint64_t times, struct progress *progress,
                             int64_t *work) {
    while (count_rest(vm, progress, work) && *work > 0) {
        if (!clock_next_place(vm, &progress->place)) {
            *progress = (struct progress){0};
            return true;
        }
        progress->at = progress->place.ip;
        progress->times = times;
        *work -= COST_FRAME;
    }
    return false;
}

bool heat_leave_out_piece(struct vm *vm, struct progress *progress, int64_t *work) {
    return unexecuted_piece(vm, (uint64_t)-1, progress, work);
}

bool heat_exact_end_piece(struct vm *vm, struct progress *progress, int64_t *work) {
    return unexecuted_piece(vm, 1, progress, work);
}

bool heat_exact(struct vm *vm) {
    struct progress progress = {0};
    int64_t work = WORK_ALL;
    return heat_settle(vm) && heat_leave_out_piece(vm, &progress, &work);
}

void heat_exact_end(struct vm *vm) {
    struct progress progress = {0};
    int64_t work = WORK_ALL;
    (void)heat_exact_end_piece(vm, &progress, &work);
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

bool heat_feed_piece(struct vm *vm, uint64_t now, uint64_t interval, uint64_t before,
                     uint64_t *distance, struct progress *progress, int64_t *work) {
    const uint32_t end = word_table_end(vm);
    while (*work > 0) {
        if (progress->next == end) {
            *progress = (struct progress){0};
            return true;
        }
        struct word_heat *record = heat_of(vm, progress->next++);
        const uint64_t gained = record->count - record->fed;
        *work -= COST_LOOK;
        if (gained == 0 && record->gained == 0) {
            continue;
        }
        const uint64_t one = share(gained, interval);
        const uint64_t other = share(record->gained, before);
        *distance += one > other ? one - other : other - one;
        if (gained != 0) {
            record->heat = heat_add(heat_at(vm, record, now), (int64_t)gained);
            record->stamp = now;
            record->fed = record->count;
        }
        record->gained = gained;
        *work -= COST_DECAY;
    }
    return false;
}

bool heat_cool_piece(struct vm *vm, uint64_t now, struct progress *progress, int64_t *work) {
    while (*work > 0) {
        if (progress->next == vm->physics->committed_words) {
            *progress = (struct progress){0};
            return true;
        }
        struct word_heat *record = heat_of(vm, progress->next++);
        record->heat = heat_at(vm, record, now);
        record->stamp = now;
        *work -= COST_DECAY;
    }
    return false;
}

uint64_t heat_path_count(const struct vm *vm, uint32_t number) {
    return ((const uint64_t *)vm->tables.counts)[number];
}

void heat_undo(struct vm *vm, uint64_t ip) {
    struct physics *physics = vm->physics;
    if (physics->undone_count == PHYSICS_UNDONE && present(vm)) {
        struct progress progress = {0};
        int64_t work = WORK_ALL;
        (void)undone_piece(vm, &progress, &work);
    }
    if (physics->undone_count < PHYSICS_UNDONE) {
        physics->undone[physics->undone_count++] = ip;
    }
}

void heat_forget(struct vm *vm, uint32_t xt, uint32_t path) {
    if (!heat_settle(vm)) {
        /* The counters stay as they are, and settle later as what they then are. What was left undone would
         * be read from code that is other code by then. */
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
    heat_exact_end(vm); /* what is paid for will be executed after the reset */
    return true;
}
