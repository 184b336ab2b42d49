/*
 * hash.c - numbers for the state of the physics: equal when that is.
 */
#include "physics/heat.h"
#include "physics/physics.h"
#include "physics/transitions.h"
#include "physics/window.h"
#include "physics/word_table.h"

/* The finalizer of MurmurHash3 spreads every bit of an item over all bits of the sum. */
static void mix(uint64_t *hash, uint64_t item) {
    uint64_t x = *hash * UINT64_C(0x9e3779b97f4a7c15) + item;
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    *hash = x ^ x >> 33;
}

static void hash_words(struct vm *vm, uint64_t *hash) {
    const uint32_t end = word_table_end(vm);
    for (uint32_t i = 0; i < end; i++) {
        const struct word_heat *record = heat_of(vm, i);
        if (record->count != 0) {
            mix(hash, i);
            mix(hash, record->count);
            mix(hash, record->gained);
            mix(hash, record->stamp);
            mix(hash, record->heat.whole);
            mix(hash, record->heat.fraction);
            mix(hash, (uint64_t)record->next_count << 32 | record->next);
        }
    }
}

static void hash_transitions(const struct vm *vm, uint64_t *hash) {
    const struct transition *table = transitions_table(vm);
    for (uint32_t i = 0; i < TRANSITIONS_MAX && vm->physics->pairs != 0; i++) {
        if (table[i].count != 0) {
            mix(hash, (uint64_t)table[i].from << 32 | table[i].to);
            mix(hash, table[i].count);
        }
    }
}

static void mix_word(void *hash, uint32_t word) {
    mix(hash, word);
}

static void hash_window(const struct vm *vm, uint64_t *hash) {
    struct window_reader reader;
    int64_t work = WORK_ALL;
    window_begin(&reader, vm, (uint32_t)vm->physics->knob[KNOB_WINDOW]);
    (void)window_count_piece(&reader, &work);
    mix(hash, reader.wanted);
    (void)window_give_piece(&reader, mix_word, hash, &work);
}

static void hash_decisions(const struct vm *vm, uint64_t *hash) {
    const struct physics *physics = vm->physics;
    const struct slope *slope = &physics->slope;
    const uint64_t items[] = {physics->loops,
                              physics_now(vm),
                              physics->last,
                              physics->before,
                              vm->next_beat - physics->origin_paid,
                              physics->beats,
                              physics->missed,
                              physics->half_life,
                              physics->width,
                              physics->distance,
                              physics->interval,
                              physics->predictions,
                              physics->hits,
                              physics->pairs,
                              physics->pairs_lost,
                              slope->set_count,
                              slope->count,
                              slope->fits,
                              slope->skipped,
                              slope->half_life,
                              slope->r2,
                              slope->falls};
    for (unsigned i = 0; i < sizeof items / sizeof items[0]; i++) {
        mix(hash, items[i]);
    }
    for (unsigned i = 0; i < KNOB_COUNT; i++) {
        mix(hash, physics->knob[i]);
    }
    for (uint32_t i = 0; i < slope->count; i++) {
        mix(hash, slope->time[i]);
        mix(hash, slope->level[i]);
    }
}

uint64_t physics_hash(struct vm *vm) {
    uint64_t hash = 0;
    if (!heat_exact(vm)) {
        return 0;
    }
    hash_words(vm, &hash);
    heat_exact_end(vm);
    hash_decisions(vm, &hash);
    hash_transitions(vm, &hash);
    if ((vm->physics->loops & PHYSICS_WINDOW) != 0) {
        hash_window(vm, &hash);
    }
    return hash != 0 ? hash : 1;
}
