/*
 * tools.c - looking at the system: .S WORDS and the clock.
 */
#include "forth/console.h"
#include "forth/vm.h"
#include "hal/hal_time.h"
#include "primitives.h"

#define LINE_WIDTH 76u

int word_dot_s(struct vm *vm) {
    uint64_t base = vm_user_get(vm, VM_USER_BASE);
    if (base < 2 || base > 36) {
        base = 10;
    }
    uint64_t depth = vm_depth(vm);
    console_char('<');
    console_unsigned(depth, 10);
    console_text("> ");
    for (uint64_t n = depth; n > 0; n--) {
        int64_t item = (int64_t)*vm_item(vm, n - 1);
        if (base == 10) {
            console_signed(item);
        } else {
            console_unsigned((uint64_t)item, (unsigned)base);
        }
        console_char(' ');
    }
    return 0;
}

/* Types the names of a dictionary, newest first; `column` is kept from one to the next. */
static void list_names(struct vm *vm, const struct dictionary *dictionary, size_t *column) {
    for (uint32_t xt = dictionary->end; xt-- > dictionary->first;) {
        const struct word *word = dictionary_word(vm, xt);
        if ((word->flags & WORD_HIDDEN) != 0 || word->name_size == 0) {
            continue;
        }
        size_t size;
        const char *name = dictionary_name(vm, xt, &size);
        if (*column + size + 1 > LINE_WIDTH) {
            console_char('\n');
            *column = 0;
        }
        console_bytes(name, size);
        console_char(' ');
        *column += size + 1;
    }
}

int word_words(struct vm *vm) {
    size_t column = 0;
    console_fresh_line();
    list_names(vm, &vm->own, &column);
    list_names(vm, &base_image.dictionary, &column);
    return 0;
}

int word_nanoseconds(struct vm *vm) {
    vm_push(vm, hal_time_now_ns());
    return 0;
}

int word_cycles(struct vm *vm) {
    vm_push(vm, hal_time_cycles());
    return 0;
}

int word_dot_version(struct vm *vm) {
    (void)vm;
    console_text("StarForth VM v1.0\n");
    return 0;
}
