/*
 * fuzz_validate.c - may the engine be given this VM? Looks at struct vm and at every definition.
 *
 * Threaded code is decoded from the start of each finished definition: every cell must be a primitive that the
 * compiler may place, every branch must arrive at the start of an instruction of the same definition, and
 * every call at the start of a finished definition or of a DOES> part. Every price of the virtual clock must be the
 * number of words on the way that it is for, counted here once more; every counter must belong to the place where that
 * way begins, and to nothing else. Nothing unfinished may be found by name.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "forth/pairs.h"
#include "fuzz.h"
#include "fuzz_thread.h"
#include "primitives.h"

#define CELLS_MAX (VM_CODE_MAX / CELL)
#define FIELD(f)                                                                                   \
    { offsetof(struct vm, f), #f }
#define BASE_AND_OWN 2
#define DOES_CELLS   3 /* behind does, before its part: exit, counter and price of the part */

enum mark { MARK_INSTRUCTION = 1, MARK_DEFINITION = 2, MARK_DOES = 4 };

/* The code region of a dictionary and what is known of its cells. */
struct code {
    const struct dictionary *dictionary;
    unsigned char *mark;
    uint32_t *counter_at; /* by path: the cell of the code that has its counter, 0 none */
};

static struct code base, own;

static bool in_code(const struct code *code, uint64_t address) {
    return address - code->dictionary->code < code->dictionary->code_used && address % CELL == 0;
}

static unsigned char *mark_of(const struct code *code, uint64_t address) {
    return &code->mark[(address - code->dictionary->code) / CELL];
}

static struct word *word_of(const struct dictionary *dictionary, uint32_t xt) {
    return (struct word *)dictionary->words + (xt - dictionary->first);
}

static void check_price(uint32_t xt, uint64_t price_at, uint64_t way) {
    if (fuzz_cell(price_at) != fuzz_price_of(way)) {
        fuzz_report(FUZZ_CODE, "word %u: the price at %#lx is %lu, of %lu words", xt, price_at,
                    fuzz_cell(price_at), fuzz_price_of(way));
    }
}

/* Cell of the code at which a path of a dictionary begins. */
static uint32_t path_begin(const struct dictionary *dictionary, uint32_t number) {
    return ((const struct path *)dictionary->paths)[number - dictionary->first_path].cell;
}

static void check_counter(const struct code *code, uint32_t xt, uint64_t counter_at, uint64_t way) {
    const struct dictionary *dictionary = code->dictionary;
    const uint64_t offset = fuzz_cell(counter_at) - VM_COUNTS, number = offset / CELL;
    if (offset % CELL != 0 || number < dictionary->first_path || number >= dictionary->end_path ||
        dictionary->code + path_begin(dictionary, (uint32_t)number) * CELL != way) {
        fuzz_report(FUZZ_CODE, "word %u: the counter at %#lx is %#lx, not one of %#lx", xt,
                    counter_at, fuzz_cell(counter_at), way);
    }
    uint32_t *place = &code->counter_at[number - dictionary->first_path];
    const uint32_t cell = (uint32_t)((counter_at - dictionary->code) / CELL) + 1;
    if (*place != 0 && *place != cell) { /* a synonym comes here once more */
        fuzz_report(FUZZ_CODE, "word %u: the counter at %#lx counts another path, too", xt,
                    counter_at);
    }
    *place = cell;
}

/* Price and counter of the code at `way`, which lie at these addresses. */
static void check_way(const struct code *code, uint32_t xt, uint64_t way, uint64_t price_at,
                      uint64_t counter_at) {
    check_price(xt, price_at, way);
    check_counter(code, xt, counter_at, way);
}

static void check_paths(const struct code *code) {
    const struct dictionary *d = code->dictionary;
    for (uint32_t number = d->first_path; number < d->end_path; number++) {
        if (path_begin(d, number) >= d->code_committed / CELL) {
            fuzz_report(FUZZ_CODE, "path %u begins at cell %u", number, path_begin(d, number));
        }
    }
}

static void check_ways(const struct code *code, uint32_t xt, const struct word *word) {
    check_way(code, xt, word->arg, word->arg - CELL, word->arg - 2 * CELL);
    for (uint64_t at = word->arg; at < word->code_end;) {
        const uint32_t noted =
            ((const uint32_t *)code->dictionary->prices)[(at - code->dictionary->code) / CELL];
        if (noted != fuzz_price_of(at)) {
            fuzz_report(FUZZ_CODE, "word %u: the price of %#lx is noted as %u, of %lu words", xt,
                        at, noted, fuzz_price_of(at));
        }
        enum operand kind = NONE;
        uint64_t last;
        (void)fuzz_pass(&at, &kind, &last);
        if (kind == FORK) {
            check_way(code, xt, fuzz_cell(at - 5 * CELL), at - 4 * CELL, at - 3 * CELL);
            check_way(code, xt, at, at - 2 * CELL, at - CELL);
        } else if (kind == BACK) {
            check_way(code, xt, fuzz_cell(at - 3 * CELL), at - 2 * CELL, at - CELL);
        } else if (last == (uint64_t)prim_does) {
            at += DOES_CELLS * CELL;
            check_way(code, xt, at, at - CELL, at - 2 * CELL);
        }
    }
}

/* Marks the instructions of a finished definition. */
static void mark_definition(const struct code *code, uint32_t xt, const struct word *word) {
    if (!in_code(code, word->arg) || word->code_end <= word->arg ||
        !in_code(code, word->code_end - CELL)) {
        fuzz_report(FUZZ_CODE, "word %u: code %#lx to %#lx is not code", xt, word->arg,
                    word->code_end);
    }
    uint64_t last = 0, does = 0;
    for (uint64_t at = word->arg; at < word->code_end; at += CELL) {
        unsigned char *mark = mark_of(code, at);
        if (*mark != 0) {
            fuzz_report(FUZZ_CODE, "word %u: cell %#lx belongs to two definitions", xt, at);
        }
        *mark = MARK_INSTRUCTION;
        if (at == does) {
            *mark |= MARK_DOES;
        }
        const char *parts[PAIR_PARTS_MAX];
        unsigned count = pairs_split((const char *)fuzz_cell(at), parts);
        uint64_t operands = 0;
        for (unsigned i = 0; i < count; i++) {
            last = (uint64_t)parts[i];
            switch (fuzz_operand_of(last)) {
            case NO_PRIMITIVE:
            case NEVER:
                fuzz_report(FUZZ_CODE, "word %u: cell %#lx holds %#lx, not a primitive", xt, at,
                            last);
            case NONE:
                break;
            default:
                operands += fuzz_operand_cells(fuzz_operand_of(last));
            }
        }
        at += operands * CELL;
        if (last == (uint64_t)prim_does) {
            does = at + (1 + DOES_CELLS) * CELL;
            if (does >= word->code_end || fuzz_cell(at + CELL) != (uint64_t)prim_exit) {
                fuzz_report(FUZZ_CODE, "word %u: DOES> at %#lx without its part", xt, at);
            }
            at += DOES_CELLS * CELL;
        }
        if (at >= word->code_end) {
            fuzz_report(FUZZ_CODE, "word %u ends in the middle of an instruction", xt);
        }
    }
    *mark_of(code, word->arg) |= MARK_DEFINITION;
    if (last != (uint64_t)prim_exit) {
        fuzz_report(FUZZ_CODE, "word %u does not end in exit", xt);
    }
}

static bool is_entry(uint64_t address, unsigned char marks) {
    return (in_code(&own, address) && (*mark_of(&own, address) & marks) != 0) ||
           (in_code(&base, address) && (*mark_of(&base, address) & marks) != 0);
}

static void check_operand(const struct code *code, uint32_t xt, const struct word *word,
                          enum operand operand, uint64_t at) {
    uint64_t value = fuzz_cell(at);
    bool good = true;
    if (operand == TARGET || operand == BACK || operand == FORK) {
        good = value >= word->arg && value < word->code_end && value % CELL == 0 &&
               (*mark_of(code, value) & MARK_INSTRUCTION) != 0;
    } else if (operand == CODE) {
        good = is_entry(value, MARK_DEFINITION | MARK_DOES);
    }
    if (!good) {
        fuzz_report(FUZZ_CODE, "word %u: operand %#lx at %#lx leads nowhere", xt, value, at);
    }
}

static void check_operands(const struct code *code, uint32_t xt, const struct word *word) {
    for (uint64_t at = word->arg; at < word->code_end; at += CELL) {
        const char *parts[PAIR_PARTS_MAX];
        unsigned count = pairs_split((const char *)fuzz_cell(at), parts);
        for (unsigned i = 0; i < count; i++) {
            const enum operand operand = fuzz_operand_of((uint64_t)parts[i]);
            if (operand != NONE) {
                check_operand(code, xt, word, operand, at + CELL);
                at += fuzz_operand_cells(operand) * CELL;
            }
            if (parts[i] == prim_does) {
                at += DOES_CELLS * CELL;
            }
        }
    }
}

/* A word that runs a MARKER older than itself is forgotten while it runs; its code stays, and may still
 * become the DOES> part of an older word. */
static bool is_forgotten_does(uint64_t address) {
    const uint64_t does = address - (1 + DOES_CELLS) * CELL;
    return in_code(&own, address) && in_code(&own, does) && *mark_of(&own, address) == 0 &&
           fuzz_cell(does) == (uint64_t)prim_does;
}

/* The way in that EXECUTE takes must be that of the kind of word. */
static void check_entry(uint32_t xt, const struct word *word) {
    const char *handler = prim_enter_unfinished;
    bool good = true;
    switch ((enum word_kind)word->kind) {
    case WORD_PRIMITIVE:
        handler = (const char *)word->handler;
        good = fuzz_operand_of(word->handler) == NONE;
        break;
    case WORD_COLON:
        handler = prim_enter_colon;
        break;
    case WORD_CONSTANT:
        handler = prim_enter_constant;
        break;
    case WORD_DOES:
        handler = prim_enter_does;
        good = is_entry(word->code, MARK_DOES) || is_forgotten_does(word->code);
        break;
    case WORD_VALUE:
        handler = prim_enter_value;
        break;
    case WORD_DEFER:
        handler = prim_enter_defer;
        break;
    case WORD_MARKER:
        handler = prim_enter_marker;
        good = word->arg == xt && in_code(&own, word->code) && *mark_of(&own, word->code) == 0;
        break;
    case WORD_UNFINISHED:
        break;
    default:
        good = false;
    }
    if (!good || word->handler != (uint64_t)handler) {
        fuzz_report(FUZZ_CODE, "word %u of kind %u has a wrong way in", xt, word->kind);
    }
}

/* A chain ends, and what it leads to may be found: a definition that is open, or was given up, may not. A note
 * of the system, which is never finished, has no code either. */
static void check_chains(const struct dictionary *dictionary) {
    uint32_t limit = dictionary->end - dictionary->first;
    for (uint32_t i = 0; i < DICTIONARY_BUCKETS; i++) {
        uint32_t length = 0;
        for (uint32_t xt = dictionary->words_committed == 0 ? 0 : dictionary->bucket[i]; xt != 0;
             xt = word_of(dictionary, xt)->link) {
            if (xt >= dictionary->end || xt < dictionary->first || ++length > limit) {
                fuzz_report(FUZZ_CODE, "bucket %u: word %u is not in place", i, xt);
            }
            const struct word *word = word_of(dictionary, xt);
            if ((word->kind == WORD_UNFINISHED && word->arg != 0) ||
                (word->flags & WORD_HIDDEN) != 0) {
                fuzz_report(FUZZ_CODE, "bucket %u: word %u must not be found", i, xt);
            }
        }
    }
}

/* A SYNONYM shares the code of an older word. */
static bool is_synonym(const struct word *word) {
    return is_entry(word->arg, MARK_DEFINITION);
}

static void check_dictionary(const struct code *code) {
    const struct dictionary *dictionary = code->dictionary;
    memset(code->mark, 0, dictionary->code_used / CELL);
    memset(code->counter_at, 0,
           (dictionary->end_path - dictionary->first_path) * sizeof *code->counter_at);
    check_paths(code);
    for (uint32_t xt = dictionary->first; xt < dictionary->end; xt++) {
        const struct word *word = word_of(dictionary, xt);
        if ((uint64_t)word->name + word->name_size > dictionary->names_used) {
            fuzz_report(FUZZ_CODE, "the name of word %u lies outside the names", xt);
        }
        if (word->kind == WORD_COLON && !is_synonym(word)) {
            mark_definition(code, xt, word);
        }
    }
    for (uint32_t xt = dictionary->first; xt < dictionary->end; xt++) {
        const struct word *word = word_of(dictionary, xt);
        check_entry(xt, word);
        if (word->kind == WORD_COLON && in_code(code, word->arg)) {
            check_operands(code, xt, word);
            check_ways(code, xt, word);
        }
    }
    check_chains(dictionary);
}

static void check_open_definition(const struct vm *vm) {
    const struct definition *definition = &vm->definition;
    uint64_t end = vm->own.code + vm->own.code_used;
    if (!definition->open) {
        return;
    }
    if (definition->xt < vm->own.first || definition->xt >= vm->own.end ||
        definition->control_depth > VM_CONTROL_DEPTH) {
        fuzz_report(FUZZ_CODE, "the open definition is word %u", definition->xt);
    }
    const struct word *word = word_of(&vm->own, definition->xt);
    if (word->kind != WORD_UNFINISHED || word->arg < vm->own.code || word->arg > end) {
        fuzz_report(FUZZ_CODE, "the open definition begins at %#lx", word->arg);
    }
    for (uint32_t i = 0; i < definition->control_depth; i++) {
        const struct control_entry *entry = &definition->control[i];
        bool leads = entry->kind != CONTROL_CASE;
        if ((leads && (entry->address < word->arg || entry->address > end)) ||
            (entry->leaves != 0 && (entry->leaves < word->arg || entry->leaves >= end))) {
            fuzz_report(FUZZ_CODE, "control-flow entry %u leads to %#lx, leaves %#lx", i,
                        entry->address, entry->leaves);
        }
    }
}

void fuzz_validate_dictionary(const struct vm *vm) {
    own.dictionary = &vm->own;
    check_dictionary(&own);
    check_open_definition(vm);
}

void fuzz_validate_state(const struct vm *vm, const struct vm *born) {
    struct field {
        size_t offset;
        const char *name;
    };
    static const struct field constant[] = {
        FIELD(locals_base),      FIELD(window),     FIELD(data_base),     FIELD(return_base),
        FIELD(control_base),     FIELD(envelope),   FIELD(quit_code),     FIELD(base_words),
        FIELD(base_end),         FIELD(own_words),  FIELD(slot),          FIELD(id),
        FIELD(own.code),         FIELD(own.words),  FIELD(own.names),     FIELD(own.first),
        FIELD(own.prices),       FIELD(file),       FIELD(mailbox),       FIELD(definition.control),
        FIELD(definition.local), FIELD(own.bucket), FIELD(own.code_size), FIELD(own.words_size),
        FIELD(own.names_size),   FIELD(own.paths),  FIELD(executed),      FIELD(tables.counts),
    };
    for (size_t i = 0; i < sizeof constant / sizeof constant[0]; i++) {
        /* own.first and its neighbour, own.end, share eight bytes */
        size_t size = constant[i].offset == offsetof(struct vm, own.first) ? 4 : 8;
        if (memcmp((const char *)vm + constant[i].offset, (const char *)born + constant[i].offset,
                   size) != 0) {
            fuzz_report(FUZZ_STATE, "vm->%s has changed", constant[i].name);
        }
    }
    const struct dictionary *d = &vm->own;
    struct bound {
        bool good;
        const char *what;
    } bounds[] = {
        {vm->sp <= vm->data_base - CELL && vm->sp > vm->data_base - VM_STACK_SIZE, "sp"},
        {vm->sp % CELL == 0, "sp"},
        {vm->rp == vm->return_base, "rp"},
        {vm->cs == vm->control_base, "cs"},
        {vm->lp == vm->locals_base, "lp"},
        {vm->handler == 0, "handler"},
        {vm->dp >= VM_DATA_SPACE && vm->dp <= vm->top, "dp"},
        {vm->top <= vm->envelope, "top"},
        {vm->file_depth <= VM_FILE_DEPTH, "file_depth"},
        {vm->own_end == d->end && d->end >= d->first, "own_end"},
        {(uint64_t)(d->end - d->first) * sizeof(struct word) <= d->words_committed, "words"},
        {d->code_used <= d->code_committed && d->code_committed <= d->code_size, "code_used"},
        {d->names_used <= d->names_committed && d->names_committed <= d->names_size, "names_used"},
        {d->words_committed <= d->words_size, "words_committed"},
        {vm->latest < d->end, "latest"},
        {vm->order_count <= VM_ORDER_MAX, "order_count"},
        {vm->current >= 1 && vm->current <= vm->wordlists, "current"},
        {d->first_path == born->own.first_path && d->end_path >= d->first_path &&
             (d->end_path - d->first_path) * sizeof(struct path) <= d->paths_committed,
         "end_path"},
        {d->paths_committed <= d->code_size / 2, "paths_committed"},
        {vm->trace_begin + vm->trace_other == born->trace_begin + born->trace_other &&
             (vm->trace_begin == born->trace_begin || vm->trace_other == born->trace_begin),
         "trace_begin"},
        {vm->trace_full <= VM_TRACE_HALF, "trace_full"},
        {vm->trace % CELL == 0 && vm->trace - vm->trace_begin <= VM_TRACE_HALF, "trace"},
        {vm->trace_other_end % CELL == 0 && vm->trace_other_end - vm->trace_other <= VM_TRACE_HALF,
         "trace_other_end"},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (!bounds[i].good) {
            fuzz_report(FUZZ_STATE, "vm->%s is out of its bounds", bounds[i].what);
        }
    }
}

void fuzz_validate_init(const struct vm *idle) {
    void *memory = mmap(NULL, BASE_AND_OWN * CELLS_MAX, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        abort();
    }
    void *counters = mmap(NULL, BASE_AND_OWN * VM_CODE_MAX, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (counters == MAP_FAILED) {
        abort();
    }
    base.mark = memory;
    own.mark = base.mark + CELLS_MAX;
    base.counter_at = counters;
    own.counter_at = base.counter_at + VM_CODE_MAX / (2 * CELL);
    fuzz_thread_init();
    base.dictionary = &base_image.dictionary;
    own.dictionary = &idle->own;
    check_dictionary(&base);
}
