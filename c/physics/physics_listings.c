/*
 * physics_listings.c - the physics as tables for a person: .PHYSICS .HEAT .WINDOW .TRANSITIONS SEE-HEAT.
 */
#include "forth/clock.h"
#include "forth/console.h"
#include "forth/text_interpreter.h"
#include "forth/thread.h"
#include "forth/throw.h"
#include "hal/hal_memory.h"
#include "physics/heat.h"
#include "physics/transitions.h"
#include "physics/window.h"
#include "physics/word_table.h"
#include "primitives.h"
#include "shared/format.h"

#define LINES_MAX 4096u
#define BAR_MAX   32u

static void say_word(struct vm *vm, uint32_t word) {
    size_t size;
    const char *name = word_table_name(vm, word, &size);
    console_bytes(name, size);
}

/* Part of the whole in thousandths. */
static uint64_t thousandths(uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : muldiv(part < whole ? part : whole, 1000, whole);
}

static void say_percent(uint64_t part, uint64_t whole) {
    const uint64_t share = thousandths(part, whole);
    format(console_sink, NULL, "%3lu.%lu%%", share / 10, share % 10);
}

/* ---- .PHYSICS ---- */

static void say_loop(const struct physics *physics, enum physics_loop loop, const char *name) {
    format(console_sink, NULL, "  %-12s %-4s", name, (physics->loops & loop) != 0 ? "on" : "off");
}

/* ( -- ) */
int word_dot_physics(struct vm *vm) {
    const struct physics *p = vm->physics;
    if (p == NULL) {
        return THROW_UNSUPPORTED;
    }
    console_fresh_line();
    format(console_sink, NULL,
           "%lu words since the reset, %lu heartbeats, %lu of them incomplete for want of memory\n",
           physics_now(vm), p->beats, p->missed);
    say_loop(p, PHYSICS_HEAT, "heat");
    console_text("counts of every word, exact\n");
    say_loop(p, PHYSICS_WINDOW, "window");
    format(console_sink, NULL, "the last %lu words\n", p->knob[KNOB_WINDOW]);
    say_loop(p, PHYSICS_DECAY, "decay");
    format(console_sink, NULL, "half-life %lu words\n", p->half_life);
    say_loop(p, PHYSICS_TRANSITIONS, "transitions");
    format(console_sink, NULL, "%lu pairs (%lu lost), %lu of %lu predictions right: ", p->pairs,
           p->pairs_lost, p->hits, p->predictions);
    say_percent(p->hits, p->predictions);
    console_char('\n');
    say_loop(p, PHYSICS_WIDTH, "width");
    format(console_sink, NULL, "%u words are looked at\n", p->width);
    say_loop(p, PHYSICS_SLOPE, "slope");
    format(console_sink, NULL,
           "%lu lines (%lu times nothing had changed), the last %s with r2 0.%03lu\n",
           p->slope.fits, p->slope.skipped, p->slope.falls ? "falls" : "does not fall",
           thousandths(p->slope.r2, 1 << 16) % 1000);
    say_loop(p, PHYSICS_HEARTBEAT, "heartbeat");
    format(console_sink, NULL, "every %lu words; the last two intervals differ by ", p->interval);
    say_percent(p->distance, UINT64_C(1) << 33);
    console_char('\n');
    return 0;
}

/* ---- .HEAT ---- */

/* Whether a is hotter than b, or as hot and executed more often, or of the lower number. */
static bool is_before(struct vm *vm, uint64_t now, uint32_t a, uint32_t b) {
    const struct word_heat *one = heat_of(vm, a), *other = heat_of(vm, b);
    const int order = heat_compare(heat_at(vm, one, now), heat_at(vm, other, now));
    if (order != 0) {
        return order > 0;
    }
    return one->count != other->count ? one->count > other->count : a < b;
}

/* The `most` hottest words that were executed, the hottest first. Returns how many. */
static uint32_t sort_hottest(struct vm *vm, uint32_t *best, uint32_t most, uint64_t *sum) {
    uint32_t count = 0;
    const uint32_t end = word_table_end(vm);
    const uint64_t now = physics_time(vm);
    *sum = 0;
    for (uint32_t i = 0; i < end; i++) {
        if (heat_of(vm, i)->count == 0) {
            continue;
        }
        *sum += heat_of(vm, i)->count;
        uint32_t at = count < most ? count++ : most;
        while (at > 0 && is_before(vm, now, i, best[at - 1])) {
            if (at < most) {
                best[at] = best[at - 1];
            }
            at--;
        }
        if (at < most) {
            best[at] = i;
        }
    }
    return count;
}

/* A table of `size` numbers for the lines that are asked for; NULL when there is no memory. */
static uint32_t *lines_for(struct vm *vm, uint64_t *lines) {
    *lines = vm_pop(vm);
    *lines = *lines > LINES_MAX ? LINES_MAX : *lines;
    return hal_mem_alloc((*lines + 1) * sizeof(uint32_t));
}

/* ( u -- ) */
int word_dot_heat(struct vm *vm) {
    uint64_t lines;
    uint32_t *best = lines_for(vm, &lines);
    if (vm->physics == NULL || best == NULL || !heat_exact(vm)) {
        hal_mem_free(best);
        return vm->physics == NULL ? THROW_UNSUPPORTED : THROW_NO_MEMORY;
    }
    uint64_t sum;
    const uint32_t count = sort_hottest(vm, best, (uint32_t)lines, &sum);
    console_fresh_line();
    console_text("          executions   share                  heat  word\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct word_heat *record = heat_of(vm, best[i]);
        format(console_sink, NULL, "%20lu  ", record->count);
        say_percent(record->count, sum);
        format(console_sink, NULL, "  %20lu  ", heat_at(vm, record, physics_time(vm)).whole);
        say_word(vm, best[i]);
        console_char('\n');
    }
    heat_exact_end(vm);
    hal_mem_free(best);
    return 0;
}

/* ---- .WINDOW ---- */

struct line {
    struct vm *vm;
    bool begun;
};

static void say_next(void *context, uint32_t word) {
    struct line *line = context;
    if (line->begun) {
        console_char(' ');
    }
    line->begun = true;
    say_word(line->vm, word);
}

/* ( u -- ) */
int word_dot_window(struct vm *vm) {
    const uint64_t lines = vm_pop(vm);
    if (vm->physics == NULL) {
        return THROW_UNSUPPORTED;
    }
    struct line line = {.vm = vm};
    console_fresh_line();
    if (window_give(vm, lines < LINES_MAX ? (uint32_t)lines : LINES_MAX, say_next, &line) != 0) {
        console_char('\n');
    }
    return 0;
}

/* ---- .TRANSITIONS ---- */

/* ( u -- ) */
int word_dot_transitions(struct vm *vm) {
    uint64_t lines;
    uint32_t *best = lines_for(vm, &lines);
    if (vm->physics == NULL || best == NULL || !transitions_ready(vm)) {
        hal_mem_free(best);
        return vm->physics == NULL ? THROW_UNSUPPORTED : THROW_NO_MEMORY;
    }
    const struct transition *table = transitions_table(vm);
    uint32_t count = 0;
    for (uint32_t i = 0; i < TRANSITIONS_MAX; i++) {
        uint32_t at = count < lines ? count : (uint32_t)lines;
        if (table[i].count == 0) {
            continue;
        }
        count += count < lines;
        while (at > 0 && table[i].count > table[best[at - 1]].count) {
            best[at] = best[at - 1];
            at--;
        }
        best[at] = i;
    }
    console_fresh_line();
    console_text("               times  foretold  words\n");
    for (uint32_t i = 0; i < count; i++) {
        const struct transition *pair = table + best[i];
        const struct word_heat *from = heat_of(vm, pair->from);
        format(console_sink, NULL, "%20lu  %-8s  ", pair->count,
               from->next_count != 0 && from->next == pair->to ? "yes" : "no");
        say_word(vm, pair->from);
        console_text("  ");
        say_word(vm, pair->to);
        console_char('\n');
    }
    hal_mem_free(best);
    return 0;
}

/* ---- SEE-HEAT ---- */

struct map {
    struct vm *vm;
    uint64_t first, end;
    uint64_t *times; /* for each cell */
};

/* Adds to all instructions from `at` to the end of the path. */
static void map_path(const struct map *map, uint64_t at, uint64_t times) {
    while (at >= map->first && at < map->end) {
        const struct thread_info info = thread_info(*(const uint64_t *)at);
        map->times[(at - map->first) / CELL] += times;
        if (info.ends || info.words == 0) {
            return;
        }
        at = thread_next(at, info);
    }
}

/* A bar as long as the logarithm of the number is great. */
static void say_bar(uint64_t times) {
    uint32_t length = times == 0 ? 0 : 1 + (log2_fixed(times) >> 16);
    length = length < BAR_MAX ? length : BAR_MAX;
    for (uint32_t i = 0; i < BAR_MAX; i++) {
        console_char(i < length ? '#' : ' ');
    }
}

static void say_map(const struct map *map) {
    uint32_t words[WORDS_AT_ONCE];
    for (uint64_t at = map->first; at < map->end;) {
        const uint64_t *cell = (const uint64_t *)at;
        const struct thread_info info = thread_info(cell[0]);
        const uint64_t times = map->times[(at - map->first) / CELL];
        const unsigned count = word_table_at(map->vm, at, info, words);
        if (count == 0) {
            return;
        }
        format(console_sink, NULL, "%20lu  ", times);
        say_bar(times);
        console_text("  ");
        for (unsigned i = 0; i < count; i++) {
            say_word(map->vm, words[i]);
            console_char(' ');
        }
        if (cell[0] != (uint64_t)prim_call && info.operands == 1) {
            format(console_sink, NULL, "%ld", (int64_t)cell[1]);
        }
        console_char('\n');
        at = thread_behind(at, info);
    }
}

/* ( "name" -- ) */
int word_see_heat(struct vm *vm) {
    uint32_t xt;
    const int code = parse_word(vm, &xt);
    if (code != 0) {
        return code;
    }
    const struct word *word = dictionary_word(vm, xt);
    if (vm->physics == NULL || word->kind != WORD_COLON) {
        return vm->physics == NULL ? THROW_UNSUPPORTED : THROW_NOT_COLON;
    }
    struct map map = {.vm = vm, .first = word->arg, .end = word->code_end};
    map.times = hal_mem_alloc(map.end - map.first);
    if (map.times == NULL || !heat_settle(vm)) {
        hal_mem_free(map.times);
        return THROW_NO_MEMORY;
    }
    const struct dictionary *of = dictionary_is_own(vm, xt) ? &vm->own : &base_image.dictionary;
    const struct path *paths = (const struct path *)of->paths;
    for (uint32_t i = of->first_path; i < of->end_path; i++) {
        if (paths[i - of->first_path].word == xt) {
            map_path(&map, word_table_path(vm, i), heat_path_count(vm, i));
        }
    }
    struct clock_place place = {0};
    while (clock_next_place(vm, &place)) {
        map_path(&map, place.ip, (uint64_t)-1);
    }
    console_fresh_line();
    say_map(&map);
    hal_mem_free(map.times);
    return 0;
}
