/*
 * vm_table.h - all VMs by ID.
 *
 * An ID is the index of a place in the table, in its low 16 bits, and the place's generation above. A place gets
 * its next generation when its VM ends, so the ID of a VM that is gone never names another. VM[0] has place 0,
 * generation 0 for good: its ID is 0.
 */
#ifndef VM_TABLE_H
#define VM_TABLE_H

#include <stdint.h>

#include "arbiter/vm_control.h"

#define VM_TABLE_MAX 65536u

/* Gives `control` a place and sets its id. 0, THROW_TOO_MANY_VMS or THROW_NO_MEMORY. */
int vm_table_add(struct vm_control *control);

/* Frees the place; the ID is stale from now on. */
void vm_table_remove(struct vm_control *control);

/* The living VM with this ID, or NULL. */
struct vm_control *vm_table_find(uint64_t id);

/* The VM in the first used place at or after `index`, NULL when there is none; for walking through all of them:
 * the next index is (uint32_t)(id & 0xffff) + 1. */
struct vm_control *vm_table_from(uint32_t index);

/* VMs that live. */
uint32_t vm_table_count(void);

#endif
