/*
 * run_queue.c - the VMs that can run, by priority, round robin within one.
 */
#include "arbiter/run_queue.h"

#include <stddef.h>

#include "arbiter/vm_ring.h"

static void note(struct run_queue *queue, const struct vm_control *control) {
    queue->occupied |= UINT32_C(1) << control->priority;
    queue->count++;
}

void run_queue_append(struct run_queue *queue, struct vm_control *control) {
    vm_ring_append(&queue->first[control->priority], control);
    note(queue, control);
}

void run_queue_prepend(struct run_queue *queue, struct vm_control *control) {
    vm_ring_prepend(&queue->first[control->priority], control);
    note(queue, control);
}

void run_queue_remove(struct run_queue *queue, struct vm_control *control) {
    vm_ring_remove(&queue->first[control->priority], control);
    queue->count--;
    if (queue->first[control->priority] == NULL) {
        queue->occupied &= ~(UINT32_C(1) << control->priority);
    }
}

int run_queue_highest(const struct run_queue *queue) {
    return queue->occupied == 0 ? -1 : 31 - __builtin_clz(queue->occupied);
}

struct vm_control *run_queue_first(const struct run_queue *queue) {
    const int priority = run_queue_highest(queue);
    return priority < 0 ? NULL : queue->first[priority];
}

struct vm_control *run_queue_take(struct run_queue *queue) {
    struct vm_control *control = run_queue_first(queue);
    if (control != NULL) {
        run_queue_remove(queue, control);
    }
    return control;
}
