/*
 * pat.h - the page attribute table: which memory type the caching bits of a page table entry choose
 * (Intel SDM volume 3, section 12.12).
 */
#ifndef PAT_H
#define PAT_H

#include <stdbool.h>
#include <stdint.h>

#include "mm/page_walk.h"

/* The caching bits of an entry. Zero is write-back. */
#define PAT_WRITE_COMBINING PAGE_ENTRY_WRITE_THROUGH
#define PAT_UNCACHED        (PAGE_ENTRY_CACHE_DISABLE | PAGE_ENTRY_WRITE_THROUGH)

/* Programs the table, so that the constants above mean what they say. Before it, and on a processor
 * without the table, PAT_WRITE_COMBINING means write-through: not to be used then. Call with
 * interrupts disabled. Returns whether write-combining is there. */
bool pat_init(void);

#endif
