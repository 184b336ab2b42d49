/*
 * see.c - SEE: what a word is made of, as text that defines it where there is such a text.
 */
#include "forth/console.h"
#include "forth/decompile.h"
#include "forth/primitive_table.h"
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "primitives.h"

static void say_name(struct vm *vm, uint32_t xt) {
    size_t size;
    const char *name = dictionary_name(vm, xt, &size);
    if (size == 0) {
        console_text("noname:");
        console_unsigned(xt, 10);
    } else {
        console_bytes(name, size);
    }
}

static void say_primitive(struct vm *vm, uint32_t xt, const struct primitive *entry) {
    say_name(vm, xt);
    console_text(entry->kind == PRIMITIVE_USER ? " is built in: " : " is a primitive: ");
    console_text(entry->effect);
    console_char(' ');
    console_text(entry->glossary);
}

/* The cell of a VALUE or DEFERred word; 0 when it cannot be read. */
static uint64_t cell_of(struct vm *vm, const struct word *word) {
    const uint64_t *cell = vm_pointer(vm, word->arg, CELL);
    return cell == NULL ? 0 : *cell;
}

/* The end of the definition that threaded code belongs to: DOES> parts lie inside another one. */
static uint64_t end_of_code(struct vm *vm, uint64_t code) {
    for (uint32_t xt = vm->own_end; xt-- > 1;) {
        const struct word *word = dictionary_word(vm, xt);
        if (word != NULL && word->kind == WORD_COLON && word->arg <= code &&
            code < word->code_end) {
            return word->code_end;
        }
    }
    return code;
}

static void say_created(struct vm *vm, uint32_t xt, const struct word *word) {
    console_text("CREATE ");
    say_name(vm, xt);
    console_text(" \\ at $");
    console_unsigned(word->arg, 16);
    if (word->kind == WORD_DOES) {
        console_text("\nDOES>");
        decompile(vm, word->code, end_of_code(vm, word->code), NULL, NULL);
    }
}

static void say_colon(struct vm *vm, uint32_t xt, const struct word *word) {
    size_t size;
    (void)dictionary_name(vm, xt, &size);
    console_text(size == 0 ? ":NONAME" : ": ");
    if (size != 0) {
        say_name(vm, xt);
    }
    decompile(vm, word->arg, word->code_end, NULL, NULL);
}

static void say_deferred(struct vm *vm, uint32_t xt, const struct word *word) {
    uint64_t action = cell_of(vm, word);
    console_text("DEFER ");
    say_name(vm, xt);
    if (action != 0 && dictionary_word(vm, action) != NULL) {
        console_text("  ' ");
        say_name(vm, (uint32_t)action);
        console_text(" IS ");
        say_name(vm, xt);
    }
}

static void say_word(struct vm *vm, uint32_t xt) {
    const struct word *word = dictionary_word(vm, xt);
    const struct primitive *entry = (const struct primitive *)word->doc;
    if (entry != NULL && entry->kind != PRIMITIVE_FORTH) {
        say_primitive(vm, xt, entry);
        return;
    }
    switch ((enum word_kind)word->kind) {
    case WORD_COLON:
        say_colon(vm, xt, word);
        break;
    case WORD_DOES:
        say_created(vm, xt, word);
        break;
    case WORD_CONSTANT:
        if ((word->flags & WORD_CREATED) != 0) {
            say_created(vm, xt, word);
            break;
        }
        console_signed((int64_t)word->arg);
        console_text(" CONSTANT ");
        say_name(vm, xt);
        break;
    case WORD_VALUE:
        console_signed((int64_t)cell_of(vm, word));
        console_text(" VALUE ");
        say_name(vm, xt);
        break;
    case WORD_DEFER:
        say_deferred(vm, xt, word);
        break;
    case WORD_MARKER:
        console_text("MARKER ");
        say_name(vm, xt);
        break;
    case WORD_PRIMITIVE:
        say_name(vm, xt);
        console_text(" is a primitive");
        break;
    case WORD_UNFINISHED:
        say_name(vm, xt);
        console_text(" is not finished");
        break;
    }
    if ((word->flags & WORD_IMMEDIATE) != 0) {
        console_text(" IMMEDIATE");
    }
}

int word_see(struct vm *vm) {
    uint32_t xt;
    int code = parse_word(vm, &xt);
    if (code == 0) {
        console_fresh_line();
        say_word(vm, xt);
        console_char('\n');
    }
    return code;
}
