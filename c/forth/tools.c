/*
 * tools.c - looking at the system: .S WORDS and the clock.
 */
#include "forth/console.h"
#include "forth/letters.h"
#include "forth/primitive_table.h"
#include "forth/text_interpreter.h"
#include "forth/throw.h"
#include "hal/hal_time.h"
#include "primitives.h"

#define LINE_WIDTH 76u

static bool is_searched(const struct vm *vm, uint32_t wordlist) {
    for (uint32_t i = 0; i < vm->order_count; i++) {
        if (vm->order[i] == wordlist) {
            return true;
        }
    }
    return false;
}

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

/* True when `name` has `part` in it, whatever the case of letters. */
static bool contains(const char *name, size_t size, const struct parsed *part) {
    for (size_t at = 0; at + part->size <= size; at++) {
        if (same_name(name + at, part->text, part->size)) {
            return true;
        }
    }
    return false;
}

/* Types the names of a dictionary that have `part` in them and are in a list of the search order, newest first;
 * `column` is kept from one to the next. */
static void list_names(struct vm *vm, const struct dictionary *dictionary,
                       const struct parsed *part, size_t *column) {
    for (uint32_t xt = dictionary->end; xt-- > dictionary->first;) {
        const struct word *word = dictionary_word(vm, xt);
        size_t size;
        const char *name = dictionary_name(vm, xt, &size);
        if ((word->flags & WORD_HIDDEN) != 0 || size == 0 || !is_searched(vm, word->wordlist) ||
            !contains(name, size, part)) {
            continue;
        }
        if (*column + size + 1 > LINE_WIDTH) {
            console_char('\n');
            *column = 0;
        }
        console_bytes(name, size);
        console_char(' ');
        *column += size + 1;
    }
}

/* ( "part" -- ) */
int word_words(struct vm *vm) {
    struct parsed part;
    int code = parse_name(vm, &part);
    if (code == 0) {
        size_t column = 0;
        console_fresh_line();
        list_names(vm, &vm->own, &part, &column);
        list_names(vm, &base_image.dictionary, &part, &column);
    }
    return code;
}

static const char *kind_name(const struct word *word) {
    switch ((enum word_kind)word->kind) {
    case WORD_PRIMITIVE:
        return "a primitive";
    case WORD_COLON:
        return "a colon definition";
    case WORD_CONSTANT:
        return "a constant, a variable or a word made by CREATE";
    case WORD_DOES:
        return "a word made by CREATE and DOES>";
    case WORD_VALUE:
        return "a VALUE";
    case WORD_DEFER:
        return "a DEFERred word";
    case WORD_MARKER:
        return "a MARKER";
    case WORD_UNFINISHED:
        return "an unfinished definition";
    }
    return "a word";
}

/* ( "name" -- ) What the table of primitives says of a word. */
int word_help(struct vm *vm) {
    uint32_t xt;
    int code = parse_word(vm, &xt);
    if (code != 0) {
        return code;
    }
    const struct word *word = dictionary_word(vm, xt);
    const struct primitive *line = (const struct primitive *)word->doc;
    size_t size;
    const char *name = dictionary_name(vm, xt, &size);
    console_fresh_line();
    console_bytes(name, size);
    if (line != NULL) {
        console_char(' ');
        console_text(line->effect);
        console_text("  ");
        console_text(line->word_set);
        console_char('\n');
        console_text(line->glossary);
    } else {
        console_text(" is ");
        console_text(kind_name(word));
        console_text(" without a description.");
    }
    if ((word->flags & WORD_IMMEDIATE) != 0) {
        console_text(" Immediate.");
    }
    if ((word->flags & WORD_COMPILE_ONLY) != 0) {
        console_text(" Only inside a definition.");
    }
    console_char('\n');
    return 0;
}

int word_nanoseconds(struct vm *vm) {
    vm_push(vm, hal_time_now_ns());
    return 0;
}

/* The names that gforth has, which answer with doubles. */
int word_utime(struct vm *vm) {
    vm_push(vm, hal_time_now_ns() / 1000);
    vm_push(vm, 0);
    return 0;
}

int word_ntime(struct vm *vm) {
    vm_push(vm, hal_time_now_ns());
    vm_push(vm, 0);
    return 0;
}

/* ( -- second minute hour day month year ) 10.6.2.2292 */
int word_time_and_date(struct vm *vm) {
    struct hal_wall_time time;
    if (hal_time_wall(&time) != HAL_OK) {
        return THROW_UNSUPPORTED;
    }
    vm_push(vm, time.second);
    vm_push(vm, time.minute);
    vm_push(vm, time.hour);
    vm_push(vm, time.day);
    vm_push(vm, time.month);
    vm_push(vm, time.year);
    return 0;
}

/* ( u -- ) A sleep too long for the clock never ends by itself. */
int word_wake_after(struct vm *vm) {
    uint64_t now = hal_time_now_ns(), delay = vm_pop(vm);
    vm->wake_ns = delay > UINT64_MAX - now ? UINT64_MAX : now + delay;
    return 0;
}

int word_cycles(struct vm *vm) {
    vm_push(vm, hal_time_cycles());
    return 0;
}

/* Exists in builds whose engine counts the words that it executes (bench/counting/). */
extern uint64_t words_executed __attribute__((weak));

/* ( -- u ) */
int word_words_executed(struct vm *vm) {
    if (&words_executed == NULL) {
        return THROW_UNSUPPORTED;
    }
    vm_push(vm, words_executed);
    return 0;
}

int word_dot_version(struct vm *vm) {
    (void)vm;
    console_text("StarForth VM v1.0\n");
    return 0;
}
