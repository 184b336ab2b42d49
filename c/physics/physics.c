/*
 * physics.c - what a VM knows of its own execution: the heartbeat, and the state as a whole.
 *
 * The seven loops are steps of the heartbeat, each of which may be off. A heartbeat comes at the first branch or call
 * after a number of words, so it finds the same state in every run.
 */
#include "physics/physics.h"

#include "forth/clock.h"
#include "forth/history.h"
#include "hal/hal_memory.h"
#include "physics/heat.h"
#include "physics/hot_words.h"
#include "physics/transitions.h"
#include "physics/width.h"
#include "physics/window.h"
#include "physics/word_table.h"

static const struct {
    uint64_t least, most, normal;
} knobs[KNOB_COUNT] = {
    [KNOB_WINDOW] = {WIDTH_LEAST, HISTORY_WORDS_MAX, 4096},
    [KNOB_HALF_LIFE] = {UINT64_C(1) << 16, UINT64_C(1) << 48, UINT64_C(1) << 26},
    [KNOB_BEAT] = {UINT64_C(1) << 16, UINT64_C(1) << 40, UINT64_C(1) << 23},
    [KNOB_BEAT_LEAST] = {UINT64_C(1) << 16, UINT64_C(1) << 40, UINT64_C(1) << 20},
    [KNOB_BEAT_MOST] = {UINT64_C(1) << 16, UINT64_C(1) << 40, UINT64_C(1) << 25},
};

/* ---- the configuration ---- */

/* From now on decay is another: what it was so far is applied first. */
static void set_decay(struct vm *vm, uint32_t loops, uint64_t half_life) {
    struct physics *physics = vm->physics;
    if (((loops ^ physics->loops) & PHYSICS_DECAY) != 0 || half_life != physics->half_life) {
        const uint64_t now = physics_time(vm);
        for (uint32_t i = 0; i < physics->committed_words; i++) {
            struct word_heat *record = heat_of(vm, i);
            record->heat = heat_at(vm, record, now);
            record->stamp = now;
        }
    }
    physics->loops = loops;
    physics->half_life = half_life;
}

void physics_set_loops(struct vm *vm, uint32_t loops) {
    loops &= PHYSICS_ALL;
    const bool width = (loops & PHYSICS_WIDTH) != 0;
    set_decay(vm, loops,
              (loops & PHYSICS_SLOPE) != 0 ? vm->physics->half_life
                                           : vm->physics->knob[KNOB_HALF_LIFE]);
    vm->physics->width = width ? vm->physics->width : (uint32_t)vm->physics->knob[KNOB_WINDOW];
}

uint64_t physics_set_knob(struct vm *vm, enum physics_knob knob, uint64_t value) {
    struct physics *physics = vm->physics;
    value = value < knobs[knob].least  ? knobs[knob].least
            : value > knobs[knob].most ? knobs[knob].most
                                       : value;
    switch (knob) {
    case KNOB_WINDOW:
        value = (value + WIDTH_LEAST - 1) / WIDTH_LEAST * WIDTH_LEAST;
        physics->width = (uint32_t)value;
        history_set_window(vm, value);
        if (value > physics->knob[knob]) {
            history_clear(
                vm); /* how much there is of what lies farther back depends on interrupts */
        }
        break;
    case KNOB_HALF_LIFE:
        set_decay(vm, physics->loops, value);
        break;
    case KNOB_BEAT:
    case KNOB_BEAT_LEAST:
    case KNOB_BEAT_MOST:
    case KNOB_COUNT:
        break;
    }
    physics->knob[knob] = value;
    return value;
}

/* ---- the beginning and the end ---- */

static void undone(struct vm *vm, uint64_t ip) {
    if (vm->physics != NULL) {
        heat_undo(vm, ip);
    }
}

static void forgotten(struct vm *vm, uint32_t xt, uint32_t path) {
    if (vm->physics != NULL) {
        heat_forget(vm, xt, path);
        transitions_forget(vm, word_table_of(xt));
        vm->physics->slope = (struct slope){0};
    }
}

static const struct history_listener listener = {.undone = undone, .forgotten = forgotten};

void physics_init(void) {
    word_table_init();
    history_listener = &listener;
}

/* Without heat nothing says whether the program changes. */
static bool adapts_heartbeat(uint32_t loops) {
    return (loops & PHYSICS_HEARTBEAT) != 0 && (loops & PHYSICS_HEAT) != 0;
}

static void start(struct vm *vm) {
    struct physics *physics = vm->physics;
    const bool adapts = adapts_heartbeat(physics->loops);
    physics->origin = clock_words(vm);
    physics->origin_paid = clock_paid(vm);
    physics->heartbeat.interval = physics->knob[adapts ? KNOB_BEAT_LEAST : KNOB_BEAT];
    vm->next_beat = physics->origin_paid + physics->heartbeat.interval;
    physics->width = (uint32_t)physics->knob[KNOB_WINDOW];
    physics->half_life = physics->knob[KNOB_HALF_LIFE];
    /* The engine may be on its way to a later date, and would not come past the arbiter before that. */
    if (vm->clock_target > (int64_t)vm->next_beat) {
        clock_set_target(vm, vm->next_beat);
    }
}

bool physics_begin(struct vm *vm) {
    vm->physics = hal_mem_alloc(sizeof *vm->physics);
    if (vm->physics == NULL) {
        return false;
    }
    vm->physics->loops = PHYSICS_ALL;
    for (unsigned i = 0; i < KNOB_COUNT; i++) {
        vm->physics->knob[i] = knobs[i].normal;
    }
    start(vm);
    return true;
}

void physics_end(struct vm *vm) {
    hal_mem_free(vm->physics);
    vm->physics = NULL;
}

bool physics_reset(struct vm *vm) {
    struct physics *physics = vm->physics;
    if (!heat_reset(vm)) {
        return false;
    }
    transitions_reset(vm);
    struct physics fresh = {.loops = physics->loops,
                            .committed_paths = physics->committed_paths,
                            .committed_words = physics->committed_words,
                            .committed_tokens = physics->committed_tokens,
                            .committed_transitions = physics->committed_transitions};
    for (unsigned i = 0; i < KNOB_COUNT; i++) {
        fresh.knob[i] = physics->knob[i];
    }
    *physics = fresh;
    start(vm);
    history_clear(vm);
    return true;
}

/* ---- the heartbeat ---- */

/* The signal of width.h for a window. */
static void reuse_distances(struct vm *vm, const uint32_t *words, uint16_t *values,
                            uint32_t count) {
    struct physics *physics = vm->physics;
    const uint64_t first = physics->seen + 1; /* 0 is never */
    for (uint32_t i = 0; i < count; i++) {
        struct word_heat *record = heat_of(vm, words[i]);
        values[i] = width_value(record->seen >= first ? first + i - record->seen : count);
        record->seen = first + i;
    }
    physics->seen += count;
}

static bool look_at_window(struct vm *vm) {
    struct physics *physics = vm->physics;
    const uint32_t width = physics->width;
    uint32_t *words = hal_mem_alloc(width * (sizeof(uint32_t) + sizeof(uint16_t)));
    if (words == NULL || !transitions_ready(vm)) {
        hal_mem_free(words);
        return false;
    }
    uint16_t *values = (uint16_t *)(words + width);
    const uint32_t count = window_read(vm, words, width);
    if ((physics->loops & PHYSICS_TRANSITIONS) != 0) {
        transitions_count(vm, words, count);
    }
    if ((physics->loops & PHYSICS_WIDTH) != 0 && count == width) {
        reuse_distances(vm, words, values, count);
        physics->width = width_adapt(values, width, (uint32_t)physics->knob[KNOB_WINDOW]);
    }
    hal_mem_free(words);
    return true;
}

/* The hottest words become the working set whose cooling is watched. */
static void choose_set(struct vm *vm, uint64_t interval) {
    struct slope *slope = &vm->physics->slope;
    const uint32_t end = word_table_end(vm);
    *slope = (struct slope){.fits = slope->fits,
                            .skipped = slope->skipped,
                            .half_life = slope->half_life,
                            .r2 = slope->r2,
                            .falls = slope->falls};
    for (uint32_t i = 0; i < end && slope->set_count < SLOPE_SET; i++) {
        if (heat_of(vm, i)->gained > interval / 32) {
            slope->set[slope->set_count++] = i;
        }
    }
}

static void look_at_slope(struct vm *vm, uint64_t now, uint64_t interval) {
    struct physics *physics = vm->physics;
    struct slope *slope = &physics->slope;
    uint64_t gained = 0;
    for (uint32_t i = 0; i < slope->set_count; i++) {
        gained += heat_of(vm, slope->set[i])->gained;
    }
    const uint64_t share =
        muldiv(gained < interval ? gained : interval, UINT64_C(1) << 20, interval);
    if (slope->set_count == 0 || share < 1 << 12) { /* nothing is left of it to be seen cooling */
        choose_set(vm, interval);
        return;
    }
    slope_add(slope, now, log2_fixed(share));
    if (slope->half_life != 0) {
        const uint64_t least = knobs[KNOB_HALF_LIFE].least, most = knobs[KNOB_HALF_LIFE].most;
        set_decay(vm, physics->loops,
                  slope->half_life < least  ? least
                  : slope->half_life > most ? most
                                            : slope->half_life);
    }
}

void physics_beat(struct vm *vm) {
    struct physics *physics = vm->physics;
    const uint32_t loops = physics->loops;
    const uint64_t paid = clock_paid(vm), now = paid - physics->origin_paid;
    const uint64_t interval = now - physics->last;
    bool complete = (loops & (PHYSICS_HEAT | PHYSICS_WINDOW)) == 0 || heat_settle(vm);
    if (complete && (loops & PHYSICS_HEAT) != 0) {
        heat_leave_out(vm);
        physics->distance = heat_feed(vm, now, interval, physics->before);
        heat_exact_end(vm);
        if ((loops & PHYSICS_SLOPE) != 0) {
            look_at_slope(vm, now, interval);
        }
    }
    if (complete && (loops & PHYSICS_WINDOW) != 0) {
        complete = look_at_window(vm);
    }
    if (complete && vm->hot_words_used && (loops & PHYSICS_HEAT) != 0) {
        hot_words_choose(vm, now);
    }
    physics->missed += !complete;
    if (!adapts_heartbeat(loops)) {
        physics->heartbeat.interval = physics->knob[KNOB_BEAT];
    } else {
        physics->heartbeat.interval =
            heartbeat_adapt(physics->heartbeat.interval, physics->distance,
                            physics->knob[KNOB_BEAT_LEAST], physics->knob[KNOB_BEAT_MOST]);
    }
    physics->beats++;
    physics->before = interval;
    physics->last = now;
    vm->next_beat = paid + physics->heartbeat.interval;
}

uint64_t physics_time(const struct vm *vm) {
    return clock_paid(vm) - vm->physics->origin_paid;
}

uint64_t physics_now(const struct vm *vm) {
    return clock_words(vm) - vm->physics->origin;
}

/* ---- the hash ---- */

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

static bool hash_window(const struct vm *vm, uint64_t *hash) {
    const uint32_t most = (uint32_t)vm->physics->knob[KNOB_WINDOW];
    uint32_t *words = hal_mem_alloc(most * sizeof *words);
    if (words == NULL) {
        return false;
    }
    const uint32_t count = window_read(vm, words, most);
    mix(hash, count);
    for (uint32_t i = 0; i < count; i++) {
        mix(hash, words[i]);
    }
    hal_mem_free(words);
    return true;
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
                              physics->heartbeat.interval,
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
    if ((vm->physics->loops & PHYSICS_WINDOW) != 0 && !hash_window(vm, &hash)) {
        return 0;
    }
    return hash != 0 ? hash : 1;
}
