/*
 * page_tables.h - builds a set of 4-level page tables (Intel SDM volume 3, section 4.5).
 *
 * Pure except for the allocator that it is given, so the host can test it. Table pages are reached
 * at their physical address: this is for the firmware's identity-mapped world.
 */
#ifndef PAGE_TABLES_H
#define PAGE_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE_4K UINT64_C(0x1000)
#define PAGE_SIZE_2M UINT64_C(0x200000)

/* Rights of a mapping; reading is always allowed. */
enum {
    PAGE_MAP_WRITE = 1u << 0,
    PAGE_MAP_EXECUTE = 1u << 1,
    PAGE_MAP_UNCACHED = 1u << 2,
};

/* Returns the physical address of one zeroed, page-aligned page, or 0 when memory is exhausted. */
typedef uint64_t (*page_tables_allocate)(void *context);

struct page_tables {
    uint64_t root; /* physical address of the PML4, the value for CR3 */
    page_tables_allocate allocate;
    void *context;
};

/* Creates empty tables. False when memory is exhausted. */
bool page_tables_create(struct page_tables *tables, page_tables_allocate allocate, void *context);

/* Maps [physical, physical + size) at `virtual_address`, everything page-aligned and canonical,
 * with 2 MiB pages wherever alignment and size allow. Pages that are mapped already keep their
 * mapping: the first caller decides. Never maps a page both writable and executable: such a request
 * is refused. False then, and when memory is exhausted; part of the range may be mapped by then. */
bool page_tables_map(struct page_tables *tables, uint64_t virtual_address, uint64_t physical,
                     uint64_t size, unsigned rights);

/* The page table entry that translates `virtual_address`, 0 when there is none. A set bit 7 in it
 * (page size) means a 2 MiB page. */
uint64_t page_tables_lookup(const struct page_tables *tables, uint64_t virtual_address);

#endif
