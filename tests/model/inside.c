/*
 * inside.c - the scheduler, with a door for the test.
 */
#include "../../c/arbiter/scheduler.c"

#include "model.h"

bool inside_look(void) {
    return look;
}

uint64_t inside_slice_end(void) {
    return slice_end;
}

/* Each list has the VMs whose states say so, and no others. */
static void check_runnable(void) {
    uint32_t count = 0;
    for (unsigned p = 0; p < VM_PRIORITIES; p++) {
        struct vm_control *first = runnable.first[p];
        if ((first != NULL) != ((runnable.occupied >> p & 1) != 0)) {
            model_fail("run queue: the bit of priority %u is wrong", p);
        }
        struct vm_control *at = first;
        while (at != NULL) {
            if (at->state != VM_RUNNABLE || at->priority != p || at->next->previous != at) {
                model_fail("run queue: VM %lu, state %d, priority %u, is at %u", at->id, at->state,
                           at->priority, p);
            }
            count++;
            at = at->next == first ? NULL : at->next;
        }
    }
    if (count != runnable.count) {
        model_fail("run queue: %u VMs, counted as %u", count, runnable.count);
    }
}

static void check_sleeping(void) {
    for (uint32_t i = 1; i <= sleeping.count; i++) {
        const struct vm_control *at = sleeping.heap[i];
        if (at->deadline_at != i || at->state == VM_RUNNABLE || at->state == VM_RUNNING ||
            at->state == VM_DEAD || at->deadline_ns == VM_NO_DEADLINE) {
            model_fail("deadlines: VM %lu in state %d at %u, its place is %u", at->id, at->state, i,
                       at->deadline_at);
        }
        if (i > 1 && at->deadline_ns < sleeping.heap[i / 2]->deadline_ns) {
            model_fail("deadlines: the heap is out of order at %u", i);
        }
    }
    if (sleeping.count > sleeping.room) {
        model_fail("deadlines: %u VMs in a heap for %u", sleeping.count, sleeping.room);
    }
}

void inside_check(void) {
    check_runnable();
    check_sleeping();
}
