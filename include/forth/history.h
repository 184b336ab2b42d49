/*
 * history.h - where a VM has executed: the trace that the engine writes (asm/engine/README.md, "History").
 *
 * Each entry of the trace is a cell: the address of threaded code at which execution has gone on, noted by branch
 * words, calls, returns and entries of words; or the token of a word that was executed by it. From there on
 * execution is straight up to the next entry. An address with bit 0 set is the place before which a THROW has
 * cut it off.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdint.h>

#include "forth/vm.h"

#define HISTORY_CUT UINT64_C(1)

/* Prepares an empty trace for windows of `words` words, at most HISTORY_WORDS_MAX. */
#define HISTORY_WORDS_MAX 65536u
void history_start(struct vm *vm, uint64_t words);

/* The half that is being written is full at `end`: the other has its turn. Returns where it begins. ISR-safe. */
uint64_t history_turn(struct vm *vm, uint64_t end);

#endif
