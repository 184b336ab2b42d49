/*
 * run_queue.h - the VMs that can run, by priority, round robin within one.
 *
 * All in constant time. Not synchronised: the arbiter alone uses it, never an interrupt handler.
 */
#ifndef RUN_QUEUE_H
#define RUN_QUEUE_H

#include "arbiter/vm_control.h"

struct run_queue {
    uint32_t occupied; /* bit p set: first[p] is not NULL */
    uint32_t count;
    struct vm_control *first[VM_PRIORITIES]; /* rings: first->previous is the last */
};

/* Puts a VM behind, or before, the others of its priority. */
void run_queue_append(struct run_queue *queue, struct vm_control *control);
void run_queue_prepend(struct run_queue *queue, struct vm_control *control);

/* Takes out a VM that is in the queue; its priority must be what it was when it was put in. */
void run_queue_remove(struct run_queue *queue, struct vm_control *control);

/* The first VM of the highest priority, which stays in the queue; NULL when there is none. */
struct vm_control *run_queue_first(const struct run_queue *queue);

/* Takes the first VM of the highest priority; NULL when there is none. */
struct vm_control *run_queue_take(struct run_queue *queue);

/* The highest priority that waits, -1 for none. */
int run_queue_highest(const struct run_queue *queue);

#endif
