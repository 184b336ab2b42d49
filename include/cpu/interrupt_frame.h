/*
 * interrupt_frame.h - what the interrupt stubs leave on the interrupt stack.
 */
#ifndef CPU_INTERRUPT_FRAME_H
#define CPU_INTERRUPT_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum { VECTOR_COUNT = 256, EXCEPTION_COUNT = 32 };

/* asm/cpu/isr.asm pushes the registers in the reverse of this order. Writing to a member changes
 * the interrupted code when it goes on. */
struct interrupt_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector;
    uint64_t error_code; /* 0 for vectors that have none */
    /* pushed by the processor (SDM volume 3, section 6.14.2) */
    uint64_t rip;
    uint64_t cs;
    uint64_t rflags;
    uint64_t rsp;
    uint64_t ss;
};

_Static_assert(sizeof(struct interrupt_frame) == 22 * 8, "frame pushed by isr.asm");
_Static_assert(sizeof(struct interrupt_frame) % 16 == 0, "C is called on an aligned stack");
_Static_assert(offsetof(struct interrupt_frame, vector) == 15 * 8, "frame pushed by isr.asm");
_Static_assert(offsetof(struct interrupt_frame, rip) == 17 * 8, "frame pushed by isr.asm");

/* Each stub takes this many bytes, so that its address follows from its vector. */
enum { ISR_STUB_SIZE = 16 };

/* Exceptions for which the processor pushes an error code (SDM volume 3, table 6-1; 29 and 30: AMD
 * APM volume 2, section 8.2). */
enum {
    ERROR_CODE_VECTORS = 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17 |
                         1 << 21 | 1 << 29 | 1 << 30
};

#endif
