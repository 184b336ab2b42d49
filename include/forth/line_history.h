/*
 * line_history.h - the lines that the user has entered before, oldest dropped first.
 *
 * Fixed size, no allocation. Not ISR-safe.
 */
#ifndef LINE_HISTORY_H
#define LINE_HISTORY_H

#include <stddef.h>

#define LINE_HISTORY_BYTES 4096u /* bytes in all remembered lines together */
#define LINE_HISTORY_LINES 32u   /* remembered lines */

/* An empty history is one whose count is 0. */
struct line_history {
    unsigned count;                   /* remembered lines */
    size_t sizes[LINE_HISTORY_LINES]; /* their sizes, oldest first */
    char bytes[LINE_HISTORY_BYTES];   /* their bytes, oldest first, without separators */
};

/* Remembers a copy of a line, at the cost of the oldest ones if room is short. Lines that are
 * empty, larger than the whole history, or the same as the last one remembered are passed over. */
void line_history_add(struct line_history *history, const char *line, size_t size);

/* Returns the line `back` lines back, 1 (the last) to history->count, and its size. The bytes are
 * valid until the next line_history_add. */
const char *line_history_get(const struct line_history *history, unsigned back, size_t *size);

#endif
