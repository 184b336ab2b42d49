/*
 * host_memory.h - what the Linux program may use of memory, as if that were its machine's.
 */
#ifndef HOST_MEMORY_H
#define HOST_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#define HOST_MEMORY_SIZE (UINT64_C(1) << 30)

/* The addresses for hal_mem_map; far from whatever Linux or a sanitizer places, and below the slots of VMs. */
#define HOST_MAP_BASE UINT64_C(0x180000000000)
#define HOST_MAP_SIZE (UINT64_C(64) << 30)

/* Counts `count` pages that a VM gets toward what the process may use, each of them as an allocation; false,
 * and nothing is counted as used, when they are too many or one of them is to fail. ISR-safe. */
bool host_memory_take_pages(uint64_t count);
void host_memory_return_pages(uint64_t count);

#endif
