/*
 * fuzz_thread.c - how the fuzzer reads threaded code.
 */
#include "fuzz_thread.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "forth/pairs.h"
#include "forth/primitive_table.h"
#include "fuzz.h"
#include "primitives.h"

#define SLOT_SIZE 64u /* primitives are aligned to it */

struct inner {
    const char *name; /* in primitives.tbl */
    enum operand operand;
};

/* The primitives that only the compiler knows. */
static const struct inner inners[] = {
    {"lit", NUMBER},       {"call", CODE},
    {"exit", NONE},        {"branch", TARGET},
    {"0branch", FORK},     {"of", FORK},
    {"do", NONE},          {"?do", FORK},
    {"loop", FORK},        {"+loop", FORK},
    {"loop79", FORK},      {"+loop79", FORK},
    {"branch-back", BACK}, {"unloop", NONE},
    {"value", DATA},       {"defer", DATA},
    {">local", NONE},      {"local@", NUMBER},
    {"local!", NUMBER},    {"local-drop", NUMBER},
    {"does", NONE},        {"forget", NONE},
    {"set-does", NEVER},   {"refill-file", NEVER},
    {"open-file", NEVER},  {"allocate-on", NEVER},
    {"step", NEVER},       {"(colon)", NEVER},
    {"(constant)", NEVER}, {"(does)", NEVER},
    {"(value)", NEVER},    {"(defer)", NEVER},
    {"(marker)", NEVER},   {"(unfinished)", NEVER},
};

static unsigned char *operand_table; /* enum operand, by distance from the start of the engine */

enum operand fuzz_operand_of(uint64_t address) {
    uint64_t offset = address - (uint64_t)__start_engine_text;
    uint64_t size = (uint64_t)__stop_engine_text - (uint64_t)__start_engine_text;
    return offset < size && offset % SLOT_SIZE == 0 ? operand_table[offset / SLOT_SIZE]
                                                    : NO_PRIMITIVE;
}

static enum operand operand_of_inner(const char *name) {
    for (size_t i = 0; i < sizeof inners / sizeof inners[0]; i++) {
        if (strcmp(inners[i].name, name) == 0) {
            return inners[i].operand;
        }
    }
    return NO_PRIMITIVE;
}

unsigned fuzz_operand_cells(enum operand operand) {
    switch (operand) {
    case NO_PRIMITIVE:
    case NEVER:
    case NONE:
        return 0;
    case FORK:
        return 5;
    case BACK:
        return 3;
    default:
        return 1;
    }
}

unsigned fuzz_pass(uint64_t *at, enum operand *kind, uint64_t *last) {
    const char *parts[PAIR_PARTS_MAX];
    const unsigned count = pairs_split((const char *)fuzz_cell(*at), parts);
    for (unsigned i = 0; i < count; i++) {
        *kind = fuzz_operand_of((uint64_t)parts[i]);
        *at += fuzz_operand_cells(*kind) * CELL;
    }
    *last = (uint64_t)parts[count - 1];
    *at += CELL;
    return count;
}

uint64_t fuzz_price_of(uint64_t at) {
    uint64_t words = 0;
    for (;;) {
        enum operand kind = NONE;
        uint64_t last;
        words += fuzz_pass(&at, &kind, &last);
        words += last == (uint64_t)prim_does; /* which goes on in another primitive */
        if (kind == FORK || kind == BACK || last == (uint64_t)prim_exit) {
            return words;
        }
        if (kind == TARGET) {
            at = fuzz_cell(at - CELL);
        }
    }
}

void fuzz_thread_init(void) {
    size_t size = ((uint64_t)__stop_engine_text - (uint64_t)__start_engine_text) / SLOT_SIZE + 1;
    operand_table = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (operand_table == MAP_FAILED) {
        abort();
    }
    for (unsigned i = 0; i < primitive_count; i++) {
        const struct primitive *primitive = &primitive_table[i];
        enum operand operand = NONE;
        if (primitive->kind != PRIMITIVE_WORD && primitive->kind != PRIMITIVE_INNER) {
            continue; /* no code in the engine */
        }
        if (primitive->kind == PRIMITIVE_INNER) {
            operand = operand_of_inner(primitive->name);
            if (operand == NO_PRIMITIVE) {
                fuzz_report(FUZZ_CODE, "fuzz_thread.c does not know the inner primitive %s",
                            primitive->name);
            }
        }
        operand_table[(primitive->handler - (uint64_t)__start_engine_text) / SLOT_SIZE] = operand;
    }
}
