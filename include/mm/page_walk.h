/*
 * page_walk.h - reading and changing 4-level page tables (Intel SDM volume 3, section 4.5).
 *
 * The tables are reached at their physical address plus a constant: in the kernel the direct map,
 * in the host's tests nothing. One processor changes them, and never from an interrupt handler.
 * This file knows entries and tables; page_range.h does something to every page of a range.
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
#define PAGE_ENTRY_PAT           (UINT64_C(1) << 7) /* in a PT entry: third bit of the PAT index */
#define PAGE_ENTRY_PAT_LARGE     (UINT64_C(1) << 12) /* the same bit in a large page's entry */
#define PAGE_ENTRY_NO_EXECUTE    (UINT64_C(1) << 63)
#define PAGE_ENTRY_ADDRESS       UINT64_C(0x000ffffffffff000)

/* The rights and the caching that a caller chooses. None sets a PAT bit: write-combining has an
 * index below 4 (pat.h), so that these bits mean the same in small and in large entries. */
#define PAGE_ENTRY_RIGHTS                                                                          \
    (PAGE_ENTRY_WRITE | PAGE_ENTRY_WRITE_THROUGH | PAGE_ENTRY_CACHE_DISABLE | PAGE_ENTRY_NO_EXECUTE)

#define PAGE_SMALL UINT64_C(0x1000)
#define PAGE_LARGE UINT64_C(0x200000)

struct page_walk {
    uint64_t root;                      /* physical address of the PML4 */
    uint64_t bias;                      /* add to a physical address to get a pointer */
    uint64_t (*allocate)(void);         /* a page for a table, any contents; 0 exhausted */
    void (*release)(uint64_t physical); /* takes a table page or a mapped page back */
    void (*invalidate)(uint64_t virtual_address); /* drops the TLB entry of one page */
};

/* The entry that maps `virtual_address`, and in *span the size of its page (4 KiB, 2 MiB, 1 GiB).
 * NULL when nothing is mapped there: *span is then the size of the hole that the missing entry
 * leaves, aligned to that size (also 512 GiB). */
uint64_t *page_walk_find(const struct page_walk *walk, uint64_t virtual_address, uint64_t *span);

/* The physical address behind a mapped `virtual_address`, from what page_walk_find gave. */
uint64_t page_walk_physical(uint64_t entry, uint64_t span, uint64_t virtual_address);

/* The entry for the page of `page_size` (PAGE_SMALL or PAGE_LARGE) at `virtual_address`: makes
 * missing tables, and for a small page splits a large one. The entry may be empty; for PAGE_LARGE it
 * may also point to a table. NULL when no table page is left, or inside a 1 GiB page, which nobody
 * here makes; tables made by then stay, empty. */
uint64_t *page_walk_make(const struct page_walk *walk, uint64_t virtual_address,
                         uint64_t page_size);

/* What page_walk_clear does to the pages in its range. */
enum page_walk_leaves {
    LEAVES_STAY,     /* only empty tables go */
    LEAVES_UNMAPPED, /* small and large pages alike; the memory is somebody else's */
    LEAVES_RELEASED, /* small pages are unmapped and given to walk->release; large ones stay */
};

/* Clears [virtual_address, virtual_address + size) and releases each table that is or becomes
 * empty, but not the PML4. Large pages must not stick out of the range. */
void page_walk_clear(const struct page_walk *walk, uint64_t virtual_address, uint64_t size,
                     enum page_walk_leaves leaves);

/* One page of any size, as page_walk_each shows it. */
struct page_walk_page {
    uint64_t virtual_address;
    uint64_t size;
    uint64_t entry; /* with WRITE and NO_EXECUTE as all levels together decide */
};

typedef void (*page_walk_visitor)(void *context, const struct page_walk_page *page);

/* Shows all mapped pages, ascending by address from 0 on. Returns the number of tables, the PML4
 * among them. */
uint64_t page_walk_each(const struct page_walk *walk, page_walk_visitor visit, void *context);

/* Number of pages of any size that are writable and executable, all levels taken together. */
uint64_t page_walk_count_write_exec(const struct page_walk *walk);

#endif
