/*
 * cuts.c - where THROWs have cut paths short: a hash table with open addressing, as large as it has to be.
 */
#include "physics/cuts.h"

#include "hal/hal_memory.h"
#include "physics/physics.h"

enum { SIZE_LEAST = 16, SIZE_MOST = 1024 };

/* The entry of `ip`, or the free one where it belongs. There is a free one. */
static struct cut *find(const struct cuts *cuts, uint64_t ip) {
    uint32_t i = (uint32_t)(ip / CELL * UINT64_C(0x9e3779b97f4a7c15) >> 32);
    for (;; i++) {
        struct cut *cut = &cuts->table[i & (cuts->size - 1)];
        if (cut->ip == ip || cut->ip == 0) {
            return cut;
        }
    }
}

static void add(struct cuts *cuts, struct cut what) {
    struct cut *cut = find(cuts, what.ip);
    cuts->count += cut->ip == 0;
    cut->ip = what.ip;
    cut->times += what.times;
}

/* Makes a table of that size, without the entries in [from, end). False when there is no memory. */
static bool rebuild(struct cuts *cuts, uint32_t size, uint64_t from, uint64_t end) {
    struct cuts fresh = {.size = size, .lost = cuts->lost};
    fresh.table = hal_mem_alloc(size * sizeof *fresh.table);
    if (fresh.table == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < cuts->size; i++) {
        const struct cut cut = cuts->table[i];
        if (cut.ip != 0 && (cut.ip < from || cut.ip >= end)) {
            add(&fresh, cut);
        }
    }
    hal_mem_free(cuts->table);
    *cuts = fresh;
    return true;
}

static bool has_room(struct cuts *cuts) {
    if (cuts->count < cuts->size / 4 * 3) {
        return true;
    }
    const uint32_t size = cuts->size == 0 ? SIZE_LEAST : cuts->size * 2;
    return size <= SIZE_MOST && rebuild(cuts, size, 0, 0);
}

void cuts_add(struct vm *vm, uint64_t ip) {
    struct cuts *cuts = &vm->physics->cuts;
    if (!dictionary_has_code(&vm->own, ip) && !dictionary_has_code(&base_image.dictionary, ip)) {
        return; /* a thread of the engine, which no definition is */
    }
    if ((cuts->size != 0 && find(cuts, ip)->ip == ip) || has_room(cuts)) {
        add(cuts, (struct cut){.ip = ip, .times = 1});
    } else {
        cuts->lost++;
    }
}

void cuts_forget(struct vm *vm, uint64_t code) {
    struct cuts *cuts = &vm->physics->cuts;
    if (cuts->count != 0 && !rebuild(cuts, cuts->size, code, vm->own.code + vm->own.code_used)) {
        for (uint32_t i = 0; i < cuts->size; i++) {
            cuts->lost += cuts->table[i].times;
        }
        cuts_end(vm);
    }
}

void cuts_end(struct vm *vm) {
    struct cuts *cuts = &vm->physics->cuts;
    hal_mem_free(cuts->table);
    *cuts = (struct cuts){.lost = cuts->lost};
}
