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

#include "forth/decompiler.h"
#include "primitives.h"

/* The word that ends a counted loop with this primitive, or NULL. */
static const char *loop_name(const char *primitive) {
    bool step = primitive == prim_plus_loop || primitive == prim_plus_loop_79;
    bool loop = primitive == prim_loop || primitive == prim_loop_79;
    return step ? "+LOOP" : loop ? "LOOP" : NULL;
}

/* Notes every branch backward; false when there are too many. */
static bool collect_jumps(struct decompiler *d) {
    struct instruction i;
    for (uint64_t at = d->code; decompiler_fetch(d, at, &i); at = i.next) {
        bool counted = loop_name(i.primitive) != NULL;
        bool plain = i.primitive == prim_branch || i.primitive == prim_zero_branch;
        if (counted || (plain && i.operand <= i.at)) {
            if (d->jump_count == DECOMPILER_JUMPS) {
                return false;
            }
            d->jumps[d->jump_count++] =
                (struct jump){.counted = counted, .target = i.operand, .end = i.next};
        }
    }
    return true;
}

/* ---- control structures ---- */

static struct entry *top(struct decompiler *d, enum entry_kind kind) {
    struct entry *entry = d->depth == 0 ? NULL : &d->stack[d->depth - 1];
    return entry != NULL && entry->kind == kind ? entry : NULL;
}

static void push(struct decompiler *d, enum entry_kind kind, uint64_t target, uint64_t end) {
    if (d->depth == DECOMPILER_DEPTH) {
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
    if (n > 0 && decompiler_fetch(d, i->next, &branch) && branch.primitive == prim_branch &&
        branch.operand == d->stack[n - 1].end) {
        listing_text(&d->listing, "LEAVE");
        return branch.next;
    }
    listing_text(&d->listing, "UNLOOP");
    return i->next;
}

/* ---- the definition ---- */

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
        if (i->primitive == prim_lit && decompiler_next_is(d, i, prim_of_branch)) {
            put_case(d);
        }
        return decompiler_put_plain(d, i);
    }
    return i->next;
}

/* Gets ready for going through the definition from its beginning. */
static void begin(struct decompiler *d, bool typing) {
    d->listing.typing = typing;
    d->listing.break_line = true;
    d->listing.indent = 1;
    d->listing.column = 0;
    d->depth = 0;
}

/* Goes through the definition once. False when its control structures do not come out even. */
static bool go_through(struct decompiler *d, bool typing) {
    struct instruction i;
    begin(d, typing);
    for (uint64_t at = d->code; decompiler_fetch(d, at, &i) && d->structured;) {
        d->listing.at = at;
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
    begin(d, true);
    for (uint64_t at = d->code; decompiler_fetch(d, at, &i);) {
        d->listing.at = at;
        if (decompiler_is_target(d, at) && d->end - d->code <= DECOMPILER_LONG) {
            d->listing.break_line = true;
            listing_number(&d->listing, (int64_t)((at - d->code) / CELL));
            listing_text(&d->listing, ":");
        }
        if (i.next == d->end) {
            return;
        }
        if (i.operand < d->code || i.operand > d->end || i.primitive == prim_lit ||
            i.primitive == prim_call) {
            at = decompiler_put_plain(d, &i);
            continue;
        }
        decompiler_put_primitive(d, i.primitive);
        listing_text(&d->listing, "->");
        listing_number(&d->listing, (int64_t)((i.operand - d->code) / CELL));
        at = i.next;
    }
}

void decompile(struct vm *vm, uint64_t code, uint64_t end, listing_margin margin, void *context) {
    struct decompiler d = {.vm = vm,
                           .code = code,
                           .end = end,
                           .structured = true,
                           .listing = {.margin = margin, .margin_context = context}};
    if (collect_jumps(&d) && go_through(&d, false)) {
        (void)go_through(&d, true);
    } else {
        list_branches(&d);
    }
    d.listing.break_line = false;
    listing_text(&d.listing, ";");
}
