/*
 * window.h - the words that a VM executed last, from the trace that the engine has written (forth/history.h).
 */
#ifndef PHYSICS_WINDOW_H
#define PHYSICS_WINDOW_H

#include <stdint.h>

#include "forth/vm.h"

/* Stores the numbers (word_table.h) of the last `count` words that were executed, the oldest first. Returns how many there
 * were: fewer when the VM has executed fewer since its history began. */
uint32_t window_read(const struct vm *vm, uint32_t *words, uint32_t count);

#endif
