/*
 * capability_words.c - the words that hand on capabilities, take them back and show them.
 */
#include "arbiter/audit.h"
#include "arbiter/capability.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "forth/console.h"
#include "forth/throw.h"
#include "primitives.h"
#include "shared/format.h"

/* The two VMs of a grant: this one, and the one whose ID is on the stack. */
static int partners(struct vm *vm, struct vm_control **self, struct vm_control **other) {
    *other = vm_table_find(vm_pop(vm));
    *self = vm_control_of(vm);
    if (*self == NULL) {
        return THROW_UNSUPPORTED;
    }
    return *other == NULL ? THROW_NO_SUCH_VM : 0;
}

/* ( kind vm -- ) */
int word_grant(struct vm *vm) {
    struct vm_control *self, *other;
    const int code = partners(vm, &self, &other);
    const uint64_t kind = vm_pop(vm);
    return code != 0 ? code : capability_grant_kind(self, other, kind);
}

/* ( u1 u2 kind vm -- ) */
int word_grant_range(struct vm *vm) {
    struct vm_control *self, *other;
    const int code = partners(vm, &self, &other);
    const uint64_t kind = vm_pop(vm), high = vm_pop(vm), low = vm_pop(vm);
    return code != 0 ? code : capability_grant(self, other, kind, low, high);
}

/* ( kind vm -- ) */
int word_revoke(struct vm *vm) {
    struct vm_control *self, *other;
    const int code = partners(vm, &self, &other);
    const uint64_t kind = vm_pop(vm);
    if (code != 0) {
        return code;
    }
    if (kind >= CAP_KINDS) {
        return THROW_INVALID_ARGUMENT;
    }
    (void)capability_revoke(self, other, kind);
    return 0;
}

/* ( kind -- flag ) */
int word_cap_question(struct vm *vm) {
    const uint64_t kind = vm_pop(vm);
    const struct vm_control *self = vm_control_of(vm);
    const struct capability *at = self == NULL ? NULL : self->capabilities;
    while (at != NULL && at->kind != kind) {
        at = at->next;
    }
    vm_push(vm, at == NULL ? 0 : (uint64_t)-1);
    return 0;
}

int word_dot_caps(struct vm *vm) {
    const struct vm_control *self = vm_control_of(vm);
    console_fresh_line();
    if (self == NULL || self->capabilities == NULL) {
        console_text("This VM has no capabilities.\n");
        return 0;
    }
    format(console_sink, NULL,
           "capability       range                                from       uses\n");
    for (const struct capability *at = self->capabilities; at != NULL; at = at->next) {
        format(console_sink, NULL, "%-16s %16lx to %-16lx", capability_name(at->kind), at->low,
               at->high);
        if (at->source == NULL) {
            format(console_sink, NULL, " the start  %4lu\n", at->uses);
        } else {
            format(console_sink, NULL, " VM %-7lu %4lu\n", at->source->owner->id, at->uses);
        }
    }
    return 0;
}

/* ( -- ) */
int word_dot_audit(struct vm *vm) {
    static const char *const events[] = {"used", "REFUSED", "granted", "revoked"};
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (!capability_holds(self, CAP_AUDIT, 0, 0)) {
        return capability_demand(self, CAP_AUDIT, 0, 0);
    }
    console_fresh_line();
    const uint64_t count = audit_count();
    format(console_sink, NULL, "%lu events, the last %lu of them:\n", count,
           count < AUDIT_SIZE ? count : AUDIT_SIZE);
    for (uint64_t number = count < AUDIT_SIZE ? 1 : count - AUDIT_SIZE + 1; number <= count;
         number++) {
        const struct audit_entry *entry = audit_entry(number);
        format(console_sink, NULL, "%8lu ms  VM %-6lu %-8s %-15s %lx to %lx",
               entry->time_ns / 1000000, entry->vm, events[entry->event],
               capability_name(entry->kind), entry->low, entry->high);
        if (entry->event == AUDIT_GRANT || entry->event == AUDIT_REVOKE) {
            format(console_sink, NULL, "  (VM %lu)", entry->other);
        }
        console_char('\n');
    }
    return 0;
}

/* ( vm -- ) */
int word_console_to(struct vm *vm) {
    struct vm_control *self, *other;
    const int code = partners(vm, &self, &other);
    if (code != 0) {
        return code;
    }
    /* whoever has the console may pass it on */
    if (scheduler_console() != self) {
        const int refused = capability_demand(self, CAP_CONSOLE, 0, 0);
        if (refused != 0) {
            return refused;
        }
    }
    scheduler_set_console(other);
    return 0;
}
