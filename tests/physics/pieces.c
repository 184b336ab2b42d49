/*
 * pieces.c - does it matter in which pieces heartbeats are done, and who runs between them?
 *
 * The Linux program, but each piece of a heartbeat has a size drawn at random, down to a single step, and
 * after some the scheduler is told that something has happened, so that the VM leaves in the middle. With
 * `SEED` in the environment as the seed; 0: each heartbeat in one piece. Whatever a program prints must be
 * the same with all seeds. At the end it says how many pieces there were, and how often another VM was put on
 * in the middle of a heartbeat.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "arbiter/scheduler.h"
#include "physics/physics.h"

bool __real_physics_beat(struct vm *vm, int64_t work);
bool __wrap_physics_beat(struct vm *vm, int64_t work);

int __real_engine_run(struct vm *vm);
int __wrap_engine_run(struct vm *vm);

static uint64_t state, pieces, between;
static const struct vm *beating; /* the VM that was left in the middle of its heartbeat */

static uint64_t random_bits(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 16;
}

static void say(void) {
    fprintf(stderr, "pieces: %" PRIu64 ", others in between: %" PRIu64 "\n", pieces, between);
}

bool __wrap_physics_beat(struct vm *vm, int64_t work) {
    if (pieces++ == 0) {
        const char *seed = getenv("SEED");
        state = seed == NULL ? 1 : strtoull(seed, NULL, 10);
        atexit(say);
    }
    if (state == 0) {
        return __real_physics_beat(vm, WORK_ALL);
    }
    const uint64_t kind = random_bits() % 8;
    work = kind == 0 ? 1 : kind < 4 ? (int64_t)(1 + random_bits() % 500) : work;
    const bool over = __real_physics_beat(vm, work);
    if (!over && kind == 1) {
        scheduler_look();
    }
    beating = over ? NULL : vm;
    return over;
}

int __wrap_engine_run(struct vm *vm) {
    between += beating != NULL;
    return __real_engine_run(vm);
}
