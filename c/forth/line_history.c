/*
 * line_history.c - the lines that the user has entered before (see line_history.h).
 *
 * The lines lie end to end in one buffer, oldest first. Forgetting moves the rest down: a few
 * kilobytes once per entered line, which nobody will notice, and no line is ever split.
 */
#include "forth/line_history.h"

#include <stdbool.h>

static size_t bytes_used(const struct line_history *history) {
    size_t used = 0;
    for (unsigned i = 0; i < history->count; i++)
        used += history->sizes[i];
    return used;
}

static void forget_oldest(struct line_history *history) {
    size_t oldest = history->sizes[0];
    size_t left = bytes_used(history) - oldest;
    for (size_t i = 0; i < left; i++)
        history->bytes[i] = history->bytes[oldest + i];
    history->count--;
    for (unsigned i = 0; i < history->count; i++)
        history->sizes[i] = history->sizes[i + 1];
}

static bool repeats_last(const struct line_history *history, const char *line, size_t size) {
    size_t last_size;
    if (history->count == 0)
        return false;
    const char *last = line_history_get(history, 1, &last_size);
    if (last_size != size)
        return false;
    for (size_t i = 0; i < size; i++) {
        if (last[i] != line[i])
            return false;
    }
    return true;
}

void line_history_add(struct line_history *history, const char *line, size_t size) {
    if (size == 0 || size > LINE_HISTORY_BYTES || repeats_last(history, line, size))
        return;
    while (history->count == LINE_HISTORY_LINES || bytes_used(history) + size > LINE_HISTORY_BYTES)
        forget_oldest(history);
    char *free_bytes = history->bytes + bytes_used(history);
    for (size_t i = 0; i < size; i++)
        free_bytes[i] = line[i];
    history->sizes[history->count++] = size;
}

const char *line_history_get(const struct line_history *history, unsigned back, size_t *size) {
    const char *line = history->bytes;
    unsigned index = history->count - back;
    for (unsigned i = 0; i < index; i++)
        line += history->sizes[i];
    *size = history->sizes[index];
    return line;
}
