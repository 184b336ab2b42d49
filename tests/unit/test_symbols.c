/*
 * test_symbols.c - finding the function that has an address.
 */
/* uses: c/cpu/symbol_table.c */
#include "cpu/symbols.h"

#include "unit.h"

static void expect_symbol(const struct symbol_table *table, uint64_t offset, const char *name,
                          uint64_t within) {
    uint64_t found_within = 0;
    const char *found = symbol_table_find(table, offset, &found_within);
    CHECK(found != NULL);
    CHECK_STR(found, name);
    CHECK_EQ_U64(found_within, within);
}

UNIT_TEST(symbols_find, "an address belongs to the last function that begins at or before it") {
    static const uint32_t offsets[] = {4, 16, 17, 100};
    static const uint16_t names[] = {0, 4, 7, 11};
    const struct symbol_table table = {4, offsets, names, "one\0tw\0thr\0four"};
    uint64_t within;
    for (size_t count = 0; count <= 4; count++) {
        const struct symbol_table part = {count, offsets, names, table.text};
        CHECK(symbol_table_find(&part, 0, &within) == NULL);
        CHECK(symbol_table_find(&part, 3, &within) == NULL);
    }
    expect_symbol(&table, 4, "one", 0);
    expect_symbol(&table, 15, "one", 11);
    expect_symbol(&table, 16, "tw", 0);
    expect_symbol(&table, 17, "thr", 0);
    expect_symbol(&table, 99, "thr", 82);
    expect_symbol(&table, 100, "four", 0);
    expect_symbol(&table, UINT64_MAX, "four", UINT64_MAX - 100);
}
