/*
 * hash.c - numbers for the state of the physics: equal when that is.
 *
 * Each loop has one of its own, so that two runs that differ can be told apart by where they do. The hash of
 * all is that of these, of the configuration and of the virtual time.
 */
#include "physics/hash.h"

#include "physics/heat.h"
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

static void mix_word(void *hash, uint32_t word) {
    mix(hash, word);
}

static uint64_t hash_configuration(const struct vm *vm) {
    const struct physics *physics = vm->physics;
    uint64_t hash = 0;
    mix(&hash, physics->loops);
    mix(&hash, physics_now(vm));
    for (unsigned i = 0; i < KNOB_COUNT; i++) {
        mix(&hash, physics->knob[i]);
    }
    return hash;
}

/* The counts must be exact. */
static uint64_t hash_heat(const struct vm *vm) {
    const uint32_t end = word_table_end(vm);
    uint64_t hash = 0;
    for (uint32_t i = 0; i < end; i++) {
        const struct word_heat *record = heat_of(vm, i);
        if (record->count != 0) {
            mix(&hash, i);
            mix(&hash, record->count);
            mix(&hash, record->gained);
            mix(&hash, record->heat.whole);
            mix(&hash, record->heat.fraction);
        }
    }
    return hash;
}

static uint64_t hash_window(const struct vm *vm) {
    struct window_reader reader;
    int64_t work = WORK_ALL;
    uint64_t hash = 0;
    if ((vm->physics->loops & PHYSICS_WINDOW) == 0) {
        return 0;
    }
    window_begin(&reader, vm, (uint32_t)vm->physics->knob[KNOB_WINDOW]);
    (void)window_count_piece(&reader, &work);
    mix(&hash, reader.wanted);
    (void)window_give_piece(&reader, mix_word, &hash, &work);
    return hash;
}

static uint64_t hash_decay(const struct vm *vm) {
    const uint32_t end = word_table_end(vm);
    uint64_t hash = 0;
    mix(&hash, vm->physics->half_life);
    for (uint32_t i = 0; i < end; i++) {
        const struct word_heat *record = heat_of(vm, i);
        if (record->stamp != 0) {
            mix(&hash, i);
            mix(&hash, record->stamp);
        }
    }
    return hash;
}

static uint64_t hash_transitions(const struct vm *vm) {
    const struct physics *physics = vm->physics;
    const struct transition *table = transitions_table(vm);
    const uint32_t end = word_table_end(vm);
    const uint64_t items[] = {physics->predictions, physics->hits, physics->pairs,
                              physics->pairs_lost};
    uint64_t hash = 0;
    for (unsigned i = 0; i < sizeof items / sizeof items[0]; i++) {
        mix(&hash, items[i]);
    }
    for (uint32_t i = 0; i < TRANSITIONS_MAX && physics->pairs != 0; i++) {
        if (table[i].count != 0) {
            mix(&hash, (uint64_t)table[i].from << 32 | table[i].to);
            mix(&hash, table[i].count);
        }
    }
    for (uint32_t i = 0; i < end; i++) {
        const struct word_heat *record = heat_of(vm, i);
        if (record->next_count != 0) {
            mix(&hash, i);
            mix(&hash, (uint64_t)record->next_count << 32 | record->next);
        }
    }
    return hash;
}

/* Where each word was met last decides about the next distances. */
static uint64_t hash_width(const struct vm *vm) {
    const uint32_t end = word_table_end(vm);
    uint64_t hash = 0;
    mix(&hash, vm->physics->width);
    mix(&hash, vm->physics->seen);
    for (uint32_t i = 0; i < end; i++) {
        const struct word_heat *record = heat_of(vm, i);
        if (record->seen != 0) {
            mix(&hash, i);
            mix(&hash, record->seen);
        }
    }
    return hash;
}

static uint64_t hash_slope(const struct vm *vm) {
    const struct slope *slope = &vm->physics->slope;
    const uint64_t items[] = {slope->set_count, slope->count, slope->fits, slope->skipped,
                              slope->half_life, slope->r2,    slope->falls};
    uint64_t hash = 0;
    for (unsigned i = 0; i < sizeof items / sizeof items[0]; i++) {
        mix(&hash, items[i]);
    }
    for (uint32_t i = 0; i < slope->set_count; i++) {
        mix(&hash, slope->set[i]);
    }
    for (uint32_t i = 0; i < slope->count; i++) {
        mix(&hash, slope->time[i]);
        mix(&hash, slope->level[i]);
    }
    return hash;
}

static uint64_t hash_heartbeat(const struct vm *vm) {
    const struct physics *physics = vm->physics;
    const uint64_t items[] = {
        physics->last,     physics->before,   vm->next_beat - physics->origin_paid,
        physics->interval, physics->distance, physics->beats,
        physics->missed};
    uint64_t hash = 0;
    for (unsigned i = 0; i < sizeof items / sizeof items[0]; i++) {
        mix(&hash, items[i]);
    }
    return hash;
}

static uint64_t (*const loops[])(const struct vm *vm) = {
    hash_heat, hash_window, hash_decay, hash_transitions, hash_width, hash_slope, hash_heartbeat,
};
#define LOOPS (sizeof loops / sizeof loops[0])
_Static_assert(PHYSICS_ALL == (1u << LOOPS) - 1, "each loop has a hash");

bool physics_hash_of(struct vm *vm, uint32_t which, uint64_t *hash) {
    if (!heat_exact(vm)) {
        return false;
    }
    *hash = 0;
    for (unsigned i = 0; i < LOOPS; i++) {
        if ((which >> i & 1) != 0) {
            mix(hash, loops[i](vm));
        }
    }
    heat_exact_end(vm);
    return true;
}

bool physics_hash(struct vm *vm, uint64_t *hash) {
    if (!physics_hash_of(vm, PHYSICS_ALL, hash)) {
        return false;
    }
    mix(hash, hash_configuration(vm));
    return true;
}
