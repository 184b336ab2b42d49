/*
 * defining_words.c - words that make words.
 */
#include "forth/compiler.h"
#include "forth/double_words.h"
#include "forth/history.h"
#include "forth/locals.h"
#include "forth/price.h"
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "primitives.h"

/* Parses a name and creates a word of that kind with `arg`. */
static int create_named(struct vm *vm, enum word_kind kind, const char *handler, uint64_t arg,
                        unsigned flags) {
    struct parsed name;
    int code = parse_name(vm, &name);
    if (code != 0) {
        return code;
    }
    if (name.size == 0) {
        return THROW_NO_NAME;
    }
    uint32_t xt;
    code = dictionary_create(vm, name.text, name.size, flags, &xt);
    if (code == 0) {
        struct word *word = dictionary_word(vm, xt);
        word->kind = (uint8_t)kind;
        word->handler = (uint64_t)handler;
        word->arg = arg;
        word->need = 0;
        word->net = kind == WORD_DEFER ? WORD_NET_UNKNOWN : 1;
    }
    return code;
}

/* Rounds HERE up to a cell and stores `value` there; *addr is where. */
static int allot_cell(struct vm *vm, uint64_t value, uint64_t *addr) {
    uint64_t aligned = (vm->dp + CELL - 1) & ~(CELL - 1);
    if (aligned + CELL > vm->top) {
        return THROW_DICTIONARY_OVERFLOW;
    }
    uint64_t *cell = vm_pointer(vm, aligned, CELL);
    if (cell == NULL) {
        return THROW_NO_MEMORY;
    }
    *cell = value;
    *addr = aligned;
    vm->dp = aligned + CELL;
    return 0;
}

/* A named word whose arg is the address of a new cell. Data space is given back when it fails. */
static int create_with_cell(struct vm *vm, enum word_kind kind, const char *handler, uint64_t value,
                            unsigned flags) {
    uint64_t before = vm->dp;
    uint64_t addr;
    int code = allot_cell(vm, value, &addr);
    if (code == 0) {
        code = create_named(vm, kind, handler, addr, flags);
    }
    if (code != 0) {
        vm->dp = before;
    }
    return code;
}

int word_create(struct vm *vm) {
    uint64_t aligned = (vm->dp + CELL - 1) & ~(CELL - 1);
    if (aligned > vm->top) {
        return THROW_DICTIONARY_OVERFLOW;
    }
    int code = create_named(vm, WORD_CONSTANT, prim_enter_constant, aligned, WORD_CREATED);
    if (code == 0) {
        vm->dp = aligned;
    }
    return code;
}

int word_constant(struct vm *vm) {
    return create_named(vm, WORD_CONSTANT, prim_enter_constant, vm_pop(vm), 0);
}

int word_variable(struct vm *vm) {
    return create_with_cell(vm, WORD_CONSTANT, prim_enter_constant, 0, WORD_CREATED);
}

int word_value_word(struct vm *vm) {
    return create_with_cell(vm, WORD_VALUE, prim_enter_value, vm_pop(vm), 0);
}

int word_defer_word(struct vm *vm) {
    static const char no_action[] = "(NO-ACTION)";
    uint32_t xt = dictionary_find_in(vm, WORDLIST_FORTH, no_action, sizeof no_action - 1);
    return create_with_cell(vm, WORD_DEFER, prim_enter_defer, xt, 0);
}

/* A definition that is still open was left by an error that the program caught, for : is not
 * reached inside one: it is abandoned. */
static int begin_definition(struct vm *vm, const struct parsed *name) {
    compile_abandon(vm);
    if (!vm_prepare_definition(vm)) {
        return THROW_NO_MEMORY;
    }
    uint32_t xt;
    int code = dictionary_reserve_code(vm, 2 * CELL);
    if (code == 0) {
        code = dictionary_create(vm, name->text, name->size, WORD_HIDDEN, &xt);
    }
    if (code != 0) {
        return code;
    }
    vm->own.code_used += 2 * CELL; /* for its counter and its price */
    struct word *word = dictionary_word(vm, xt);
    word->arg = compile_here(vm);
    struct definition *definition = &vm->definition;
    definition->open = true;
    definition->linear = true;
    definition->last = 0;
    definition->xt = xt;
    definition->depth = 0;
    definition->need = 0;
    definition->control_depth = 0;
    definition->local_count = 0;
    vm_user_set(vm, VM_USER_STATE, (uint64_t)-1);
    return 0;
}

int word_colon(struct vm *vm) {
    struct parsed name;
    int code = parse_name(vm, &name);
    if (code == 0 && name.size == 0) {
        code = THROW_NO_NAME;
    }
    return code != 0 ? code : begin_definition(vm, &name);
}

int word_noname(struct vm *vm) {
    const struct parsed none = {.text = "", .addr = 0, .size = 0};
    int code = begin_definition(vm, &none);
    if (code == 0) {
        vm_push(vm, vm->definition.xt);
    }
    return code;
}

int word_semicolon(struct vm *vm) {
    struct definition *definition = &vm->definition;
    if (!definition->open) {
        return THROW_NO_DEFINITION;
    }
    if (definition->control_depth != 0) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = locals_compile_drop(vm, 0);
    if (code == 0) {
        code = compile_primitive(vm, prim_exit, 0, 0);
    }
    struct word *word = dictionary_word(vm, definition->xt);
    if (code == 0) {
        code = price_definition(vm, word->arg, compile_here(vm));
    }
    if (code != 0) {
        return code;
    }
    word->kind = WORD_COLON;
    word->handler = (uint64_t)prim_enter_colon;
    word->code_end = compile_here(vm);
    word->need = (int16_t)definition->need;
    word->net = definition->linear ? (int16_t)definition->depth : WORD_NET_UNKNOWN;
    definition->open = false;
    vm->latest = definition->xt;
    vm_user_set(vm, VM_USER_STATE, 0);
    dictionary_reveal(vm, definition->xt);
    return 0;
}

/* does, exit, counter and price of the DOES> part, then its code up to ; */
int word_does_word(struct vm *vm) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    if (vm->definition.control_depth != 0) {
        return THROW_CONTROL_MISMATCH;
    }
    int code = locals_compile_drop(vm, 0);
    vm->definition.local_count = 0;
    if (code == 0) {
        code = compile_primitive(vm, prim_does, 0, 0);
    }
    if (code == 0) {
        code = compile_primitive(vm, prim_exit, 0, 0);
    }
    for (int i = 0; i < 2 && code == 0; i++) {
        code = compile_cell(vm, 0);
    }
    compile_label(vm);
    return code;
}

int word_set_does(struct vm *vm) {
    uint64_t code = vm_pop(vm);
    struct word *word = dictionary_word(vm, vm->latest);
    if (word == NULL || (word->flags & WORD_CREATED) == 0) {
        return THROW_NOT_CREATED;
    }
    if (!dictionary_is_own(vm, vm->latest)) {
        return THROW_PROTECTED_WORD;
    }
    if (history_executed(vm, vm->latest)) {
        history_clear(vm); /* it would be read as if the word had been then what it is now */
    }
    word->kind = WORD_DOES;
    word->handler = (uint64_t)prim_enter_does;
    word->code = code;
    word->net = WORD_NET_UNKNOWN;
    return 0;
}

int word_immediate(struct vm *vm) {
    if (!dictionary_is_own(vm, vm->latest)) {
        return THROW_PROTECTED_WORD;
    }
    dictionary_word(vm, vm->latest)->flags |= WORD_IMMEDIATE;
    return 0;
}

int word_to_body(struct vm *vm) {
    uint64_t *item = vm_item(vm, 0);
    const struct word *word = dictionary_word(vm, *item);
    if (word == NULL) {
        return THROW_BAD_XT;
    }
    if ((word->flags & WORD_CREATED) == 0) {
        return THROW_NOT_CREATED;
    }
    *item = word->arg;
    return 0;
}

/* The data cell of a VALUE or DEFERred word that is named next in the source. */
static int parse_cell_of(struct vm *vm, enum word_kind kind, uint64_t *addr) {
    uint32_t xt;
    int code = parse_word(vm, &xt);
    if (code != 0) {
        return code;
    }
    const struct word *word = dictionary_word(vm, xt);
    if (word->kind != (uint8_t)kind) {
        return THROW_BAD_NAME;
    }
    *addr = word->arg;
    return 0;
}

/* Stores the top of the stack now, or compiles that, into the cell of the named word. */
static int store_to_named(struct vm *vm, enum word_kind kind) {
    uint64_t addr;
    int code = parse_cell_of(vm, kind, &addr);
    if (code != 0) {
        return code;
    }
    if (is_compiling(vm)) {
        code = compile_literal(vm, addr);
        return code != 0 ? code : compile_primitive(vm, prim_store, 2, -2);
    }
    if (vm_depth(vm) < 1) {
        return THROW_STACK_UNDERFLOW;
    }
    uint64_t *cell = vm_pointer(vm, addr, CELL);
    if (cell == NULL) {
        return THROW_NO_MEMORY;
    }
    *cell = vm_pop(vm);
    return 0;
}

int word_to(struct vm *vm) {
    uint64_t in = vm_user_get(vm, VM_USER_TO_IN);
    struct parsed name;
    uint32_t index;
    int code = parse_name(vm, &name);
    if (code != 0) {
        return code;
    }
    if (is_compiling(vm) && locals_find(vm, name.text, name.size, &index)) {
        return locals_compile_store(vm, index);
    }
    vm_user_set(vm, VM_USER_TO_IN, in); /* to be parsed again, as the name of a VALUE */
    uint32_t xt;
    code = parse_word(vm, &xt);
    if (code == 0 && (dictionary_word(vm, xt)->flags & WORD_TWO_CELLS) != 0) {
        return two_value_store(vm, dictionary_word(vm, xt)->arg);
    }
    vm_user_set(vm, VM_USER_TO_IN, in);
    return store_to_named(vm, WORD_VALUE);
}

int word_is(struct vm *vm) {
    return store_to_named(vm, WORD_DEFER);
}

int word_action_of(struct vm *vm) {
    uint64_t addr;
    int code = parse_cell_of(vm, WORD_DEFER, &addr);
    if (code != 0) {
        return code;
    }
    if (is_compiling(vm)) {
        return compile_operand(vm, prim_value, addr, 0, 1);
    }
    const uint64_t *cell = vm_pointer(vm, addr, CELL);
    if (cell == NULL) {
        return THROW_NO_MEMORY;
    }
    vm_push(vm, *cell);
    return 0;
}

/* The data cell of the DEFERred word whose xt is on the stack. */
static uint64_t *defer_cell(struct vm *vm, uint64_t xt, int *code) {
    const struct word *word = dictionary_word(vm, xt);
    if (word == NULL) {
        *code = THROW_BAD_XT;
        return NULL;
    }
    if (word->kind != WORD_DEFER) {
        *code = THROW_INVALID_ARGUMENT;
        return NULL;
    }
    uint64_t *cell = vm_pointer(vm, word->arg, CELL);
    *code = cell == NULL ? THROW_NO_MEMORY : 0;
    return cell;
}

int word_defer_fetch(struct vm *vm) {
    int code;
    const uint64_t *cell = defer_cell(vm, *vm_item(vm, 0), &code);
    if (cell != NULL) {
        *vm_item(vm, 0) = *cell;
    }
    return code;
}

int word_defer_store(struct vm *vm) {
    int code;
    uint64_t *cell = defer_cell(vm, vm_pop(vm), &code);
    if (cell != NULL) {
        *cell = vm_pop(vm);
    }
    return code;
}
