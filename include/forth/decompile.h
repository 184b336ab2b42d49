/*
 * decompile.h - threaded code back to source text.
 */
#ifndef DECOMPILE_H
#define DECOMPILE_H

#include <stdint.h>

#include "forth/vm.h"

/* Types the definition whose threaded code is [code, end), up to and with its ; on the console. */
void decompile(struct vm *vm, uint64_t code, uint64_t end);

#endif
