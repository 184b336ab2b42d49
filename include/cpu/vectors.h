/*
 * vectors.h - what each interrupt vector is for.
 *
 * Of several interrupts that wait, the local APIC delivers the one with the highest vector first. So the
 * timer comes before all devices: its handler is short, and no device can starve it. Then come the ISA
 * lines, whose devices buffer little or nothing, in the order of rank that the 8259 gave them; then the
 * others, whose devices have their buffers in memory.
 */
#ifndef CPU_VECTORS_H
#define CPU_VECTORS_H

enum {
    VECTOR_DIVIDE_ERROR = 0,
    VECTOR_NMI = 2,
    VECTOR_INVALID_OPCODE = 6,
    VECTOR_DOUBLE_FAULT = 8,
    VECTOR_GENERAL_PROTECTION = 13,
    VECTOR_PAGE_FAULT = 14,
    VECTOR_MACHINE_CHECK = 18,

    VECTOR_PIC = 0x20,      /* 16 vectors: the two 8259, where they are in use or spurious */
    VECTOR_LINES = 0x30,    /* IOAPIC inputs that are not ISA lines, up to VECTOR_ISA */
    VECTOR_ISA = 0xd0,      /* 16 vectors: ISA lines through an IOAPIC */
    VECTOR_TICK = 0xe0,     /* local APIC timer */
    VECTOR_ERROR = 0xfe,    /* local APIC, about itself */
    VECTOR_SPURIOUS = 0xff, /* local APIC; low four bits all ones, as the oldest ones demand */
};

/* Page fault error code (SDM volume 3, section 4.7). */
enum {
    PAGE_FAULT_PRESENT = 1 << 0,
    PAGE_FAULT_WRITE = 1 << 1,
    PAGE_FAULT_RESERVED_BIT = 1 << 3,
    PAGE_FAULT_FETCH = 1 << 4,
};

#endif
