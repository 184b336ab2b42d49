/*
 * symbols.c - the names of the kernel's functions, for backtraces.
 */
#include "cpu/symbols.h"

extern const uint8_t __text_start[], __text_end[]; /* linker.ld */

/* Overridden by the generated table, except in the first of the two links. */
__attribute__((weak)) const struct symbol_table kernel_symbols = {0, NULL, NULL, NULL};

const char *symbol_find(uint64_t address, uint64_t *within) {
    if (address < (uint64_t)__text_start || address >= (uint64_t)__text_end) {
        return NULL;
    }
    return symbol_table_find(&kernel_symbols, address - (uint64_t)__text_start, within);
}
