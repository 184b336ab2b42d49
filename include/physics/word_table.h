/*
 * word_table.h - the words that the physics tell apart, by number.
 *
 * 0 stands for all that have been forgotten. The words of the base dictionary have their tokens as numbers, then
 * come the primitives that have no name in Forth (lit, exit, the branch words ...), then the VM's own words. A
 * constant or variable that is compiled is a lit, and counts as that; a call counts for the word that is called. So
 * the counts of all words together are what the virtual clock shows.
 */
#ifndef WORD_TABLE_H
#define WORD_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "forth/history.h"
#include "forth/thread.h"
#include "forth/vm.h"

#define WORD_FORGOTTEN   0u
#define WORDS_AT_ONCE    8u /* more than any instruction counts for */
#define PRIMITIVES_INNER HISTORY_WORDS_BESIDES

/* Called once, when the base dictionary is complete. */
void word_table_init(void);

/* Numbers of the words that the instruction at `at` counts for, of which `info` is known, in the order of
 * their execution. Returns how many: info.words, 0 if there is no instruction. */
unsigned word_table_at(const struct vm *vm, uint64_t at, struct thread_info info,
                       uint32_t words[WORDS_AT_ONCE]);

/* The same for a token that was executed. */
unsigned word_table_token(const struct vm *vm, uint64_t token, uint32_t words[WORDS_AT_ONCE]);

/* The number of a word. */
uint32_t word_table_of(uint32_t xt);

/* One more than the greatest number that there is in `vm`. */
uint32_t word_table_end(const struct vm *vm);

/* Its name, which need not be unique; never empty. */
const char *word_table_name(struct vm *vm, uint32_t word, size_t *size);

/* Where path `number` begins. */
uint64_t word_table_path(const struct vm *vm, uint32_t number);

#endif
