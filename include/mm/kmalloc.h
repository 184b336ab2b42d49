/*
 * kmalloc.h - the kernel heap.
 *
 * Not for interrupt handlers; hal_mem_alloc checks that. Needs pmm_init.
 */
#ifndef KMALLOC_H
#define KMALLOC_H

#include <stdbool.h>
#include <stddef.h>

#include "mm/heap.h"
#include "shared/format.h"

void kmalloc_init(void);
bool kmalloc_is_initialized(void);

/* Zeroed, aligned to 16 bytes, the caller's until kfree. NULL when exhausted or when size is 0. In
 * the DEBUG=1 build, a block that was written to after kfree is a kernel bug: panic. */
void *kmalloc(size_t size);

/* NULL is allowed. A pointer that kmalloc never returned, or a second kfree, is a kernel bug:
 * panic. In the DEBUG=1 build also a block whose neighbourhood has been overwritten. */
void kfree(void *block);

struct heap_stats kmalloc_stats(void);

/* Checks the whole heap; false means that something has overwritten its bookkeeping or, in the
 * DEBUG=1 build, a guard or freed memory. */
bool heap_check(void);

/* The table of .HEAP (hal_report.h). */
void kmalloc_report(format_sink sink, void *context);

#endif
