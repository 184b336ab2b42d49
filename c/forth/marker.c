/*
 * marker.c - MARKER: forgetting a part of the dictionary (Forth-2012 6.2.1850).
 *
 * A marker remembers the state before it in code space, where no program can change it. Forgetting gives the
 * code space back too, unless a return address on the control stack still points into it: a word may
 * forget itself while it runs, and its code must then stay as it is.
 */
#include "forth/compiler.h"
#include "forth/history.h"
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "primitives.h"

/* What a marker remembers, as cells in code space */
struct marker_state {
    uint64_t code_used;
    uint64_t end_path;
    uint64_t dp;
    uint64_t current;
    uint64_t wordlists;
    uint64_t order_count;
    uint64_t order[VM_ORDER_MAX];
};

int word_marker(struct vm *vm) {
    struct parsed name;
    int code = parse_name(vm, &name);
    if (code == 0 && name.size == 0) {
        code = THROW_NO_NAME;
    }
    compile_abandon(vm);
    if (code == 0) {
        code = dictionary_reserve_code(vm, sizeof(struct marker_state));
    }
    uint32_t xt;
    if (code == 0) {
        code = dictionary_create(vm, name.text, name.size, 0, &xt);
    }
    if (code != 0) {
        return code;
    }
    struct marker_state *state = (struct marker_state *)compile_here(vm);
    *state = (struct marker_state){.code_used = vm->own.code_used,
                                   .end_path = vm->own.end_path,
                                   .dp = vm->dp,
                                   .current = vm->current,
                                   .wordlists = vm->wordlists,
                                   .order_count = vm->order_count};
    for (uint32_t i = 0; i < vm->order_count; i++) {
        state->order[i] = vm->order[i];
    }
    vm->own.code_used += sizeof *state;

    struct word *word = dictionary_word(vm, xt);
    word->kind = WORD_MARKER;
    word->handler = (uint64_t)prim_enter_marker;
    word->arg = xt;
    word->code = (uint64_t)state;
    return 0;
}

/* True when the control stack holds an address in [first, end): a frame's other cells may look like one,
 * which costs some space and nothing else. */
static bool is_running_in(const struct vm *vm, uint64_t first, uint64_t end) {
    for (uint64_t cell = vm->cs; cell < vm->control_base; cell += CELL) {
        uint64_t address = *(const uint64_t *)cell;
        if (address >= first && address <= end) {
            return true;
        }
    }
    return vm->ip >= first && vm->ip <= end;
}

/* Words older than `xt` may have got their DOES> part from code that is being forgotten. */
static void disarm_does(struct vm *vm, uint32_t xt, uint64_t first, uint64_t end) {
    for (uint32_t i = vm->own.first; i < xt; i++) {
        struct word *word = dictionary_word(vm, i);
        if (word->kind == WORD_DOES && word->code >= first && word->code < end) {
            word->kind = WORD_CONSTANT;
            word->handler = (uint64_t)prim_enter_constant;
        }
    }
}

/* The history may name what is going to be something else. */
static void tell(struct vm *vm, uint32_t xt, uint32_t path) {
    if (history_listener != NULL) {
        history_listener->forgotten(vm, xt, path);
    }
    history_clear(vm);
}

/* ( xt -- ) */
int word_forget_word(struct vm *vm) {
    uint64_t xt = vm_pop(vm);
    if (!dictionary_is_own(vm, xt)) {
        return THROW_INVALID_FORGET;
    }
    compile_abandon(vm);
    tell(vm, (uint32_t)xt, UINT32_MAX);
    dictionary_forget(vm, (uint32_t)xt);
    return 0;
}

/* ( xt -- ) */
int word_forget_to(struct vm *vm) {
    uint64_t xt = vm_pop(vm);
    const struct word *word = dictionary_word(vm, xt);
    if (word == NULL || !dictionary_is_own(vm, xt) || word->kind != WORD_MARKER) {
        return THROW_BAD_XT; /* compiled into a word that has survived the marker */
    }
    compile_abandon(vm);
    const struct marker_state state = *(const struct marker_state *)word->code;
    uint64_t first = vm->own.code + state.code_used;
    uint64_t end = vm->own.code + vm->own.code_used;
    const bool running = is_running_in(vm, first, end);
    tell(vm, (uint32_t)xt, running ? UINT32_MAX : (uint32_t)state.end_path);
    disarm_does(vm, (uint32_t)xt, first, end);
    dictionary_forget(vm, (uint32_t)xt);
    if (!running) {
        vm->own.code_used = state.code_used;
        vm->own.end_path = (uint32_t)state.end_path;
    }
    /* A file that is being included may have taken the top of data space since. */
    vm->dp = state.dp < vm->top ? state.dp : vm->top;
    vm->current = (uint32_t)state.current;
    vm->wordlists = (uint32_t)state.wordlists;
    vm->order_count = (uint32_t)state.order_count;
    for (uint32_t i = 0; i < vm->order_count; i++) {
        vm->order[i] = (uint32_t)state.order[i];
    }
    return 0;
}
