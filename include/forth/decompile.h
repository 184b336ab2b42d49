/*
 * decompile.h - threaded code back to source text.
 */
#ifndef DECOMPILE_H
#define DECOMPILE_H

#include <stdint.h>

#include "forth/listing.h"
#include "forth/vm.h"

/* Types the definition whose threaded code is [code, end), up to and with its ; on the console, in lines before which
 * `margin` types something, unless it is NULL. */
void decompile(struct vm *vm, uint64_t code, uint64_t end, listing_margin margin, void *context);

#endif
