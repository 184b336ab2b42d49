/*
 * control_flow.c - branches and loops of the definition being compiled.
 *
 * The control-flow stack (Forth-2012 3.2.3.2) is kept apart from the data stack: an entry holds the
 * address of threaded code, and a program that could make one up could make the engine branch
 * anywhere. Forward branches of one origin (LEAVE, ENDOF) are chained through their operand cells
 * until the target is known; a definition cannot run before they all are.
 */
#include "forth/compiler.h"
#include "forth/locals.h"
#include "forth/thread.h"
#include "forth/throw.h"
#include "primitives.h"

/* Whether push may be called: asked before anything is compiled for the entry, so that an entry is pushed only
 * when its code is there, and neither without the other. */
static int may_push(const struct vm *vm) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    return vm->definition.control_depth == VM_CONTROL_DEPTH ? THROW_CONTROL_NESTING : 0;
}

static int push(struct vm *vm, enum control_kind kind, uint64_t address) {
    struct definition *definition = &vm->definition;
    int code = may_push(vm);
    if (code != 0) {
        return code;
    }
    definition->control[definition->control_depth++] = (struct control_entry){
        .kind = kind, .address = address, .leaves = 0, .locals = definition->local_count};
    return 0;
}

/* The top entry if it is of that kind, else NULL. */
static struct control_entry *top(struct vm *vm, enum control_kind kind) {
    struct definition *definition = &vm->definition;
    if (!definition->open || definition->control_depth == 0) {
        return NULL;
    }
    struct control_entry *entry = &definition->control[definition->control_depth - 1];
    return entry->kind == kind ? entry : NULL;
}

static void pop(struct vm *vm) {
    vm->definition.control_depth--;
}

/* Ends the scope of the locals declared since `entry`: drops them in the code and forgets their
 * names. */
static int end_scope(struct vm *vm, const struct control_entry *entry) {
    int code = locals_compile_drop(vm, entry->locals);
    if (code == 0) {
        vm->definition.local_count = entry->locals;
    }
    return code;
}

/* Makes the branch with this operand cell arrive here. */
static void resolve(struct vm *vm, uint64_t operand) {
    *(uint64_t *)operand = compile_here(vm);
    compile_label(vm);
}

static void resolve_chain(struct vm *vm, uint64_t operand) {
    while (operand != 0) {
        uint64_t next = *(uint64_t *)operand;
        resolve(vm, operand);
        operand = next;
    }
}

/* Lays a branch whose target is not known yet; *operand is the cell to resolve. */
static int forward(struct vm *vm, const char *primitive, uint64_t chain, int need,
                   uint64_t *operand) {
    int code = compile_operand(vm, primitive, chain, need, -need);
    if (code == 0) {
        *operand = compile_here(vm) - thread_info((uint64_t)primitive).operands * CELL;
        compile_label(vm);
    }
    return code;
}

static int forward_orig(struct vm *vm, const char *primitive, int need) {
    uint64_t operand = 0;
    int code = may_push(vm);
    if (code == 0) {
        code = forward(vm, primitive, 0, need, &operand);
    }
    return code != 0 ? code : push(vm, CONTROL_ORIG, operand);
}

static int backward(struct vm *vm, const char *primitive, int need) {
    struct control_entry *entry = top(vm, CONTROL_DEST);
    if (entry == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = end_scope(vm, entry);
    if (code == 0) {
        code = compile_operand(vm, primitive, entry->address, need, -need);
    }
    if (code == 0) {
        compile_label(vm);
        pop(vm);
    }
    return code;
}

static void swap_top(struct vm *vm) {
    struct definition *definition = &vm->definition;
    struct control_entry *a = &definition->control[definition->control_depth - 1];
    struct control_entry *b = &definition->control[definition->control_depth - 2];
    struct control_entry entry = *a;
    *a = *b;
    *b = entry;
}

int word_if(struct vm *vm) {
    return forward_orig(vm, prim_zero_branch, 1);
}

int word_ahead(struct vm *vm) {
    return forward_orig(vm, prim_branch, 0);
}

int word_then(struct vm *vm) {
    struct control_entry *entry = top(vm, CONTROL_ORIG);
    if (entry == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = end_scope(vm, entry);
    if (code == 0) {
        resolve(vm, entry->address);
        pop(vm);
    }
    return code;
}

int word_else(struct vm *vm) {
    struct control_entry *entry = top(vm, CONTROL_ORIG);
    if (entry == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    uint64_t operand = 0;
    int code = end_scope(vm, entry);
    if (code == 0) {
        code = forward(vm, prim_branch, 0, 0, &operand);
    }
    if (code == 0) {
        resolve(vm, entry->address);
        entry->address = operand;
    }
    return code;
}

int word_begin(struct vm *vm) {
    compile_label(vm);
    return push(vm, CONTROL_DEST, compile_here(vm));
}

/* IF and then the two exchanged, so that the BEGIN is on top for REPEAT (6.1.2430). */
int word_while(struct vm *vm) {
    if (top(vm, CONTROL_DEST) == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = word_if(vm);
    if (code == 0) {
        swap_top(vm);
    }
    return code;
}

int word_until(struct vm *vm) {
    return backward(vm, prim_zero_branch, 1);
}

int word_again(struct vm *vm) {
    return backward(vm, prim_branch_back, 0);
}

int word_repeat(struct vm *vm) {
    if (vm->definition.control_depth < 2 ||
        vm->definition.control[vm->definition.control_depth - 2].kind != CONTROL_ORIG) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = word_again(vm);
    return code != 0 ? code : word_then(vm);
}

int word_do_word(struct vm *vm) {
    int code = may_push(vm);
    if (code == 0) {
        code = compile_primitive(vm, prim_do, 2, -2);
    }
    if (code == 0) {
        compile_label(vm);
        code = push(vm, CONTROL_DO, compile_here(vm));
    }
    return code;
}

int word_question_do_word(struct vm *vm) {
    int code = may_push(vm);
    uint64_t operand = 0;
    if (code == 0) {
        code = forward(vm, prim_question_do, 0, 2, &operand);
    }
    if (code == 0) {
        code = push(vm, CONTROL_DO, compile_here(vm));
    }
    if (code == 0) {
        top(vm, CONTROL_DO)->leaves = operand;
    }
    return code;
}

static int end_loop(struct vm *vm, const char *primitive, int need) {
    struct control_entry *entry = top(vm, CONTROL_DO);
    if (entry == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = end_scope(vm, entry);
    if (code == 0) {
        code = compile_operand(vm, primitive, entry->address, need, -need);
    }
    if (code == 0) {
        resolve_chain(vm, entry->leaves);
        compile_label(vm);
        pop(vm);
    }
    return code;
}

int word_loop_word(struct vm *vm) {
    return end_loop(vm, prim_loop, 0);
}

int word_plus_loop_word(struct vm *vm) {
    return end_loop(vm, prim_plus_loop, 1);
}

int word_loop_79_word(struct vm *vm) {
    return end_loop(vm, prim_loop_79, 0);
}

int word_plus_loop_79_word(struct vm *vm) {
    return end_loop(vm, prim_plus_loop_79, 1);
}

/* Leaves the innermost DO, which may lie below open IFs. */
int word_leave(struct vm *vm) {
    struct definition *definition = &vm->definition;
    uint32_t i = definition->open ? definition->control_depth : 0;
    while (i > 0 && definition->control[i - 1].kind != CONTROL_DO) {
        i--;
    }
    if (i == 0) {
        return THROW_CONTROL_MISMATCH;
    }
    struct control_entry *entry = &definition->control[i - 1];
    int code = locals_compile_drop(vm, entry->locals);
    if (code == 0) {
        code = compile_primitive(vm, prim_unloop, 0, 0);
    }
    uint64_t operand = 0;
    if (code == 0) {
        code = forward(vm, prim_branch, entry->leaves, 0, &operand);
    }
    if (code == 0) {
        entry->leaves = operand;
    }
    return code;
}

int word_case(struct vm *vm) {
    return push(vm, CONTROL_CASE, 0);
}

int word_of_word(struct vm *vm) {
    if (top(vm, CONTROL_CASE) == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = may_push(vm);
    uint64_t operand = 0;
    if (code == 0) {
        code = forward(vm, prim_of_branch, 0, 2, &operand);
    }
    return code != 0 ? code : push(vm, CONTROL_OF, operand);
}

int word_endof(struct vm *vm) {
    struct control_entry *of = top(vm, CONTROL_OF);
    if (of == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    struct control_entry *selection = of - 1; /* OF is only ever pushed onto a CASE */
    uint64_t operand = 0;
    int code = locals_compile_drop(vm, selection->locals);
    if (code == 0) {
        code = forward(vm, prim_branch, selection->leaves, 0, &operand);
    }
    if (code == 0) {
        vm->definition.local_count = of->locals;
        selection->leaves = operand;
        resolve(vm, of->address);
        pop(vm);
    }
    return code;
}

int word_endcase(struct vm *vm) {
    struct control_entry *entry = top(vm, CONTROL_CASE);
    if (entry == NULL) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = end_scope(vm, entry);
    if (code == 0) {
        code = compile_primitive(vm, prim_drop, 1, -1);
    }
    if (code == 0) {
        resolve_chain(vm, entry->leaves);
        pop(vm);
    }
    return code;
}

/* CS-PICK copies only a dest: two resolutions of one origin would leave a branch to nowhere. */
int word_cs_pick(struct vm *vm) {
    uint64_t n = vm_pop(vm);
    struct definition *definition = &vm->definition;
    if (!definition->open || n >= definition->control_depth) {
        return THROW_CONTROL_MISMATCH;
    }
    const struct control_entry *entry = &definition->control[definition->control_depth - 1 - n];
    return entry->kind == CONTROL_DEST ? push(vm, CONTROL_DEST, entry->address)
                                       : THROW_CONTROL_MISMATCH;
}

/* CS-ROLL moves only origs and dests, so that an OF stays above its CASE. */
int word_cs_roll(struct vm *vm) {
    uint64_t n = vm_pop(vm);
    struct definition *definition = &vm->definition;
    if (!definition->open || n >= definition->control_depth) {
        return THROW_CONTROL_MISMATCH;
    }
    uint32_t last = definition->control_depth - 1;
    for (uint32_t i = last - (uint32_t)n; i <= last; i++) {
        if (definition->control[i].kind != CONTROL_ORIG &&
            definition->control[i].kind != CONTROL_DEST) {
            return THROW_CONTROL_MISMATCH;
        }
    }
    struct control_entry rolled = definition->control[last - n];
    for (uint32_t i = last - (uint32_t)n; i < last; i++) {
        definition->control[i] = definition->control[i + 1];
    }
    definition->control[last] = rolled;
    return 0;
}
