/*
 * idt.c - the interrupt descriptor table: 256 gates to the stubs of asm/cpu/isr.asm.
 */
#include "cpu/idt.h"

#include <stddef.h>
#include <stdint.h>

#include "cpu/descriptors.h"
#include "cpu/gdt.h"
#include "cpu/interrupt_frame.h"
#include "cpu/vectors.h"

/* Present, ring 0, 64-bit interrupt gate: clears the interrupt flag on entry. */
enum { INTERRUPT_GATE = 0x8e };

struct gate {
    uint16_t address_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t address_middle;
    uint32_t address_high;
    uint32_t reserved;
};

_Static_assert(sizeof(struct gate) == 16, "gate layout (SDM volume 3, figure 6-8)");
_Static_assert(offsetof(struct gate, address_high) == 8, "gate layout (SDM volume 3, figure 6-8)");

extern const uint8_t isr_stubs[]; /* asm/cpu/isr.asm */

static struct gate idt[VECTOR_COUNT] __attribute__((aligned(16)));

static enum ist stack_of(unsigned vector) {
    switch (vector) {
    case VECTOR_NMI:
        return IST_NMI;
    case VECTOR_DOUBLE_FAULT:
        return IST_DOUBLE_FAULT;
    case VECTOR_PAGE_FAULT:
        return IST_PAGE_FAULT;
    case VECTOR_MACHINE_CHECK:
        return IST_MACHINE_CHECK;
    default:
        return vector < EXCEPTION_COUNT ? IST_EXCEPTION : IST_IRQ;
    }
}

void idt_init(void) {
    for (unsigned vector = 0; vector < VECTOR_COUNT; vector++) {
        uint64_t address = (uint64_t)(isr_stubs + (size_t)vector * ISR_STUB_SIZE);
        idt[vector] = (struct gate){
            .address_low = (uint16_t)address,
            .selector = GDT_KERNEL_CODE,
            .ist = (uint8_t)stack_of(vector),
            .type = INTERRUPT_GATE,
            .address_middle = (uint16_t)(address >> 16),
            .address_high = (uint32_t)(address >> 32),
        };
    }
    struct descriptor_pointer pointer = {.limit = sizeof idt - 1, .base = (uint64_t)idt};
    idt_load(&pointer);
}
