/*
 * price.h - how many words threaded code executes up to where it is paid for again (asm/engine/README.md, "The
 * virtual clock").
 */
#ifndef PRICE_H
#define PRICE_H

#include <stdint.h>

#include "forth/vm.h"

/* Fills in the prices and counters of a definition whose code is [first, end), the two cells before `first` among
 * them. Its branches must all be resolved. In time proportional to its length. Returns 0 or a THROW code. */
int price_definition(struct vm *vm, uint64_t first, uint64_t end);

/* The words from `ip`, which begins an instruction, to the next place that pays, that one included: what has been
 * paid for when the engine is about to execute the cell at `ip`. 0 for an address that is no code of `vm`, of the base
 * dictionary or of the engine. In constant time. */
uint64_t price_from(const struct vm *vm, uint64_t ip);

#endif
