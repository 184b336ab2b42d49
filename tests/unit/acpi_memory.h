/*
 * acpi_memory.h - a small physical memory of the test's making, in which ACPI tables are laid out.
 *
 * Every range is mapped as a copy of exactly its size, so that the address sanitizer sees each
 * read beyond what was asked for. The copies are freed by acpi_memory_reset.
 */
#ifndef ACPI_MEMORY_H
#define ACPI_MEMORY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MEMORY_BASE UINT64_C(0x7f000000)
#define MEMORY_SIZE 0x10000u
#define COPIES_MAX  4096u

static uint8_t memory[MEMORY_SIZE];
static uint8_t *copies[COPIES_MAX];
static unsigned copy_count;

static inline void acpi_memory_reset(void) {
    for (unsigned i = 0; i < copy_count; i++) {
        free(copies[i]);
    }
    copy_count = 0;
    memset(memory, 0, sizeof memory);
}

/* An acpi_map_function. */
static inline const uint8_t *acpi_memory_map(uint64_t physical, uint64_t size) {
    if (physical < MEMORY_BASE || physical - MEMORY_BASE > MEMORY_SIZE ||
        size > MEMORY_SIZE - (physical - MEMORY_BASE) || copy_count == COPIES_MAX) {
        return NULL;
    }
    uint8_t *copy = malloc(size);
    memcpy(copy, memory + (physical - MEMORY_BASE), size);
    copies[copy_count++] = copy;
    return copy;
}

static inline void put32(uint8_t *at, uint32_t value) {
    memcpy(at, &value, sizeof value);
}

static inline void put64(uint8_t *at, uint64_t value) {
    memcpy(at, &value, sizeof value);
}

/* Sets the byte at `at` so that `size` bytes add up to 0. */
static inline void fix_checksum(uint8_t *bytes, size_t size, size_t at) {
    uint8_t sum = 0;
    bytes[at] = 0;
    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    bytes[at] = (uint8_t)-sum;
}

/* Writes a table header at `offset` of the memory, returns the table. Its body is filled in next,
 * then finished with table_done. */
static inline uint8_t *table_new(uint32_t offset, const char *signature, uint32_t length) {
    uint8_t *table = memory + offset;
    memcpy(table, signature, 4);
    put32(table + 4, length);
    return table;
}

static inline void table_done(uint8_t *table) {
    uint32_t length;
    memcpy(&length, table + 4, sizeof length);
    fix_checksum(table, length, 9);
}

#endif
