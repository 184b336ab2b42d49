/*
 * environment.c - ENVIRONMENT? (Forth-2012 3.2.6) and what the input source can tell and take back.
 */
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "primitives.h"

#define TRUE_CELL UINT64_MAX

/* What each query answers: one or two cells, the last on top. */
struct answer {
    const char *query;
    unsigned cells;
    uint64_t low, high;
};

static const struct answer answers[] = {
    {"/COUNTED-STRING", 1, 255, 0},
    {"/HOLD", 1, VM_HOLD_END - VM_HOLD_START, 0},
    {"/PAD", 1, VM_PAD_SIZE, 0},
    {"ADDRESS-UNIT-BITS", 1, 8, 0},
    {"FLOORED", 1, 0, 0},
    {"MAX-CHAR", 1, 255, 0},
    {"MAX-D", 2, UINT64_MAX, INT64_MAX},
    {"MAX-N", 1, INT64_MAX, 0},
    {"MAX-U", 1, UINT64_MAX, 0},
    {"MAX-UD", 2, UINT64_MAX, UINT64_MAX},
    {"RETURN-STACK-CELLS", 1, VM_STACK_SIZE / CELL, 0},
    {"STACK-CELLS", 1, VM_STACK_SIZE / CELL - 1, 0},
    {"#LOCALS", 1, VM_LOCALS_MAX, 0},
    {"WORDLISTS", 1, VM_ORDER_MAX, 0},
    {"CORE", 1, TRUE_CELL, 0},
    {"CORE-EXT", 1, TRUE_CELL, 0},
    {"BLOCK", 1, TRUE_CELL, 0},
    {"BLOCK-EXT", 1, TRUE_CELL, 0},
    {"DOUBLE", 1, TRUE_CELL, 0},
    {"DOUBLE-EXT", 1, TRUE_CELL, 0},
    {"EXCEPTION", 1, TRUE_CELL, 0},
    {"EXCEPTION-EXT", 1, TRUE_CELL, 0},
    {"FACILITY", 1, TRUE_CELL, 0},
    {"FACILITY-EXT", 1, TRUE_CELL, 0},
    {"LOCALS", 1, TRUE_CELL, 0},
    {"LOCALS-EXT", 1, TRUE_CELL, 0},
    {"MEMORY-ALLOC", 1, TRUE_CELL, 0},
    {"PROGRAMMING-TOOLS", 1, TRUE_CELL, 0},
    {"SEARCH-ORDER", 1, TRUE_CELL, 0},
    {"SEARCH-ORDER-EXT", 1, TRUE_CELL, 0},
    {"STRING", 1, TRUE_CELL, 0},
    {"STRING-EXT", 1, TRUE_CELL, 0},
};

static bool is_query(const struct answer *answer, const char *text, size_t size) {
    size_t i = 0;
    while (i < size && answer->query[i] == text[i]) {
        i++;
    }
    return i == size && answer->query[i] == '\0';
}

/* ( addr u -- false | i*x true ) */
int word_environment_query(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    const char *text = vm_pointer(vm, addr, size);
    if (text == NULL) {
        return THROW_BAD_ADDRESS;
    }
    for (unsigned i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (is_query(&answers[i], text, size)) {
            vm_push(vm, answers[i].low);
            if (answers[i].cells == 2) {
                vm_push(vm, answers[i].high);
            }
            vm_push(vm, TRUE_CELL);
            return 0;
        }
    }
    vm_push(vm, 0);
    return 0;
}

/* ( -- x4 x3 x2 x1 4 ) Where the text interpreter is: >IN, and for a file the place of its line. */
int word_save_input(struct vm *vm) {
    uint64_t start = 0, line = 0;
    if (vm->source_id > 0) {
        const struct vm_file *file = &vm->file[vm->source_id - 1];
        start = vm->source_addr - file->text;
        line = file->line;
    }
    vm_push(vm, vm_user_get(vm, VM_USER_TO_IN));
    vm_push(vm, line);
    vm_push(vm, start);
    vm_push(vm, (uint64_t)vm->source_id);
    vm_push(vm, 4);
    return 0;
}

/* Makes the line of the file that begins at `start` the source again. False when there is none. */
static bool seek_line(struct vm *vm, uint64_t start, uint64_t line) {
    struct vm_file *file = &vm->file[vm->source_id - 1];
    if (line == 0 || start > file->size) {
        return false;
    }
    file->next = start;
    file->line = line - 1;
    return word_include_refill(vm) == 0 && vm_pop(vm) != 0;
}

/* ( xn ... x1 n -- flag ) true when the source cannot be restored: it must be the same one still. */
int word_restore_input(struct vm *vm) {
    uint64_t count = vm_pop(vm);
    if (vm_depth(vm) < count) {
        return THROW_STACK_UNDERFLOW;
    }
    bool restored = false;
    if (count == 4) {
        int64_t id = (int64_t)vm_pop(vm);
        uint64_t start = vm_pop(vm), line = vm_pop(vm), to_in = vm_pop(vm);
        restored = id == vm->source_id && (id <= 0 || seek_line(vm, start, line));
        if (restored) {
            vm_user_set(vm, VM_USER_TO_IN, to_in);
        }
    } else {
        vm->sp += count * CELL;
    }
    vm_push(vm, restored ? 0 : TRUE_CELL);
    return 0;
}
