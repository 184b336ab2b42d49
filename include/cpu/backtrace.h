/*
 * backtrace.h - the chain of callers, from frame pointers.
 */
#ifndef CPU_BACKTRACE_H
#define CPU_BACKTRACE_H

#include <stdint.h>

/* Prints `rip` with the name of its function, and then the return addresses along the frame pointers
 * from `rbp` on. Both may be anything: nothing is read outside the kernel's stacks, and the chain is
 * followed for a bounded length. */
void backtrace_print(uint64_t rip, uint64_t rbp);

#endif
