/*
 * symbols.h - the names of the kernel's functions, for backtraces.
 *
 * A photograph of a panic screen is often all that a person can send. The table is made from the linked
 * kernel and linked in by a second pass (c/cpu/gen_symbols.py).
 */
#ifndef CPU_SYMBOLS_H
#define CPU_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

/* Functions in ascending order. Offsets count from the beginning of the code; names are indices into
 * `text`. */
struct symbol_table {
    size_t count;
    const uint32_t *offsets;
    const uint16_t *names;
    const char *text; /* zero-terminated names, one after the other */
};

/* Pure: the name of the function that has the byte at `offset`, and how far into it that is; NULL when
 * it lies before the first. */
const char *symbol_table_find(const struct symbol_table *table, uint64_t offset, uint64_t *within);

/* The same for an address in the kernel; NULL also when it lies outside its code. ISR-safe. */
const char *symbol_find(uint64_t address, uint64_t *within);

#endif
