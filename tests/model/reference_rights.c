/*
 * reference_rights.c - what the arbiter must do, in plain arrays: capabilities, and the words that need them.
 */
#include "forth/throw.h"
#include "model.h"

struct ref_cap ref_caps[CAPS_MAX];
unsigned ref_cap_count;
uint64_t ref_audits;

static const uint64_t widest[CAP_KINDS] = {
    UINT32_MAX, (UINT64_C(1) << 52) - 1, 0xffff, 0xff, 0, 31, 0, 0, UINT32_MAX};

/* What a VM has that covers a range: what comes from nearest to the start, of these the oldest. */
static int find_cap(uint64_t owner, uint64_t kind, uint64_t low, uint64_t high) {
    int found = -1;
    for (unsigned i = 0; i < ref_cap_count; i++) {
        const struct ref_cap *cap = &ref_caps[i];
        if (!cap->gone && cap->owner == owner && cap->kind == kind && low >= cap->low &&
            high <= cap->high && (found < 0 || cap->depth < ref_caps[found].depth)) {
            found = (int)i;
        }
    }
    return found;
}

int ref_demand(struct ref_vm *self, uint64_t kind, uint64_t low, uint64_t high) {
    ref_audits++;
    return find_cap(self->id, kind, low, high) < 0 ? THROW_NOT_PERMITTED : 0;
}

bool ref_has_kind(const struct ref_vm *self, uint64_t kind) {
    for (unsigned i = 0; i < ref_cap_count; i++) {
        if (!ref_caps[i].gone && ref_caps[i].owner == self->id && ref_caps[i].kind == kind) {
            return true;
        }
    }
    return false;
}

static void add_cap(uint64_t owner, uint64_t kind, uint64_t low, uint64_t high, int source) {
    if (ref_cap_count == CAPS_MAX) {
        model_fail("too many capabilities for the reference");
    }
    ref_caps[ref_cap_count++] =
        (struct ref_cap){.kind = kind,
                         .low = low,
                         .high = high,
                         .owner = owner,
                         .source = source,
                         .depth = source < 0 ? 0 : ref_caps[source].depth + 1};
}

static bool derives_from(int cap, uint64_t owner) {
    for (int at = ref_caps[cap].source; at >= 0; at = ref_caps[at].source) {
        if (ref_caps[at].owner == owner) {
            return true;
        }
    }
    return false;
}

static unsigned count_of(uint64_t owner) {
    unsigned count = 0;
    for (unsigned i = 0; i < ref_cap_count; i++) {
        count += !ref_caps[i].gone && ref_caps[i].owner == owner;
    }
    return count;
}

static bool has_from(uint64_t owner, int source, uint64_t low, uint64_t high) {
    for (unsigned i = 0; i < ref_cap_count; i++) {
        const struct ref_cap *cap = &ref_caps[i];
        if (!cap->gone && cap->owner == owner && cap->source == source && low >= cap->low &&
            high <= cap->high) {
            return true;
        }
    }
    return false;
}

/* Sources come before what is derived from them, so that one pass finds all. */
static void drop_orphans(void) {
    for (unsigned i = 0; i < ref_cap_count; i++) {
        if (ref_caps[i].source >= 0 && ref_caps[ref_caps[i].source].gone) {
            ref_caps[i].gone = true;
        }
    }
}

void ref_drop_caps(uint64_t owner) {
    for (unsigned i = 0; i < ref_cap_count; i++) {
        if (ref_caps[i].owner == owner) {
            ref_caps[i].gone = true;
        }
    }
    drop_orphans();
}

int ref_grant(struct ref_vm *self, uint64_t to, uint64_t kind, uint64_t low, uint64_t high) {
    if (ref_find(to) == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (kind >= CAP_KINDS || low > high) {
        return THROW_INVALID_ARGUMENT;
    }
    const int source = find_cap(self->id, kind, low, high);
    ref_audits++;
    if (source < 0) {
        return THROW_NOT_PERMITTED;
    }
    /* who is among those that it comes from has it already, and nobody gets the same twice */
    if (to == self->id || derives_from(source, to) || has_from(to, source, low, high)) {
        return 0;
    }
    const bool stranger = self->id != ref_find(to)->parent && self->id != 0;
    if (count_of(to) >= (stranger ? CAPABILITIES_OF_STRANGERS : CAPABILITIES_MAX)) {
        ref_audits--;
        return THROW_TOO_MANY_CAPABILITIES;
    }
    if (machine_failed) {
        ref_audits--;
        return THROW_NO_MEMORY;
    }
    add_cap(to, kind, low, high, source);
    return 0;
}

int ref_grant_kind(struct ref_vm *self, uint64_t to, uint64_t kind) {
    if (ref_find(to) == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (kind >= CAP_KINDS) {
        return THROW_INVALID_ARGUMENT;
    }
    int code = THROW_NOT_PERMITTED;
    const unsigned count = ref_cap_count;
    const uint64_t audits = ref_audits;
    for (unsigned i = count; i-- > 0;) {
        if (!ref_caps[i].gone && ref_caps[i].owner == self->id && ref_caps[i].kind == kind) {
            code = ref_grant(self, to, kind, ref_caps[i].low, ref_caps[i].high);
            if (code != 0) { /* all or nothing */
                ref_cap_count = count;
                ref_audits = audits;
                return code;
            }
        }
    }
    if (code != 0) {
        ref_audits++;
    }
    return code;
}

int ref_revoke(struct ref_vm *self, uint64_t to, uint64_t kind) {
    if (ref_find(to) == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (kind >= CAP_KINDS) {
        return THROW_INVALID_ARGUMENT;
    }
    for (unsigned i = 0; i < ref_cap_count; i++) {
        if (!ref_caps[i].gone && ref_caps[i].owner == to && ref_caps[i].kind == kind &&
            derives_from((int)i, self->id)) {
            ref_caps[i].gone = true;
            ref_audits++;
        }
    }
    drop_orphans();
    return 0;
}

int ref_kill(struct ref_vm *self, uint64_t id) {
    struct ref_vm *victim = ref_find(id);
    if (victim == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (id == 0) {
        return THROW_PRIMORDIAL;
    }
    if (victim != self && victim->parent != self->id && ref_demand(self, CAP_KILL, 0, 0) != 0) {
        return THROW_NOT_PERMITTED;
    }
    if (victim == self) {
        ref_doomed = true;
    } else {
        ref_end(victim, VM_END_KILLED, 0);
    }
    return 0;
}

int ref_priority(struct ref_vm *self, uint64_t id, uint64_t priority) {
    struct ref_vm *vm = ref_find(id);
    if (vm == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (priority >= VM_PRIORITIES) {
        return THROW_BAD_PRIORITY;
    }
    /* one's own may always be lowered; what others lend does not count */
    if ((vm != self || priority >= self->base) &&
        ref_demand(self, CAP_TIME_ADMIN, 0, priority) != 0) {
        return THROW_NOT_PERMITTED;
    }
    vm->base = (unsigned)priority;
    ref_lend();
    return 0;
}

int ref_quantum(struct ref_vm *self, uint64_t id, uint64_t quantum) {
    struct ref_vm *vm = ref_find(id);
    if (vm == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (ref_demand(self, CAP_TIME_ADMIN, 0, vm->base) != 0) {
        return THROW_NOT_PERMITTED;
    }
    vm->quantum = quantum < VM_QUANTUM_MIN ? VM_QUANTUM_MIN : quantum;
    return 0;
}

int ref_counted_quantum(struct ref_vm *self, uint64_t words) {
    if (ref_demand(self, CAP_TIME_ADMIN, 0, VM_PRIORITIES - 1) != 0) {
        return THROW_NOT_PERMITTED;
    }
    ref_counted = words < (UINT64_C(1) << 60) ? words : UINT64_C(1) << 60;
    self->turn_words = 0;
    ref_must_leave = true;
    return 0;
}

int ref_console_to(struct ref_vm *self, uint64_t id) {
    if (ref_find(id) == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (ref_console != self->id && ref_demand(self, CAP_CONSOLE, 0, 0) != 0) {
        return THROW_NOT_PERMITTED;
    }
    ref_event(false);
    ref_console = id;
    ref_must_leave = true;
    return 0;
}

void ref_give_all(void) {
    for (unsigned kind = 0; kind < CAP_KINDS; kind++) {
        add_cap(0, kind, 0, widest[kind], -1);
    }
}
