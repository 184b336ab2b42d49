/*
 * page_walk.h - reading and changing 4-level page tables (Intel SDM volume 3, section 4.5).
 *
 * The tables are reached at their physical address plus a constant: in the kernel the direct map,
 * in the host's tests nothing. Not synchronised; vmm.c calls it with interrupts disabled.
 */
#ifndef PAGE_WALK_H
#define PAGE_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_ENTRY_PRESENT       (UINT64_C(1) << 0)
#define PAGE_ENTRY_WRITE         (UINT64_C(1) << 1)
#define PAGE_ENTRY_WRITE_THROUGH (UINT64_C(1) << 3)
#define PAGE_ENTRY_CACHE_DISABLE (UINT64_C(1) << 4)
#define PAGE_ENTRY_LARGE         (UINT64_C(1) << 7) /* in a PD or PDPT entry: 2 MiB or 1 GiB page */
#define PAGE_ENTRY_NO_EXECUTE    (UINT64_C(1) << 63)
#define PAGE_ENTRY_ADDRESS       UINT64_C(0x000ffffffffff000)

struct page_walk {
    uint64_t root;                      /* physical address of the PML4 */
    uint64_t bias;                      /* add to a physical address to get a pointer */
    uint64_t (*allocate)(void);         /* a page for a table, any contents; 0 exhausted */
    void (*release)(uint64_t physical); /* takes a table page or a mapped page back */
    void (*invalidate)(uint64_t virtual_address); /* drops the TLB entry of one page */
};

/* The entry that maps `virtual_address`, and the size of its page (4 KiB, 2 MiB, 1 GiB); NULL when
 * nothing is mapped there. */
uint64_t *page_walk_find(const struct page_walk *walk, uint64_t virtual_address,
                         uint64_t *page_size);

/* The 4 KiB entry for `virtual_address`: makes missing tables and splits a 2 MiB page. The entry
 * may be empty. NULL when no table page is left, or inside a 1 GiB page, which nobody here makes.
 */
uint64_t *page_walk_make(const struct page_walk *walk, uint64_t virtual_address);

/* Removes all 4 KiB pages in the range, releases them and each table that becomes empty, but
 * not the PML4. Large pages stay. */
void page_walk_release(const struct page_walk *walk, uint64_t virtual_address, uint64_t size);

/* Number of pages of any size that are writable and executable, all levels taken together. */
uint64_t page_walk_count_write_exec(const struct page_walk *walk);

#endif
