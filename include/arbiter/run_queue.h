/*
 * run_queue.h - the VMs that can run, by priority, round robin within one.
 *
 * All in constant time, and part of every switch, hence inline. Not synchronised: the arbiter alone uses it, never an
 * interrupt handler.
 */
#ifndef RUN_QUEUE_H
#define RUN_QUEUE_H

#include <stddef.h>

#include "arbiter/vm_control.h"
#include "arbiter/vm_ring.h"

struct run_queue {
    uint32_t occupied;                       /* bit p set: first[p] is not NULL */
    struct vm_control *first[VM_PRIORITIES]; /* rings: first->previous is the last */
};

/* Puts a VM behind, or before, the others of its priority. */
static inline void run_queue_append(struct run_queue *queue, struct vm_control *control) {
    vm_ring_append(&queue->first[control->priority], control);
    queue->occupied |= UINT32_C(1) << control->priority;
}

static inline void run_queue_prepend(struct run_queue *queue, struct vm_control *control) {
    vm_ring_prepend(&queue->first[control->priority], control);
    queue->occupied |= UINT32_C(1) << control->priority;
}

/* Takes out a VM that is in the queue; its priority must be what it was when it was put in. */
static inline void run_queue_remove(struct run_queue *queue, struct vm_control *control) {
    vm_ring_remove(&queue->first[control->priority], control);
    if (queue->first[control->priority] == NULL) {
        queue->occupied &= ~(UINT32_C(1) << control->priority);
    }
}

/* The highest priority that waits, -1 for none. */
static inline int run_queue_highest(const struct run_queue *queue) {
    return queue->occupied == 0 ? -1 : 31 - __builtin_clz(queue->occupied);
}

/* The first VM of the highest priority, which stays in the queue; NULL when there is none. */
static inline struct vm_control *run_queue_first(const struct run_queue *queue) {
    return queue->occupied == 0 ? NULL : queue->first[31 - __builtin_clz(queue->occupied)];
}

/* Takes the first VM of the highest priority; NULL when there is none. */
static inline struct vm_control *run_queue_take(struct run_queue *queue) {
    struct vm_control *control = run_queue_first(queue);
    if (control != NULL) {
        run_queue_remove(queue, control);
    }
    return control;
}

/* Puts a VM behind the others of its priority, of which there are some, and takes the first of them. */
static inline struct vm_control *run_queue_exchange(struct run_queue *queue,
                                                    struct vm_control *control) {
    struct vm_control **first = &queue->first[control->priority], *taken = *first;
    if (taken->next == taken) {
        control->next = control;
        control->previous = control;
        *first = control;
    } else {
        control->next = taken->next;
        control->previous = taken->previous;
        taken->previous->next = control;
        taken->next->previous = control;
        *first = taken->next;
    }
    taken->next = NULL;
    taken->previous = NULL;
    return taken;
}

#endif
