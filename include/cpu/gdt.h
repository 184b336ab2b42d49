/*
 * gdt.h - segments, the task state segment and the interrupt stacks.
 */
#ifndef CPU_GDT_H
#define CPU_GDT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    GDT_KERNEL_CODE = 0x08,
    GDT_KERNEL_DATA = 0x10,
    GDT_TSS = 0x18,
};

/* The interrupt stacks. No vector may use the interrupted stack, because rsp may be the control
 * stack of a VM. Two vectors share a stack only if neither can arrive while the other is being
 * handled, or if the kernel is lost anyway when it does. Numbers are those of the TSS, 1 to 7. */
enum ist {
    IST_PAGE_FAULT = 1,
    IST_IRQ = 2,
    IST_NMI = 3,
    IST_DOUBLE_FAULT = 4,
    IST_MACHINE_CHECK = 5,
    IST_EXCEPTION = 6,
    IST_COUNT = 6,
};

enum { IST_STACK_SIZE = 16384 };

/* Loads our own GDT, reloads every segment register and loads the task register. Needs nothing;
 * must come before idt_init, whose gates name GDT_KERNEL_CODE and the interrupt stacks. */
void gdt_init(void);

/* Takes away the page below each interrupt stack. Needs vmm_init. Returns false when that failed:
 * the stacks still work, but an overflow would go unnoticed. */
bool gdt_guard_stacks(void);

/* The name of the kernel stack in whose guard page the address lies, NULL when in none: a fault there is an
 * overflow. ISR-safe. */
const char *gdt_stack_guarded_at(uint64_t address);

/* True when [address, address + size) lies in one interrupt stack. ISR-safe. */
bool gdt_in_interrupt_stack(uint64_t address, uint64_t size);

#endif
