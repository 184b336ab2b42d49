/*
 * exhaustion.c - include/hal/hal_memory.h and hal_space.h: all memory used up, and given back.
 */
#include "hal/hal_memory.h"
#include "hal/hal_space.h"
#include "hal_test.h"

#define PAGE        UINT64_C(4096)
#define CHUNK_PAGES 64u
#define SINGLES     65536u /* pages that fragmentation may leave beside the chunks */
#define MIB         (UINT64_C(1) << 20)

struct link {
    struct link *next;
};

static void heap(void) {
    const struct hal_mem_stats before = hal_mem_get_stats();
    struct link *chain = NULL, *block;
    uint64_t blocks = 0;
    while ((block = hal_mem_alloc(MIB - 4096)) != NULL) {
        block->next = chain;
        chain = block;
        blocks++;
    }
    const uint64_t left = hal_mem_get_stats().free_pages;
    while (chain != NULL) {
        block = chain->next;
        hal_mem_free(chain);
        chain = block;
    }
    CHECK(hal_mem_check());
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
    /* a machine whose memory is in few pieces gives nearly all of it */
    CHECK(blocks * (MIB / PAGE) + left + before.total_pages / 8 >= before.free_pages);
    block = hal_mem_alloc(MIB);
    CHECK(block != NULL);
    hal_mem_free(block);
}

/* Gives back what the array lists: chunks first, then single pages. */
static void give_back(const uint64_t *taken, uint64_t chunks, uint64_t singles) {
    for (uint64_t i = 0; i < chunks; i++) {
        hal_mem_free_pages(taken[i], CHUNK_PAGES);
    }
    for (uint64_t i = 0; i < singles; i++) {
        hal_mem_free_pages(taken[chunks + i], 1);
    }
}

static void pages(void) {
    uint64_t slot, value;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    const struct hal_mem_stats outside = hal_mem_get_stats();
    const uint64_t room = outside.free_pages / CHUNK_PAGES + SINGLES;
    uint64_t *taken = hal_mem_alloc(room * sizeof *taken);
    CHECK(taken != NULL);
    const struct hal_mem_stats before = hal_mem_get_stats();
    uint64_t chunks = 0, singles = 0;
    while (chunks < room && (taken[chunks] = hal_mem_alloc_pages(CHUNK_PAGES)) != 0) {
        chunks++;
    }
    while (chunks + singles < room && (taken[chunks + singles] = hal_mem_alloc_pages(1)) != 0) {
        singles++;
    }
    const uint64_t left = hal_mem_get_stats().free_pages;
    const bool no_heap = hal_mem_alloc(1000000) == NULL;
    const hal_status no_space = hal_space_commit(slot, PAGE);
    const bool no_page = !probe_read(slot, &value);
    give_back(taken, chunks, singles);
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
    hal_mem_free(taken);
    CHECK_EQ(left, 0);
    CHECK_EQ(chunks * CHUNK_PAGES + singles, before.free_pages);
    CHECK(no_heap);
    CHECK_EQ(no_space, HAL_ERR_NO_MEMORY);
    CHECK(no_page);
    CHECK_EQ(hal_space_commit(slot, PAGE), HAL_OK);
    hal_space_destroy(slot);
    CHECK(hal_mem_check());
}

/* A VM that asks for more than there is gets nothing, and the machine has lost nothing. */
static void space(void) {
    uint64_t slot, value;
    CHECK_EQ(hal_space_create(&slot), HAL_OK);
    CHECK_EQ(hal_space_commit(slot + PAGE, PAGE), HAL_OK);
    *(uint64_t *)(slot + PAGE) = 4711;
    const struct hal_mem_stats before = hal_mem_get_stats();
    const uint64_t too_much = (before.free_pages + 2) * PAGE;
    if (too_much > HAL_SPACE_SLOT_SIZE) {
        hal_space_destroy(slot);
        hal_test_skip("this machine has more memory than a slot has addresses");
        return;
    }
    CHECK_EQ(hal_space_commit(slot, too_much), HAL_ERR_NO_MEMORY);
    CHECK(hal_test_same_stats(hal_mem_get_stats(), before));
    CHECK(!probe_read(slot, &value));
    CHECK(!probe_read(slot + 2 * PAGE, &value));
    CHECK(probe_read(slot + PAGE, &value));
    CHECK_EQ(value, 4711);
    hal_space_destroy(slot);
}

const struct hal_test hal_exhaustion_tests[] = {
    {"full-heap", "the heap gives blocks until none is left, and takes them all back", heap},
    {"full-pages", "every free page can be had; then all say so, and afterwards all works", pages},
    {"full-space", "a VM that wants more than there is gets nothing and loses nothing", space},
    {NULL, NULL, NULL},
};
