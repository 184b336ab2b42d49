/*
 * vm_heap.h - the part of a VM's data window that ALLOCATE gives out.
 */
#ifndef VM_HEAP_H
#define VM_HEAP_H

#include <stdint.h>

#include "forth/vm.h"

/* What the words report when they fail (Forth-2012 table 9.1). */
enum vm_heap_ior { IOR_ALLOCATE = -59, IOR_FREE = -60, IOR_RESIZE = -61 };

/* Bounds of the heap as Forth addresses. It follows the data of the base dictionary, and the VM's
 * own data space begins at its end, so HERE must start there. Empty while the base dictionary is
 * built. */
uint64_t vm_heap_start(const struct vm *vm);
uint64_t vm_heap_end(const struct vm *vm);

#endif
