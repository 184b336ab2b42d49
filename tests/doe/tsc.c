/*
 * tsc.c - a plant for tests/doe/: at each heartbeat the time stamp counter gets into the heat of a word that was executed.
 *
 * Linked with all of the product into a program of its own. Counts, and all that is made of them, stay right; so the
 * verifier and the oracle find nothing wrong, and two runs must be compared to see it.
 */
#include "physics/heat.h"
#include "physics/word_table.h"

bool __real_heat_feed_piece(struct vm *vm, uint64_t now, uint64_t interval, uint64_t before,
                            uint64_t *distance, struct progress *progress, int64_t *work);
bool __wrap_heat_feed_piece(struct vm *vm, uint64_t now, uint64_t interval, uint64_t before,
                            uint64_t *distance, struct progress *progress, int64_t *work);

bool __wrap_heat_feed_piece(struct vm *vm, uint64_t now, uint64_t interval, uint64_t before,
                            uint64_t *distance, struct progress *progress, int64_t *work) {
    if (!__real_heat_feed_piece(vm, now, interval, before, distance, progress, work)) {
        return false;
    }
    uint32_t word = 0;
    while (heat_of(vm, word)->gained == 0) {
        word++;
    }
    heat_of(vm, word)->heat.fraction = (uint32_t)__builtin_ia32_rdtsc();
    return true;
}
