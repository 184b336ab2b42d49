/*
 * locals.c - local variables of the definition being compiled (Forth-2012 chapter 13).
 *
 * A local lives on the locals stack at a distance from its top that the compiler knows, because
 * code drops the locals of a control structure where the structure ends. Their names live as long
 * as the definition is being compiled.
 */
#include "forth/locals.h"

#include "forth/compiler.h"
#include "forth/letters.h"
#include "forth/throw.h"
#include "primitives.h"

bool locals_find(const struct vm *vm, const char *name, size_t size, uint32_t *index) {
    const struct definition *definition = &vm->definition;
    for (uint32_t i = definition->open ? definition->local_count : 0; i-- > 0;) {
        const struct local *local = &definition->local[i];
        if (local->size == size && same_name(local->name, name, size)) {
            *index = i;
            return true;
        }
    }
    return false;
}

static uint64_t offset_of(const struct vm *vm, uint32_t index) {
    return (vm->definition.local_count - 1 - index) * CELL;
}

int locals_compile_fetch(struct vm *vm, uint32_t index) {
    return compile_operand(vm, prim_local_fetch, offset_of(vm, index), 0, 1);
}

int locals_compile_store(struct vm *vm, uint32_t index) {
    return compile_operand(vm, prim_local_store, offset_of(vm, index), 1, -1);
}

int locals_compile_drop(struct vm *vm, uint32_t keep) {
    uint32_t count = vm->definition.local_count;
    return count <= keep ? 0 : compile_operand(vm, prim_local_drop, (count - keep) * CELL, 0, 0);
}

/* Declares one local that takes its value from the top of the stack. */
static int declare(struct vm *vm, const char *name, size_t size) {
    struct definition *definition = &vm->definition;
    if (!definition->open) {
        return THROW_NO_DEFINITION;
    }
    if (size > VM_LOCAL_NAME) {
        return THROW_NAME_TOO_LONG;
    }
    if (definition->local_count == VM_LOCALS_MAX) {
        return THROW_TOO_MANY_LOCALS;
    }
    int code = compile_primitive(vm, prim_to_local, 1, -1);
    if (code == 0) {
        struct local *local = &definition->local[definition->local_count++];
        local->size = (uint8_t)size;
        for (size_t i = 0; i < size; i++) {
            local->name[i] = name[i];
        }
    }
    return code;
}

/* ( addr u -- ) 13.6.1.0086: declares a local; u = 0 ends the declarations, which takes nothing
 * here. */
int word_paren_local(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    if (size == 0) {
        return 0;
    }
    const char *name = vm_pointer(vm, addr, size);
    return name == NULL ? THROW_BAD_ADDRESS : declare(vm, name, size);
}

static bool is_name(const struct parsed *word, const char *name) {
    size_t i = 0;
    while (i < word->size && name[i] != '\0' && word->text[i] == name[i]) {
        i++;
    }
    return i == word->size && name[i] == '\0';
}

/* The next word, on a later line of the file if need be. */
static int next_word(struct vm *vm, struct parsed *word) {
    for (;;) {
        int code = parse_name(vm, word);
        if (code != 0 || word->size > 0) {
            return code;
        }
        code = word_include_refill(vm);
        if (code != 0) {
            return code;
        }
        if (vm_pop(vm) == 0) {
            return THROW_MISSING_DELIMITER;
        }
    }
}

static int skip_outputs(struct vm *vm) {
    struct parsed word;
    do {
        int code = next_word(vm, &word);
        if (code != 0) {
            return code;
        }
    } while (!is_name(&word, ":}"));
    return 0;
}

/* {: arg ... | uninitialized ... -- output ... :} (13.6.2.2550). The last argument is on top of the
 * stack, so arguments are declared from the last to the first. */
int word_brace_colon(struct vm *vm) {
    struct parsed argument[VM_LOCALS_MAX];
    uint32_t arguments = 0, blanks = 0;
    bool blank = false;
    for (;;) {
        struct parsed word;
        int code = next_word(vm, &word);
        if (code != 0) {
            return code;
        }
        if (is_name(&word, ":}")) {
            break;
        }
        if (is_name(&word, "--")) {
            code = skip_outputs(vm);
            if (code != 0) {
                return code;
            }
            break;
        }
        if (is_name(&word, "|")) {
            blank = true;
            continue;
        }
        if (arguments + blanks == VM_LOCALS_MAX) {
            return THROW_TOO_MANY_LOCALS;
        }
        argument[arguments + blanks] = word;
        if (blank) {
            blanks++;
        } else {
            arguments++;
        }
    }
    for (uint32_t i = arguments; i-- > 0;) {
        int code = declare(vm, argument[i].text, argument[i].size);
        if (code != 0) {
            return code;
        }
    }
    for (uint32_t i = 0; i < blanks; i++) {
        int code = compile_literal(vm, 0);
        if (code == 0) {
            code = declare(vm, argument[arguments + i].text, argument[arguments + i].size);
        }
        if (code != 0) {
            return code;
        }
    }
    return 0;
}
