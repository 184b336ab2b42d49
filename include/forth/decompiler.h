/*
 * decompiler.h - what the parts of the decompiler share: reading threaded code, and the names and literals
 * in it (decompile_names.c), and its control structures (decompile.c).
 */
#ifndef DECOMPILER_H
#define DECOMPILER_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/listing.h"
#include "forth/vm.h"

#define DECOMPILER_DEPTH VM_CONTROL_DEPTH
#define DECOMPILER_JUMPS 64u /* branches backward in one definition whose BEGIN can be found */

/* In a longer definition it would take too long to find out where branches lead. */
#define DECOMPILER_LONG (2048 * CELL)

struct instruction {
    const char *primitive;
    uint64_t at;
    uint64_t next;
    uint64_t operand; /* 0 when there is none */
};

enum entry_kind { ENTRY_IF, ENTRY_OF, ENTRY_BEGIN, ENTRY_DO, ENTRY_CASE };

struct entry {
    enum entry_kind kind;
    bool by_while;   /* if: its words are not indented for it */
    uint64_t target; /* if, of: where it branches to; begin, do: the start of its body */
    uint64_t end;    /* begin, do: after the branch back; case: where ENDOF goes, 0 not known yet */
};

struct jump {
    bool counted; /* LOOP or +LOOP */
    uint64_t target;
    uint64_t end; /* after the jump */
};

struct decompiler {
    struct vm *vm;
    uint64_t code;
    uint64_t end;
    bool structured;
    struct listing listing;
    uint32_t depth;
    struct entry stack[DECOMPILER_DEPTH];
    uint32_t jump_count;
    struct jump jumps[DECOMPILER_JUMPS];
};

/* Reads the instruction at `at`; false at the end of the definition, or when there is none. */
bool decompiler_fetch(const struct decompiler *d, uint64_t at, struct instruction *out);

/* Can a branch arrive at `at`? In a long definition the answer is yes. */
bool decompiler_is_target(const struct decompiler *d, uint64_t at);

/* Is the instruction after this one that primitive? */
bool decompiler_next_is(const struct decompiler *d, const struct instruction *instruction,
                        const char *primitive);

/* Types the name of a primitive. */
void decompiler_put_primitive(struct decompiler *d, const char *primitive);

/* Types one instruction that is no branch, perhaps with some that follow. Returns what is next. */
uint64_t decompiler_put_plain(struct decompiler *d, const struct instruction *i);

#endif
