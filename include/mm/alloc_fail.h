/*
 * alloc_fail.h - failing allocations on purpose, for tests.
 *
 * One counter for all that takes memory in the kernel: pages, page tables and heap blocks. Costs an
 * increment and a branch that is always predicted.
 */
#ifndef ALLOC_FAIL_H
#define ALLOC_FAIL_H

#include <stdbool.h>
#include <stdint.h>

struct alloc_fail {
    uint64_t count; /* allocations begun since it was armed */
    uint64_t nth;   /* the one to fail, counted from 1; 0 none */
};

extern struct alloc_fail alloc_fail; /* c/mm/pmm.c */

/* Starts counting anew, and lets allocation number `nth` fail. */
static inline void alloc_fail_arm(uint64_t nth) {
    alloc_fail = (struct alloc_fail){.count = 0, .nth = nth};
}

/* Counts one allocation; true when it is the one to fail. */
static inline bool alloc_fail_now(void) {
    return __builtin_expect(++alloc_fail.count == alloc_fail.nth, 0);
}

#endif
