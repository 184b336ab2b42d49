/*
 * bit_tree.h - a set of numbers that finds its next member in a handful of memory accesses.
 *
 * Level 0 has one bit for each number; a bit of each higher level says that a word of the level below
 * is not zero; the top level is one word. For the 2^18 words that describe 64 GiB that makes three
 * levels. Plain data; not synchronised.
 */
#ifndef BIT_TREE_H
#define BIT_TREE_H

#include <stddef.h>
#include <stdint.h>

#define BIT_TREE_NONE   UINT64_MAX
#define BIT_TREE_LEVELS 6u /* 2^36 numbers */

struct bit_tree {
    uint64_t *level[BIT_TREE_LEVELS];
    uint64_t words[BIT_TREE_LEVELS]; /* of each level */
    unsigned depth;                  /* levels in use */
};

/* Words of memory that a tree for the numbers 0 to `count` - 1 needs; `count` is at most 2^36. */
uint64_t bit_tree_words(uint64_t count);

/* Starts empty. `memory` has room for bit_tree_words(count) and stays in use. */
void bit_tree_init(struct bit_tree *tree, uint64_t *memory, uint64_t count);

/* Adds or removes a number below the count; it may be there, or missing, already. */
void bit_tree_set(struct bit_tree *tree, uint64_t number);
void bit_tree_clear(struct bit_tree *tree, uint64_t number);

/* The smallest member that is not below `number`, BIT_TREE_NONE when there is none. */
uint64_t bit_tree_next(const struct bit_tree *tree, uint64_t number);

#endif
