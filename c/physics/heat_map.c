/*
 * heat_map.c - SEE-HEAT: the text of a definition, and before each line how often it was executed.
 *
 * Every instruction of a path is executed as often as the path is taken, less what THROWs have cut off and what is paid
 * for and comes later. Between two branches the count is the same, so a line of the listing, which branches begin
 * and end, has one.
 */
#include "forth/clock.h"
#include "forth/console.h"
#include "forth/decompile.h"
#include "forth/text_interpreter.h"
#include "forth/thread.h"
#include "forth/throw.h"
#include "hal/hal_memory.h"
#include "physics/cuts.h"
#include "physics/heat.h"
#include "physics/word_table.h"
#include "shared/format.h"

#define BAR_MAX 20u

struct map {
    struct vm *vm;
    uint64_t first, end;
    uint64_t *times; /* for each cell */
    uint64_t most;   /* of these */
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

/* Takes off what THROWs have kept from being executed. */
static void map_cuts(const struct map *map) {
    const struct cuts *cuts = &map->vm->physics->cuts;
    for (uint32_t i = 0; i < cuts->size; i++) {
        map_path(map, cuts->table[i].ip, -cuts->table[i].times);
    }
}

static void find_most(struct map *map) {
    for (uint64_t i = 0; i < (map->end - map->first) / CELL; i++) {
        map->most = map->times[i] > map->most ? map->times[i] : map->most;
    }
}

/* How often, and a bar: as long as its share of the most, and visible if it was at all. */
static void say_times(void *context, uint64_t at) {
    const struct map *map = context;
    const uint64_t times = map->times[(at - map->first) / CELL];
    const uint64_t length = times == 0 ? 0 : 1 + muldiv(times, BAR_MAX - 1, map->most);
    format(console_sink, NULL, "%20lu  ", times);
    for (uint32_t i = 0; i < BAR_MAX; i++) {
        console_char(i < length ? '#' : ' ');
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
    map_cuts(&map);
    find_most(&map);
    console_fresh_line();
    console_text(": ");
    size_t size;
    const char *name = dictionary_name(vm, xt, &size);
    console_bytes(name, size);
    decompile(vm, map.first, map.end, say_times, &map);
    console_char('\n');
    if (vm->physics->cuts.lost != 0) {
        format(
            console_sink, NULL,
            "In this VM %lu executions were cut short by a THROW at places that were not noted.\n",
            vm->physics->cuts.lost);
    }
    hal_mem_free(map.times);
    return 0;
}
