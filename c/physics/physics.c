/*
 * physics.c - what a VM knows of its own execution: its configuration, beginning and end.
 */
#include "physics/physics.h"

#include "forth/clock.h"
#include "forth/history.h"
#include "hal/hal_memory.h"
#include "physics/cuts.h"
#include "physics/heat.h"
#include "physics/hot_words.h"
#include "physics/transitions.h"
#include "physics/width.h"
#include "physics/word_table.h"

_Static_assert(WIDTH_MOST == HISTORY_WORDS_MAX, "width.h knows how wide a window may be");

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

uint64_t physics_bounded(enum physics_knob knob, uint64_t value) {
    return value < knobs[knob].least  ? knobs[knob].least
           : value > knobs[knob].most ? knobs[knob].most
                                      : value;
}

/* From now on decay is another: what it was so far is applied first. */
static void set_decay(struct vm *vm, uint32_t loops, uint64_t half_life) {
    struct physics *physics = vm->physics;
    if (((loops ^ physics->loops) & PHYSICS_DECAY) != 0 || half_life != physics->half_life) {
        struct progress progress = {0};
        int64_t work = WORK_ALL;
        (void)heat_cool_piece(vm, physics_time(vm), &progress, &work);
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
    value = physics_bounded(knob, value);
    switch (knob) {
    case KNOB_WINDOW:
        value = (value + WIDTH_LEAST - 1) / WIDTH_LEAST * WIDTH_LEAST;
        physics->width = (uint32_t)value;
        history_set_window(vm, value);
        if (value > physics->knob[knob]) {
            /* how much there is of what lies farther back depends on interrupts */
            history_clear(vm);
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
        cuts_add(vm, ip);
    }
}

static void forgotten(struct vm *vm, uint32_t xt, uint32_t path) {
    if (vm->physics != NULL) {
        heat_forget(vm, xt, path);
        if (path < vm->own.end_path) {
            cuts_forget(vm, word_table_path(vm, path));
        }
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
bool physics_adapts_heartbeat(uint32_t loops) {
    return (loops & PHYSICS_HEARTBEAT) != 0 && (loops & PHYSICS_HEAT) != 0;
}

static void start(struct vm *vm) {
    struct physics *physics = vm->physics;
    const bool adapts = physics_adapts_heartbeat(physics->loops);
    physics->origin = clock_words(vm);
    physics->origin_paid = clock_paid(vm);
    physics->interval = physics->knob[adapts ? KNOB_BEAT_LEAST : KNOB_BEAT];
    vm->next_beat = physics->origin_paid + physics->interval;
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
    if (vm->physics != NULL) {
        physics_beat_drop(vm);
        cuts_end(vm);
    }
    (void)hot_words_use(vm, false);
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
                            .committed_transitions = physics->committed_transitions,
                            .cuts = physics->cuts};
    for (unsigned i = 0; i < KNOB_COUNT; i++) {
        fresh.knob[i] = physics->knob[i];
    }
    *physics = fresh;
    start(vm);
    history_clear(vm);
    return true;
}

/* ---- time ---- */

uint64_t physics_time(const struct vm *vm) {
    return clock_paid(vm) - vm->physics->origin_paid;
}

uint64_t physics_now(const struct vm *vm) {
    return clock_words(vm) - vm->physics->origin;
}
