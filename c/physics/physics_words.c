/*
 * physics_words.c - the Forth words that read and set the physics of the VM that executes them.
 */
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "physics/hash.h"
#include "physics/heat.h"
#include "physics/hot_words.h"
#include "physics/word_table.h"
#include "primitives.h"

/* ( -- u ) */
int word_physics_hash(struct vm *vm) {
    if (vm->physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    uint64_t hash;
    if (!physics_hash(vm, &hash)) {
        return THROW_NO_MEMORY;
    }
    vm_push(vm, hash);
    return 0;
}

/* ( u -- u ) */
int word_physics_hash_of(struct vm *vm) {
    const uint64_t loops = vm_pop(vm);
    if (vm->physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (loops > PHYSICS_ALL) {
        return THROW_INVALID_ARGUMENT;
    }
    uint64_t hash;
    if (!physics_hash_of(vm, (uint32_t)loops, &hash)) {
        return THROW_NO_MEMORY;
    }
    vm_push(vm, hash);
    return 0;
}

/* ( -- ) */
int word_physics_reset(struct vm *vm) {
    return vm->physics == NULL ? THROW_UNSUPPORTED : physics_reset(vm) ? 0 : THROW_NO_MEMORY;
}

/* ( u -- ) */
int word_physics_store(struct vm *vm) {
    const uint64_t loops = vm_pop(vm);
    if (vm->physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (loops > PHYSICS_ALL) {
        return THROW_INVALID_ARGUMENT;
    }
    physics_set_loops(vm, (uint32_t)loops);
    return 0;
}

/* ( -- u ) */
int word_physics_fetch(struct vm *vm) {
    vm_push(vm, vm->physics == NULL ? 0 : vm->physics->loops);
    return 0;
}

/* ( u n -- ) */
int word_knob_store(struct vm *vm) {
    const uint64_t knob = vm_pop(vm), value = vm_pop(vm);
    if (vm->physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (knob >= KNOB_COUNT) {
        return THROW_INVALID_ARGUMENT;
    }
    return physics_set_knob(vm, (enum physics_knob)knob, value) == value ? 0 : THROW_BAD_KNOB;
}

/* ( n -- u ) */
int word_knob_fetch(struct vm *vm) {
    const uint64_t knob = vm_pop(vm);
    if (vm->physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (knob >= KNOB_COUNT) {
        return THROW_INVALID_ARGUMENT;
    }
    vm_push(vm, vm->physics->knob[knob]);
    return 0;
}

/* The record of the word on the stack, with exact counts until heat_exact_end. */
static int record_of(struct vm *vm, struct word_heat **record) {
    const uint64_t xt = vm_pop(vm);
    if (vm->physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (dictionary_word(vm, xt) == NULL) {
        return THROW_BAD_XT;
    }
    if (!heat_exact(vm)) {
        return THROW_NO_MEMORY;
    }
    *record = heat_of(vm, word_table_of((uint32_t)xt));
    return 0;
}

/* ( xt -- u ) */
int word_word_count(struct vm *vm) {
    struct word_heat *record;
    const int code = record_of(vm, &record);
    if (code == 0) {
        vm_push(vm, record->count);
        heat_exact_end(vm);
    }
    return code;
}

/* ( xt -- u ) */
int word_word_heat(struct vm *vm) {
    struct word_heat *record;
    const int code = record_of(vm, &record);
    if (code == 0) {
        heat_exact_end(vm);
        vm_push(vm, heat_at(vm, record, physics_time(vm)).whole);
    }
    return code;
}

/* ( flag -- ) */
int word_hot_words(struct vm *vm) {
    return hot_words_use(vm, vm_pop(vm) != 0) ? 0 : THROW_NO_MEMORY;
}

/* What one number tells of all words. */
struct totals {
    uint64_t words, executions, hottest;
    struct heat heat;
};

static bool total(struct vm *vm, struct totals *totals) {
    *totals = (struct totals){0};
    if (!heat_exact(vm)) {
        return false;
    }
    const uint32_t end = word_table_end(vm);
    const uint64_t now = physics_time(vm);
    for (uint32_t i = 0; i < end; i++) {
        const struct word_heat *record = heat_of(vm, i);
        const struct heat heat = heat_at(vm, record, now);
        totals->words += record->count != 0;
        totals->executions += record->count;
        totals->heat = heat_add(totals->heat, (int64_t)(heat.whole >> 1));
        totals->heat = heat_add(totals->heat, (int64_t)(heat.whole - (heat.whole >> 1)));
        totals->hottest = record->count > totals->hottest ? record->count : totals->hottest;
    }
    heat_exact_end(vm);
    return true;
}

/* ( n -- u ) The order is that of the names in bench/doe/metrics.py. */
int word_physics_metric(struct vm *vm) {
    const uint64_t which = vm_pop(vm);
    const struct physics *physics = vm->physics;
    struct totals totals;
    if (physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (!total(vm, &totals)) {
        return THROW_NO_MEMORY;
    }
    const uint64_t metrics[] = {
        physics_now(vm),          totals.executions,   totals.words,         totals.hottest,
        totals.heat.whole,        physics->beats,      physics->interval,    physics->distance,
        physics->half_life,       physics->width,      physics->predictions, physics->hits,
        physics->pairs,           physics->pairs_lost, physics->slope.fits,  physics->slope.skipped,
        physics->slope.half_life, physics->slope.r2,   physics->slope.falls, physics->missed,
    };
    if (which >= sizeof metrics / sizeof metrics[0]) {
        return THROW_INVALID_ARGUMENT;
    }
    vm_push(vm, metrics[which]);
    return 0;
}
