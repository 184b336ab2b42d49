/*
 * native_code.c - copies the engine's primitives one after the other, NEXT left out.
 *
 * What remains is bound by the processor's execution of the work and no longer by dispatch, so it tells
 * how much of a sequence's time is dispatch. The code runs as the handler of a word, on the registers of
 * the engine (asm/engine/engine.inc); only the instruction pointer, rsi, is lent to it, since
 * literals read their operand there.
 */
#define _GNU_SOURCE
#include "native_code.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench_machine.h"
#include "forth/pairs.h"
#include "forth/primitive_table.h"
#include "primitives.h"

#define CODE_SIZE     131072u
#define INT3          0xccu
#define PREFIX_0F     0x0fu
#define JMP_REL32     0xe9u
#define OPERANDS_MOST 2048u

/* Code under construction. */
struct build {
    unsigned char *code;
    size_t size;
    uint64_t *operands; /* what the literals in it read */
    size_t operand_count;
};

struct bytes {
    const unsigned char *start;
    size_t size;
};

/* NEXT is all that NOOP consists of, up to the padding. */
static struct bytes next_code(void) {
    struct bytes next = {(const unsigned char *)prim_noop, 0};
    while (next.start[next.size] != INT3) {
        next.size++;
    }
    return next;
}

/* The primitive at `address` if its code may be copied: a word, or a literal. */
static bool may_copy(uint64_t address) {
    for (unsigned i = 0; i < primitive_count; i++) {
        if (primitive_table[i].handler == address) {
            return primitive_table[i].kind == PRIMITIVE_WORD || address == (uint64_t)prim_lit;
        }
    }
    return false;
}

static const unsigned char *code_after(uint64_t address) {
    uint64_t after = UINT64_MAX;
    for (unsigned i = 0; i < primitive_count; i++) {
        uint64_t handler = primitive_table[i].handler;
        if (primitive_table[i].kind != PRIMITIVE_USER && handler > address && handler < after) {
            after = handler;
        }
    }
    return after == UINT64_MAX ? (const unsigned char *)__stop_engine_text
                               : (const unsigned char *)after;
}

/* True when the code has a jump to a distant label, which a copy would miss. */
static bool leaves(struct bytes code) {
    for (size_t i = 0; i + 1 < code.size; i++) {
        if (code.start[i] == JMP_REL32 ||
            (code.start[i] == PREFIX_0F && (code.start[i + 1] & 0xf0) == 0x80)) {
            return true;
        }
    }
    return false;
}

/* The code of a primitive before its NEXT, which must be its one and only end. */
static bool body_of(uint64_t address, struct bytes *body) {
    if (!may_copy(address)) {
        return false;
    }
    struct bytes next = next_code();
    *body = (struct bytes){(const unsigned char *)address, 0};
    const unsigned char *end = code_after(address);
    while (body->start + body->size + next.size <= end) {
        if (memcmp(body->start + body->size, next.start, next.size) == 0) {
            const unsigned char *rest = body->start + body->size + next.size;
            return !leaves(*body) && (rest == end || *rest == INT3);
        }
        body->size++;
    }
    return false;
}

static void append(struct build *build, const void *bytes, size_t count) {
    if (build->size + count > CODE_SIZE) {
        machine_fail("native_code", "sequence too long");
    }
    memcpy(build->code + build->size, bytes, count);
    build->size += count;
}

/* One copy of every primitive of the threaded code, the parts of a pair one by one; false when one cannot be
 * copied. */
static bool append_bodies(struct build *build, const uint64_t *thread) {
    for (;;) {
        const char *parts[PAIR_PARTS_MAX];
        unsigned count = pairs_split((const char *)*thread++, parts);
        for (unsigned i = 0; i < count; i++) {
            struct bytes body;
            if (parts[i] == prim_exit) {
                return true;
            }
            if (!body_of((uint64_t)parts[i], &body)) {
                return false;
            }
            append(build, body.start, body.size);
            if (parts[i] == prim_lit) {
                if (build->operand_count == OPERANDS_MOST) {
                    machine_fail("native_code", "too many literals");
                }
                build->operands[build->operand_count++] = *thread++;
            }
        }
    }
}

static struct build build_begin(void) {
    struct build build = {.operands = machine_alloc(OPERANDS_MOST * sizeof(uint64_t))};
    build.code = mmap(NULL, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (build.code == MAP_FAILED) {
        machine_fail("native_code", "no memory");
    }
    static const unsigned char push_rsi[] = {0x56}, mov_rsi[] = {0x48, 0xbe};
    append(&build, push_rsi, sizeof push_rsi);
    append(&build, mov_rsi, sizeof mov_rsi);
    append(&build, &build.operands, sizeof build.operands);
    return build;
}

static uint64_t build_end(struct build *build) {
    static const unsigned char pop_rsi[] = {0x5e};
    struct bytes next = next_code();
    append(build, pop_rsi, sizeof pop_rsi);
    append(build, next.start, next.size);
    if (mprotect(build->code, CODE_SIZE, PROT_READ | PROT_EXEC) != 0) {
        machine_fail("native_code", "the system refuses executable memory");
    }
    return (uint64_t)build->code;
}

bool native_code_build(struct vm *vm, uint64_t xt, uint64_t once, unsigned copies) {
    const uint64_t *thread = (const uint64_t *)dictionary_word(vm, once)->arg;
    struct build build = build_begin();
    for (unsigned copy = 0; copy < copies; copy++) {
        if (!append_bodies(&build, thread)) {
            munmap(build.code, CODE_SIZE);
            free(build.operands);
            return false;
        }
    }
    dictionary_word(vm, xt)->handler = build_end(&build);
    return true;
}
