/*
 * capability.c - what a VM may do to the machine and to others.
 */
#include "arbiter/capability.h"

#include <stddef.h>

#include "arbiter/audit.h"
#include "arbiter/device_irq.h"
#include "arbiter/vm_control.h"
#include "forth/throw.h"
#include "hal/hal_memory.h"

/* What each kind's numbers may be. Kinds without a range have the one number 0. */
static const struct {
    const char *name;
    uint64_t widest;
} kinds[CAP_KINDS] = {
    [CAP_SPAWN] = {"CAP-SPAWN", UINT32_MAX},
    [CAP_MMIO] = {"CAP-MMIO", (UINT64_C(1) << 52) - 1},
    [CAP_PORT] = {"CAP-PORT", 0xffff},
    [CAP_IRQ] = {"CAP-IRQ", 0xff},
    [CAP_KILL] = {"CAP-KILL", 0},
    [CAP_TIME_ADMIN] = {"CAP-TIME-ADMIN", VM_PRIORITIES - 1},
    [CAP_CONSOLE] = {"CAP-CONSOLE", 0},
    [CAP_AUDIT] = {"CAP-AUDIT", 0},
    [CAP_BLOCK] = {"CAP-BLOCK", UINT32_MAX},
};

const char *capability_name(enum capability_kind kind) {
    return kinds[kind].name;
}

static struct capability *new_capability(struct vm_control *owner, enum capability_kind kind,
                                         uint64_t low, uint64_t high, struct capability *source) {
    struct capability *made = hal_mem_alloc(sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    *made = (struct capability){.kind = kind,
                                .low = low,
                                .high = high,
                                .owner = owner,
                                .next = owner->capabilities,
                                .source = source};
    if (made->next != NULL) {
        made->next->previous = made;
    }
    owner->capabilities = made;
    owner->capability_count++;
    if (source != NULL) {
        made->depth = source->depth + 1;
        made->next_derived = source->derived;
        if (made->next_derived != NULL) {
            made->next_derived->previous_derived = made;
        }
        source->derived = made;
    }
    return made;
}

static void unlink_from_owner(const struct capability *gone) {
    if (gone->previous != NULL) {
        gone->previous->next = gone->next;
    } else {
        gone->owner->capabilities = gone->next;
    }
    if (gone->next != NULL) {
        gone->next->previous = gone->previous;
    }
    gone->owner->capability_count--;
}

static void unlink_from_source(const struct capability *gone) {
    if (gone->previous_derived != NULL) {
        gone->previous_derived->next_derived = gone->next_derived;
    } else if (gone->source != NULL) {
        gone->source->derived = gone->next_derived;
    }
    if (gone->next_derived != NULL) {
        gone->next_derived->previous_derived = gone->previous_derived;
    }
}

/* Takes one that nothing is derived from any more. */
static void remove_leaf(struct capability *leaf) {
    unlink_from_source(leaf);
    unlink_from_owner(leaf);
    hal_mem_free(leaf);
}

/* Takes a capability and all that is derived from it, leaves first: a chain of grants may be longer than the stack
 * of the kernel, so there is no recursion. */
static void remove_tree(struct capability *root) {
    struct capability *at = root;
    for (;;) {
        while (at->derived != NULL) {
            at = at->derived;
        }
        struct capability *source = at->source;
        const bool last = at == root;
        remove_leaf(at);
        if (last) {
            return;
        }
        at = source;
    }
}

bool capability_give_all(struct vm_control *primordial) {
    for (unsigned kind = 0; kind < CAP_KINDS; kind++) {
        if (new_capability(primordial, (enum capability_kind)kind, 0, kinds[kind].widest, NULL) ==
            NULL) {
            capability_drop_all(primordial);
            return false;
        }
    }
    return true;
}

/* One capability must cover the whole range: two that meet do not add up to more than each. Of several the
 * one that is nearest to the start, and of these the oldest. */
static struct capability *find(const struct vm_control *control, enum capability_kind kind,
                               uint64_t low, uint64_t high) {
    struct capability *found = NULL;
    for (struct capability *at = control->capabilities; at != NULL; at = at->next) {
        if (at->kind == kind && low >= at->low && high <= at->high &&
            (found == NULL || at->depth <= found->depth)) {
            found = at;
        }
    }
    return found;
}

/* Whether `from` is among the owners above a capability. */
static bool derives_from(const struct capability *at, const struct vm_control *from) {
    for (at = at->source; at != NULL; at = at->source) {
        if (at->owner == from) {
            return true;
        }
    }
    return false;
}

/* Whether `to` has the range from this source already. */
static bool has_from(const struct vm_control *to, const struct capability *source, uint64_t low,
                     uint64_t high) {
    const struct capability *at = to->capabilities;
    while (at != NULL && !(at->source == source && low >= at->low && high <= at->high)) {
        at = at->next;
    }
    return at != NULL;
}

static bool has_room(const struct vm_control *from, const struct vm_control *to) {
    const bool stranger = from->id != to->parent && from->id != 0;
    return to->capability_count < (stranger ? CAPABILITIES_OF_STRANGERS : CAPABILITIES_MAX);
}

bool capability_holds(const struct vm_control *control, enum capability_kind kind, uint64_t low,
                      uint64_t high) {
    return find(control, kind, low, high) != NULL;
}

int capability_use(struct vm_control *control, enum capability_kind kind, uint64_t low,
                   uint64_t high) {
    struct capability *found = find(control, kind, low, high);
    if (found == NULL || found->uses == 0) {
        return capability_demand(control, kind, low, high);
    }
    found->uses++;
    return 0;
}

int capability_demand(struct vm_control *control, enum capability_kind kind, uint64_t low,
                      uint64_t high) {
    struct capability *found = find(control, kind, low, high);
    if (found == NULL) {
        audit(AUDIT_REFUSED, control->id, 0, kind, low, high);
        return THROW_NOT_PERMITTED;
    }
    found->uses++;
    audit(AUDIT_USE, control->id, 0, kind, low, high);
    return 0;
}

/* Gives `to` a capability that derives from one of `from`, unless that would be nothing new. Returns a THROW code. */
static int derive(struct vm_control *from, struct vm_control *to, enum capability_kind kind,
                  uint64_t low, uint64_t high) {
    struct capability *source = find(from, kind, low, high);
    if (source == NULL) {
        return THROW_NOT_PERMITTED;
    }
    if (to == from || derives_from(source, to) || has_from(to, source, low, high)) {
        return 0;
    }
    if (!has_room(from, to)) {
        return THROW_TOO_MANY_CAPABILITIES;
    }
    return new_capability(to, kind, low, high, source) != NULL ? 0 : THROW_NO_MEMORY;
}

int capability_grant(struct vm_control *from, struct vm_control *to, uint64_t kind, uint64_t low,
                     uint64_t high) {
    if (kind >= CAP_KINDS || low > high) {
        return THROW_INVALID_ARGUMENT;
    }
    const int code = derive(from, to, (enum capability_kind)kind, low, high);
    if (code == 0 || code == THROW_NOT_PERMITTED) {
        audit(code == 0 ? AUDIT_GRANT : AUDIT_REFUSED, from->id, to->id, (enum capability_kind)kind,
              low, high);
    }
    return code;
}

int capability_grant_kind(struct vm_control *from, struct vm_control *to, uint64_t kind) {
    if (kind >= CAP_KINDS) {
        return THROW_INVALID_ARGUMENT;
    }
    const struct capability *before = to->capabilities;
    int code = THROW_NOT_PERMITTED;
    for (const struct capability *at = from->capabilities; at != NULL; at = at->next) {
        if (at->kind == kind) {
            code = derive(from, to, at->kind, at->low, at->high);
            if (code != 0) { /* all or nothing */
                while (to->capabilities != before) {
                    remove_leaf(to->capabilities);
                }
                return code;
            }
        }
    }
    if (code != 0) {
        audit(AUDIT_REFUSED, from->id, to->id, (enum capability_kind)kind, 0, 0);
    }
    for (const struct capability *at = from->capabilities; code == 0 && at != NULL; at = at->next) {
        if (at->kind == kind) {
            audit(AUDIT_GRANT, from->id, to->id, at->kind, at->low, at->high);
        }
    }
    return code;
}

unsigned capability_revoke(struct vm_control *from, struct vm_control *to, uint64_t kind) {
    unsigned lost = 0;
    struct capability *at = to->capabilities;
    while (at != NULL) {
        if (at->kind != kind || !derives_from(at, from)) {
            at = at->next;
            continue;
        }
        audit(AUDIT_REVOKE, from->id, to->id, at->kind, at->low, at->high);
        remove_tree(at);
        lost++;
        at = to->capabilities; /* others of this list may have gone with it */
    }
    device_irqs_check();
    return lost;
}

void capability_drop_all(struct vm_control *control) {
    while (control->capabilities != NULL) {
        remove_tree(control->capabilities);
    }
}
