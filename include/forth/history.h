/*
 * history.h - where a VM has executed: the trace that the engine writes (asm/engine/README.md, "History").
 *
 * Each entry of the trace is a cell: the address of threaded code at which execution has gone on, noted by branch
 * words, calls, returns and entries of words; or the token of a word that was executed by it. From there on
 * execution is straight up to the next entry. An address with bit 0 set is the place before which a THROW has
 * cut it off.
 */
#ifndef HISTORY_H
#define HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/vm.h"

#define HISTORY_CUT    UINT64_C(1)
#define HISTORY_TOKENS (UINT64_C(1) << 20) /* tokens are below, addresses above */
_Static_assert(2 * (VM_CODE_MAX / 2 / sizeof(struct word)) <= HISTORY_TOKENS,
               "a token may look like an address");

/* Words in a window. */
#define HISTORY_WORDS_MAX 65536u
#define HISTORY_WORDS     4096u /* at first */

/* What the physics need for each word, and for how many besides those that have tokens (physics/physics.h). */
#define HISTORY_RECORD        64u
#define HISTORY_WORDS_BESIDES 64u

/* Places the tables above the window for the dictionary of `vm`, and prepares an empty trace for windows of
 * `words` words, at most HISTORY_WORDS_MAX. */
void history_start(struct vm *vm, uint64_t words);

/* From now on for windows of `words` words. */
void history_set_window(struct vm *vm, uint64_t words);

/* Forgets everything, and begins anew with the place at which the VM goes on, if it is known. For C that Forth has
 * called, and for a VM that has been stopped. */
void history_clear(struct vm *vm);

/* Whether a program has executed the token `xt`. False when there is no memory for its counter, for then none has. */
bool history_executed(const struct vm *vm, uint32_t xt);

/* Notes an entry: for what does not go through the engine. Nothing when there is no memory for it. */
void history_note(struct vm *vm, uint64_t entry);

/* Counts the thread of the engine, or any with a counter before it, as entered at its beginning, and notes it. */
void history_enter(struct vm *vm, const uint64_t *thread);

/* What the physics want to know of, where they are there. */
struct history_listener {
    /* The path from `ip` on was counted, but is not executed. */
    void (*undone)(struct vm *vm, uint64_t ip);
    /* The words from `xt` on are about to be forgotten, and with them the paths from `path` on, UINT32_MAX none. */
    void (*forgotten)(struct vm *vm, uint32_t xt, uint32_t path);
};
extern const struct history_listener *history_listener; /* NULL: nobody */

/* The half that is being written is full at `end`: the other has its turn. Returns where it begins. ISR-safe. */
uint64_t history_turn(struct vm *vm, uint64_t end);

#endif
