/*
 * bench_sort.h - sorts samples, of which there are few.
 */
#ifndef BENCH_SORT_H
#define BENCH_SORT_H

#include <stdint.h>

static inline void bench_sort(uint64_t *values, unsigned count) {
    for (unsigned i = 1; i < count; i++) {
        const uint64_t value = values[i];
        unsigned at = i;
        for (; at > 0 && values[at - 1] > value; at--) {
            values[at] = values[at - 1];
        }
        values[at] = value;
    }
}

#endif
