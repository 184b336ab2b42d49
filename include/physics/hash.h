/*
 * hash.h - numbers for the state of the physics: equal when that is.
 *
 * Both return false when there is no memory to find out. In time proportional to the words, the window and
 * the pairs.
 */
#ifndef PHYSICS_HASH_H
#define PHYSICS_HASH_H

#include "physics/physics.h"

/* Of what the loops `which` know, bits of enum physics_loop: of a single one to see where two runs differ. */
bool physics_hash_of(struct vm *vm, uint32_t which, uint64_t *hash);

/* Of everything: all loops, the configuration and the virtual time. */
bool physics_hash(struct vm *vm, uint64_t *hash);

#endif
