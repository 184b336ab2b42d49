/*
 * escape.h - code that may fault and then goes on somewhere else, without a panic.
 *
 * For the few instructions about which nobody can know beforehand: calls of firmware, model-specific
 * registers. Assembly arms the escape by storing where to go on; the first exception takes it. Interrupts are
 * disabled meanwhile, so that no handler's fault can be mistaken for it.
 */
#ifndef CPU_ESCAPE_H
#define CPU_ESCAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu/interrupt_frame.h"

/* Where to go on, and which exception was the reason. */
struct escape {
    uint64_t rsp; /* 0: not armed */
    uint64_t rip;
    uint64_t vector;  /* of the exception that was last escaped from */
    uint64_t fault;   /* its instruction */
    uint64_t address; /* CR2 at that moment */
};

extern struct escape escape;

/* Sends the interrupted code to the escape and disarms it; false when none is armed, or when the exception is
 * not the code's doing: NMI, machine check. Called for every exception, on its interrupt stack. */
bool escape_take(struct interrupt_frame *frame);

/* RDMSR that returns false where the processor has no such register (asm/cpu/escape.asm). ISR-safe. */
bool rdmsr_guarded(uint32_t msr, uint64_t *value);

#endif
