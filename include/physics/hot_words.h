/*
 * hot_words.h - a cache of dictionary lookup, filled with what is hot.
 */
#ifndef PHYSICS_HOT_WORDS_H
#define PHYSICS_HOT_WORDS_H

#include <stdbool.h>

#include "forth/vm.h"
#include "physics/progress.h"

/* From now on lookup uses the cache, or not. It is empty at first. False when there is no memory for it;
 * physics_end gives that back. */
bool hot_words_use(struct vm *vm, bool use);

/* Fills the cache with the named words that have most heat at the time `now`, where two want the same place the hotter
 * one. For the heartbeat, in pieces (progress.h): true when all words have been looked at. */
bool hot_words_choose_piece(struct vm *vm, uint64_t now, struct progress *progress, int64_t *work);

#endif
