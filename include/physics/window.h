/*
 * window.h - the words that a VM executed last, from the trace that the engine has written (forth/history.h).
 */
#ifndef PHYSICS_WINDOW_H
#define PHYSICS_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/vm.h"

typedef void (*window_taker)(void *context, uint32_t word);

/* Goes through the window. Needs no memory of its own. The VM must not run meanwhile. */
struct window_reader {
    const struct vm *vm;
    uint64_t older, newer;  /* entries in the two halves of the trace */
    uint64_t end;           /* where the VM is now */
    uint64_t entry, behind; /* the entry that is read next, and the end of those to be read */
    uint64_t first;         /* where the search, and then the window, begins */
    uint64_t at, stop;      /* the rest of the straight way that is being read, 0 none */
    uint64_t resume; /* where execution goes on after what a token stands for; 0: not known */
    uint64_t found;  /* words from `first` on */
    uint64_t wanted;
    bool searching;    /* goes back to where the next entries to be read begin */
    window_taker take; /* NULL: they are being counted */
    void *context;
};

/* Prepares for the last `count` words that were executed. */
void window_begin(struct window_reader *reader, const struct vm *vm, uint32_t count);

/* Counts them, in pieces as progress.h says. True when that is done; then reader->wanted is how many there
 * are: fewer when the VM has executed fewer since its history began. */
bool window_count_piece(struct window_reader *reader, int64_t *work);

/* And then: gives the number (word_table.h) of each to `take`, the oldest first. True when all have been
 * given. */
bool window_give_piece(struct window_reader *reader, window_taker take, void *context,
                       int64_t *work);

/* Both at once. Returns how many there were. */
uint32_t window_give(const struct vm *vm, uint32_t count, window_taker take, void *context);

#endif
