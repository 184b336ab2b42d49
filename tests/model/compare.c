/*
 * compare.c - after each operation: is the arbiter where the reference is, and is every list what it should
 * be?
 */
#include "arbiter/audit.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "model.h"

static bool is_in(const struct vm_control *ring, const struct vm_control *wanted) {
    const struct vm_control *at = ring;
    if (at != NULL) {
        do {
            if (at == wanted) {
                return true;
            }
            at = at->next;
        } while (at != ring);
    }
    return false;
}

static unsigned length(const struct vm_control *ring) {
    unsigned count = 0;
    const struct vm_control *at = ring;
    if (at != NULL) {
        do {
            if (at->next->previous != at) {
                model_fail("a ring is broken at VM %lu", at->id);
            }
            count++;
            at = at->next;
        } while (at != ring);
    }
    return count;
}

/* The VMs that wait for this one, in order. */
static void check_ring(const struct vm_control *ring, const struct ref_vm *ref, bool senders) {
    unsigned expected = 0;
    for (unsigned i = 0; i < ref_count; i++) {
        const struct ref_vm *vm = ref_vms[i];
        if (ref_waits(vm) && vm->partner == ref->id && (vm->state == VM_SENDING) == senders) {
            expected++;
            if (!is_in(ring, vm_table_find(vm->id))) {
                model_fail("VM %lu waits for VM %lu, but is not in its list", vm->id, ref->id);
            }
        }
    }
    if (length(ring) != expected) {
        model_fail("%u VMs wait in a list of VM %lu, expected %u", length(ring), ref->id, expected);
    }
    const struct vm_control *at = ring;
    while (at != NULL && at->next != ring) {
        if (ref_find(at->id)->waited > ref_find(at->next->id)->waited) {
            model_fail("the list of VM %lu is out of order", ref->id);
        }
        at = at->next;
    }
}

/* The counts of priorities are those of the lists. */
static void check_lenders(const struct vm_control *control) {
    const struct vm_control *const rings[] = {control->senders, control->waiters};
    unsigned lenders[VM_PRIORITIES] = {0};
    for (unsigned i = 0; i < 2; i++) {
        const struct vm_control *at = rings[i];
        while (at != NULL) {
            lenders[at->priority]++;
            at = at->next == rings[i] ? NULL : at->next;
        }
    }
    for (unsigned p = 0; p < VM_PRIORITIES; p++) {
        if (lenders[p] != control->lenders[p] ||
            (lenders[p] != 0) != ((control->lent >> p & 1) != 0)) {
            model_fail("VM %lu: %u VMs of priority %u wait for it, counted as %u", control->id,
                       lenders[p], p, control->lenders[p]);
        }
    }
}

/* VMs that wait for one another in a circle may keep what was lent to them while they do. */
static bool in_circle(const struct ref_vm *vm) {
    const struct ref_vm *at = vm;
    for (unsigned i = 0; i < ref_count; i++) {
        if (!ref_waits(at)) {
            return false;
        }
        at = ref_find(at->partner);
        if (at == NULL || at == vm) {
            return at == vm;
        }
    }
    return false;
}

static void check_mail(const struct vm_control *control, const struct ref_vm *ref) {
    if (control->mailbox.count != ref_mail_waiting(ref) ||
        control->mailbox.tail - control->mailbox.head != ref_mail_bytes(ref)) {
        model_fail("VM %lu: %u messages in %u bytes, expected %u in %u", ref->id,
                   control->mailbox.count, control->mailbox.tail - control->mailbox.head,
                   ref_mail_waiting(ref), ref_mail_bytes(ref));
    }
    unsigned count = 0;
    for (const struct vm_control *at = control->notices; at != NULL; at = at->next) {
        const struct ref_notice *notice = &ref->notices[count++];
        if (count > ref->notice_count || at->id != notice->id || at->end != notice->how ||
            (notice->how == VM_END_UNCAUGHT && at->end_code != notice->code)) {
            model_fail("VM %lu: a wrong notice, of VM %lu", ref->id, at->id);
        }
    }
    if (count != ref->notice_count || control->notice_count != count) {
        model_fail("VM %lu: %u notices, expected %u", ref->id, count, ref->notice_count);
    }
}

static uint64_t check_family(const struct vm_control *control) {
    uint64_t children = 0;
    const struct vm_control *previous = NULL;
    for (const struct vm_control *at = control->children; at != NULL; at = at->next_sibling) {
        if (at->parent != control->id || at->previous_sibling != previous ||
            vm_table_find(at->id) != at) {
            model_fail("VM %lu is not a child of VM %lu", at->id, control->id);
        }
        previous = at;
        children++;
    }
    return children;
}

/* Its capabilities are those of the reference, each once, and hang where they come from. */
static unsigned check_caps(const struct vm_control *control, const struct ref_vm *ref) {
    unsigned count = 0, expected = 0;
    for (unsigned i = 0; i < ref_cap_count; i++) {
        expected += !ref_caps[i].gone && ref_caps[i].owner == ref->id;
    }
    for (const struct capability *at = control->capabilities; at != NULL; at = at->next) {
        unsigned same = 0, same_here = 0;
        const uint64_t from = at->source == NULL ? REF_NOBODY : at->source->owner->id;
        for (unsigned i = 0; i < ref_cap_count; i++) {
            const struct ref_cap *cap = &ref_caps[i];
            same += !cap->gone && cap->owner == ref->id && cap->kind == at->kind &&
                    cap->low == at->low && cap->high == at->high &&
                    (cap->source < 0 ? REF_NOBODY : ref_caps[cap->source].owner) == from;
        }
        for (const struct capability *b = control->capabilities; b != NULL; b = b->next) {
            same_here += b->kind == at->kind && b->low == at->low && b->high == at->high &&
                         (b->source == NULL ? REF_NOBODY : b->source->owner->id) == from;
        }
        if (same != same_here || at->owner != control) {
            model_fail("VM %lu has a capability of kind %d %u times, expected %u", ref->id,
                       at->kind, same_here, same);
        }
        bool hangs = at->source == NULL;
        for (const struct capability *b = hangs ? NULL : at->source->derived; b != NULL;
             b = b->next_derived) {
            hangs = hangs || b == at;
        }
        if (!hangs) {
            model_fail("VM %lu: a capability does not hang where it comes from", ref->id);
        }
        count++;
    }
    if (count != expected || count != control->capability_count) {
        model_fail("VM %lu has %u capabilities, expected %u", ref->id, count, expected);
    }
    return count;
}

static void compare_vm(const struct vm_control *control, const struct ref_vm *ref) {
    if (control->state != ref->state) {
        model_fail("VM %lu is in state %d, expected %d", ref->id, control->state, ref->state);
    }
    if (control->base_priority != ref->base || control->priority < ref->priority ||
        (control->priority != ref->priority && !in_circle(ref))) {
        model_fail("VM %lu has priority %u of %u, expected %u of %u", ref->id, control->priority,
                   control->base_priority, ref->priority, ref->base);
    }
    if (control->parent != ref->parent || control->quantum != ref->quantum) {
        model_fail("VM %lu: parent %lu quantum %lu, expected %lu %lu", ref->id, control->parent,
                   control->quantum, ref->parent, ref->quantum);
    }
    if (control->turn_words != ref->turn_words) {
        model_fail("VM %lu is in a turn of %lu words, expected %lu", ref->id, control->turn_words,
                   ref->turn_words);
    }
    const bool timed = ref->deadline != VM_NO_DEADLINE && ref->state != VM_RUNNING;
    if ((control->deadline_at != 0) != timed || (timed && control->deadline_ns != ref->deadline)) {
        model_fail("VM %lu: deadline %ld at %u, expected %ld", ref->id,
                   (int64_t)control->deadline_ns, control->deadline_at, (int64_t)ref->deadline);
    }
    if (ref_waits(ref) && control->partner != ref->partner) {
        model_fail("VM %lu waits for %ld, expected %ld", ref->id, (int64_t)control->partner,
                   (int64_t)ref->partner);
    }
    check_ring(control->senders, ref, true);
    check_ring(control->waiters, ref, false);
    check_lenders(control);
    check_mail(control, ref);
}

void compare_all(void) {
    uint64_t notices = 0, children = 0, caps = 0;
    for (unsigned i = 0; i < ref_count; i++) {
        const struct ref_vm *ref = ref_vms[i];
        const struct vm_control *control = vm_table_find(ref->id);
        if (control != NULL) {
            compare_vm(control, ref);
            notices += ref->notice_count;
            children += check_family(control);
            caps += check_caps(control, ref);
        } else {
            model_fail("VM %lu is not in the table", ref->id);
        }
    }
    if (vm_table_count() != ref_count || children != ref_count - 1) {
        model_fail("%u VMs in the table, %lu are children, expected %u", vm_table_count(), children,
                   ref_count);
    }
    inside_check();
    if (audit_count() != ref_audits) {
        model_fail("%lu events in the audit, expected %lu", audit_count(), ref_audits);
    }
    if (scheduler_console()->id != ref_console) {
        model_fail("VM %lu has the console, expected %lu", scheduler_console()->id, ref_console);
    }
    /* of each VM: control block, VM; the table and the queue of deadlines */
    const uint64_t expected = 2 * (uint64_t)ref_count + notices + caps + 2;
    if (machine_blocks != expected) {
        model_fail("%lu allocations are in use, expected %lu", machine_blocks, expected);
    }
}
