/*
 * word_entries.h - where the primitives begin, as the running program's own symbol table says.
 */
#ifndef WORD_ENTRIES_H
#define WORD_ENTRIES_H

#include <stdint.h>

/* Reads the symbol table of the running program. */
void word_entries_init(void);

/* The words that a primitive (a symbol prim_...) beginning at `address` stands for: 1, more for a pair; 0 if
 * none begins there. May be called in a signal handler. */
unsigned word_entry_at(uint64_t address);

#endif
