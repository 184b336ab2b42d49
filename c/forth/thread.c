/*
 * thread.c - how to read threaded code: what each primitive takes and where it may go on.
 *
 * A pair takes what its parts take, counts for as many words, and ends what its last part ends. The answers lie in
 * a table with a place for each 64 bytes of the engine, where a primitive may begin.
 */
#include "forth/thread.h"

#include "forth/pairs.h"
#include "forth/primitive_table.h"
#include "forth/vm.h"
#include "primitives.h"

#define PLACE 64u /* bytes: PRIM in asm/engine/engine.inc aligns to it */

struct reader {
    const char *primitive;
    uint8_t operands;
    bool ends;
};

/* Only what takes operands or ends; DOES> has its exit, and counter and price of its part behind it. */
static const struct reader readers[] = {
    {prim_lit, 1, false},         {prim_call, 1, false},        {prim_value, 1, false},
    {prim_defer, 1, false},       {prim_local_fetch, 1, false}, {prim_local_store, 1, false},
    {prim_local_drop, 1, false},  {prim_branch, 1, false},      {prim_branch_back, 3, true},
    {prim_zero_branch, 5, true},  {prim_of_branch, 5, true},    {prim_question_do, 5, true},
    {prim_loop, 5, true},         {prim_plus_loop, 5, true},    {prim_loop_79, 5, true},
    {prim_plus_loop_79, 5, true}, {prim_exit, 0, true},         {prim_does, 3, true},
};

/* What enters something without ending its path. */
static const char *const noters[] = {prim_call,     prim_defer,    prim_execute,   prim_catch,
                                     prim_evaluate, prim_included, prim_interpret, prim_quit};

/* Static threads alone name these. */
extern const char prim_catch_exit[], prim_source_exit[], prim_interpret_dispatch[], prim_finish[];
static const char *const enders[] = {prim_catch_exit, prim_source_exit, prim_interpret_dispatch,
                                     prim_finish};

static struct thread_info thread_table[THREAD_PLACES];

uint32_t thread_place(uint64_t primitive) {
    const uint64_t offset = primitive - (uint64_t)__start_engine_text;
    const bool inside = primitive < (uint64_t)__stop_engine_text && offset / PLACE < THREAD_PLACES;
    return inside && offset % PLACE == 0 ? (uint32_t)(offset / PLACE) : THREAD_PLACES;
}

static struct thread_info *place_of(uint64_t primitive) {
    const uint32_t place = thread_place(primitive);
    return place < THREAD_PLACES ? &thread_table[place] : NULL;
}

static void learn(const char *primitive) {
    const char *parts[PAIR_PARTS_MAX];
    const unsigned count = pairs_split(primitive, parts);
    struct thread_info info = {.words = (uint8_t)count};
    for (unsigned part = 0; part < count; part++) {
        for (unsigned i = 0; i < sizeof readers / sizeof readers[0]; i++) {
            if (readers[i].primitive == parts[part]) {
                info.operands += readers[i].operands;
                info.ends = readers[i].ends;
            }
        }
        for (unsigned i = 0; i < sizeof noters / sizeof noters[0]; i++) {
            info.notes = info.notes || noters[i] == parts[part];
        }
    }
    info.notes = info.notes || info.ends;
    if (primitive == prim_does) {
        info.words += 2; /* the setting of the part, and the exit */
    }
    *place_of((uint64_t)primitive) = info;
}

void thread_init(void) {
    for (unsigned i = 0; i < primitive_count; i++) {
        const struct primitive *line = &primitive_table[i];
        if (line->kind != PRIMITIVE_USER && line->kind != PRIMITIVE_FORTH) {
            learn((const char *)line->handler);
        }
    }
    for (unsigned i = 0; i < sizeof enders / sizeof enders[0]; i++) {
        *place_of((uint64_t)enders[i]) =
            (struct thread_info){.words = 1, .ends = true, .notes = true};
    }
}

struct thread_info thread_info(uint64_t primitive) {
    const struct thread_info *place = place_of(primitive);
    return place != NULL ? *place : (struct thread_info){.words = 0};
}

uint64_t thread_next(uint64_t at, struct thread_info info) {
    const uint64_t *cell = (const uint64_t *)at;
    return cell[0] == (uint64_t)prim_branch ? cell[1] : thread_behind(at, info);
}

uint64_t thread_primitive_of(uint64_t address) {
    const struct thread_info *place = place_of(address & ~(uint64_t)(PLACE - 1));
    while (place != NULL && place > thread_table && place->words == 0) {
        place--;
    }
    return place == NULL || place->words == 0
               ? 0
               : (uint64_t)__start_engine_text + (uint64_t)(place - thread_table) * PLACE;
}
