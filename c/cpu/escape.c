/*
 * escape.c - code that may fault and then goes on somewhere else, without a panic.
 */
#include "cpu/escape.h"

#include "cpu/gdt.h"
#include "cpu/io.h"
#include "cpu/vectors.h"

#define RFLAGS_FIXED UINT64_C(2) /* bit 1 is always set */

struct escape escape;

bool escape_take(struct interrupt_frame *frame) {
    if (escape.rsp == 0 || frame->vector == VECTOR_NMI || frame->vector == VECTOR_MACHINE_CHECK) {
        return false;
    }
    escape.vector = frame->vector;
    escape.fault = frame->rip;
    escape.address = read_cr2();
    frame->rip = escape.rip;
    frame->rsp = escape.rsp;
    frame->rflags = RFLAGS_FIXED; /* interrupts stay disabled; firmware may have left any flag */
    frame->cs = GDT_KERNEL_CODE;
    frame->ss = GDT_KERNEL_DATA;
    escape.rsp = 0;
    return true;
}
