/*
 * heat.h - execution counts and heat of every word of a VM.
 *
 * What goes through all paths or words is there in pieces, for heartbeats: struct progress (progress.h) says
 * how far it has come, and `work` how much there may be yet. A piece that was begun must be gone on with
 * before anything else is asked.
 */
#ifndef PHYSICS_HEAT_H
#define PHYSICS_HEAT_H

#include "physics/physics.h"

/* Brings the counts of words up to date with the counters of the engine. False when there is no memory. */
bool heat_settle(struct vm *vm);
enum progress_end heat_settle_piece(struct vm *vm, struct progress *progress, int64_t *work);

/* After heat_settle: leaves out what is paid for but not executed, so that counts are exact. Must be followed by
 * heat_exact_end before anything else. Both in time proportional to the depth of the control stack. */
bool heat_leave_out_piece(struct vm *vm, struct progress *progress, int64_t *work);
void heat_exact_end(struct vm *vm);
bool heat_exact_end_piece(struct vm *vm, struct progress *progress, int64_t *work);

/* Settles and leaves out. False when there is no memory, and then heat_exact_end must not follow. */
bool heat_exact(struct vm *vm);

/* The record of a word; heat_settle must have succeeded since the VM ran. */
struct word_heat *heat_of(const struct vm *vm, uint32_t word);

/* Its heat at the time `now`. */
struct heat heat_at(const struct vm *vm, const struct word_heat *record, uint64_t now);

/* What a heartbeat at time `now` does, with exact counts: they become heat. Adds to *distance how much the
 * profile of the interval differs from that of the interval before, in 0.32: 0 the same, 2 (33 bits) nothing
 * in common. `interval` and `before` are their lengths in words. True when all words are done. */
bool heat_feed_piece(struct vm *vm, uint64_t now, uint64_t interval, uint64_t before,
                     uint64_t *distance, struct progress *progress, int64_t *work);

/* Decay that was applied up to now: all records have their heat as it is at the time `now`. True when all are
 * done. */
bool heat_cool_piece(struct vm *vm, uint64_t now, struct progress *progress, int64_t *work);

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
