/*
 * deadline_queue.h - the VMs that wait for a moment, the earliest first.
 *
 * A binary heap over an array that grows when VMs are made, so that waiting itself never allocates. Not
 * synchronised: the arbiter alone uses it.
 */
#ifndef DEADLINE_QUEUE_H
#define DEADLINE_QUEUE_H

#include "arbiter/vm_control.h"

struct deadline_queue {
    struct vm_control *
        *heap; /* heap[1] is the earliest; of equal ones, the one with the lower ID */
    uint32_t count;
    uint32_t room;
};

/* Makes room for `count` VMs. False when memory does not suffice; nothing has changed then. */
bool deadline_queue_reserve(struct deadline_queue *queue, uint32_t count);

/* Puts in a VM that is not in it, by its deadline_ns. There must be room. */
void deadline_queue_add(struct deadline_queue *queue, struct vm_control *control);

/* Takes a VM out; nothing happens when it is not in it. */
void deadline_queue_remove(struct deadline_queue *queue, struct vm_control *control);

/* The earliest deadline, VM_NO_DEADLINE when there is none. */
uint64_t deadline_queue_next(const struct deadline_queue *queue);

/* Takes out a VM whose deadline is at or before `now_ns`; NULL when there is none. */
struct vm_control *deadline_queue_expired(struct deadline_queue *queue, uint64_t now_ns);

#endif
