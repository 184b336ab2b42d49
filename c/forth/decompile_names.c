/*
 * decompile_names.c - reading threaded code, and the names and literals in it.
 */
#include "forth/decompiler.h"

#include "forth/pairs.h"
#include "forth/primitive_table.h"
#include "forth/thread.h"
#include "primitives.h"

bool decompiler_fetch(const struct decompiler *d, uint64_t at, struct instruction *out) {
    if (at == 0 || at >= d->end) {
        return false;
    }
    /* Part n of a pair has the address of the pair's cell plus n. */
    const uint64_t *cell = (const uint64_t *)(at & ~(CELL - 1));
    uint64_t part = at % CELL;
    const char *parts[PAIR_PARTS_MAX];
    unsigned count = pairs_split((const char *)cell[0], parts);
    if (part >= count) {
        return false;
    }
    uint64_t operands = 0;
    for (unsigned i = 0; i < part; i++) {
        operands += thread_info((uint64_t)parts[i]).operands;
    }
    *out = (struct instruction){.primitive = parts[part], .at = at, .next = at + 1};
    uint64_t after = (uint64_t)(cell + 1 + operands);
    const unsigned own = thread_info((uint64_t)parts[part]).operands;
    if (own != 0 && after < d->end) {
        out->operand = *(const uint64_t *)after;
        after += own * CELL; /* behind the first are prices */
    }
    if (out->primitive == prim_branch_back) {
        out->primitive = prim_branch;
    }
    if (part + 1 == count) {
        out->next = after;
    }
    return true;
}

bool decompiler_next_is(const struct decompiler *d, const struct instruction *instruction,
                        const char *primitive) {
    struct instruction next;
    return decompiler_fetch(d, instruction->next, &next) && next.primitive == primitive;
}

bool decompiler_is_target(const struct decompiler *d, uint64_t at) {
    if (d->end - d->code > DECOMPILER_LONG) {
        return true;
    }
    struct instruction i;
    for (uint64_t from = d->code; decompiler_fetch(d, from, &i); from = i.next) {
        if (i.operand == at && i.primitive != prim_lit && i.primitive != prim_call) {
            return true;
        }
    }
    return false;
}

/* ---- names ---- */

static void put_name(struct decompiler *d, uint32_t xt) {
    size_t size;
    const char *name = dictionary_name(d->vm, xt, &size);
    if (size == 0) {
        listing_text(&d->listing, "noname:");
        listing_number(&d->listing, xt);
    } else {
        listing_word(&d->listing, name, size);
    }
}

/* The newest word for which `is_it` says so, or 0. */
static uint32_t find_word(struct vm *vm, bool (*is_it)(const struct word *, uint64_t, uint64_t),
                          uint64_t a, uint64_t b) {
    for (uint32_t xt = vm->own_end; xt-- > 1;) {
        const struct word *word = dictionary_word(vm, xt);
        if (word != NULL && is_it(word, a, b)) {
            return xt;
        }
    }
    return 0;
}

static bool has_code(const struct word *word, uint64_t code, uint64_t unused) {
    (void)unused;
    return (word->kind == WORD_COLON || word->kind == WORD_UNFINISHED) && word->arg == code;
}

static bool has_body(const struct word *word, uint64_t addr, uint64_t code) {
    return word->kind == WORD_DOES && word->arg == addr && word->code == code;
}

static bool has_data(const struct word *word, uint64_t addr, uint64_t unused) {
    (void)unused;
    bool user = word->kind == WORD_CONSTANT && word->doc != 0 && addr >= VM_USER_AREA;
    return word->arg == addr && (user || (word->flags & WORD_CREATED) != 0);
}

static bool is_kind_at(const struct word *word, uint64_t kind, uint64_t addr) {
    return word->kind == kind && word->arg == addr;
}

void decompiler_put_primitive(struct decompiler *d, const char *primitive) {
    const char *name = "?";
    for (unsigned i = primitive_count; i-- > 0;) {
        if (primitive_table[i].handler == (uint64_t)primitive) {
            name = primitive_table[i].name;
            if (primitive_table[i].kind == PRIMITIVE_WORD) {
                break;
            }
        }
    }
    listing_text(&d->listing, name);
}

/* ---- literals ---- */

static bool is_access(const struct decompiler *d, const struct instruction *i) {
    return decompiler_next_is(d, i, prim_fetch) || decompiler_next_is(d, i, prim_store) ||
           decompiler_next_is(d, i, prim_plus_store);
}

/* A text in data space: the bytes of a string literal, if these can be shown. */
static const char *string_at(struct vm *vm, uint64_t addr, uint64_t size) {
    if (addr < VM_DATA_SPACE || addr > vm->dp || size == 0 || size > vm->dp - addr) {
        return NULL;
    }
    const char *text = vm_pointer(vm, addr, size);
    for (uint64_t i = 0; text != NULL && i < size; i++) {
        if ((unsigned char)text[i] < ' ' || text[i] == '"' || text[i] == 127) {
            return NULL;
        }
    }
    return text;
}

/* Two literals that are a string, with what is done to it. Returns what follows, or 0. */
static uint64_t put_string(struct decompiler *d, const struct instruction *i) {
    struct instruction size, user;
    if (!decompiler_fetch(d, i->next, &size) || size.primitive != prim_lit) {
        return 0;
    }
    const char *text = string_at(d->vm, i->operand, size.operand);
    if (text == NULL) {
        return 0;
    }
    const char *word = "S\"";
    uint64_t next = size.next;
    if (decompiler_fetch(d, size.next, &user)) {
        if (user.primitive == prim_type) {
            word = ".\"";
            next = user.next;
        } else if (user.primitive == prim_paren_abort) {
            word = "ABORT\"";
            next = user.next;
        }
    }
    listing_string(&d->listing, word, text, size.operand);
    return next;
}

/* A literal that an instruction uses as the name of a word. Returns what follows, or 0. */
static uint64_t put_named_literal(struct decompiler *d, const struct instruction *i) {
    struct vm *vm = d->vm;
    struct instruction user;
    if (!decompiler_fetch(d, i->next, &user)) {
        return 0;
    }
    if (user.primitive == prim_store) {
        uint32_t value = find_word(vm, is_kind_at, WORD_VALUE, i->operand);
        uint32_t deferred = value != 0 ? 0 : find_word(vm, is_kind_at, WORD_DEFER, i->operand);
        if (value != 0 || deferred != 0) {
            listing_text(&d->listing, value != 0 ? "TO" : "IS");
            put_name(d, value != 0 ? value : deferred);
            return user.next;
        }
    }
    if (user.primitive == prim_call) {
        uint32_t xt = find_word(vm, has_body, i->operand, user.operand);
        if (xt != 0) {
            put_name(d, xt);
            return user.next;
        }
    }
    size_t size = 0;
    if (i->operand < vm->own_end) {
        (void)dictionary_name(vm, (uint32_t)i->operand, &size);
    }
    if (size > 0 && user.primitive == prim_compile_comma) {
        listing_text(&d->listing, "POSTPONE");
        put_name(d, (uint32_t)i->operand);
        return user.next;
    }
    if (size > 0 && (user.primitive == prim_execute || user.primitive == prim_catch)) {
        listing_text(&d->listing, "[']");
        put_name(d, (uint32_t)i->operand);
        return i->next;
    }
    return 0;
}

static uint64_t put_literal(struct decompiler *d, const struct instruction *i) {
    if (!d->listing.typing) {
        return i->next;
    }
    bool joined =
        !decompiler_is_target(d, i->next); /* with what follows: no branch comes between */
    uint64_t next = joined ? put_named_literal(d, i) : 0;
    if (next != 0) {
        return next;
    }
    uint32_t xt = find_word(d->vm, has_data, i->operand, 0);
    if (xt != 0 && ((dictionary_word(d->vm, xt)->flags & WORD_CREATED) != 0 || is_access(d, i))) {
        put_name(d, xt);
        return i->next;
    }
    next = joined ? put_string(d, i) : 0;
    if (next != 0) {
        return next;
    }
    listing_number(&d->listing, (int64_t)i->operand);
    return i->next;
}

/* ---- one instruction ---- */

uint64_t decompiler_put_plain(struct decompiler *d, const struct instruction *i) {
    struct vm *vm = d->vm;
    if (i->primitive == prim_lit) {
        return put_literal(d, i);
    }
    if (i->primitive == prim_call) {
        uint32_t xt = d->listing.typing ? find_word(vm, has_code, i->operand, 0) : 0;
        if (i->operand == d->code) {
            listing_text(&d->listing, "RECURSE");
        } else {
            put_name(d, xt);
        }
    } else if (i->primitive == prim_value || i->primitive == prim_defer) {
        uint32_t deferred = find_word(vm, is_kind_at, WORD_DEFER, i->operand);
        if (i->primitive == prim_value && deferred != 0) {
            listing_text(&d->listing, "ACTION-OF");
        }
        put_name(d, deferred != 0 ? deferred : find_word(vm, is_kind_at, WORD_VALUE, i->operand));
    } else if (i->primitive == prim_to_local) {
        listing_text(&d->listing, ">LOCAL");
    } else if (i->primitive == prim_local_fetch || i->primitive == prim_local_store) {
        listing_text(&d->listing, i->primitive == prim_local_fetch ? "LOCAL@" : "LOCAL!");
        listing_number(&d->listing, (int64_t)(i->operand / CELL));
    } else if (i->primitive == prim_local_drop) {
        return i->next; /* locals go out of scope by themselves */
    } else if (i->primitive == prim_exit) {
        listing_text(&d->listing, "EXIT");
    } else if (i->primitive == prim_does) {
        d->listing.break_line = true;
        listing_text(&d->listing, "DOES>");
    } else {
        decompiler_put_primitive(d, i->primitive);
    }
    return i->next;
}
