/*
 * vm_ring.h - lists of VMs that wait for the same thing, in the order in which they came.
 *
 * Rings through next and previous: a VM is in one list at a time, as its state says (vm_control.h). All in constant
 * time.
 */
#ifndef VM_RING_H
#define VM_RING_H

#include <stddef.h>

#include "arbiter/vm_control.h"

/* Puts a VM behind the others. */
static inline void vm_ring_append(struct vm_control **first, struct vm_control *control) {
    if (*first == NULL) {
        control->next = control;
        control->previous = control;
        *first = control;
        return;
    }
    control->next = *first;
    control->previous = (*first)->previous;
    (*first)->previous->next = control;
    (*first)->previous = control;
}

/* Puts a VM before the others: in a ring, the place behind the last is the one before the first. */
static inline void vm_ring_prepend(struct vm_control **first, struct vm_control *control) {
    vm_ring_append(first, control);
    *first = control;
}

/* Takes out a VM that is in this ring. */
static inline void vm_ring_remove(struct vm_control **first, struct vm_control *control) {
    if (control->next == control) {
        *first = NULL;
    } else {
        control->next->previous = control->previous;
        control->previous->next = control->next;
        if (*first == control) {
            *first = control->next;
        }
    }
    control->next = NULL;
    control->previous = NULL;
}

#endif
