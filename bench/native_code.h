/*
 * native_code.h - the bodies of primitives in a row, without dispatch: what the work itself costs.
 */
#ifndef NATIVE_CODE_H
#define NATIVE_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/vm.h"

/* Makes the word `xt` execute `copies` of the machine code of the primitives that the colon definition `once`
 * consists of, without their dispatch. False, and nothing changed, when that is not possible because
 * one of them branches, calls, or leaves its code. */
bool native_code_build(struct vm *vm, uint64_t xt, uint64_t once, unsigned copies);

#endif
