/*
 * inside.c - what the scheduler keeps to itself.
 */
#include "arbiter/scheduler_parts.h"
#include "model.h"

bool inside_look(void) {
    return scheduler.look;
}

/* Each list has the VMs whose states say so, and no others. */
static void check_runnable(void) {
    for (unsigned p = 0; p < VM_PRIORITIES; p++) {
        struct vm_control *first = scheduler.runnable.first[p];
        if ((first != NULL) != ((scheduler.runnable.occupied >> p & 1) != 0)) {
            model_fail("run queue: the bit of priority %u is wrong", p);
        }
        struct vm_control *at = first;
        while (at != NULL) {
            if (at->state != VM_RUNNABLE || at->priority != p || at->next->previous != at) {
                model_fail("run queue: VM %lu, state %d, priority %u, is at %u", at->id, at->state,
                           at->priority, p);
            }
            at = at->next == first ? NULL : at->next;
        }
    }
}

static void check_sleeping(void) {
    for (uint32_t i = 1; i <= scheduler.sleeping.count; i++) {
        const struct vm_control *at = scheduler.sleeping.heap[i];
        if (at->deadline_at != i || at->state == VM_RUNNABLE || at->state == VM_RUNNING ||
            at->state == VM_DEAD || at->deadline_ns == VM_NO_DEADLINE) {
            model_fail("deadlines: VM %lu in state %d at %u, its place is %u", at->id, at->state, i,
                       at->deadline_at);
        }
        if (i > 1 && at->deadline_ns < scheduler.sleeping.heap[i / 2]->deadline_ns) {
            model_fail("deadlines: the heap is out of order at %u", i);
        }
    }
    if (scheduler.sleeping.count > scheduler.sleeping.room) {
        model_fail("deadlines: %u VMs in a heap for %u", scheduler.sleeping.count,
                   scheduler.sleeping.room);
    }
}

void inside_check(void) {
    check_runnable();
    check_sleeping();
}
