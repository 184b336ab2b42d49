/*
 * decompile.c - threaded code back to source text.
 *
 * Control structures leave nothing but branches. They are found again by doing what the compiler
 * did with its control-flow stack: each word that could have laid a branch is tried on a stack of
 * origins and destinations, and every target must agree. This is gone through once without typing;
 * where it does not come out even (CS-ROLL can make anything), branches are listed with their
 * targets instead. What a program wrote and what SEE shows may differ in words that leave no trace,
 * not in what they do.
 */
#include "forth/decompile.h"

#include "forth/listing.h"
#include "forth/primitive_table.h"
#include "primitives.h"

#define DEPTH           VM_CONTROL_DEPTH
#define LONG_DEFINITION (2048 * CELL)

#define BACKWARD 64u /* branches backward in one definition whose BEGIN can be found */

struct instruction {
    const char *primitive;
    uint64_t at;
    uint64_t next;
    uint64_t operand; /* 0 when there is none */
};

enum entry_kind { ENTRY_IF, ENTRY_OF, ENTRY_BEGIN, ENTRY_DO, ENTRY_CASE };

struct entry {
    enum entry_kind kind;
    bool by_while;   /* if: its words are not indented for it */
    uint64_t target; /* if, of: where it branches to; begin, do: the start of its body */
    uint64_t end;    /* begin, do: after the branch back; case: where ENDOF goes, 0 not known yet */
};

struct jump {
    bool counted; /* LOOP or +LOOP */
    uint64_t target;
    uint64_t end; /* after the jump */
};

struct decompiler {
    struct vm *vm;
    uint64_t code;
    uint64_t end;
    bool structured;
    struct listing listing;
    uint32_t depth;
    struct entry stack[DEPTH];
    uint32_t jump_count;
    struct jump jumps[BACKWARD];
};

static bool takes_operand(const char *primitive) {
    static const char *const with_operand[] = {
        prim_loop_79,     prim_plus_loop_79, prim_local_fetch, prim_local_store, prim_local_drop,
        prim_lit,         prim_call,         prim_branch,      prim_zero_branch, prim_of_branch,
        prim_question_do, prim_loop,         prim_plus_loop,   prim_value,       prim_defer,
    };
    for (unsigned i = 0; i < sizeof with_operand / sizeof with_operand[0]; i++) {
        if (primitive == with_operand[i]) {
            return true;
        }
    }
    return false;
}

/* Reads the instruction at `at`; false at the end of the definition, or when there is none. */
static bool fetch(const struct decompiler *d, uint64_t at, struct instruction *out) {
    if (at == 0 || at >= d->end) {
        return false;
    }
    const uint64_t *cell = (const uint64_t *)at;
    *out = (struct instruction){.primitive = (const char *)cell[0], .at = at, .next = at + CELL};
    if (takes_operand(out->primitive) && out->next < d->end) {
        out->operand = cell[1];
        out->next += CELL;
    }
    return true;
}

static bool next_is(const struct decompiler *d, const struct instruction *instruction,
                    const char *primitive) {
    struct instruction next;
    return fetch(d, instruction->next, &next) && next.primitive == primitive;
}

/* The word that ends a counted loop with this primitive, or NULL. */
static const char *loop_name(const char *primitive) {
    bool step = primitive == prim_plus_loop || primitive == prim_plus_loop_79;
    bool loop = primitive == prim_loop || primitive == prim_loop_79;
    return step ? "+LOOP" : loop ? "LOOP" : NULL;
}

/* Notes every branch backward; false when there are too many. */
static bool collect_jumps(struct decompiler *d) {
    struct instruction i;
    for (uint64_t at = d->code; fetch(d, at, &i); at = i.next) {
        bool counted = loop_name(i.primitive) != NULL;
        bool plain = i.primitive == prim_branch || i.primitive == prim_zero_branch;
        if (counted || (plain && i.operand <= i.at)) {
            if (d->jump_count == BACKWARD) {
                return false;
            }
            d->jumps[d->jump_count++] =
                (struct jump){.counted = counted, .target = i.operand, .end = i.next};
        }
    }
    return true;
}

/* Can a branch arrive at `at`? In a long definition the answer takes too long, and is yes. */
static bool is_target(const struct decompiler *d, uint64_t at) {
    if (d->end - d->code > LONG_DEFINITION) {
        return true;
    }
    struct instruction i;
    for (uint64_t from = d->code; fetch(d, from, &i); from = i.next) {
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

static void put_primitive(struct decompiler *d, const char *primitive) {
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
    return next_is(d, i, prim_fetch) || next_is(d, i, prim_store) || next_is(d, i, prim_plus_store);
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
    if (!fetch(d, i->next, &size) || size.primitive != prim_lit) {
        return 0;
    }
    const char *text = string_at(d->vm, i->operand, size.operand);
    if (text == NULL) {
        return 0;
    }
    const char *word = "S\"";
    uint64_t next = size.next;
    if (fetch(d, size.next, &user)) {
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
    if (!fetch(d, i->next, &user)) {
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
    bool joined = !is_target(d, i->next); /* with what follows: no branch comes between */
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

/* ---- control structures ---- */

static struct entry *top(struct decompiler *d, enum entry_kind kind) {
    struct entry *entry = d->depth == 0 ? NULL : &d->stack[d->depth - 1];
    return entry != NULL && entry->kind == kind ? entry : NULL;
}

static void push(struct decompiler *d, enum entry_kind kind, uint64_t target, uint64_t end) {
    if (d->depth == DEPTH) {
        d->structured = false;
        return;
    }
    d->stack[d->depth++] = (struct entry){.kind = kind, .target = target, .end = end};
}

static void pop(struct decompiler *d) {
    d->depth--;
}

/* THEN and BEGIN lay nothing down: they are known by the branches that arrive here. */
static void put_labels(struct decompiler *d, uint64_t at) {
    while (top(d, ENTRY_IF) != NULL && top(d, ENTRY_IF)->target == at) {
        d->listing.indent += top(d, ENTRY_IF)->by_while ? 1 : 0;
        pop(d);
        listing_close(&d->listing, "THEN");
    }
    for (uint32_t i = d->jump_count; i-- > 0;) {
        const struct jump *jump = &d->jumps[i];
        if (!jump->counted && jump->target == at) {
            push(d, ENTRY_BEGIN, at, jump->end);
            listing_open(&d->listing, "BEGIN");
        }
    }
}

static void put_if(struct decompiler *d, const struct instruction *i) {
    struct entry *begin = top(d, ENTRY_BEGIN);
    if (i->operand <= i->at) {
        d->structured &= begin != NULL && begin->target == i->operand && begin->end == i->next;
        if (d->structured) {
            pop(d);
            listing_close(&d->listing, "UNTIL");
        }
    } else if (begin != NULL && i->operand >= begin->end) {
        /* The origin goes below the destination, as WHILE does it. */
        struct entry loop = *begin;
        begin->kind = ENTRY_IF;
        begin->target = i->operand;
        begin->by_while = true;
        push(d, ENTRY_BEGIN, loop.target, loop.end);
        listing_divide(&d->listing, "WHILE");
    } else {
        push(d, ENTRY_IF, i->operand, 0);
        listing_open(&d->listing, "IF");
    }
}

static void put_branch_back(struct decompiler *d, const struct instruction *i) {
    struct entry *begin = top(d, ENTRY_BEGIN);
    d->structured &= begin != NULL && begin->target == i->operand && begin->end == i->next;
    if (!d->structured) {
        return;
    }
    pop(d);
    struct entry *below = top(d, ENTRY_IF);
    if (below != NULL && below->target == i->next) {
        pop(d);
        listing_close(&d->listing, "REPEAT");
    } else {
        listing_close(&d->listing, "AGAIN");
    }
}

static void put_branch(struct decompiler *d, const struct instruction *i) {
    struct entry *entry = d->depth == 0 ? NULL : &d->stack[d->depth - 1];
    if (i->operand <= i->at) {
        put_branch_back(d, i);
    } else if (entry != NULL && entry->kind == ENTRY_IF && entry->target == i->next) {
        entry->target = i->operand;
        d->listing.indent += entry->by_while ? 1 : 0;
        entry->by_while = false;
        listing_divide(&d->listing, "ELSE");
    } else if (entry != NULL && entry->kind == ENTRY_OF && entry->target == i->next) {
        pop(d);
        entry = top(d, ENTRY_CASE); /* an OF is only ever pushed onto a CASE */
        d->structured &= entry->end == 0 || entry->end == i->operand;
        entry->end = i->operand;
        d->listing.indent--;
        listing_text(&d->listing, "ENDOF");
        d->listing.break_line = true;
    } else {
        push(d, ENTRY_IF, i->operand, 0);
        listing_open(&d->listing, "AHEAD");
    }
}

/* CASE lays nothing down either; it is shown before what leads to its first OF. */
static void put_case(struct decompiler *d) {
    if (top(d, ENTRY_CASE) == NULL) {
        push(d, ENTRY_CASE, 0, 0);
        listing_open(&d->listing, "CASE");
    }
}

static void put_of(struct decompiler *d, const struct instruction *i) {
    put_case(d);
    push(d, ENTRY_OF, i->operand, 0);
    listing_text(&d->listing, "OF");
    d->listing.indent++;
}

static void put_do(struct decompiler *d, const struct instruction *i) {
    for (uint32_t j = 0; j < d->jump_count; j++) {
        if (d->jumps[j].counted && d->jumps[j].target == i->next) {
            push(d, ENTRY_DO, i->next, d->jumps[j].end);
            listing_open(&d->listing, i->primitive == prim_do ? "DO" : "?DO");
            d->structured &= i->primitive == prim_do || i->operand == d->jumps[j].end;
            return;
        }
    }
    d->structured = false;
}

static void put_loop(struct decompiler *d, const struct instruction *i) {
    const struct entry *loop = top(d, ENTRY_DO);
    d->structured &= loop != NULL && loop->target == i->operand;
    if (d->structured) {
        pop(d);
        listing_close(&d->listing, loop_name(i->primitive));
    }
}

/* UNLOOP, or LEAVE, which goes on to the end of the innermost loop. Returns what follows. */
static uint64_t put_unloop(struct decompiler *d, const struct instruction *i) {
    struct instruction branch;
    uint32_t n = d->depth;
    while (n > 0 && d->stack[n - 1].kind != ENTRY_DO) {
        n--;
    }
    if (n > 0 && fetch(d, i->next, &branch) && branch.primitive == prim_branch &&
        branch.operand == d->stack[n - 1].end) {
        listing_text(&d->listing, "LEAVE");
        return branch.next;
    }
    listing_text(&d->listing, "UNLOOP");
    return i->next;
}

/* ---- the definition ---- */

/* Types one instruction that is no branch. Returns what follows. */
static uint64_t put_plain(struct decompiler *d, const struct instruction *i) {
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
        return i->next + CELL; /* the exit that belongs to it */
    } else {
        put_primitive(d, i->primitive);
    }
    return i->next;
}

static uint64_t put_structured(struct decompiler *d, const struct instruction *i) {
    const struct entry *selection = top(d, ENTRY_CASE);
    if (i->primitive == prim_zero_branch) {
        put_if(d, i);
    } else if (i->primitive == prim_branch) {
        put_branch(d, i);
    } else if (i->primitive == prim_of_branch) {
        put_of(d, i);
    } else if (i->primitive == prim_do || i->primitive == prim_question_do) {
        put_do(d, i);
    } else if (loop_name(i->primitive) != NULL) {
        put_loop(d, i);
    } else if (i->primitive == prim_unloop) {
        return put_unloop(d, i);
    } else if (i->primitive == prim_drop && selection != NULL && selection->end == i->next) {
        pop(d);
        listing_close(&d->listing, "ENDCASE");
    } else {
        if (i->primitive == prim_lit && next_is(d, i, prim_of_branch)) {
            put_case(d);
        }
        return put_plain(d, i);
    }
    return i->next;
}

/* Goes through the definition once. False when its control structures do not come out even. */
static bool go_through(struct decompiler *d, bool typing) {
    struct instruction i;
    d->listing = (struct listing){.typing = typing, .indent = 1, .break_line = true};
    d->depth = 0;
    for (uint64_t at = d->code; fetch(d, at, &i) && d->structured;) {
        put_labels(d, at);
        if (i.next == d->end) {
            break;
        }
        at = put_structured(d, &i);
    }
    return d->structured && d->depth == 0;
}

/* Types the definition with each branch and where it goes to, as the number of a cell. */
static void list_branches(struct decompiler *d) {
    struct instruction i;
    d->listing = (struct listing){.typing = true, .indent = 1, .break_line = true};
    for (uint64_t at = d->code; fetch(d, at, &i);) {
        if (is_target(d, at) && d->end - d->code <= LONG_DEFINITION) {
            d->listing.break_line = true;
            listing_number(&d->listing, (int64_t)((at - d->code) / CELL));
            listing_text(&d->listing, ":");
        }
        if (i.next == d->end) {
            return;
        }
        if (i.operand < d->code || i.operand > d->end || i.primitive == prim_lit ||
            i.primitive == prim_call) {
            at = put_plain(d, &i);
            continue;
        }
        put_primitive(d, i.primitive);
        listing_text(&d->listing, "->");
        listing_number(&d->listing, (int64_t)((i.operand - d->code) / CELL));
        at = i.next;
    }
}

void decompile(struct vm *vm, uint64_t code, uint64_t end) {
    struct decompiler d = {.vm = vm, .code = code, .end = end, .structured = true};
    if (collect_jumps(&d) && go_through(&d, false)) {
        (void)go_through(&d, true);
    } else {
        list_branches(&d);
    }
    d.listing.break_line = false;
    listing_text(&d.listing, ";");
}
