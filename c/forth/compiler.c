/*
 * compiler.c - laying down threaded code, and the words that compile single things.
 *
 * The open definition also tracks its stack effect as long as its code is a straight line: `depth`
 * is the number of cells relative to entry and `need` the most that it has reached below it. What
 * is found before the first branch is certain to happen, so the text interpreter can refuse a word
 * that would underflow before it starts (word.need), which the guard pages alone would notice one
 * cell late because the top of the stack is in a register.
 */
#include "forth/compiler.h"

#include "forth/history.h"
#include "forth/locals.h"
#include "forth/pairs.h"
#include "forth/text_interpreter.h"
#include "forth/thread.h"
#include "forth/throw.h"
#include "primitives.h"

static void track(struct vm *vm, int need, int net) {
    struct definition *definition = &vm->definition;
    if (!definition->linear) {
        return;
    }
    if (need - definition->depth > definition->need) {
        definition->need = need - definition->depth;
    }
    if (net == WORD_NET_UNKNOWN || definition->need > INT8_MAX) {
        definition->linear = false;
    } else {
        definition->depth += net;
    }
}

bool is_compiling(const struct vm *vm) {
    return vm->definition.open && vm_user_get(vm, VM_USER_STATE) != 0;
}

uint64_t compile_here(const struct vm *vm) {
    return vm->own.code + vm->own.code_used;
}

void compile_label(struct vm *vm) {
    vm->definition.linear = false;
    vm->definition.last = 0;
}

int compile_cell(struct vm *vm, uint64_t cell) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    int code = dictionary_reserve_code(vm, CELL);
    if (code == 0) {
        *(uint64_t *)compile_here(vm) = cell;
        vm->own.code_used += CELL;
    }
    return code;
}

/* Lays a primitive, or makes the one before it stand for both if there is such a pair. */
static int lay_primitive(struct vm *vm, const char *primitive) {
    uint64_t *last = (uint64_t *)vm->definition.last;
    if (vm->definition.open && last != NULL) {
        const char *both = pairs_join((const char *)*last, primitive);
        if (both != NULL) {
            *last = (uint64_t)both;
            return 0;
        }
    }
    uint64_t here = compile_here(vm);
    int code = compile_cell(vm, (uint64_t)primitive);
    if (code == 0) {
        vm->definition.last = here;
    }
    return code;
}

int compile_primitive(struct vm *vm, const char *primitive, int need, int net) {
    int code = lay_primitive(vm, primitive);
    if (code == 0) {
        track(vm, need, net);
    }
    return code;
}

/* The operands after the first are prices and counters, which price_definition fills in. */
int compile_operand(struct vm *vm, const char *primitive, uint64_t operand, int need, int net) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    const unsigned operands = thread_info((uint64_t)primitive).operands;
    int code = dictionary_reserve_code(vm, (1 + operands) * CELL);
    if (code == 0) {
        code = lay_primitive(vm, primitive);
    }
    for (unsigned i = 0; code == 0 && i < operands; i++) {
        code = compile_cell(vm, i == 0 ? operand : 0);
    }
    if (code == 0) {
        track(vm, need, net);
    }
    return code;
}

int compile_literal(struct vm *vm, uint64_t value) {
    return compile_operand(vm, prim_lit, value, 0, 1);
}

int compile_word(struct vm *vm, uint64_t xt) {
    const struct word *word = dictionary_word(vm, xt);
    if (word == NULL) {
        return THROW_BAD_XT;
    }
    int code;
    switch ((enum word_kind)word->kind) {
    case WORD_PRIMITIVE:
        return compile_primitive(vm, (const char *)word->handler, word->need, word->net);
    case WORD_COLON:
        return compile_operand(vm, prim_call, word->arg, word->need, word->net);
    case WORD_CONSTANT:
        return compile_literal(vm, word->arg);
    case WORD_DOES:
        code = compile_literal(vm, word->arg);
        return code != 0 ? code : compile_operand(vm, prim_call, word->code, 0, WORD_NET_UNKNOWN);
    case WORD_VALUE:
        return compile_operand(vm, prim_value, word->arg, 0, 1);
    case WORD_DEFER:
        return compile_operand(vm, prim_defer, word->arg, 0, WORD_NET_UNKNOWN);
    case WORD_MARKER:
        code = compile_literal(vm, word->arg);
        return code != 0 ? code : compile_primitive(vm, prim_forget_to, 1, WORD_NET_UNKNOWN);
    case WORD_UNFINISHED:
        return THROW_BAD_XT;
    }
    return THROW_BAD_XT;
}

/* The newest word is dropped before it was finished, and the next will have its number. */
static void drop_unfinished(struct vm *vm, uint32_t xt) {
    if (history_listener != NULL && history_executed(vm, xt)) {
        history_listener->forgotten(vm, xt, UINT32_MAX);
        history_clear(vm);
    }
    dictionary_drop_newest(vm);
}

void compile_abandon(struct vm *vm) {
    struct definition *definition = &vm->definition;
    vm_user_set(vm, VM_USER_STATE, 0);
    if (!definition->open) {
        return;
    }
    struct word *word = dictionary_word(vm, definition->xt);
    vm->own.code_used = word->arg - 2 * CELL - vm->own.code; /* from its counter on */
    definition->open = false;
    if (definition->xt + 1 == vm->own.end) {
        drop_unfinished(vm, definition->xt);
    }
}

int word_compile_comma(struct vm *vm) {
    return compile_word(vm, vm_pop(vm));
}

int word_literal(struct vm *vm) {
    return compile_literal(vm, vm_pop(vm));
}

int word_left_bracket(struct vm *vm) {
    vm_user_set(vm, VM_USER_STATE, 0);
    return 0;
}

int word_right_bracket(struct vm *vm) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    vm_user_set(vm, VM_USER_STATE, (uint64_t)-1);
    return 0;
}

int word_tick(struct vm *vm) {
    uint32_t xt;
    int code = parse_word(vm, &xt);
    if (code == 0) {
        vm_push(vm, xt);
    }
    return code;
}

int word_bracket_tick(struct vm *vm) {
    uint32_t xt;
    int code = parse_word(vm, &xt);
    return code != 0 ? code : compile_literal(vm, xt);
}

/* An immediate word is compiled to run later, with STATE set if it looks at that; any other is compiled to be
 * compiled later. */
int word_postpone(struct vm *vm) {
    uint32_t xt;
    int code = parse_word(vm, &xt);
    if (code != 0) {
        return code;
    }
    unsigned flags = dictionary_word(vm, xt)->flags;
    if ((flags & WORD_DUAL) != 0) {
        static const char compiling[] = "(COMPILING)";
        code = compile_literal(vm, xt);
        xt = dictionary_find_in(vm, WORDLIST_FORTH, compiling, sizeof compiling - 1);
        return code != 0 ? code : compile_word(vm, xt);
    }
    if ((flags & WORD_IMMEDIATE) != 0) {
        return compile_word(vm, xt);
    }
    code = compile_literal(vm, xt);
    return code != 0 ? code : compile_primitive(vm, prim_compile_comma, 1, -1);
}

int word_recurse(struct vm *vm) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    return compile_operand(vm, prim_call, dictionary_word(vm, vm->definition.xt)->arg, 0,
                           WORD_NET_UNKNOWN);
}

int word_exit_word(struct vm *vm) {
    int code = locals_compile_drop(vm, 0);
    if (code == 0) {
        code = compile_primitive(vm, prim_exit, 0, 0);
    }
    compile_label(vm);
    return code;
}
