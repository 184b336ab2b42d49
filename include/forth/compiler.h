/*
 * compiler.h - laying down threaded code. Only these functions write to code space.
 *
 * Each returns 0 or a THROW code, and leaves things as they were when it fails.
 */
#ifndef COMPILER_H
#define COMPILER_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/vm.h"

/* Appends one cell to the open definition. -257 when there is none, -8 when code space is full. */
int compile_cell(struct vm *vm, uint64_t cell);

/* Appends a primitive by the address of its machine code, and its operand. Tracks the stack effect
 * (need and net as in primitives.tbl). */
int compile_primitive(struct vm *vm, const char *primitive, int need, int net);
int compile_operand(struct vm *vm, const char *primitive, uint64_t operand, int need, int net);

/* Appends a number, a pair of numbers, or a word. */
int compile_literal(struct vm *vm, uint64_t value);
int compile_word(struct vm *vm, uint64_t xt);

/* True when words are to be compiled: STATE says so and a definition is open. A program that stores
 * into STATE by itself thus cannot lock itself out of the text interpreter. */
bool is_compiling(const struct vm *vm);

/* Address at which the next cell will be laid. */
uint64_t compile_here(const struct vm *vm);

/* Notes that code may arrive here by a branch: straight-line stack tracking ends. */
void compile_label(struct vm *vm);

/* Throws away the open definition, if any, and everything begun in it; leaves compilation state. */
void compile_abandon(struct vm *vm);

#endif
