/*
 * text_interpreter.c - taking words from the source and acting on them (Forth-2012 3.4).
 *
 * The loop is here and not in Forth because compiling is the common case: word_interpret_step goes
 * on by itself until it meets a word that must be executed, which it hands to the engine.
 */
#include "forth/text_interpreter.h"

#include "forth/block.h"
#include "forth/compiler.h"
#include "forth/locals.h"
#include "forth/number.h"
#include "forth/throw.h"
#include "primitives.h"

#define STEP_WORDS 16u /* words that are compiled at once */

/* Control characters count as spaces, so that tabs and stray carriage returns are harmless. */
static bool is_blank(char c) {
    return (unsigned char)c <= ' ';
}

/* The source as a C pointer, and >IN clamped to it. Returns 0 or a THROW code: a program may have moved the source
 * out of reach. */
static int source_text(struct vm *vm, const char **text, size_t *size, size_t *in) {
    const int code = block_of_source(vm) == 0 ? 0 : block_refresh_source(vm);
    if (code != 0) {
        return code;
    }
    if (!vm_has(vm, vm->source_addr, vm->source_size)) {
        return THROW_BAD_ADDRESS;
    }
    if (vm->source_size > VM_SOURCE_MAX) {
        return THROW_STRING_OVERFLOW;
    }
    *size = vm->source_size;
    *text = vm_pointer(vm, vm->source_addr, vm->source_size);
    uint64_t to_in = vm_user_get(vm, VM_USER_TO_IN);
    *in = to_in < *size ? (size_t)to_in : *size;
    return *text == NULL ? THROW_NO_MEMORY : 0;
}

static void set_in(struct vm *vm, size_t in) {
    vm_user_set(vm, VM_USER_TO_IN, in);
}

/* Takes a word from text[*in..size) and remembers it. */
static void next_word(struct vm *vm, const char *text, size_t size, size_t *in,
                      struct parsed *out) {
    size_t i = *in;
    while (i < size && is_blank(text[i])) {
        i++;
    }
    size_t start = i;
    while (i < size && !is_blank(text[i])) {
        i++;
    }
    *out =
        (struct parsed){.text = text + start, .addr = vm->source_addr + start, .size = i - start};
    *in = i < size ? i + 1 : i; /* the delimiter is taken too */
    if (out->size > 0) {
        vm->word_addr = out->addr;
        vm->word_size = out->size;
    }
}

int parse_name(struct vm *vm, struct parsed *out) {
    size_t size, in;
    const char *text;
    const int code = source_text(vm, &text, &size, &in);
    if (code != 0) {
        return code;
    }
    next_word(vm, text, size, &in, out);
    set_in(vm, in);
    return 0;
}

int parse_until(struct vm *vm, char delimiter, struct parsed *out, bool *found) {
    size_t size, in;
    const char *text;
    const int code = source_text(vm, &text, &size, &in);
    if (code != 0) {
        return code;
    }
    size_t i = in;
    while (i < size && text[i] != delimiter) {
        i++;
    }
    *out = (struct parsed){.text = text + in, .addr = vm->source_addr + in, .size = i - in};
    *found = i < size;
    set_in(vm, *found ? i + 1 : i);
    return 0;
}

int parse_word(struct vm *vm, uint32_t *xt) {
    struct parsed name;
    int code = parse_name(vm, &name);
    if (code != 0) {
        return code;
    }
    if (name.size == 0) {
        return THROW_NO_NAME;
    }
    *xt = dictionary_find(vm, name.text, name.size);
    return *xt != 0 ? 0 : THROW_UNDEFINED_WORD;
}

/* Pushes a number or compiles it. */
static int take_number(struct vm *vm, const struct parsed *name, bool compiling) {
    uint64_t base = vm_user_get(vm, VM_USER_BASE);
    if (base < 2 || base > 36) {
        vm_user_set(vm, VM_USER_BASE, 10); /* else nothing could be typed any more */
        return THROW_BAD_BASE;
    }
    int64_t low, high;
    enum number_kind kind = number_parse(name->text, name->size, (unsigned)base, &low, &high);
    if (kind == NUMBER_NONE) {
        return THROW_UNDEFINED_WORD;
    }
    if (compiling) {
        int code = compile_literal(vm, (uint64_t)low);
        if (code == 0 && kind == NUMBER_DOUBLE) {
            code = compile_literal(vm, (uint64_t)high);
        }
        return code;
    }
    vm_push(vm, (uint64_t)low);
    if (kind == NUMBER_DOUBLE) {
        vm_push(vm, (uint64_t)high);
    }
    return 0;
}

/* What must hold before the engine may execute a word that was typed. */
static int may_execute(struct vm *vm, const struct word *word, bool compiling) {
    if (!compiling && (word->flags & WORD_COMPILE_ONLY) != 0) {
        return THROW_COMPILE_ONLY;
    }
    return word->need > 0 && vm_depth(vm) < (uint64_t)word->need ? THROW_STACK_UNDERFLOW : 0;
}

int word_interpret_step(struct vm *vm) {
    size_t size, in;
    const char *text;
    int code = source_text(vm, &text, &size, &in);
    if (code != 0) {
        return code;
    }
    /* Numbers are pushed here, so stop before the room that the engine has checked is used up; and before long, for
     * meanwhile nobody else can run. */
    unsigned room = VM_HEADROOM_CELLS - 3;
    for (unsigned pushed = 0, words = 0; pushed < room && words < STEP_WORDS; words++) {
        struct parsed name;
        next_word(vm, text, size, &in, &name);
        set_in(vm, in);
        if (name.size == 0) {
            vm_push(vm, 0);
            return 0;
        }
        bool compiling = is_compiling(vm);
        uint32_t local;
        if (compiling && locals_find(vm, name.text, name.size, &local)) {
            code = locals_compile_fetch(vm, local);
            if (code != 0) {
                return code;
            }
            continue;
        }
        uint32_t xt = dictionary_find(vm, name.text, name.size);
        if (xt == 0) {
            code = take_number(vm, &name, compiling);
            pushed += 2;
        } else {
            const struct word *word = dictionary_word(vm, xt);
            if (!compiling || (word->flags & WORD_IMMEDIATE) != 0) {
                code = may_execute(vm, word, compiling);
                if (code == 0) {
                    vm_push(vm, xt);
                    return 0;
                }
            } else {
                code = compile_word(vm, xt);
            }
        }
        if (code != 0) {
            return code;
        }
    }
    vm_push(vm, vm->noop_xt); /* come back, with fresh room */
    return 0;
}

int word_parse_name(struct vm *vm) {
    struct parsed name;
    int code = parse_name(vm, &name);
    if (code == 0) {
        vm_push(vm, name.addr);
        vm_push(vm, name.size);
    }
    return code;
}

int word_parse(struct vm *vm) {
    struct parsed piece;
    bool found;
    int code = parse_until(vm, (char)vm_pop(vm), &piece, &found);
    if (code == 0) {
        vm_push(vm, piece.addr);
        vm_push(vm, piece.size);
    }
    return code;
}

/* ( is allowed to run over several lines of a file (11.6.1.0080); so it ends the line without ) and
 * the next line goes on being comment. That is why it asks for the next line itself. */
int word_paren(struct vm *vm) {
    for (;;) {
        struct parsed piece;
        bool found;
        int code = parse_until(vm, ')', &piece, &found);
        if (code != 0 || found || vm->source_id <= 0) {
            return code;
        }
        code = word_include_refill(vm);
        if (code != 0 || vm_pop(vm) == 0) {
            return code;
        }
    }
}

int word_backslash(struct vm *vm) {
    if (block_of_source(vm) == 0) {
        set_in(vm, vm->source_size);
        return 0;
    }
    /* The line that this word stands in: two back, for a blank after it has been taken. */
    uint64_t in = vm_user_get(vm, VM_USER_TO_IN);
    uint64_t line = (in < 2 ? 0 : in - 2) / BLOCK_LINE;
    set_in(vm, (line + 1) * BLOCK_LINE);
    return 0;
}

int word_char(struct vm *vm) {
    struct parsed name;
    int code = parse_name(vm, &name);
    if (code == 0 && name.size == 0) {
        code = THROW_NO_NAME;
    }
    if (code == 0) {
        vm_push(vm, (unsigned char)name.text[0]);
    }
    return code;
}

int word_bracket_char(struct vm *vm) {
    int code = word_char(vm);
    return code != 0 ? code : compile_literal(vm, vm_pop(vm));
}

/* WORD copies to a buffer of its own, count first, a space behind (6.1.2450). */
int word_word(struct vm *vm) {
    char delimiter = (char)vm_pop(vm);
    size_t size, in;
    const char *text;
    const int code = source_text(vm, &text, &size, &in);
    if (code != 0) {
        return code;
    }
    while (in < size && (text[in] == delimiter || (delimiter == ' ' && is_blank(text[in])))) {
        in++;
    }
    size_t start = in;
    while (in < size && text[in] != delimiter && !(delimiter == ' ' && is_blank(text[in]))) {
        in++;
    }
    size_t count = in - start;
    if (count > 255) {
        return THROW_STRING_OVERFLOW;
    }
    set_in(vm, in < size ? in + 1 : in);
    char *buffer = vm_pointer(vm, VM_WORD_BUFFER, VM_WORD_BUFFER_SIZE);
    if (buffer == NULL) {
        return THROW_NO_MEMORY;
    }
    buffer[0] = (char)count;
    for (size_t i = 0; i < count; i++) {
        buffer[1 + i] = text[start + i];
    }
    buffer[1 + count] = ' ';
    vm_push(vm, VM_WORD_BUFFER);
    return 0;
}

int word_find(struct vm *vm) {
    uint64_t addr = *vm_item(vm, 0);
    const unsigned char *counted = vm_pointer(vm, addr, 1);
    if (counted != NULL) {
        counted = vm_pointer(vm, addr, 1 + (uint64_t)counted[0]);
    }
    if (counted == NULL) {
        return THROW_BAD_ADDRESS;
    }
    uint32_t xt = dictionary_find(vm, (const char *)counted + 1, counted[0]);
    if (xt == 0) {
        vm_push(vm, 0);
        return 0;
    }
    *vm_item(vm, 0) = xt;
    bool immediate = (dictionary_word(vm, xt)->flags & WORD_IMMEDIATE) != 0;
    vm_push(vm, immediate ? 1 : (uint64_t)-1);
    return 0;
}

int word_to_number(struct vm *vm) {
    uint64_t size = vm_pop(vm), addr = vm_pop(vm), high = vm_pop(vm), low = vm_pop(vm);
    if (!vm_has(vm, addr, size)) {
        return THROW_BAD_ADDRESS;
    }
    const uint64_t piece = size < VM_PIECE ? size : VM_PIECE;
    const char *text = vm_pointer(vm, addr, piece);
    if (text == NULL) {
        return THROW_NO_MEMORY;
    }
    unsigned base = (unsigned)vm_user_get(vm, VM_USER_BASE);
    unsigned __int128 value = (unsigned __int128)high << 64 | low;
    uint64_t i = 0;
    for (; i < piece; i++) {
        int digit = number_digit(text[i], base);
        if (digit < 0) {
            break;
        }
        value = value * base + (unsigned)digit;
    }
    vm_push(vm, (uint64_t)value);
    vm_push(vm, (uint64_t)(value >> 64));
    vm_push(vm, addr + i);
    vm_push(vm, size - i);
    return i == piece && piece < size ? vm_again(vm, engine_again_to_number_thread) : 0;
}
