/*
 * strings.c - string literals and string comparison.
 *
 * A compiled string lies in data space, where the program can see it; the definition holds its
 * address and length. A string that is interpreted goes to one of several buffers in turn (Forth-2012
 * 11.6.1.2165).
 */
#include "forth/compiler.h"
#include "forth/console.h"
#include "forth/number.h"
#include "forth/text_interpreter.h"
#include "forth/throw.h"

#include "primitives.h"

static int parse_quoted(struct vm *vm, struct parsed *out) {
    bool found;
    int code = parse_until(vm, '"', out, &found);
    return code == 0 && !found ? THROW_MISSING_DELIMITER : code;
}

/* Copies a string to data space, after a count byte if `counted`. *addr is where it begins. */
static int allot_string(struct vm *vm, const char *text, size_t size, bool counted,
                        uint64_t *addr) {
    uint64_t bytes = size + (counted ? 1 : 0);
    if (counted && size > 255) {
        return THROW_STRING_OVERFLOW;
    }
    if (bytes > vm->top - vm->dp) {
        return THROW_DICTIONARY_OVERFLOW;
    }
    *addr = vm->dp;
    char *to = vm_pointer(vm, vm->dp, bytes);
    if (to == NULL) {
        return THROW_NO_MEMORY;
    }
    if (counted) {
        *to++ = (char)size;
    }
    for (size_t i = 0; i < size; i++) {
        to[i] = text[i];
    }
    vm->dp += bytes;
    return 0;
}

static int compile_string(struct vm *vm, const char *text, size_t size) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    uint64_t addr;
    int code = allot_string(vm, text, size, false, &addr);
    if (code == 0) {
        code = compile_literal(vm, addr);
    }
    return code != 0 ? code : compile_literal(vm, size);
}

static int push_transient(struct vm *vm, const char *text, size_t size) {
    if (size > VM_STRING_SIZE) {
        return THROW_STRING_OVERFLOW;
    }
    uint64_t addr = VM_STRINGS + (vm->string_turn++ % VM_STRING_COUNT) * VM_STRING_SIZE;
    char *to = vm_pointer(vm, addr, VM_STRING_SIZE);
    if (to == NULL) {
        return THROW_NO_MEMORY;
    }
    for (size_t i = 0; i < size; i++) {
        to[i] = text[i];
    }
    vm_push(vm, addr);
    vm_push(vm, size);
    return 0;
}

static int take_string(struct vm *vm, const char *text, size_t size) {
    return is_compiling(vm) ? compile_string(vm, text, size) : push_transient(vm, text, size);
}

int word_s_quote(struct vm *vm) {
    struct parsed string;
    int code = parse_quoted(vm, &string);
    return code != 0 ? code : take_string(vm, string.text, string.size);
}

int word_c_quote(struct vm *vm) {
    if (!vm->definition.open) {
        return THROW_NO_DEFINITION;
    }
    struct parsed string;
    int code = parse_quoted(vm, &string);
    uint64_t addr;
    if (code == 0) {
        code = allot_string(vm, string.text, string.size, true, &addr);
    }
    return code != 0 ? code : compile_literal(vm, addr);
}

int word_dot_quote(struct vm *vm) {
    struct parsed string;
    int code = parse_quoted(vm, &string);
    if (code != 0) {
        return code;
    }
    if (!is_compiling(vm)) {
        return console_type(vm, string.addr, string.size);
    }
    code = compile_string(vm, string.text, string.size);
    return code != 0 ? code : compile_primitive(vm, prim_type, 2, -2);
}

int word_dot_paren(struct vm *vm) {
    struct parsed string;
    bool found;
    int code = parse_until(vm, ')', &string, &found);
    return code != 0 ? code : console_type(vm, string.addr, string.size);
}

int word_abort_quote(struct vm *vm) {
    struct parsed string;
    int code = parse_quoted(vm, &string);
    if (code == 0) {
        code = compile_string(vm, string.text, string.size);
    }
    return code != 0 ? code : compile_primitive(vm, prim_paren_abort, 3, WORD_NET_UNKNOWN);
}

int word_paren_abort(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm), flag = vm_pop(vm);
    if (flag == 0) {
        return 0;
    }
    vm->abort_addr = addr;
    vm->abort_size = size;
    return THROW_ABORT_QUOTE;
}

/* One character of S\" (6.2.2266) from text[*i..size); two for \m. Returns how many, or -1. */
static int unescape(const char *text, size_t size, size_t *i, char out[2]) {
    static const char from[] = "abeflnqrtvz\"\\";
    static const char to[] = "\a\b\033\f\n\n\"\r\t\v\0\"\\";
    if (text[*i] != '\\') {
        out[0] = text[(*i)++];
        return 1;
    }
    if (++*i >= size) {
        return -1;
    }
    char c = text[(*i)++];
    if (c == 'm') {
        out[0] = '\r';
        out[1] = '\n';
        return 2;
    }
    if (c == 'x') {
        int high = *i < size ? number_digit(text[*i], 16) : -1;
        int low = *i + 1 < size ? number_digit(text[*i + 1], 16) : -1;
        if (high < 0 || low < 0) {
            return -1;
        }
        *i += 2;
        out[0] = (char)(high * 16 + low);
        return 1;
    }
    for (size_t k = 0; k + 1 < sizeof from; k++) {
        if (from[k] == c) {
            out[0] = to[k];
            return 1;
        }
    }
    return -1;
}

int word_s_backslash_quote(struct vm *vm) {
    struct parsed rest;
    bool found;
    uint64_t start = vm_user_get(vm, VM_USER_TO_IN);
    /* The end of the source is no delimiter a text can contain, so this takes all of it. */
    int code = parse_until(vm, '\n', &rest, &found);
    if (code != 0) {
        return code;
    }
    char buffer[VM_STRING_SIZE];
    size_t used = 0, i = 0;
    while (i < rest.size && rest.text[i] != '"') {
        char out[2];
        int count = unescape(rest.text, rest.size, &i, out);
        if (count < 0) {
            return THROW_INVALID_ARGUMENT;
        }
        if (used + (size_t)count > sizeof buffer) {
            return THROW_STRING_OVERFLOW;
        }
        for (int k = 0; k < count; k++) {
            buffer[used++] = out[k];
        }
    }
    if (i >= rest.size) {
        return THROW_MISSING_DELIMITER;
    }
    vm_user_set(vm, VM_USER_TO_IN, start + i + 1);
    return take_string(vm, buffer, used);
}

int word_compare(struct vm *vm) {
    uint64_t size2 = vm_pop(vm), addr2 = vm_pop(vm), size1 = vm_pop(vm), addr1 = vm_pop(vm);
    if (!vm_has(vm, addr1, size1) || !vm_has(vm, addr2, size2)) {
        return THROW_BAD_ADDRESS;
    }
    const uint64_t common = size1 < size2 ? size1 : size2;
    const uint64_t piece = common < VM_PIECE ? common : VM_PIECE;
    const unsigned char *a = vm_pointer(vm, addr1, piece), *b = vm_pointer(vm, addr2, piece);
    if (a == NULL || b == NULL) {
        return THROW_NO_MEMORY;
    }
    uint64_t i = 0;
    while (i < piece && a[i] == b[i]) {
        i++;
    }
    if (i == piece && piece < common) {
        vm_push(vm, addr1 + piece);
        vm_push(vm, size1 - piece);
        vm_push(vm, addr2 + piece);
        vm_push(vm, size2 - piece);
        return vm_again(vm, engine_again_compare_thread);
    }
    const int64_t order = i < piece ? (a[i] < b[i] ? -1 : 1) : (size1 > size2) - (size1 < size2);
    vm_push(vm, (uint64_t)order);
    return 0;
}
