/*
 * window.c - the words that a VM executed last.
 *
 * An entry of the trace says where execution has gone on. From there it is straight up to the instruction that made the
 * next entry, so the words in between are found by reading the code. How many entries the last words need is not
 * known before: the search begins near the end, and farther back when that was not enough.
 */
#include "physics/window.h"

#include "forth/history.h"
#include "forth/thread.h"
#include "physics/word_table.h"
#include "primitives.h"

extern const uint64_t engine_catch_thread[], engine_interpret_thread[];

struct reader {
    const struct vm *vm;
    uint64_t older, newer; /* entries in the two halves */
    uint64_t resume;       /* where execution goes on after what a token stands for */
    uint64_t end;          /* where the VM is now */
    uint32_t *words;
    uint32_t room;
    uint64_t count; /* words found; the last `room` of them are kept */
};

static bool is_token(uint64_t entry) {
    return entry < HISTORY_TOKENS;
}

static bool is_cut(uint64_t entry) {
    return !is_token(entry) && (entry & HISTORY_CUT) != 0;
}

static uint64_t entry_at(const struct reader *r, uint64_t i) {
    return i < r->older ? ((const uint64_t *)r->vm->trace_other)[i]
                        : ((const uint64_t *)r->vm->trace_begin)[i - r->older];
}

static void keep(struct reader *r, const uint32_t *words, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        r->words[r->count++ % r->room] = words[i];
    }
}

/* The words from `at` to the one that makes the next entry, or to `stop`. */
static void read_straight(struct reader *r, uint64_t at, uint64_t stop) {
    uint32_t words[WORDS_AT_ONCE];
    while (at != stop) {
        const uint64_t primitive = *(const uint64_t *)at;
        unsigned count = word_table_at(r->vm, at, words);
        if (primitive == (uint64_t)prim_does && stop == at + CELL) {
            count--; /* it has thrown, and did not come to its exit */
        }
        keep(r, words, count);
        const struct thread_info info = thread_info(primitive);
        if (info.notes || count == 0) {
            r->resume = at + (1 + info.operands) * CELL;
            return;
        }
        at = primitive == (uint64_t)prim_branch ? ((const uint64_t *)at)[1]
                                                : at + (1 + info.operands) * CELL;
    }
}

/* Whether what a token stands for has an entry of its own in the trace. */
static bool enters(const struct vm *vm, uint64_t token) {
    const struct dictionary *of = token >= vm->own.first ? &vm->own : &base_image.dictionary;
    if (token < of->first || token >= of->end) {
        return false;
    }
    const struct word *word = (const struct word *)of->words + (token - of->first);
    switch ((enum word_kind)word->kind) {
    case WORD_COLON:
    case WORD_DOES:
    case WORD_DEFER:
        return true;
    case WORD_PRIMITIVE:
        return thread_info(word->handler).notes;
    case WORD_CONSTANT:
    case WORD_VALUE:
    case WORD_MARKER:
    case WORD_UNFINISHED:
        return false;
    }
    return false;
}

/* CATCH and the interpreter enter their thread first, which then waits for what the token stands for. */
static bool waits_for_token(uint64_t entry) {
    return entry == (uint64_t)engine_catch_thread || entry == (uint64_t)engine_interpret_thread;
}

static void read_from(struct reader *r, uint64_t first) {
    const uint64_t total = r->older + r->newer;
    uint32_t words[WORDS_AT_ONCE];
    r->count = 0;
    r->resume = 0;
    for (uint64_t i = first; i < total; i++) {
        const uint64_t entry = entry_at(r, i);
        const bool last = i + 1 == total;
        const uint64_t next = last ? 0 : entry_at(r, i + 1);
        const uint64_t stop = last ? r->end : is_cut(next) ? next & ~HISTORY_CUT : 0;
        if (is_cut(entry)) {
            continue;
        }
        if (is_token(entry)) {
            keep(r, words, word_table_token(r->vm, entry, words));
            if (r->resume != 0 && (!enters(r->vm, entry) || is_cut(next))) {
                read_straight(r, r->resume, stop);
            }
        } else if (waits_for_token(entry) && !last && is_token(next)) {
            r->resume = entry;
        } else {
            read_straight(r, entry, stop);
        }
    }
}

/* Puts what is kept in a ring in order. */
static void rotate(uint32_t *words, uint32_t size, uint32_t first) {
    for (uint32_t done = 0, start = 0; done < size; start++) {
        const uint32_t saved = words[start];
        uint32_t at = start;
        for (;;) {
            const uint32_t from = (at + first) % size;
            done++;
            if (from == start) {
                words[at] = saved;
                break;
            }
            words[at] = words[from];
            at = from;
        }
    }
}

uint32_t window_read(const struct vm *vm, uint32_t *words, uint32_t count) {
    const bool preempted = vm->preempted != 0;
    const uint64_t trace = preempted ? vm->frame.r9 : vm->trace;
    struct reader r = {.vm = vm,
                       .older = (vm->trace_other_end - vm->trace_other) / CELL,
                       .newer = (trace - vm->trace_begin) / CELL,
                       .end = preempted ? vm->frame.rsi : vm->ip,
                       .words = words,
                       .room = count};
    const uint64_t total = r.older + r.newer;
    uint64_t back = count / 8 + 16;
    for (;;) {
        uint64_t first = back < total ? total - back : 0;
        while (first > 0 && (is_token(entry_at(&r, first)) || is_cut(entry_at(&r, first)))) {
            first--;
        }
        read_from(&r, first);
        if (r.count >= count || first == 0) {
            break;
        }
        /* as far back as it takes if the words lie as close there, and a quarter more */
        const uint64_t needed = count * (total - first) / (r.count + 1);
        back = needed + needed / 4 + back;
    }
    if (r.count <= count) {
        return (uint32_t)r.count;
    }
    rotate(words, count, (uint32_t)(r.count % count));
    return count;
}
