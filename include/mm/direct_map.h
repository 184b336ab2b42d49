/*
 * direct_map.h - from a physical address to the pointer that reaches it, and back.
 *
 * All RAM and the firmware's ACPI tables are mapped at DIRECT_MAP_BASE, read-write and never
 * executable (boot/bootinfo.h). So the kernel can look into any page without mapping it first.
 */
#ifndef DIRECT_MAP_H
#define DIRECT_MAP_H

#include <stdint.h>

#include "boot/bootinfo.h"

#define PAGE_SHIFT 12u
#define PAGE_BYTES (UINT64_C(1) << PAGE_SHIFT)

/* The pointer that reaches `physical`, which must lie below DIRECT_MAP_SIZE. ISR-safe. */
static inline void *direct_map_pointer(uint64_t physical) {
    return (void *)(uintptr_t)(DIRECT_MAP_BASE + physical);
}

/* The physical address behind a pointer into the direct map. ISR-safe. */
static inline uint64_t direct_map_physical(const void *pointer) {
    return (uint64_t)(uintptr_t)pointer - DIRECT_MAP_BASE;
}

#endif
