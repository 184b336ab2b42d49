/*
 * fuzz_validate.c - may the engine be given this VM? Looks at struct vm and at every definition.
 *
 * Threaded code is decoded from the start of each finished definition: every cell must be a primitive that the
 * compiler may place, every branch must arrive at the start of an instruction of the same definition, and
 * every call at the start of a finished definition or of a DOES> part. Nothing unfinished may be
 * found by name.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "forth/pairs.h"
#include "forth/primitive_table.h"
#include "fuzz.h"
#include "primitives.h"

#define SLOT_SIZE 64u /* primitives are aligned to it */
#define CELLS_MAX (VM_CODE_SIZE / CELL)
#define FIELD(f)                                                                                   \
    { offsetof(struct vm, f), #f }
#define BASE_AND_OWN 2

/* What follows a primitive in threaded code. */
enum operand { NO_PRIMITIVE, NEVER, NONE, NUMBER, TARGET, CODE, DATA };

struct inner {
    const char *name; /* in primitives.tbl */
    enum operand operand;
};

/* The primitives that only the compiler knows. */
static const struct inner inners[] = {
    {"lit", NUMBER},         {"call", CODE},      {"exit", NONE},         {"branch", TARGET},
    {"0branch", TARGET},     {"of", TARGET},      {"do", NONE},           {"?do", TARGET},
    {"loop", TARGET},        {"+loop", TARGET},   {"loop79", TARGET},     {"+loop79", TARGET},
    {"unloop", NONE},        {"value", DATA},     {"defer", DATA},        {">local", NONE},
    {"local@", NUMBER},      {"local!", NUMBER},  {"local-drop", NUMBER}, {"does", NONE},
    {"forget", NONE},        {"set-does", NEVER}, {"refill-file", NEVER}, {"open-file", NEVER},
    {"allocate-on", NEVER},  {"step", NEVER},     {"(colon)", NEVER},     {"(constant)", NEVER},
    {"(does)", NEVER},       {"(value)", NEVER},  {"(defer)", NEVER},     {"(marker)", NEVER},
    {"(unfinished)", NEVER},
};

enum mark { MARK_INSTRUCTION = 1, MARK_DEFINITION = 2, MARK_DOES = 4 };

/* The code region of a dictionary and what is known of its cells. */
struct code {
    const struct dictionary *dictionary;
    unsigned char *mark;
};

static unsigned char *operand_of; /* enum operand, by distance from the start of the engine */
static struct code base, own;

static enum operand primitive_at(uint64_t address) {
    uint64_t offset = address - (uint64_t)__start_engine_text;
    uint64_t size = (uint64_t)__stop_engine_text - (uint64_t)__start_engine_text;
    return offset < size && offset % SLOT_SIZE == 0 ? operand_of[offset / SLOT_SIZE] : NO_PRIMITIVE;
}

static enum operand operand_of_inner(const char *name) {
    for (size_t i = 0; i < sizeof inners / sizeof inners[0]; i++) {
        if (strcmp(inners[i].name, name) == 0) {
            return inners[i].operand;
        }
    }
    return NO_PRIMITIVE;
}

static bool in_code(const struct code *code, uint64_t address) {
    return address - code->dictionary->code < code->dictionary->code_used && address % CELL == 0;
}

static unsigned char *mark_of(const struct code *code, uint64_t address) {
    return &code->mark[(address - code->dictionary->code) / CELL];
}

static struct word *word_of(const struct dictionary *dictionary, uint32_t xt) {
    return (struct word *)dictionary->words + (xt - dictionary->first);
}

static uint64_t cell(uint64_t address) {
    return *(const uint64_t *)address;
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
        unsigned count = pairs_split((const char *)cell(at), parts);
        uint64_t operands = 0;
        for (unsigned i = 0; i < count; i++) {
            last = (uint64_t)parts[i];
            switch (primitive_at(last)) {
            case NO_PRIMITIVE:
            case NEVER:
                fuzz_report(FUZZ_CODE, "word %u: cell %#lx holds %#lx, not a primitive", xt, at,
                            last);
            case NONE:
                break;
            default:
                operands++;
            }
        }
        at += operands * CELL;
        if (last == (uint64_t)prim_does) {
            does = at + 2 * CELL; /* past the exit */
            if (does >= word->code_end || cell(at + CELL) != (uint64_t)prim_exit) {
                fuzz_report(FUZZ_CODE, "word %u: DOES> at %#lx without its part", xt, at);
            }
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
    uint64_t value = cell(at);
    bool good = true;
    if (operand == TARGET) {
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
        unsigned count = pairs_split((const char *)cell(at), parts);
        for (unsigned i = 0; i < count; i++) {
            if (primitive_at((uint64_t)parts[i]) != NONE) {
                at += CELL;
                check_operand(code, xt, word, primitive_at((uint64_t)parts[i]), at);
            }
        }
    }
}

/* A word that runs a MARKER older than itself is forgotten while it runs; its code stays, and may still
 * become the DOES> part of an older word. */
static bool is_forgotten_does(uint64_t address) {
    return in_code(&own, address) && in_code(&own, address - 2 * CELL) &&
           *mark_of(&own, address) == 0 && cell(address - 2 * CELL) == (uint64_t)prim_does;
}

/* The way in that EXECUTE takes must be that of the kind of word. */
static void check_entry(uint32_t xt, const struct word *word) {
    const char *handler = prim_enter_unfinished;
    bool good = true;
    switch ((enum word_kind)word->kind) {
    case WORD_PRIMITIVE:
        handler = (const char *)word->handler;
        good = primitive_at(word->handler) == NONE;
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
        for (uint32_t xt = dictionary->bucket[i]; xt != 0; xt = word_of(dictionary, xt)->link) {
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
        FIELD(locals_base),  FIELD(window),    FIELD(data_base), FIELD(return_base),
        FIELD(control_base), FIELD(envelope),  FIELD(quit_code), FIELD(base_words),
        FIELD(base_end),     FIELD(own_words), FIELD(slot),      FIELD(id),
        FIELD(own.code),     FIELD(own.words), FIELD(own.names), FIELD(own.first),
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
        {d->code_used <= d->code_committed && d->code_committed <= VM_CODE_SIZE, "code_used"},
        {d->names_used <= d->names_committed && d->names_committed <= VM_NAMES_SIZE, "names_used"},
        {d->words_committed <= VM_WORDS_SIZE, "words_committed"},
        {vm->latest < d->end, "latest"},
        {vm->order_count <= VM_ORDER_MAX, "order_count"},
        {vm->current >= 1 && vm->current <= vm->wordlists, "current"},
    };
    for (size_t i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (!bounds[i].good) {
            fuzz_report(FUZZ_STATE, "vm->%s is out of its bounds", bounds[i].what);
        }
    }
}

void fuzz_validate_init(const struct vm *idle) {
    size_t size = ((uint64_t)__stop_engine_text - (uint64_t)__start_engine_text) / SLOT_SIZE + 1;
    void *memory = mmap(NULL, size + BASE_AND_OWN * CELLS_MAX, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        abort();
    }
    base.mark = memory;
    own.mark = base.mark + CELLS_MAX;
    operand_of = own.mark + CELLS_MAX;
    for (unsigned i = 0; i < primitive_count; i++) {
        const struct primitive *primitive = &primitive_table[i];
        enum operand operand = NONE;
        if (primitive->kind != PRIMITIVE_WORD && primitive->kind != PRIMITIVE_INNER) {
            continue; /* no code in the engine */
        }
        if (primitive->kind == PRIMITIVE_INNER) {
            operand = operand_of_inner(primitive->name);
            if (operand == NO_PRIMITIVE) {
                fuzz_report(FUZZ_CODE, "fuzz_validate.c does not know the inner primitive %s",
                            primitive->name);
            }
        }
        operand_of[(primitive->handler - (uint64_t)__start_engine_text) / SLOT_SIZE] = operand;
    }
    base.dictionary = &base_image.dictionary;
    own.dictionary = &idle->own;
    check_dictionary(&base);
}
