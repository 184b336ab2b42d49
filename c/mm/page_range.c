/*
 * page_range.c - mapping, unmapping, changing and filling ranges of pages.
 *
 * Whatever can fail, which is taking pages for tables, comes before the first change that anybody
 * could see; what was taken in vain goes back.
 */
#include "mm/page_range.h"

#include <string.h>

/* Bytes from `virtual_address` to the end of the aligned span that it lies in, at most `left`. */
static uint64_t step_within(uint64_t virtual_address, uint64_t span, uint64_t left) {
    const uint64_t rest = span - virtual_address % span;
    return rest < left ? rest : left;
}

bool page_range_is(const struct page_walk *walk, uint64_t virtual_address, uint64_t size,
                   bool mapped) {
    for (uint64_t done = 0; done < size;) {
        uint64_t span;
        if ((page_walk_find(walk, virtual_address + done, &span) != NULL) != mapped) {
            return false;
        }
        done += step_within(virtual_address + done, span, size - done);
    }
    return true;
}

/* Maps one page, as large as possible; returns its size, 0 when there is no page for a table. */
static uint64_t map_one(const struct page_walk *walk, uint64_t virtual_address, uint64_t physical,
                        uint64_t left, uint64_t rights) {
    if (left >= PAGE_LARGE && (virtual_address | physical) % PAGE_LARGE == 0) {
        uint64_t *entry = page_walk_make(walk, virtual_address, PAGE_LARGE);
        if (entry == NULL) {
            return 0;
        }
        /* Otherwise there is a table with nothing in it: small pages will do. */
        if (*entry == 0) {
            *entry = physical | PAGE_ENTRY_PRESENT | PAGE_ENTRY_LARGE | rights;
            return PAGE_LARGE;
        }
    }
    uint64_t *entry = page_walk_make(walk, virtual_address, PAGE_SMALL);
    if (entry == NULL) {
        return 0;
    }
    *entry = physical | PAGE_ENTRY_PRESENT | rights;
    return PAGE_SMALL;
}

hal_status page_range_map(const struct page_walk *walk, uint64_t virtual_address, uint64_t physical,
                          uint64_t size, uint64_t rights) {
    if (!page_range_is(walk, virtual_address, size, false)) {
        return HAL_ERR_INVALID;
    }
    for (uint64_t done = 0; done < size;) {
        const uint64_t page_size =
            map_one(walk, virtual_address + done, physical + done, size - done, rights);
        if (page_size == 0) {
            page_walk_clear(walk, virtual_address, size, LEAVES_UNMAPPED);
            return HAL_ERR_NO_MEMORY;
        }
        done += page_size;
    }
    return HAL_OK;
}

/* Makes `virtual_address` the border of a page, by splitting the one that it lies inside of. False
 * when that cannot be done. An unmapped address is a border of nothing. */
static bool make_border(const struct page_walk *walk, uint64_t virtual_address) {
    uint64_t span;
    return page_walk_find(walk, virtual_address, &span) == NULL || virtual_address % span == 0 ||
           page_walk_make(walk, virtual_address, PAGE_SMALL) != NULL;
}

/* Checks that the whole range is mapped, and that no page sticks out of it. */
static hal_status prepare_change(const struct page_walk *walk, uint64_t virtual_address,
                                 uint64_t size) {
    if (!page_range_is(walk, virtual_address, size, true)) {
        return HAL_ERR_NOT_FOUND;
    }
    return make_border(walk, virtual_address) && make_border(walk, virtual_address + size)
               ? HAL_OK
               : HAL_ERR_NO_MEMORY;
}

hal_status page_range_unmap(const struct page_walk *walk, uint64_t virtual_address, uint64_t size) {
    const hal_status status = prepare_change(walk, virtual_address, size);
    if (status == HAL_OK) {
        page_walk_clear(walk, virtual_address, size, LEAVES_UNMAPPED);
    }
    return status;
}

hal_status page_range_protect(const struct page_walk *walk, uint64_t virtual_address, uint64_t size,
                              uint64_t rights) {
    const hal_status status = prepare_change(walk, virtual_address, size);
    if (status != HAL_OK) {
        return status;
    }
    for (uint64_t done = 0; done < size;) {
        uint64_t span;
        uint64_t *entry = page_walk_find(walk, virtual_address + done, &span);
        const uint64_t pat = span == PAGE_SMALL ? PAGE_ENTRY_PAT : PAGE_ENTRY_PAT_LARGE;
        *entry = (*entry & ~(PAGE_ENTRY_RIGHTS | pat)) | rights;
        walk->invalidate(virtual_address + done);
        done += span;
    }
    return HAL_OK;
}

static uint64_t *page_at(const struct page_walk *walk, uint64_t physical) {
    return (uint64_t *)(uintptr_t)(physical + walk->bias);
}

/* Pages that are taken but not mapped yet: each one's first word is the address of the next. */
struct chain {
    uint64_t first;
    uint64_t last;
};

/* Takes a page for each hole in the range, and tables for all of them. */
static bool take_pages(const struct page_walk *walk, uint64_t virtual_address, uint64_t size,
                       struct chain *chain) {
    for (uint64_t done = 0; done < size; done += PAGE_SMALL) {
        uint64_t span;
        if (page_walk_find(walk, virtual_address + done, &span) != NULL) {
            continue;
        }
        const uint64_t page = walk->allocate();
        if (page == 0) {
            return false;
        }
        *page_at(walk, page) = 0;
        if (chain->first == 0) {
            chain->first = page;
        } else {
            *page_at(walk, chain->last) = page;
        }
        chain->last = page;
        if (page_walk_make(walk, virtual_address + done, PAGE_SMALL) == NULL) {
            return false;
        }
    }
    return true;
}

static void give_back(const struct page_walk *walk, uint64_t page) {
    while (page != 0) {
        const uint64_t next = *page_at(walk, page);
        walk->release(page);
        page = next;
    }
}

/* Maps the pages of a chain, cleared, into the holes of the range, for which there are tables. */
static void put_pages(const struct page_walk *walk, uint64_t virtual_address, uint64_t page,
                      uint64_t rights) {
    for (uint64_t at = virtual_address; page != 0; at += PAGE_SMALL) {
        uint64_t *entry = page_walk_make(walk, at, PAGE_SMALL);
        if ((*entry & PAGE_ENTRY_PRESENT) == 0) {
            const uint64_t next = *page_at(walk, page);
            memset(page_at(walk, page), 0, PAGE_SMALL);
            *entry = page | PAGE_ENTRY_PRESENT | rights;
            page = next;
        }
    }
}

hal_status page_range_populate(const struct page_walk *walk, uint64_t virtual_address,
                               uint64_t size, uint64_t rights) {
    struct chain chain = {0, 0};
    if (!take_pages(walk, virtual_address, size, &chain)) {
        give_back(walk, chain.first);
        page_walk_clear(walk, virtual_address, size, LEAVES_STAY);
        return HAL_ERR_NO_MEMORY;
    }
    put_pages(walk, virtual_address, chain.first, rights);
    return HAL_OK;
}

/* Tables for all that will be mapped. */
static bool make_tables(const struct page_walk *walk, uint64_t from, uint64_t to, uint64_t size) {
    for (uint64_t done = 0; done < size;) {
        uint64_t span;
        if (page_walk_find(walk, from + done, &span) != NULL &&
            page_walk_make(walk, to + done, PAGE_SMALL) == NULL) {
            return false;
        }
        done += step_within(from + done, span, size - done);
    }
    return true;
}

/* Empties the entry of a mapped page and returns what it was. */
static uint64_t take_entry(const struct page_walk *walk, uint64_t *entry,
                           uint64_t virtual_address) {
    const uint64_t taken = *entry;
    *entry = 0;
    walk->invalidate(virtual_address);
    return taken;
}

hal_status page_range_move(const struct page_walk *walk, uint64_t from, uint64_t to,
                           uint64_t size) {
    if (!make_tables(walk, from, to, size)) {
        page_walk_clear(walk, to, size, LEAVES_STAY);
        return HAL_ERR_NO_MEMORY;
    }
    for (uint64_t done = 0; done < size;) {
        uint64_t from_span, to_span;
        uint64_t *source = page_walk_find(walk, from + done, &from_span);
        uint64_t *old = page_walk_find(walk, to + done, &to_span);
        if (old != NULL) {
            walk->release(take_entry(walk, old, to + done) & PAGE_ENTRY_ADDRESS);
        }
        if (source != NULL) {
            *page_walk_make(walk, to + done, PAGE_SMALL) = take_entry(walk, source, from + done);
        }
        const uint64_t left = size - done;
        const uint64_t step = step_within(from + done, from_span, left);
        const uint64_t other = step_within(to + done, to_span, left);
        done += step < other ? step : other;
    }
    page_walk_clear(walk, from, size, LEAVES_STAY);
    page_walk_clear(walk, to, size, LEAVES_STAY);
    return HAL_OK;
}
