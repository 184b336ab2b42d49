/*
 * oracle.c - records of executed words become counts and a window, which are compared with what the physics say.
 *
 * A record says which primitive was reached, and how. A call counts for the word whose code holds the callee, which is
 * looked for in the dictionaries; what EXECUTE enters counts for its token; anything else for the primitive, a pair
 * for its parts. Numbers of words are those of physics/word_table.h, those of primitives found by their names.
 */
#define _GNU_SOURCE
#include "oracle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "forth/clock.h"
#include "forth/pairs.h"
#include "forth/price.h"
#include "forth/primitive_table.h"
#include "physics/heat.h"
#include "physics/window.h"
#include "physics/word_table.h"
#include "primitives.h"

#define BUCKETS 4096u
#define PLACE   64u /* bytes between primitives */
#define PLACES  8192u
#define MEMO    4096u

#define NO_TOKEN      UINT32_MAX
#define STRANGE_CELLS 4u /* of the thread of a test, at most; nothing else lies there */

/* Outside .data and .bss, which the fuzzer watches. */
struct oracle {
    struct log *bucket[BUCKETS];
    uint32_t word[PLACES]; /* of each primitive that is not a pair; 0: not known yet */
    struct {
        uint64_t code;
        const struct vm *vm;
        uint32_t word;
    } memo[MEMO]; /* callees that were looked for */
    uint32_t window[HISTORY_WORDS_MAX];
    char message[256];
};

struct log *oracle_log;
static struct oracle *oracle;

extern const char prim_catch_exit[], prim_source_exit[], prim_interpret_dispatch[], prim_finish[];

/* ---- logs ---- */

static void *pages(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        fputs("oracle: no memory\n", stderr);
        _exit(4);
    }
    return memory;
}

static struct log **place_of(const struct vm *vm) {
    oracle = oracle == NULL ? pages(sizeof *oracle) : oracle;
    struct log **place = &oracle->bucket[(uint64_t)vm / 64 % BUCKETS];
    while (*place != NULL && (*place)->vm != vm) {
        place = &(*place)->next;
    }
    return place;
}

static uint32_t most_words(const struct vm *vm) {
    return (uint32_t)(vm->tables.heat_size / HISTORY_RECORD);
}

static size_t size_of(uint32_t counts) {
    return sizeof(struct log) + counts * sizeof(uint64_t);
}

struct log *oracle_of(const struct vm *vm) {
    struct log **place = place_of(vm);
    if (*place == NULL) {
        struct log *log = pages(size_of(most_words(vm)));
        log->vm = vm;
        log->counts = most_words(vm);
        log->at = log->record;
        log->end = log->record + LOG_RECORDS - LOG_SLACK;
        *place = log;
    }
    return *place;
}

void oracle_runs(const struct vm *vm) {
    oracle_log = oracle_of(vm);
    if (vm->preempted == 0 && price_from(vm, vm->ip) == 0) {
        oracle_log->strange = vm->ip;
    }
}

/* ---- from records to words ---- */

static uint32_t number_of(struct vm *vm, const char *name) {
    const uint32_t first = base_image.dictionary.end;
    for (uint32_t word = first; word < first + PRIMITIVES_INNER; word++) {
        size_t size;
        const char *other = word_table_name(vm, word, &size);
        if (size == strlen(name) && memcmp(other, name, size) == 0) {
            return word;
        }
    }
    fprintf(stderr, "oracle: the physics do not know %s\n", name);
    _exit(4);
}

static uint32_t *word_place(uint64_t primitive) {
    return &oracle->word[(primitive - (uint64_t)__start_engine_text) / PLACE % PLACES];
}

static void learn(struct vm *vm) {
    static const struct {
        const char *primitive, *name;
    } unlisted[] = {{prim_catch_exit, "(catch-exit)"},
                    {prim_source_exit, "(source-exit)"},
                    {prim_interpret_dispatch, "(dispatch)"},
                    {prim_finish, "(finish)"}};
    const struct dictionary *base = &base_image.dictionary;
    for (uint32_t xt = base->first; xt < base->end; xt++) {
        const struct word *word = (const struct word *)base->words + (xt - base->first);
        if (word->kind == WORD_PRIMITIVE) {
            *word_place(word->handler) = word_table_of(xt);
        }
    }
    for (unsigned i = 0; i < primitive_count; i++) {
        const struct primitive *line = &primitive_table[i];
        if (line->kind == PRIMITIVE_INNER && *word_place(line->handler) == 0) {
            *word_place(line->handler) = number_of(vm, line->name);
        }
    }
    for (unsigned i = 0; i < sizeof unlisted / sizeof unlisted[0]; i++) {
        *word_place((uint64_t)unlisted[i].primitive) = number_of(vm, unlisted[i].name);
    }
}

/* The word whose code the address lies in, the oldest where SYNONYM has made others; 0 none. */
static uint32_t search(const struct dictionary *in, uint64_t code) {
    for (uint32_t xt = in->first; xt < in->end; xt++) {
        const struct word *word = (const struct word *)in->words + (xt - in->first);
        if (word->kind == WORD_COLON && code >= word->arg && code < word->code_end) {
            return xt;
        }
    }
    return 0;
}

static uint32_t callee(const struct vm *vm, uint64_t code) {
    const unsigned place = (unsigned)(code / CELL % MEMO);
    if (oracle->memo[place].code != code || oracle->memo[place].vm != vm) {
        uint32_t xt = search(&base_image.dictionary, code);
        xt = xt != 0 ? xt : search(&vm->own, code);
        oracle->memo[place].code = code;
        oracle->memo[place].vm = vm;
        oracle->memo[place].word = xt != 0 ? word_table_of(xt) : WORD_FORGOTTEN;
    }
    return oracle->memo[place].word;
}

/* The token that EXECUTE has entered, if it was that which brought the engine there; else NO_TOKEN. */
static uint32_t token_of(const struct vm *vm, const struct record *record) {
    const uint64_t base = (record->word - vm->base_words) >> WORD_SHIFT;
    const uint64_t own = (record->word - vm->own_words) >> WORD_SHIFT;
    const uint64_t token = base < vm->base_end                         ? base
                           : own >= vm->own.first && own < vm->own.end ? own
                                                                       : NO_TOKEN;
    if (record->rax == record->primitive || token == NO_TOKEN ||
        record->word % sizeof(struct word) != 0 ||
        ((const struct word *)record->word)->handler != record->primitive) {
        return NO_TOKEN;
    }
    return (uint32_t)token;
}

static void executed(struct log *log, uint32_t word, bool counts) {
    log->count[word < log->counts ? word : 0] += counts;
    log->last[log->last_count++ % HISTORY_WORDS_MAX] = word;
    log->words++;
}

static void take(const struct vm *vm, struct log *log, const struct record *record) {
    const uint32_t token = token_of(vm, record);
    const bool counts = record->ip - log->strange >= STRANGE_CELLS * CELL;
    if (token != NO_TOKEN) {
        executed(log, word_table_of(token), true);
    } else if (record->primitive == (uint64_t)prim_call) {
        executed(log, callee(vm, *(const uint64_t *)record->ip), true);
    } else {
        const char *parts[PAIR_PARTS_MAX];
        const unsigned count = pairs_split((const char *)(uint64_t)record->primitive, parts);
        for (unsigned i = 0; i < record->parts;
             i++) { /* a list of parts that is too short is seen */
            executed(log, i < count ? *word_place((uint64_t)parts[i]) : WORD_FORGOTTEN, counts);
        }
    }
}

void oracle_forget_callees(const struct vm *vm) {
    for (unsigned i = 0; i < MEMO; i++) {
        oracle->memo[i].code = oracle->memo[i].vm == vm ? 0 : oracle->memo[i].code;
    }
}

void oracle_drain(struct vm *vm, uint64_t *trace) {
    struct log *log = oracle_of(vm);
    if (vm->physics == NULL) { /* the base dictionary is being built */
        log->at = log->record;
        return;
    }
    if (*word_place((uint64_t)prim_call) == 0) {
        learn(vm);
    }
    for (const struct record *record = log->record; record < log->at; record++) {
        take(vm, log, record);
    }
    log->at = log->record;
    plant_trace(vm, trace != NULL ? trace : &vm->trace);
}

void oracle_end(const struct vm *vm) {
    struct log **place = place_of(vm), *log = *place;
    if (log != NULL) {
        oracle_forget_callees(vm);
        *place = log->next;
        munmap(log, size_of(log->counts));
    }
}

/* ---- the comparison ---- */

static void describe(struct vm *vm, const char *what, uint32_t word, uint64_t found,
                     uint64_t counted) {
    size_t size;
    const char *name = word_table_name(vm, word, &size);
    snprintf(oracle->message, sizeof oracle->message,
             "%s %.*s (word %" PRIu32 ") is %" PRIu64 ", of the records %" PRIu64, what, (int)size,
             name, word, found, counted);
}

static bool same_counts(struct vm *vm, const struct log *log) {
    bool same = true;
    if (!heat_exact(vm)) {
        return true; /* no memory to find out */
    }
    const uint32_t end = word_table_end(vm);
    for (uint32_t word = 0; word < end && same; word++) {
        const uint64_t count = heat_of(vm, word)->count;
        same = count == log->count[word];
        if (!same) {
            describe(vm, "the count of", word, count, log->count[word]);
        }
    }
    heat_exact_end(vm);
    return same;
}

static void keep(void *context, uint32_t word) {
    uint32_t **at = context;
    *(*at)++ = word;
}

static bool same_window(struct vm *vm, const struct log *log) {
    const uint32_t most = (uint32_t)vm->physics->knob[KNOB_WINDOW];
    const uint64_t there = log->last_count < most ? log->last_count : most;
    uint32_t *at = oracle->window;
    const uint32_t count = window_give(vm, most, keep, &at);
    if (count != there) {
        snprintf(oracle->message, sizeof oracle->message,
                 "the window has %" PRIu32 " words, the records %" PRIu64, count, there);
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t word = log->last[(log->last_count - count + i) % HISTORY_WORDS_MAX];
        if (word != oracle->window[i]) {
            char what[64];
            snprintf(what, sizeof what, "in the window %" PRIu32 " words before the end",
                     count - i);
            describe(vm, what, oracle->window[i], oracle->window[i], word);
            return false;
        }
    }
    return true;
}

const char *oracle_check(struct vm *vm, uint64_t between) {
    oracle_drain(vm, NULL);
    struct log *log = oracle_of(vm);
    if (clock_words(vm) != log->words) {
        snprintf(oracle->message, sizeof oracle->message,
                 "%" PRIu64 " words recorded, its clock is at %" PRIu64, log->words,
                 clock_words(vm));
        return oracle->message;
    }
    if (log->words - log->compared < between) {
        return NULL;
    }
    log->compared = log->words;
    return same_counts(vm, log) && same_window(vm, log) ? NULL : oracle->message;
}
