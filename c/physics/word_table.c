/*
 * word_table.c - the words that the physics tell apart, by number.
 *
 * What a primitive counts for lies in a table by thread_place.
 */
#include "physics/word_table.h"

#include "forth/pairs.h"
#include "forth/primitive_table.h"
#include "forth/thread.h"
#include "hal/hal_panic.h"
#include "primitives.h"

static struct parts {
    uint8_t count;
    uint16_t word[PAIR_PARTS_MAX];
} parts_table[THREAD_PLACES];

static const char *inner_name[PRIMITIVES_INNER];
static uint32_t inner_count;
static uint16_t set_does_word, exit_word, forget_word;

/* Static threads alone name these, and no table does. */
extern const char prim_catch_exit[], prim_source_exit[], prim_interpret_dispatch[], prim_finish[];

/* `primitive` is one. */
static struct parts *place_of(uint64_t primitive) {
    return &parts_table[thread_place(primitive)];
}

static void add(uint64_t primitive, uint32_t word) {
    *place_of(primitive) = (struct parts){.count = 1, .word = {(uint16_t)word}};
}

/* What is a word of its own as well, as UNLOOP, counts as that. */
static void add_inner(uint64_t primitive, const char *name) {
    if (place_of(primitive)->count != 0) {
        return;
    }
    if (inner_count == PRIMITIVES_INNER) {
        hal_panic("physics: more primitives without a name than HISTORY_WORDS_BESIDES");
    }
    inner_name[inner_count] = name;
    add(primitive, base_image.dictionary.end + inner_count++);
}

static void add_pair(const char *pair) {
    const char *parts[PAIR_PARTS_MAX];
    struct parts *place = place_of((uint64_t)pair);
    place->count = (uint8_t)pairs_split(pair, parts);
    for (unsigned i = 0; i < place->count; i++) {
        place->word[i] = place_of((uint64_t)parts[i])->word[0];
    }
}

void word_table_init(void) {
    const struct dictionary *base = &base_image.dictionary;
    const struct word *words = (const struct word *)base->words;
    for (uint32_t xt = base->first; xt < base->end; xt++) {
        if (words[xt - base->first].kind == WORD_PRIMITIVE) {
            add(words[xt - base->first].handler, xt);
        }
    }
    for (unsigned i = 0; i < primitive_count; i++) {
        if (primitive_table[i].kind == PRIMITIVE_INNER) {
            add_inner(primitive_table[i].handler, primitive_table[i].name);
        }
    }
    add_inner((uint64_t)prim_catch_exit, "(catch-exit)");
    add_inner((uint64_t)prim_source_exit, "(source-exit)");
    add_inner((uint64_t)prim_interpret_dispatch, "(dispatch)");
    add_inner((uint64_t)prim_finish, "(finish)");
    for (unsigned i = 0; i < primitive_count; i++) {
        if (primitive_table[i].kind == PRIMITIVE_PAIR) {
            add_pair((const char *)primitive_table[i].handler);
        }
    }
    set_does_word = place_of((uint64_t)prim_set_does)->word[0];
    exit_word = place_of((uint64_t)prim_exit)->word[0];
    forget_word = place_of((uint64_t)prim_forget_to)->word[0];
}

uint32_t word_table_of(uint32_t xt) {
    return xt < base_image.dictionary.end ? xt : xt + PRIMITIVES_INNER;
}

uint32_t word_table_end(const struct vm *vm) {
    return vm->own.end + PRIMITIVES_INNER;
}

static const struct path *path_of(const struct vm *vm, uint64_t number,
                                  const struct dictionary **of) {
    *of = number >= vm->own.first_path ? &vm->own : &base_image.dictionary;
    return number < (*of)->first_path || number >= (*of)->end_path
               ? NULL
               : (const struct path *)(*of)->paths + (number - (*of)->first_path);
}

uint64_t word_table_path(const struct vm *vm, uint32_t number) {
    const struct dictionary *of;
    const struct path *path = path_of(vm, number, &of);
    return path != NULL                                           ? of->code + path->cell * CELL
           : number < (uint64_t)(engine_paths_end - engine_paths) ? engine_paths[number]
                                                                  : 0;
}

/* The word whose code, or DOES> part, begins at `code`. Its token may stand for another one by now. */
static uint32_t callee(const struct vm *vm, uint64_t code) {
    const struct dictionary *of;
    const struct path *path = path_of(vm, (((const uint64_t *)code)[-2] - VM_COUNTS) / CELL, &of);
    const struct word *word = path == NULL ? NULL : dictionary_word(vm, path->word);
    if (word == NULL || word->kind != WORD_COLON || code < word->arg || code >= word->code_end) {
        return WORD_FORGOTTEN;
    }
    return word_table_of(path->word);
}

unsigned word_table_at(const struct vm *vm, uint64_t at, struct thread_info info,
                       uint32_t words[WORDS_AT_ONCE]) {
    const uint64_t primitive = *(const uint64_t *)at;
    if (info.words == 0) {
        return 0;
    }
    if (primitive == (uint64_t)prim_call) {
        words[0] = callee(vm, ((const uint64_t *)at)[1]);
        return 1;
    }
    const struct parts *parts = place_of(primitive);
    for (unsigned i = 0; i < parts->count; i++) {
        words[i] = parts->word[i];
    }
    if (primitive == (uint64_t)prim_does) {
        words[1] = set_does_word;
        words[2] = exit_word;
        return 3;
    }
    return parts->count;
}

unsigned word_table_token(const struct vm *vm, uint64_t token, uint32_t words[WORDS_AT_ONCE]) {
    const struct word *word = dictionary_word(vm, token);
    words[0] = word == NULL ? WORD_FORGOTTEN : word_table_of((uint32_t)token);
    words[1] = forget_word;
    return word != NULL && word->kind == WORD_MARKER ? 2 : 1;
}

const char *word_table_name(struct vm *vm, uint32_t word, size_t *size) {
    const uint32_t first = base_image.dictionary.end;
    const char *name = "(nameless)";
    if (word == WORD_FORGOTTEN) {
        name = "(forgotten)";
    } else if (word >= first && word < first + PRIMITIVES_INNER) {
        name = inner_name[word - first] != NULL ? inner_name[word - first] : "";
    } else {
        const char *own = dictionary_name(vm, word < first ? word : word - PRIMITIVES_INNER, size);
        if (*size != 0) {
            return own;
        }
    }
    for (*size = 0; name[*size] != '\0';) {
        ++*size;
    }
    return name;
}
