/*
 * double_words.h - 2VALUE, as far as TO needs to know it.
 */
#ifndef DOUBLE_WORDS_H
#define DOUBLE_WORDS_H

#include <stdint.h>

#include "forth/vm.h"

/* In struct word.flags, beside enum WORD_...: TO stores two cells into this CREATEd word. */
#define WORD_TWO_CELLS 0x80u

/* Stores the two top cells at addr, or compiles that. Returns 0 or a THROW code. */
int two_value_store(struct vm *vm, uint64_t addr);

#endif
