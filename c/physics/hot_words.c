/*
 * hot_words.c - a cache of dictionary lookup, filled with what is hot.
 *
 * It is off unless a program asks for it, because it does not pay: the dictionary finds a name after one comparison on
 * average as it is (README.md, "What it is for").
 */
#include "physics/hot_words.h"

#include "hal/hal_memory.h"
#include "physics/heat.h"
#include "physics/word_table.h"

#define COST_WORD 1000 /* instructions: progress.h */

bool hot_words_use(struct vm *vm, bool use) {
    if (use && vm->hot_words == NULL) {
        vm->hot_words = hal_mem_alloc(HOT_WORDS * sizeof(struct hot_word));
        return vm->hot_words != NULL;
    }
    if (!use) {
        hal_mem_free(vm->hot_words);
        vm->hot_words = NULL;
    }
    dictionary_cool(vm);
    return true;
}

static struct heat heat_of_place(const struct vm *vm, const struct hot_word *place, uint64_t now) {
    static const struct heat cold;
    return place->xt == 0 ? cold : heat_at(vm, heat_of(vm, word_table_of(place->xt)), now);
}

bool hot_words_choose_piece(struct vm *vm, uint64_t now, struct progress *progress, int64_t *work) {
    while (*work > 0) {
        const uint32_t xt = ++progress->next;
        if (xt >= vm->own.end) {
            *progress = (struct progress){0};
            return true;
        }
        *work -= COST_WORD;
        const struct heat heat = heat_at(vm, heat_of(vm, word_table_of(xt)), now);
        const struct word *word = dictionary_word(vm, xt);
        if (heat.whole == 0 || word == NULL || (word->flags & WORD_HIDDEN) != 0) {
            continue;
        }
        const struct hot_word *place = &vm->hot_words[word->hash % HOT_WORDS];
        if (place->xt != xt && heat_compare(heat, heat_of_place(vm, place, now)) > 0) {
            dictionary_heat(vm, xt);
        }
    }
    return false;
}
