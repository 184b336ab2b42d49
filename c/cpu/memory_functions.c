/*
 * memory_functions.c - the five functions that a freestanding gcc still calls by name.
 *
 * They carry the names and the contracts of the C library (C11 7.24). The string instructions
 * are used because processors of the last fifteen years run them at full width, and because gcc
 * would turn a plain loop back into a call of the very function that it implements.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STRING_LEAST 128u /* bytes for which starting a string instruction is worth its while */

/* In assembly, so that gcc sees no loop that copies. */
static inline void *copy_few(void *to, const void *from, size_t size) {
    char *end = to;
    for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t)) {
        uint64_t cell;
        __asm__ volatile("movq (%1), %0\n\tmovq %0, (%2)"
                         : "=&r"(cell)
                         : "r"(from), "r"(end)
                         : "memory");
        end += sizeof cell;
        from = (const char *)from + sizeof cell;
    }
    for (; size > 0; size--) {
        uint32_t byte;
        __asm__ volatile("movzbl (%1), %0\n\tmovb %b0, (%2)"
                         : "=&q"(byte)
                         : "r"(from), "r"(end)
                         : "memory");
        end++;
        from = (const char *)from + 1;
    }
    return to;
}

static inline void *copy_upwards(void *to, const void *from, size_t size) {
    if (size < STRING_LEAST) {
        return copy_few(to, from, size);
    }
    void *cursor = to;
    __asm__ volatile("rep movsb" : "+D"(cursor), "+S"(from), "+c"(size) : : "memory");
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    return copy_upwards(to, from, size);
}

void *memmove(void *to, const void *from, size_t size) {
    if ((uintptr_t)to - (uintptr_t)from >= size) {
        return copy_upwards(to, from, size); /* overwrites nothing still to be read */
    }
    char *to_last = (char *)to + size - 1;
    const char *from_last = (const char *)from + size - 1;
    __asm__ volatile("std\n\trep movsb\n\tcld"
                     : "+D"(to_last), "+S"(from_last), "+c"(size)
                     :
                     : "memory", "cc");
    return to;
}

void *memset(void *to, int value, size_t size) {
    void *cursor = to;
    __asm__ volatile("rep stosb" : "+D"(cursor), "+c"(size) : "a"(value) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t size) {
    const unsigned char *left = a;
    const unsigned char *right = b;

    for (size_t i = 0; i < size; i++) {
        if (left[i] != right[i]) {
            return left[i] < right[i] ? -1 : 1;
        }
    }
    return 0;
}

size_t strlen(const char *text) {
    const char *end = text;

    while (*end != '\0') {
        __asm__ volatile("" : "+r"(end)); /* keeps gcc from seeing strlen in this loop */
        end++;
    }
    return (size_t)(end - text);
}
