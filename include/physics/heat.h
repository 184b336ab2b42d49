/*
 * heat.h - execution counts and heat of every word of a VM.
 */
#ifndef PHYSICS_HEAT_H
#define PHYSICS_HEAT_H

#include "physics/physics.h"

/* Brings the counts of words up to date with the counters of the engine. False when there is no memory. */
bool heat_settle(struct vm *vm);

/* After heat_settle: leaves out what is paid for but not executed, so that counts are exact. Must be followed by
 * heat_exact_end before anything else. In time proportional to the depth of the control stack. */
void heat_leave_out(struct vm *vm);

/* Both. False when there is no memory. */
bool heat_exact(struct vm *vm);
void heat_exact_end(struct vm *vm);

/* The record of a word; heat_settle must have succeeded since the VM ran. */
struct word_heat *heat_of(const struct vm *vm, uint32_t word);

/* Its heat at the time `now`. */
struct heat heat_at(const struct vm *vm, const struct word_heat *record, uint64_t now);

/* What a heartbeat at time `now` does, with exact counts: they become heat. Returns how much the profile of the interval differs from
 * that of the interval before, in 0.32: 0 the same, 2 (33 bits) nothing in common. `interval` and `before` are their
 * lengths in words. */
uint64_t heat_feed(struct vm *vm, uint64_t now, uint64_t interval, uint64_t before);

/* How often path `number` was taken, unexecuted ways included, since the VM began. */
uint64_t heat_path_count(const struct vm *vm, uint32_t number);

/* The path from `ip` on has been counted and is not going to be executed. */
void heat_undo(struct vm *vm, uint64_t ip);

/* The words from `xt` on and the paths from `path` on are about to be forgotten. What they have is counted for the word
 * number WORD_FORGOTTEN. */
void heat_forget(struct vm *vm, uint32_t xt, uint32_t path);

/* All counts and heat are 0, from the counters of the engine as they are now. */
bool heat_reset(struct vm *vm);

#endif
