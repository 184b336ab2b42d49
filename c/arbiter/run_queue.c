/*
 * run_queue.c - the VMs that can run, by priority, round robin within one.
 */
#include "arbiter/run_queue.h"

#include <stddef.h>

void run_queue_append(struct run_queue *queue, struct vm_control *control) {
    struct vm_control *first = queue->first[control->priority];
    queue->count++;
    if (first == NULL) {
        control->next = control;
        control->previous = control;
        queue->first[control->priority] = control;
        queue->occupied |= UINT32_C(1) << control->priority;
        return;
    }
    control->next = first;
    control->previous = first->previous;
    first->previous->next = control;
    first->previous = control;
}

/* In a ring the place before the first is the place behind the last. */
void run_queue_prepend(struct run_queue *queue, struct vm_control *control) {
    run_queue_append(queue, control);
    queue->first[control->priority] = control;
}

void run_queue_remove(struct run_queue *queue, struct vm_control *control) {
    queue->count--;
    if (control->next == control) {
        queue->first[control->priority] = NULL;
        queue->occupied &= ~(UINT32_C(1) << control->priority);
    } else {
        control->next->previous = control->previous;
        control->previous->next = control->next;
        if (queue->first[control->priority] == control) {
            queue->first[control->priority] = control->next;
        }
    }
    control->next = NULL;
    control->previous = NULL;
}

int run_queue_highest(const struct run_queue *queue) {
    return queue->occupied == 0 ? -1 : 31 - __builtin_clz(queue->occupied);
}

struct vm_control *run_queue_take(struct run_queue *queue) {
    const int priority = run_queue_highest(queue);
    if (priority < 0) {
        return NULL;
    }
    struct vm_control *control = queue->first[priority];
    run_queue_remove(queue, control);
    return control;
}
