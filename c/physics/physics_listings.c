/*
 * physics_listings.c - the physics as tables for a person: .PHYSICS .HEAT .WINDOW .TRANSITIONS.
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
    format(console_sink, NULL, "every %lu words; the last two intervals differ by ",
           p->heartbeat.interval);
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

/* ( u -- ) */
int word_dot_window(struct vm *vm) {
    uint64_t lines;
    uint32_t *words = lines_for(vm, &lines);
    if (vm->physics == NULL || words == NULL) {
        hal_mem_free(words);
        return vm->physics == NULL ? THROW_UNSUPPORTED : THROW_NO_MEMORY;
    }
    const uint32_t count = lines == 0 ? 0 : window_read(vm, words, (uint32_t)lines);
    console_fresh_line();
    for (uint32_t i = 0; i < count; i++) {
        say_word(vm, words[i]);
        console_char(i + 1 < count ? ' ' : '\n');
    }
    hal_mem_free(words);
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
