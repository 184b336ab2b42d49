/*
 * window.c - the words that a VM executed last.
 *
 * An entry of the trace says where execution has gone on. From there it is straight up to the instruction
 * that made the next entry, so the words in between are found by reading the code. How many entries the last
 * words need is not known before. So they are read twice: backwards from the newest until there are enough,
 * only to count them, then forwards. What a token stands for returns into a straight way that an earlier
 * entry began; hence backwards goes by groups, each an address and the tokens and cuts behind it.
 */
#include "physics/window.h"

#include "forth/history.h"
#include "forth/thread.h"
#include "physics/progress.h"
#include "physics/word_table.h"
#include "primitives.h"

/* What steps cost, in instructions: progress.h. */
enum { COST_ENTRY = 90, COST_COUNT = 45, COST_GIVE = 80 };

extern const uint64_t engine_catch_thread[], engine_interpret_thread[];

static bool is_token(uint64_t entry) {
    return entry < HISTORY_TOKENS;
}

static bool is_cut(uint64_t entry) {
    return !is_token(entry) && (entry & HISTORY_CUT) != 0;
}

static uint64_t entry_at(const struct window_reader *r, uint64_t i) {
    return i < r->older ? ((const uint64_t *)r->vm->trace_other)[i]
                        : ((const uint64_t *)r->vm->trace_begin)[i - r->older];
}

/* Words were found; those that lie before the window are left out. */
static void found(struct window_reader *r, const uint32_t *words, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        if (r->found-- <= r->wanted) {
            r->take(r->context, words[i]);
        }
    }
}

/* Reads from r->at to the instruction that makes the next entry, or to r->stop. True when it has come there. */
static bool read_straight(struct window_reader *r, int64_t *work) {
    uint32_t words[WORDS_AT_ONCE];
    while (r->at != 0 && r->at != r->stop) {
        if (*work <= 0) {
            return false;
        }
        const uint64_t primitive = *(const uint64_t *)r->at;
        const struct thread_info info = thread_info(primitive);
        /* DOES> that has thrown did not come to its exit */
        const unsigned less = primitive == (uint64_t)prim_does && r->stop == r->at + CELL;
        if (r->take == NULL) {
            r->found += info.words - less;
            *work -= COST_COUNT;
        } else {
            found(r, words, word_table_at(r->vm, r->at, info, words) - less);
            *work -= COST_GIVE;
        }
        if (info.notes || info.words == 0) {
            r->resume = thread_behind(r->at, info);
            break;
        }
        r->at = thread_next(r->at, info);
    }
    r->at = 0;
    return true;
}

/* Whether what a token stands for has an entry of its own in the trace. */
static bool enters(const struct vm *vm, uint64_t token) {
    const struct word *word = dictionary_word(vm, token);
    if (word == NULL) {
        return false;
    }
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

static void read_token(struct window_reader *r, uint64_t token) {
    uint32_t words[WORDS_AT_ONCE];
    const unsigned count = word_table_token(r->vm, token, words);
    if (r->take == NULL) {
        r->found += count;
    } else {
        found(r, words, count);
    }
}

/* Begins with the next entry: what is straight behind it is left to read_straight. */
static void begin_entry(struct window_reader *r) {
    const uint64_t total = r->older + r->newer, i = r->entry++;
    const uint64_t entry = entry_at(r, i);
    const bool last = i + 1 == total;
    const uint64_t next = last ? 0 : entry_at(r, i + 1);
    r->stop = last ? r->end : is_cut(next) ? next & ~HISTORY_CUT : 0;
    if (is_cut(entry)) {
        return;
    }
    if (is_token(entry)) {
        read_token(r, entry);
        if (!enters(r->vm, entry) || is_cut(next)) {
            r->at = r->resume;
        }
    } else if (waits_for_token(entry) && !last && is_token(next)) {
        r->resume = entry;
    } else {
        r->resume = 0;
        r->at = entry;
    }
}

/* Reads all entries up to r->behind. True when that is done. */
static bool read_entries(struct window_reader *r, int64_t *work) {
    while (read_straight(r, work) && *work > 0) {
        if (r->entry == r->behind) {
            return true;
        }
        begin_entry(r);
        *work -= COST_ENTRY;
    }
    return false;
}

void window_begin(struct window_reader *reader, const struct vm *vm, uint32_t count) {
    const bool preempted = vm->preempted != 0;
    const uint64_t trace = preempted ? vm->frame.r9 : vm->trace;
    *reader = (struct window_reader){.vm = vm,
                                     .older = (vm->trace_other_end - vm->trace_other) / CELL,
                                     .newer = (trace - vm->trace_begin) / CELL,
                                     .end = preempted ? vm->frame.rsi : vm->ip,
                                     .wanted = count};
    reader->first = reader->older + reader->newer;
    reader->behind = reader->first;
    reader->entry = reader->first;
}

/* The entries that come next are to be read: those from r->first to r->behind. */
static void begin_reading(struct window_reader *r) {
    r->searching = false;
    r->entry = r->first;
    r->resume = 0;
}

bool window_count_piece(struct window_reader *reader, int64_t *work) {
    struct window_reader *r = reader;
    while (*work > 0) {
        if (r->searching) {
            const uint64_t entry = entry_at(r, --r->first);
            if (r->first == 0 || (!is_token(entry) && !is_cut(entry))) {
                begin_reading(r);
            }
            *work -= COST_COUNT;
        } else if (read_entries(r, work)) {
            if (r->found >= r->wanted || r->first == 0) {
                r->wanted = r->found < r->wanted ? r->found : r->wanted;
                r->behind = r->older + r->newer;
                begin_reading(r);
                return true;
            }
            r->behind = r->first;
            r->searching = true;
        }
    }
    return false;
}

bool window_give_piece(struct window_reader *reader, window_taker take, void *context,
                       int64_t *work) {
    reader->take = take;
    reader->context = context;
    return read_entries(reader, work);
}

uint32_t window_give(const struct vm *vm, uint32_t count, window_taker take, void *context) {
    struct window_reader reader;
    int64_t work = WORK_ALL;
    window_begin(&reader, vm, count);
    (void)window_count_piece(&reader, &work);
    (void)window_give_piece(&reader, take, context, &work);
    return (uint32_t)reader.wanted;
}
