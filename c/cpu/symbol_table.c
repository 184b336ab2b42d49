/*
 * symbol_table.c - finds a function by an address inside it.
 */
#include "cpu/symbols.h"

const char *symbol_table_find(const struct symbol_table *table, uint64_t offset, uint64_t *within) {
    size_t low = 0, high = table->count; /* offsets[low - 1] <= offset < offsets[high] */

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (table->offsets[middle] <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == 0) {
        return NULL;
    }
    *within = offset - table->offsets[low - 1];
    return table->text + table->names[low - 1];
}
