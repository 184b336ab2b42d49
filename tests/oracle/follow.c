/*
 * follow.c - what the physics forget on purpose, the logs forget too.
 *
 * The linker sends the calls between the parts of the physics through here.
 */
#include <string.h>

#include "oracle.h"
#include "physics/heat.h"
#include "physics/word_table.h"

bool __real_physics_begin(struct vm *vm);
bool __wrap_physics_begin(struct vm *vm);
void __real_physics_end(struct vm *vm);
void __wrap_physics_end(struct vm *vm);
void __real_heat_forget(struct vm *vm, uint32_t xt, uint32_t path);
void __wrap_heat_forget(struct vm *vm, uint32_t xt, uint32_t path);
bool __real_heat_reset(struct vm *vm);
bool __wrap_heat_reset(struct vm *vm);
void __real_history_clear(struct vm *vm);
void __wrap_history_clear(struct vm *vm);

/* The builder of the dictionary, which has no physics, may have lain in the same place. */
bool __wrap_physics_begin(struct vm *vm) {
    oracle_end(vm);
    return __real_physics_begin(vm);
}

void __wrap_physics_end(struct vm *vm) {
    oracle_last(vm);
    oracle_end(vm);
    __real_physics_end(vm);
}

void __wrap_heat_forget(struct vm *vm, uint32_t xt, uint32_t path) {
    oracle_drain(vm, NULL);
    __real_heat_forget(vm, xt, path);
    struct log *log = oracle_of(vm);
    for (uint32_t word = word_table_of(xt); word < log->counts; word++) {
        log->count[WORD_FORGOTTEN] += log->count[word];
        log->count[word] = 0;
    }
    oracle_forget_callees(vm);
}

bool __wrap_heat_reset(struct vm *vm) {
    oracle_drain(vm, NULL);
    const bool done = __real_heat_reset(vm);
    if (done) {
        struct log *log = oracle_of(vm);
        memset(log->count, 0, log->counts * sizeof log->count[0]);
    }
    return done;
}

void __wrap_history_clear(struct vm *vm) {
    oracle_drain(vm, NULL);
    __real_history_clear(vm);
    oracle_of(vm)->last_count = 0;
}
