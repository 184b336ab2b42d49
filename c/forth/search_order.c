/*
 * search_order.c - word lists and the order in which they are searched (Forth-2012 chapter 16), and the
 * words that look at names (15.6.2).
 *
 * A word list identifier is a small number. A name token is the word's execution token.
 */
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "primitives.h"

static bool is_wordlist(const struct vm *vm, uint64_t wid) {
    return wid >= WORDLIST_FORTH && wid <= vm->wordlists;
}

int word_wordlist(struct vm *vm) {
    vm_push(vm, ++vm->wordlists);
    return 0;
}

int word_get_current(struct vm *vm) {
    vm_push(vm, vm->current);
    return 0;
}

int word_set_current(struct vm *vm) {
    uint64_t wid = vm_pop(vm);
    if (!is_wordlist(vm, wid)) {
        return THROW_INVALID_ARGUMENT;
    }
    vm->current = (uint32_t)wid;
    return 0;
}

int word_get_order(struct vm *vm) {
    for (uint32_t i = vm->order_count; i-- > 0;) {
        vm_push(vm, vm->order[i]);
    }
    vm_push(vm, vm->order_count);
    return 0;
}

/* ( widn ... wid1 n -- ) n = -1 stands for the minimum order, FORTH alone. */
int word_set_order(struct vm *vm) {
    int64_t count = (int64_t)vm_pop(vm);
    if (count == -1) {
        vm->order[0] = WORDLIST_FORTH;
        vm->order_count = 1;
        dictionary_cool(vm);
        return 0;
    }
    if (count < 0) {
        return THROW_SEARCH_ORDER_UNDERFLOW;
    }
    if (count > (int64_t)VM_ORDER_MAX) {
        return THROW_SEARCH_ORDER_OVERFLOW;
    }
    if (vm_depth(vm) < (uint64_t)count) {
        return THROW_STACK_UNDERFLOW;
    }
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        if (!is_wordlist(vm, *vm_item(vm, i))) {
            return THROW_INVALID_ARGUMENT;
        }
    }
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        vm->order[i] = (uint32_t)vm_pop(vm);
    }
    vm->order_count = (uint32_t)count;
    dictionary_cool(vm);
    return 0;
}

static int64_t immediacy(struct vm *vm, uint32_t xt) {
    return (dictionary_word(vm, xt)->flags & WORD_IMMEDIATE) != 0 ? 1 : -1;
}

/* ( addr u wid -- 0 | xt 1 | xt -1 ) */
int word_search_wordlist(struct vm *vm) {
    uint64_t wid = vm_pop(vm), size = vm_pop(vm), addr = vm_pop(vm);
    const char *name = vm_pointer(vm, addr, size);
    if (name == NULL) {
        return THROW_BAD_ADDRESS;
    }
    if (!is_wordlist(vm, wid)) {
        return THROW_INVALID_ARGUMENT;
    }
    uint32_t xt = dictionary_find_in(vm, (uint32_t)wid, name, size);
    if (xt != 0) {
        vm_push(vm, xt);
        vm_push(vm, (uint64_t)immediacy(vm, xt));
    } else {
        vm_push(vm, 0);
    }
    return 0;
}

/* ( addr u -- nt | 0 ) along the search order */
int word_find_name(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    const char *name = vm_pointer(vm, addr, size);
    if (name == NULL) {
        return THROW_BAD_ADDRESS;
    }
    vm_push(vm, dictionary_find(vm, name, size));
    return 0;
}

/* ( nt1 wid -- nt2 | 0 ) The next older name of a word list; nt1 = 0 asks for the newest. */
int word_next_name(struct vm *vm) {
    uint64_t wid = vm_pop(vm), nt = vm_pop(vm);
    uint64_t at = nt == 0 || nt > vm->own.end ? vm->own.end : nt;
    while (at-- > 1) {
        const struct word *word = dictionary_word(vm, at);
        if (word != NULL && word->wordlist == wid && word->name_size > 0 &&
            (word->flags & WORD_HIDDEN) == 0) {
            vm_push(vm, at);
            return 0;
        }
    }
    vm_push(vm, 0);
    return 0;
}

/* ( nt -- addr u ) The name is copied to where the program can see it. */
int word_name_to_string(struct vm *vm) {
    uint64_t nt = vm_pop(vm);
    if (dictionary_word(vm, nt) == NULL) {
        return THROW_BAD_XT;
    }
    size_t size;
    const char *name = dictionary_name(vm, (uint32_t)nt, &size);
    uint64_t addr = VM_STRINGS + (vm->string_turn++ % 2) * VM_STRING_SIZE;
    char *to = vm_pointer(vm, addr, VM_STRING_SIZE);
    if (to == NULL) {
        return THROW_NO_MEMORY;
    }
    for (size_t i = 0; i < size; i++) {
        to[i] = name[i];
    }
    vm_push(vm, addr);
    vm_push(vm, size);
    return 0;
}

/* ( nt -- xt | 0 ) 0 for a word without interpretation semantics */
int word_name_to_interpret(struct vm *vm) {
    const struct word *word = dictionary_word(vm, *vm_item(vm, 0));
    if (word == NULL) {
        return THROW_BAD_XT;
    }
    if ((word->flags & WORD_COMPILE_ONLY) != 0) {
        *vm_item(vm, 0) = 0;
    }
    return 0;
}

/* ( nt -- flag ) */
int word_is_immediate(struct vm *vm) {
    const struct word *word = dictionary_word(vm, *vm_item(vm, 0));
    if (word == NULL) {
        return THROW_BAD_XT;
    }
    *vm_item(vm, 0) = (word->flags & WORD_IMMEDIATE) != 0 ? (uint64_t)-1 : 0;
    return 0;
}

/* ( "newname" "oldname" -- ) 15.6.2.2264: a second name for a word, with all that the word is. */
int word_synonym(struct vm *vm) {
    struct parsed name;
    uint32_t old_xt, xt;
    int code = parse_name(vm, &name);
    if (code == 0 && name.size == 0) {
        code = THROW_NO_NAME;
    }
    if (code == 0) {
        code = parse_word(vm, &old_xt);
    }
    if (code == 0 && dictionary_word(vm, old_xt)->kind == WORD_MARKER) {
        code = THROW_INVALID_ARGUMENT; /* it forgets by its own number */
    }
    if (code == 0) {
        code = dictionary_create(vm, name.text, name.size, 0, &xt);
    }
    if (code != 0) {
        return code;
    }
    const struct word *old = dictionary_word(vm, old_xt);
    struct word *word = dictionary_word(vm, xt);
    word->handler = old->handler;
    word->arg = old->arg;
    word->code = old->code;
    word->code_end = old->code_end;
    word->kind = old->kind;
    word->flags = old->flags;
    word->need = old->need;
    word->net = old->net;
    word->doc = old->doc;
    return 0;
}
