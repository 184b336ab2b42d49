/*
 * locals.h - local variables of the definition being compiled (Forth-2012 chapter 13).
 */
#ifndef LOCALS_H
#define LOCALS_H

#include <stdbool.h>

#include "forth/text_interpreter.h"
#include "forth/vm.h"

/* Finds a local in scope by name; *index counts from the first declared. */
bool locals_find(const struct vm *vm, const char *name, size_t size, uint32_t *index);

/* Appends code that fetches a local, or stores the top of the stack into it. Returns 0 or a THROW
 * code. */
int locals_compile_fetch(struct vm *vm, uint32_t index);
int locals_compile_store(struct vm *vm, uint32_t index);

/* Appends code that leaves `keep` locals and drops those declared after them; which names are in
 * scope does not change. Returns 0 or a THROW code. */
int locals_compile_drop(struct vm *vm, uint32_t keep);

#endif
