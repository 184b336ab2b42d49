/*
 * test_kmalloc_random.c - the heap against a shadow table, with and without guards, with requests
 * for pages refused now and then.
 */
/* uses: c/mm/heap_guard.c c/mm/heap.c c/mm/heap_buddy.c c/mm/heap_check.c */
#include "heap_arena.h"
#include "mm/heap_guard.h"

#define BLOCKS 600u

struct shadow {
    unsigned char *bytes;
    size_t size;
    unsigned char fill;
};

struct model {
    struct heap heap;
    struct shadow blocks[BLOCKS];
    uint64_t state;
    uint64_t live;
    unsigned refused;
    bool guarded;
};

static uint64_t next_random(struct model *model) {
    model->state = model->state * 6364136223846793005u + 1442695040888963407u;
    return model->state >> 24;
}

static size_t random_size(struct model *model) {
    const uint64_t kind = next_random(model) % 1000;
    const uint64_t limit = kind < 700 ? 600 : kind < 900 ? 5000 : kind < 994 ? 70000 : 5 << 20;
    return 1 + (size_t)(next_random(model) % limit);
}

static void add_block(struct model *model, struct shadow *block) {
    const void *spoiled = NULL;
    block->size = random_size(model);
    arena_fail = next_random(model) % 50 == 0 ? 1 : 0;
    block->bytes = model->guarded ? heap_guard_alloc(&model->heap, block->size, &spoiled)
                                  : heap_alloc(&model->heap, block->size);
    arena_fail = 0;
    CHECK(spoiled == NULL);
    if (block->bytes == NULL) {
        model->refused++;
        return;
    }
    CHECK_EQ_U64((uintptr_t)block->bytes % 16, 0);
    CHECK(arena_is_filled(block->bytes, block->size, 0));
    block->fill = (unsigned char)next_random(model);
    memset(block->bytes, block->fill, block->size);
    model->live++;
}

static void remove_block(struct model *model, struct shadow *block) {
    CHECK(arena_is_filled(block->bytes, block->size, block->fill));
    CHECK_EQ_U64(model->guarded ? heap_guard_free(&model->heap, block->bytes)
                                : heap_free(&model->heap, block->bytes),
                 HEAP_FREED);
    block->bytes = NULL;
    model->live--;
}

static void check_model(const struct model *model) {
    CHECK(model->guarded ? heap_guard_is_sound(&model->heap) : heap_is_sound(&model->heap));
    const struct heap_stats stats = heap_get_stats(&model->heap);
    CHECK_EQ_U64(stats.blocks, model->live);
    CHECK_EQ_U64(stats.pages_held, arena_out);
}

static void run_model(bool guarded, unsigned steps) {
    static struct model model;
    memset(&model, 0, sizeof model);
    model.guarded = guarded;
    model.state = 20240101;
    arena_heap(&model.heap, ARENA_PAGES - 300, guarded ? heap_guard_fill : NULL);
    for (unsigned step = 0; step < steps; step++) {
        struct shadow *block = &model.blocks[next_random(&model) % BLOCKS];
        if (block->bytes == NULL) {
            add_block(&model, block);
        } else {
            remove_block(&model, block);
        }
        if (step % (guarded ? 5000 : 500) == 0) {
            check_model(&model);
        }
    }
    CHECK(model.refused > 0);
    CHECK(model.refused < steps / 4);
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (model.blocks[i].bytes != NULL) {
            remove_block(&model, &model.blocks[i]);
        }
    }
    check_model(&model);
    CHECK(arena_out * HEAP_PAGE <= HEAP_IDLE_MAX + HEAP_CLASS_COUNT * HEAP_GRANULE);
}

UNIT_TEST(heap_random, "150,000 random steps keep every block's contents and the heap sound") {
    run_model(false, 150000);
}

UNIT_TEST(heap_random_guarded, "50,000 random steps between guards find nothing wrong") {
    run_model(true, 50000);
}
