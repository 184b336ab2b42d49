/*
 * descriptors.h - the instructions that load descriptor tables (asm/cpu/descriptors.asm).
 */
#ifndef CPU_DESCRIPTORS_H
#define CPU_DESCRIPTORS_H

#include <stdint.h>

/* The operand of LGDT and LIDT. */
struct descriptor_pointer {
    uint16_t limit; /* size in bytes minus 1 */
    uint64_t base;
} __attribute__((packed));

_Static_assert(sizeof(struct descriptor_pointer) == 10, "operand of LGDT and LIDT");

/* Loads the GDT and reloads CS with `code` and DS, ES, SS with `data`; FS and GS become null. */
void gdt_load(const struct descriptor_pointer *pointer, uint64_t code, uint64_t data);

/* Loads the task register. */
void tss_load(uint64_t selector);

/* Loads the IDT. */
void idt_load(const struct descriptor_pointer *pointer);

#endif
