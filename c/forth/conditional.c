/*
 * conditional.c - what [IF] skips, and [DEFINED] [UNDEFINED].
 */
#include "forth/letters.h"
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "primitives.h"

static bool is(const struct parsed *word, const char *name, size_t size) {
    return word->size == size && same_name(word->text, name, size);
}

/* ( u1 -- u2 ) Skips words of the parse area, u1 conditionals deep, until the one that began the
 * skipping has ended (u2 is 0) or the parse area has. [ELSE] ends it only on the outermost level.
 */
int word_skip_conditional(struct vm *vm) {
    uint64_t *level = vm_item(vm, 0);
    while (*level != 0) {
        struct parsed word;
        int code = parse_name(vm, &word);
        if (code != 0 || word.size == 0) {
            return code;
        }
        if (is(&word, "[IF]", 4)) {
            ++*level;
        } else if (is(&word, "[THEN]", 6) || (*level == 1 && is(&word, "[ELSE]", 6))) {
            --*level;
        }
    }
    return 0;
}

static int push_defined(struct vm *vm, bool wanted) {
    uint32_t xt;
    int code = parse_word(vm, &xt);
    if (code == 0 || code == THROW_UNDEFINED_WORD) {
        vm_push(vm, (code == 0) == wanted ? (uint64_t)-1 : 0);
        code = 0;
    }
    return code;
}

int word_defined(struct vm *vm) {
    return push_defined(vm, true);
}

int word_undefined(struct vm *vm) {
    return push_defined(vm, false);
}
