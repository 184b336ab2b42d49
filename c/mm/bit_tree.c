/*
 * bit_tree.c - a set of numbers that finds its next member in a handful of memory accesses.
 *
 * A search climbs until a word has a bit at or behind its place, then goes down along lowest bits;
 * a change stops climbing where the level above is right already.
 */
#include "mm/bit_tree.h"

#include <string.h>

#define WORD_BITS 64u

uint64_t bit_tree_words(uint64_t count) {
    uint64_t total = 0;
    do {
        count = (count + WORD_BITS - 1) / WORD_BITS;
        total += count;
    } while (count > 1);
    return total;
}

void bit_tree_init(struct bit_tree *tree, uint64_t *memory, uint64_t count) {
    tree->depth = 0;
    do {
        count = (count + WORD_BITS - 1) / WORD_BITS;
        tree->level[tree->depth] = memory;
        tree->words[tree->depth] = count;
        tree->depth++;
        memset(memory, 0, count * sizeof *memory);
        memory += count;
    } while (count > 1);
}

void bit_tree_set(struct bit_tree *tree, uint64_t number) {
    for (unsigned level = 0; level < tree->depth; level++) {
        uint64_t *word = &tree->level[level][number / WORD_BITS];
        const uint64_t before = *word;
        *word |= UINT64_C(1) << number % WORD_BITS;
        if (before != 0) {
            return;
        }
        number /= WORD_BITS;
    }
}

void bit_tree_clear(struct bit_tree *tree, uint64_t number) {
    for (unsigned level = 0; level < tree->depth; level++) {
        uint64_t *word = &tree->level[level][number / WORD_BITS];
        *word &= ~(UINT64_C(1) << number % WORD_BITS);
        if (*word != 0) {
            return;
        }
        number /= WORD_BITS;
    }
}

uint64_t bit_tree_next(const struct bit_tree *tree, uint64_t number) {
    for (unsigned level = 0; level < tree->depth; level++) {
        const uint64_t index = number / WORD_BITS;
        if (index >= tree->words[level]) {
            return BIT_TREE_NONE;
        }
        const uint64_t word = tree->level[level][index] & UINT64_MAX << number % WORD_BITS;
        if (word != 0) {
            number = index * WORD_BITS + (unsigned)__builtin_ctzll(word);
            while (level > 0) {
                level--;
                const uint64_t below = tree->level[level][number];
                number = number * WORD_BITS + (unsigned)__builtin_ctzll(below);
            }
            return number;
        }
        number = index + 1;
    }
    return BIT_TREE_NONE;
}
