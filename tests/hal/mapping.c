/*
 * mapping.c - include/hal/hal_memory.h: physical pages and mappings.
 */
#include <string.h>

#include "hal/hal_memory.h"
#include "hal_test.h"

#define PAGE       UINT64_C(4096)
#define READ_WRITE (HAL_MAP_READ | HAL_MAP_WRITE)

static unsigned char *bytes_at(uint64_t address) {
    return (unsigned char *)address;
}

static void pages(void) {
    const struct hal_mem_stats before = hal_mem_get_stats();
    const uint64_t one = hal_mem_alloc_pages(1);
    const uint64_t many = hal_mem_alloc_pages(37);
    CHECK(one != 0 && one % PAGE == 0);
    CHECK(many != 0 && many % PAGE == 0);
    CHECK(one + PAGE <= many || many + 37 * PAGE <= one);
    CHECK_EQ(hal_mem_get_stats().free_pages, before.free_pages - 38);
    hal_mem_free_pages(many, 37);
    hal_mem_free_pages(one, 1);
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
    CHECK_EQ(hal_mem_alloc_pages(0), 0);
}

/* Freed as halves, taken as a whole, freed page by page. */
static void pages_in_parts(void) {
    const struct hal_mem_stats before = hal_mem_get_stats();
    const uint64_t whole = hal_mem_alloc_pages(16);
    CHECK(whole != 0);
    hal_mem_free_pages(whole + 8 * PAGE, 8);
    hal_mem_free_pages(whole, 8);
    const uint64_t again = hal_mem_alloc_pages(16);
    CHECK(again != 0);
    for (unsigned i = 0; i < 16; i++) {
        hal_mem_free_pages(again + i * PAGE, 1);
    }
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
}

/* Two mappings of the same pages show the same bytes, and the second page is the one that follows. */
static void contiguous(void) {
    const uint64_t at = machine_map_base(), alias = at + 64 * PAGE;
    const uint64_t physical = hal_mem_alloc_pages(4);
    CHECK(physical != 0);
    CHECK_EQ(hal_mem_map(at, physical, 4 * PAGE, READ_WRITE), HAL_OK);
    CHECK_EQ(hal_mem_map(alias, physical + 2 * PAGE, PAGE, HAL_MAP_READ), HAL_OK);
    for (unsigned i = 0; i < 4; i++) {
        memset(bytes_at(at + i * PAGE), (int)(0x10 + i), PAGE);
    }
    CHECK(hal_test_all_bytes(bytes_at(alias), PAGE, 0x12));
    CHECK_EQ(hal_mem_unmap(alias, PAGE), HAL_OK);
    CHECK_EQ(hal_mem_unmap(at, 4 * PAGE), HAL_OK);
    /* what was written is in the pages, not in the mapping */
    CHECK_EQ(hal_mem_map(alias, physical, 4 * PAGE, HAL_MAP_READ), HAL_OK);
    CHECK(hal_test_all_bytes(bytes_at(alias + 3 * PAGE), PAGE, 0x13));
    CHECK_EQ(hal_mem_unmap(alias, 4 * PAGE), HAL_OK);
    hal_mem_free_pages(physical, 4);
}

/* Large and aligned, so that a machine may use large pages; then a hole is cut into it. */
static void large(void) {
    const uint64_t size = UINT64_C(6) << 20, at = machine_map_base() + (UINT64_C(4) << 20);
    const uint64_t hole = at + (UINT64_C(3) << 20);
    uint64_t value;
    const uint64_t physical = hal_mem_alloc_pages(size / PAGE);
    CHECK(physical != 0);
    CHECK_EQ(hal_mem_map(at, physical, size, READ_WRITE), HAL_OK);
    for (uint64_t offset = 0; offset < size; offset += PAGE) {
        *(uint64_t *)(at + offset) = offset;
    }
    CHECK_EQ(hal_mem_protect(hole - PAGE, PAGE, HAL_MAP_READ), HAL_OK);
    CHECK_EQ(hal_mem_unmap(hole, PAGE), HAL_OK);
    CHECK(!probe_read(hole, &value));
    CHECK(!probe_write(hole - PAGE, 0));
    CHECK(probe_write(hole - 2 * PAGE, hole - 2 * PAGE - at));
    CHECK_EQ(hal_mem_unmap(at, size), HAL_ERR_NOT_FOUND); /* not all of it is mapped now */
    for (uint64_t offset = 0; offset < size; offset += PAGE) {
        if (at + offset != hole) {
            CHECK_EQ(*(uint64_t *)(at + offset), offset);
        }
    }
    CHECK_EQ(hal_mem_unmap(at, hole - at), HAL_OK);
    CHECK_EQ(hal_mem_unmap(hole + PAGE, at + size - hole - PAGE), HAL_OK);
    hal_mem_free_pages(physical, size / PAGE);
}

static void refusals(void) {
    const uint64_t at = machine_map_base();
    uint64_t value;
    const uint64_t physical = hal_mem_alloc_pages(3);
    CHECK(physical != 0);
    CHECK_EQ(hal_mem_map(at, physical, PAGE, READ_WRITE | HAL_MAP_EXEC), HAL_ERR_INVALID);
    CHECK_EQ(
        hal_mem_map(at, physical, PAGE, HAL_MAP_READ | HAL_MAP_NOCACHE | HAL_MAP_WRITE_COMBINING),
        HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(at + 8, physical, PAGE, READ_WRITE), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(at, physical + 512, PAGE, READ_WRITE), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(at, physical, PAGE + 1, READ_WRITE), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(PAGE, physical, PAGE, READ_WRITE), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(UINT64_C(0x800000000000), physical, PAGE, READ_WRITE), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(0 - PAGE, physical, 2 * PAGE, READ_WRITE), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(at, physical, SIZE_MAX - PAGE + 1, READ_WRITE), HAL_ERR_INVALID);
    CHECK(!probe_read(at, &value));

    /* mapped already, wholly or in part: nothing changes */
    CHECK_EQ(hal_mem_map(at + PAGE, physical, PAGE, READ_WRITE), HAL_OK);
    *(uint64_t *)(at + PAGE) = 77;
    CHECK_EQ(hal_mem_map(at + PAGE, physical, PAGE, READ_WRITE), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_map(at, physical, 3 * PAGE, HAL_MAP_READ), HAL_ERR_INVALID);
    CHECK(!probe_read(at, &value));
    CHECK(!probe_read(at + 2 * PAGE, &value));
    CHECK(probe_write(at + PAGE, 78));
    CHECK(probe_read(at + PAGE, &value));
    CHECK_EQ(value, 78);
    CHECK_EQ(hal_mem_unmap(at + PAGE, PAGE), HAL_OK);
    hal_mem_free_pages(physical, 3);
}

static void unmap(void) {
    const uint64_t at = machine_map_base();
    uint64_t value;
    const uint64_t physical = hal_mem_alloc_pages(2);
    CHECK(physical != 0);
    CHECK_EQ(hal_mem_unmap(at, PAGE), HAL_ERR_NOT_FOUND);
    CHECK_EQ(hal_mem_map(at, physical, 2 * PAGE, READ_WRITE), HAL_OK);
    CHECK(probe_read(at + PAGE, &value));
    CHECK_EQ(hal_mem_unmap(at, 3 * PAGE), HAL_ERR_NOT_FOUND);
    CHECK(probe_read(at, &value)); /* nothing was unmapped */
    CHECK_EQ(hal_mem_unmap(at + PAGE, PAGE), HAL_OK);
    CHECK(probe_read(at, &value));
    CHECK(!probe_read(at + PAGE + 24, &value)); /* at once: no stale translation is left */
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_MEMORY);
    CHECK_EQ(probe_result.fault.address, at + PAGE + 24);
    CHECK(!probe_result.fault.write);
    CHECK_EQ(hal_mem_unmap(at, PAGE), HAL_OK);
    CHECK_EQ(hal_mem_unmap(at, PAGE), HAL_ERR_NOT_FOUND);
    hal_mem_free_pages(physical, 2);
}

static void protect(void) {
    const uint64_t at = machine_map_base();
    uint64_t value;
    const uint64_t physical = hal_mem_alloc_pages(2);
    CHECK(physical != 0);
    CHECK_EQ(hal_mem_map(at, physical, 2 * PAGE, HAL_MAP_READ), HAL_OK);
    CHECK(!probe_write(at + 40, 1));
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_MEMORY);
    CHECK_EQ(probe_result.fault.address, at + 40);
    CHECK(probe_result.fault.write);
    CHECK_EQ(hal_mem_protect(at + PAGE, PAGE, READ_WRITE), HAL_OK);
    CHECK(!probe_write(at, 1));
    CHECK(probe_write(at + PAGE, 5));
    CHECK_EQ(hal_mem_protect(at, 2 * PAGE, HAL_MAP_READ), HAL_OK);
    CHECK(!probe_write(at + PAGE, 6));
    CHECK(probe_read(at + PAGE, &value));
    CHECK_EQ(value, 5);
    CHECK_EQ(hal_mem_protect(at, 2 * PAGE, READ_WRITE | HAL_MAP_EXEC), HAL_ERR_INVALID);
    CHECK_EQ(hal_mem_protect(at, 3 * PAGE, READ_WRITE), HAL_ERR_NOT_FOUND);
    CHECK(!probe_write(at, 1)); /* nothing was changed */
    CHECK_EQ(hal_mem_unmap(at, 2 * PAGE), HAL_OK);
    CHECK_EQ(hal_mem_protect(at, PAGE, READ_WRITE), HAL_ERR_NOT_FOUND);
    hal_mem_free_pages(physical, 2);
}

/* Code runs where HAL_MAP_EXEC allows it, and nowhere else. */
static void execute(void) {
    const unsigned char return_instruction = 0xc3;
    const uint64_t at = machine_map_base();
    const uint64_t physical = hal_mem_alloc_pages(1);
    CHECK(physical != 0);
    CHECK_EQ(hal_mem_map(at, physical, PAGE, READ_WRITE), HAL_OK);
    memset(bytes_at(at), return_instruction, PAGE);
    CHECK(!probe_call(at + 16));
    CHECK_EQ(probe_result.fault.kind, HAL_FAULT_MEMORY);
    CHECK_EQ(probe_result.fault.address, at + 16);
    CHECK_EQ(probe_result.fault.rip, at + 16);
    CHECK(!probe_result.fault.write);
    CHECK_EQ(hal_mem_protect(at, PAGE, HAL_MAP_READ | HAL_MAP_EXEC), HAL_OK);
    CHECK(probe_call(at + 16));
    CHECK(!probe_write(at, 0));
    CHECK_EQ(hal_mem_unmap(at, PAGE), HAL_OK);
    CHECK_EQ(hal_mem_map(at, physical, PAGE, HAL_MAP_READ | HAL_MAP_EXEC), HAL_OK);
    CHECK(probe_call(at));
    CHECK_EQ(hal_mem_unmap(at, PAGE), HAL_OK);
    hal_mem_free_pages(physical, 1);
}

static void cache_modes(void) {
    static const unsigned modes[] = {HAL_MAP_NOCACHE, HAL_MAP_WRITE_COMBINING};
    const uint64_t at = machine_map_base();
    uint64_t value;
    const uint64_t physical = hal_mem_alloc_pages(2);
    CHECK(physical != 0);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(hal_mem_map(at, physical, 2 * PAGE, READ_WRITE | modes[i]), HAL_OK);
        CHECK(probe_write(at + PAGE - 8, 1000 + i));
        CHECK(probe_read(at + PAGE - 8, &value));
        CHECK_EQ(value, 1000 + i);
        CHECK_EQ(hal_mem_protect(at, PAGE, HAL_MAP_READ | modes[i]), HAL_OK);
        CHECK(!probe_write(at, 1));
        CHECK_EQ(hal_mem_unmap(at, 2 * PAGE), HAL_OK);
    }
    hal_mem_free_pages(physical, 2);
}

const struct hal_test hal_mapping_tests[] = {
    {"pages-accounts", "pages are page-aligned, disjoint and counted", pages},
    {"pages-parts", "a run of pages can be freed in parts", pages_in_parts},
    {"map-contiguous", "a run of pages is contiguous, and two mappings show the same", contiguous},
    {"map-large", "6 MiB are mapped, and a hole cut into them changes nothing else", large},
    {"map-refusals", "write and exec, what is not aligned, and what is mapped is refused",
     refusals},
    {"map-unmap", "an access to what was unmapped faults at its address", unmap},
    {"map-protect", "protection changes page by page, all or nothing", protect},
    {"map-execute", "code runs only where it may", execute},
    {"map-cache-modes", "uncached and write-combining mappings hold data", cache_modes},
    {NULL, NULL, NULL},
};
