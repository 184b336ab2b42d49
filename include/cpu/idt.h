/*
 * idt.h - the interrupt descriptor table.
 */
#ifndef CPU_IDT_H
#define CPU_IDT_H

/* Points every vector at its stub, each on its interrupt stack, and loads the table. Needs
 * gdt_init. From here on an exception ends in a panic screen instead of a reset. */
void idt_init(void);

#endif
