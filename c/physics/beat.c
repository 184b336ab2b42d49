/*
 * beat.c - what a heartbeat does: the loops, one after the other, in pieces.
 *
 * Nothing takes the processor from C, and a heartbeat of a large program is long. So it is a list of steps,
 * each of which can stop and go on later. Meanwhile the VM does not run, and nobody else changes what is
 * looked at here: what comes out depends neither on the size of the pieces nor on what others do between
 * them.
 */
#include "physics/beat.h"

#include "forth/clock.h"
#include "hal/hal_memory.h"
#include "physics/heartbeat.h"
#include "physics/heat.h"
#include "physics/hot_words.h"
#include "physics/physics.h"
#include "physics/transitions.h"
#include "physics/width.h"
#include "physics/window.h"
#include "physics/word_table.h"

/* What steps cost, in instructions: progress.h. */
enum {
    COST_WORD = 25,
    COST_PAIR = 200,
    COST_DISTANCE = 100,
    COST_SLOPE = 4000,
    COST_MEMORY = 6000,
    COST_WIDTH = 18000
};

/* The window as it is gone through: no word of it needs to be kept. */
struct look {
    struct vm *vm;
    int64_t *work;
    struct window_reader reader;
    uint32_t before; /* the last word */
    uint32_t count;  /* words so far */
    struct width_values values;
};

static bool is_on(const struct vm *vm, uint32_t loop) {
    return (vm->physics->loops & loop) != 0;
}

/* ---- slope ---- */

/* A new working set is to be chosen: nothing is left of the other to be seen cooling. */
static void forget_set(struct slope *slope) {
    *slope = (struct slope){.fits = slope->fits,
                            .skipped = slope->skipped,
                            .half_life = slope->half_life,
                            .r2 = slope->r2,
                            .falls = slope->falls};
}

/* The hottest words become the working set whose cooling is watched. */
static bool choose_set(struct vm *vm, uint64_t interval, struct progress *progress, int64_t *work) {
    struct slope *slope = &vm->physics->slope;
    const uint32_t end = word_table_end(vm);
    while (*work > 0) {
        if (progress->next == end || slope->set_count == SLOPE_SET) {
            *progress = (struct progress){0};
            return true;
        }
        const uint32_t word = progress->next++;
        if (heat_of(vm, word)->gained > interval / 32) {
            slope->set[slope->set_count++] = word;
        }
        *work -= COST_WORD;
    }
    return false;
}

static enum beat_step look_at_slope(struct vm *vm, struct beat *beat) {
    struct physics *physics = vm->physics;
    struct slope *slope = &physics->slope;
    uint64_t gained = 0;
    for (uint32_t i = 0; i < slope->set_count; i++) {
        gained += heat_of(vm, slope->set[i])->gained;
    }
    const uint64_t share = muldiv(gained < beat->interval ? gained : beat->interval,
                                  UINT64_C(1) << 20, beat->interval);
    if (slope->set_count == 0 || share < 1 << 12) {
        forget_set(slope);
        return BEAT_CHOOSE;
    }
    slope_add(slope, beat->now, log2_fixed(share));
    beat->half_life = slope->half_life == 0 ? physics->half_life
                                            : physics_bounded(KNOB_HALF_LIFE, slope->half_life);
    return beat->half_life != physics->half_life ? BEAT_COOL : BEAT_LOOK;
}

/* ---- the window ---- */

/* The signal of width.h: how many words ago the word was met last. */
static void look_at_distance(struct look *look, uint32_t word) {
    struct word_heat *record = heat_of(look->vm, word);
    const uint64_t first = look->vm->physics->seen + 1; /* 0 is never */
    const uint64_t here = first + look->count;
    width_count(&look->values, look->count,
                width_value(record->seen >= first ? here - record->seen : look->values.width));
    record->seen = here;
}

static void look_at_word(void *context, uint32_t word) {
    struct look *look = context;
    if (is_on(look->vm, PHYSICS_TRANSITIONS) && look->count != 0) {
        transitions_count(look->vm, look->before, word);
        *look->work -= COST_PAIR;
    }
    if (is_on(look->vm, PHYSICS_WIDTH) && look->reader.wanted == look->values.width) {
        look_at_distance(look, word);
        *look->work -= COST_DISTANCE;
    }
    look->before = word;
    look->count++;
}

static bool begin_look(struct vm *vm, struct beat *beat) {
    const uint32_t width = vm->physics->width;
    struct look *look = hal_mem_alloc(sizeof *look);
    if (look == NULL) {
        return false;
    }
    look->vm = vm;
    look->values.width = width;
    window_begin(&look->reader, vm, width);
    beat->look = look;
    return true;
}

static void adapt_width(struct vm *vm, const struct look *look) {
    struct physics *physics = vm->physics;
    if (is_on(vm, PHYSICS_WIDTH) && look->count == look->values.width) {
        physics->seen += look->count;
        physics->width = width_adapt(&look->values, (uint32_t)physics->knob[KNOB_WINDOW]);
    }
}

void physics_beat_drop(struct vm *vm) {
    hal_mem_free(vm->physics->beat.look);
    vm->physics->beat = (struct beat){0};
}

/* ---- the steps ---- */

static enum beat_step begin(struct vm *vm, struct beat *beat) {
    beat->now = physics_time(vm);
    beat->interval = beat->now - vm->physics->last;
    return is_on(vm, PHYSICS_HEAT | PHYSICS_WINDOW) ? BEAT_SETTLE : BEAT_END;
}

static enum beat_step incomplete(struct beat *beat) {
    beat->incomplete = true;
    return BEAT_END;
}

static void end(struct vm *vm, const struct beat *beat) {
    struct physics *physics = vm->physics;
    physics->missed += beat->incomplete;
    physics->interval =
        physics_adapts_heartbeat(physics->loops)
            ? heartbeat_adapt(physics->interval, physics->distance, physics->knob[KNOB_BEAT_LEAST],
                              physics->knob[KNOB_BEAT_MOST])
            : physics->knob[KNOB_BEAT];
    physics->beats++;
    physics->before = beat->interval;
    physics->last = beat->now;
    vm->next_beat = physics->origin_paid + beat->now + physics->interval;
    physics_beat_drop(vm);
}

static enum beat_step memory_step(enum progress_end memory, struct beat *beat,
                                  enum beat_step next) {
    return memory == PROGRESS_MORE ? beat->step : memory == PROGRESS_DONE ? next : incomplete(beat);
}

/* The steps from counts to heat. */
static enum beat_step heat_step(struct vm *vm, struct beat *beat, int64_t *work) {
    struct physics *physics = vm->physics;
    switch (beat->step) {
    case BEAT_SETTLE:
        return memory_step(heat_settle_piece(vm, &beat->work, work), beat,
                           is_on(vm, PHYSICS_HEAT) ? BEAT_LEAVE_OUT : BEAT_LOOK);
    case BEAT_LEAVE_OUT:
        return heat_leave_out_piece(vm, &beat->work, work) ? BEAT_FEED : BEAT_LEAVE_OUT;
    case BEAT_FEED:
        if (!heat_feed_piece(vm, beat->now, beat->interval, physics->before, &beat->distance,
                             &beat->work, work)) {
            return BEAT_FEED;
        }
        physics->distance = beat->distance;
        return BEAT_TAKE_BACK;
    case BEAT_TAKE_BACK:
        return !heat_exact_end_piece(vm, &beat->work, work) ? BEAT_TAKE_BACK
               : is_on(vm, PHYSICS_SLOPE)                   ? BEAT_SLOPE
                                                            : BEAT_LOOK;
    case BEAT_SLOPE:
        *work -= COST_SLOPE;
        return look_at_slope(vm, beat);
    case BEAT_CHOOSE:
        return choose_set(vm, beat->interval, &beat->work, work) ? BEAT_LOOK : BEAT_CHOOSE;
    default: /* BEAT_COOL */
        if (!heat_cool_piece(vm, beat->now, &beat->work, work)) {
            return BEAT_COOL;
        }
        physics->half_life = beat->half_life;
        return BEAT_LOOK;
    }
}

/* Those of the window, and those behind it. */
static enum beat_step window_step(struct vm *vm, struct beat *beat, int64_t *work) {
    struct look *look = beat->look;
    switch (beat->step) {
    case BEAT_LOOK:
        *work -= COST_MEMORY;
        return !is_on(vm, PHYSICS_WINDOW) ? BEAT_HOT_WORDS
               : begin_look(vm, beat)     ? BEAT_PRESENT
                                          : incomplete(beat);
    case BEAT_PRESENT:
        return !is_on(vm, PHYSICS_TRANSITIONS)
                   ? BEAT_COUNT
                   : memory_step(transitions_ready_piece(vm, work), beat, BEAT_COUNT);
    case BEAT_COUNT:
        return window_count_piece(&look->reader, work) ? BEAT_WINDOW : BEAT_COUNT;
    case BEAT_WINDOW:
        look->work = work;
        if (!window_give_piece(&look->reader, look_at_word, look, work)) {
            return BEAT_WINDOW;
        }
        *work = 0; /* what follows is a piece by itself */
        return BEAT_WIDTH;
    case BEAT_WIDTH:
        adapt_width(vm, look);
        *work -= COST_WIDTH;
        return BEAT_HOT_WORDS;
    default: /* BEAT_HOT_WORDS */
        return vm->hot_words == NULL || !is_on(vm, PHYSICS_HEAT) ||
                       hot_words_choose_piece(vm, beat->now, &beat->work, work)
                   ? BEAT_END
                   : BEAT_HOT_WORDS;
    }
}

bool physics_beat(struct vm *vm, int64_t work) {
    struct beat *beat = &vm->physics->beat;
    do {
        if (beat->step == BEAT_NONE) {
            beat->step = begin(vm, beat);
        } else if (beat->step == BEAT_END) {
            end(vm, beat);
            return true;
        } else {
            beat->step =
                beat->step < BEAT_LOOK ? heat_step(vm, beat, &work) : window_step(vm, beat, &work);
        }
    } while (work > 0);
    return false;
}
