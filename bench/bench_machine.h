/*
 * bench_machine.h - the Forth machine of a benchmark: VMs that run one word at a time for C.
 *
 * Whatever goes wrong here makes a measurement worthless, so every function ends the program with a
 * message instead of returning an error. machine_create, _load_file, _find, _execute, _variable and _still are for the
 * kernel as well, where machine_fail is another.
 */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "forth/vm.h"

/* Prepares the HAL and builds the base dictionary, as the Linux program does. Once. */
void machine_init(void);

/* A fresh VM on the base dictionary. Lives as long as the program. */
struct vm *machine_create(void);

/* Loads Forth source into vm: a file, or text that may be of any length. */
void machine_load_file(struct vm *vm, const char *path);
void machine_load_text(struct vm *vm, const char *text);

/* The word of a name. */
uint64_t machine_find(struct vm *vm, const char *name);

/* Executes a word with `count` items on an otherwise empty stack, last item on top. Whatever it leaves on
 * the stack is lost: results come back through variables. */
void machine_execute(struct vm *vm, uint64_t xt, const uint64_t *items, unsigned count);

/* The physics of the VM begin anew, so that what they do is the same in each run of a program. */
void machine_reset(struct vm *vm);

/* The same, and from now on no heartbeat comes: what words cost, alone. */
void machine_still(struct vm *vm);

/* The value of the VARIABLE `name`. */
uint64_t machine_variable(struct vm *vm, const char *name);

/* Zeroed memory that lives as long as the program. */
void *machine_alloc(size_t size);

_Noreturn void machine_fail(const char *what, const char *detail);

#endif
