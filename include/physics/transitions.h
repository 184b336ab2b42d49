/*
 * transitions.h - which word has followed which, and how well that foretells the next one.
 */
#ifndef PHYSICS_TRANSITIONS_H
#define PHYSICS_TRANSITIONS_H

#include "physics/physics.h"

#define TRANSITIONS_MAX   4096u /* pairs that are told apart; more are counted as lost */
#define TRANSITIONS_PROBE 16u

struct transition {
    uint32_t from, to;
    uint64_t count; /* 0: free */
};

/* Makes the table present: at once, and in pieces (progress.h). False when there is no memory. */
bool transitions_ready(struct vm *vm);
enum progress_end transitions_ready_piece(struct vm *vm, int64_t *work);

/* Counts the pair of two neighbours. Before, the word that has followed most often so far is taken as a
 * prediction, and physics->predictions and hits say how often there was one and it was right. */
void transitions_count(struct vm *vm, uint32_t from, uint32_t to);

/* The table, TRANSITIONS_MAX places; transitions_ready must have succeeded. */
const struct transition *transitions_table(const struct vm *vm);

/* Leaves out all pairs with words from `word` on, which are about to be forgotten. */
void transitions_forget(struct vm *vm, uint32_t word);

void transitions_reset(struct vm *vm);

#endif
