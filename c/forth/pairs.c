/*
 * pairs.c - which primitives the compiler may join, and what a joined one stands for.
 *
 * The table has some dozens of lines and is asked for each primitive that is compiled, so it is hashed by the
 * two addresses.
 */
#include "forth/pairs.h"

#include <stddef.h>
#include <stdint.h>

#include "forth/primitive_table.h"

#define SLOTS 256u /* a power of two, some times the number of pairs */

static uint8_t pair_slots[SLOTS]; /* index into primitive_pairs plus 1, 0 empty */

static unsigned slot_of(const char *first, const char *second) {
    /* Primitives are 64 bytes apart. */
    uint64_t mix = ((uint64_t)first >> 6) * 0x9e3779b1u + ((uint64_t)second >> 6) * 0x85ebca6bu;
    return (unsigned)(mix >> 16) % SLOTS;
}

void pairs_init(void) {
    for (unsigned i = 0; i < primitive_pair_count; i++) {
        unsigned slot = slot_of(primitive_pairs[i].first, primitive_pairs[i].second);
        while (pair_slots[slot] != 0) {
            slot = (slot + 1) % SLOTS;
        }
        pair_slots[slot] = (uint8_t)(i + 1);
    }
}

const char *pairs_join(const char *first, const char *second) {
    unsigned slot = slot_of(first, second);
    while (pair_slots[slot] != 0) {
        const struct primitive_pair *pair = &primitive_pairs[pair_slots[slot] - 1];
        if (pair->first == first && pair->second == second) {
            return pair->both;
        }
        slot = (slot + 1) % SLOTS;
    }
    return NULL;
}

unsigned pairs_split(const char *primitive, const char *parts[PAIR_PARTS_MAX]) {
    for (unsigned i = 0; i < primitive_pair_count; i++) {
        if (primitive_pairs[i].both == primitive) {
            unsigned count = pairs_split(primitive_pairs[i].first, parts);
            parts[count] = primitive_pairs[i].second;
            return count + 1;
        }
    }
    parts[0] = primitive;
    return 1;
}
