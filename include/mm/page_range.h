/*
 * page_range.h - mapping, unmapping, changing and filling ranges of pages.
 *
 * Pure code over page_walk.h. Addresses and sizes are multiples of PAGE_SMALL, ranges do not wrap
 * (their last byte may be the last of the address space). `rights` are bits of PAGE_ENTRY_RIGHTS.
 * Each function does all or nothing: after a failure no page has changed, no memory is missing.
 * Not from interrupt handlers.
 */
#ifndef PAGE_RANGE_H
#define PAGE_RANGE_H

#include "hal/hal_status.h"
#include "mm/page_walk.h"

/* True when every page of the range is mapped (`mapped`), or when none is. */
bool page_range_is(const struct page_walk *walk, uint64_t virtual_address, uint64_t size,
                   bool mapped);

/* Maps the range to [physical, physical + size), with large pages where both are aligned and a whole
 * one fits. HAL_ERR_INVALID: a page is mapped already. HAL_ERR_NO_MEMORY: no page for a table. */
hal_status page_range_map(const struct page_walk *walk, uint64_t virtual_address, uint64_t physical,
                          uint64_t size, uint64_t rights);

/* Unmaps the range; the memory behind it stays the caller's. HAL_ERR_NOT_FOUND: a page is not
 * mapped. HAL_ERR_NO_MEMORY: a large page at one end could not be split. */
hal_status page_range_unmap(const struct page_walk *walk, uint64_t virtual_address, uint64_t size);

/* Gives every page of the range new rights. Results as page_range_unmap. */
hal_status page_range_protect(const struct page_walk *walk, uint64_t virtual_address, uint64_t size,
                              uint64_t rights);

/* Puts a zeroed page from walk->allocate behind each page of the range that is not mapped yet.
 * HAL_ERR_NO_MEMORY. */
hal_status page_range_populate(const struct page_walk *walk, uint64_t virtual_address,
                               uint64_t size, uint64_t rights);

/* Moves the pages of [from, from + size), all small, to the same places in [to, to + size), which does not
 * overlap, with their rights. What was mapped there goes to walk->release; where `from` has a hole, `to`
 * has one afterwards, and `from` has nothing. HAL_ERR_NO_MEMORY: no page for a table. */
hal_status page_range_move(const struct page_walk *walk, uint64_t from, uint64_t to, uint64_t size);

#endif
