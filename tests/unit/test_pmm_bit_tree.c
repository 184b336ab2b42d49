/*
 * test_pmm_bit_tree.c - the tree of bits against a plain array, at the borders of its levels.
 */
/* uses: c/mm/bit_tree.c */
#include "mm/bit_tree.h"

#include <stdbool.h>
#include <stdlib.h>

#include "unit.h"

UNIT_TEST(bit_tree_sizes, "a tree needs one bit a number and a sixty-third more") {
    CHECK_EQ_U64(bit_tree_words(1), 1);
    CHECK_EQ_U64(bit_tree_words(64), 1);
    CHECK_EQ_U64(bit_tree_words(65), 2 + 1);
    CHECK_EQ_U64(bit_tree_words(4096), 64 + 1);
    CHECK_EQ_U64(bit_tree_words(4097), 65 + 2 + 1);
    CHECK_EQ_U64(bit_tree_words(UINT64_C(1) << 18), 4096 + 64 + 1);
}

UNIT_TEST(bit_tree_borders,
          "a lone member is found from everywhere below it, and from nowhere above") {
    static uint64_t memory[8000];
    static const uint64_t members[] = {0,    1,      63,     64,     4095,      4096,
                                       4097, 262143, 262144, 300000, 400000 - 1};
    struct bit_tree tree;
    CHECK(bit_tree_words(400000) <= sizeof memory / sizeof memory[0]);
    bit_tree_init(&tree, memory, 400000);
    CHECK_EQ_U64(bit_tree_next(&tree, 0), BIT_TREE_NONE);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const uint64_t member = members[i];
        bit_tree_set(&tree, member);
        CHECK_EQ_U64(bit_tree_next(&tree, 0), member);
        CHECK_EQ_U64(bit_tree_next(&tree, member / 2), member);
        CHECK_EQ_U64(bit_tree_next(&tree, member), member);
        CHECK_EQ_U64(bit_tree_next(&tree, member + 1), BIT_TREE_NONE);
        bit_tree_clear(&tree, member);
        CHECK_EQ_U64(bit_tree_next(&tree, 0), BIT_TREE_NONE);
        bit_tree_clear(&tree, member);
    }
    CHECK_EQ_U64(bit_tree_next(&tree, UINT64_C(1) << 60), BIT_TREE_NONE);
}

UNIT_TEST(bit_tree_random, "random changes and searches agree with a plain array") {
    enum { COUNT = 70000 };
    static uint64_t memory[1200];
    static bool member[COUNT];
    struct bit_tree tree;
    uint64_t state = 42;
    CHECK(bit_tree_words(COUNT) <= sizeof memory / sizeof memory[0]);
    bit_tree_init(&tree, memory, COUNT);
    for (unsigned step = 0; step < 20000; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const uint64_t number = (state >> 20) % COUNT;
        if (state >> 63 != 0) {
            bit_tree_set(&tree, number);
            member[number] = true;
        } else {
            bit_tree_clear(&tree, number);
            member[number] = false;
        }
        const uint64_t from = (state >> 40) % COUNT;
        uint64_t expected = from;
        while (expected < COUNT && !member[expected]) {
            expected++;
        }
        CHECK_EQ_U64(bit_tree_next(&tree, from), expected == COUNT ? BIT_TREE_NONE : expected);
    }
}
