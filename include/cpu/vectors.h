/*
 * vectors.h - what each interrupt vector is for.
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

    VECTOR_PIC =
        0x20, /* 16 vectors: the two legacy controllers, where PIT and spurious ones arrive */
    VECTOR_TICK = 0x40,     /* local APIC timer */
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
