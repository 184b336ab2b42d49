/*
 * transitions.c - which word has followed which.
 *
 * Pairs lie in a hash table with a bounded search; when all places that a pair may take are taken, the pair
 * is lost, and counted as that. What is kept depends on the order of the pairs alone.
 */
#include "physics/transitions.h"

#include "physics/heat.h"
#include "physics/word_table.h"

#define COST_PAGE 5000 /* instructions to make one present: progress.h */
_Static_assert(TRANSITIONS_MAX * sizeof(struct transition) % VM_PAGE == 0, "it fills its pages");

static struct transition *table_of(const struct vm *vm) {
    return (struct transition *)vm->tables.transitions;
}

const struct transition *transitions_table(const struct vm *vm) {
    return table_of(vm);
}

enum progress_end transitions_ready_piece(struct vm *vm, int64_t *work) {
    uint32_t *committed = &vm->physics->committed_transitions;
    while (*committed<TRANSITIONS_MAX && * work> 0) {
        if (hal_space_commit((uint64_t)(table_of(vm) + *committed), VM_PAGE) != HAL_OK) {
            return PROGRESS_NO_MEMORY;
        }
        *committed += (uint32_t)(VM_PAGE / sizeof(struct transition));
        *work -= COST_PAGE;
    }
    return *committed < TRANSITIONS_MAX ? PROGRESS_MORE : PROGRESS_DONE;
}

bool transitions_ready(struct vm *vm) {
    int64_t work = WORK_ALL;
    return transitions_ready_piece(vm, &work) == PROGRESS_DONE;
}

static struct transition *place_of(const struct vm *vm, uint32_t from, uint32_t to) {
    const uint32_t hash = (from * 0x9e3779b1u) ^ (to * 0x85ebca6bu);
    for (uint32_t i = 0; i < TRANSITIONS_PROBE; i++) {
        struct transition *place = table_of(vm) + ((hash >> 16) + i) % TRANSITIONS_MAX;
        if (place->count == 0 || (place->from == from && place->to == to)) {
            return place;
        }
    }
    return NULL;
}

void transitions_count(struct vm *vm, uint32_t from, uint32_t to) {
    struct physics *physics = vm->physics;
    struct word_heat *record = heat_of(vm, from);
    if (record->next_count != 0) {
        physics->predictions++;
        physics->hits += record->next == to;
    }
    struct transition *place = place_of(vm, from, to);
    if (place == NULL) {
        physics->pairs_lost++;
        return;
    }
    physics->pairs += place->count == 0;
    *place = (struct transition){.from = from, .to = to, .count = place->count + 1};
    if (place->count > record->next_count) {
        record->next = to;
        record->next_count = place->count > UINT32_MAX ? UINT32_MAX : (uint32_t)place->count;
    }
}

/* A place is never freed, for others may lie behind it: its pair becomes one of forgotten words. */
void transitions_forget(struct vm *vm, uint32_t word) {
    if (vm->physics->pairs == 0) {
        return;
    }
    for (uint32_t i = 0; i < TRANSITIONS_MAX; i++) {
        struct transition *place = table_of(vm) + i;
        if (place->from >= word || place->to >= word) {
            place->from = place->to = WORD_FORGOTTEN;
        }
    }
    for (uint32_t i = 0; i < word && i < vm->physics->committed_words; i++) {
        struct word_heat *record = heat_of(vm, i);
        if (record->next >= word) {
            record->next_count = 0;
            record->next = 0;
        }
    }
}

void transitions_reset(struct vm *vm) {
    for (uint32_t i = 0; i < vm->physics->committed_transitions; i++) {
        table_of(vm)[i] = (struct transition){0};
    }
}
