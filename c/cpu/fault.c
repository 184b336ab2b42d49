/*
 * fault.c - exceptions and the user's break, on their way to the owner of the running VM.
 *
 * An exception in a VM is that VM's affair: the registered handler repairs it or sends the VM to
 * its error path by changing the frame. An exception anywhere else is a kernel bug and ends in a
 * panic.
 */
#include "cpu/fault.h"

#include <stddef.h>

#include "cpu/escape.h"
#include "cpu/io.h"
#include "cpu/panic.h"
#include "cpu/vectors.h"

static hal_fault_handler volatile registered;
volatile bool fault_request_pending;
static volatile bool break_pending, attention_pending, preempt_pending;

/* SDM volume 3, table 6-1 */
static const char *const exception_names[EXCEPTION_COUNT] = {
    [0] = "divide error",
    [1] = "debug exception",
    [2] = "non-maskable interrupt",
    [3] = "breakpoint",
    [4] = "overflow",
    [5] = "bound range exceeded",
    [6] = "invalid opcode",
    [7] = "device not available",
    [8] = "double fault",
    [10] = "invalid TSS",
    [11] = "segment not present",
    [12] = "stack segment fault",
    [13] = "general protection fault",
    [14] = "page fault",
    [16] = "x87 floating-point error",
    [17] = "alignment check",
    [18] = "machine check",
    [19] = "SIMD floating-point exception",
    [20] = "virtualization exception",
    [21] = "control protection exception",
    [28] = "hypervisor injection exception",
    [29] = "VMM communication exception",
    [30] = "security exception",
};

const char *fault_name(unsigned vector) {
    if (vector < EXCEPTION_COUNT && exception_names[vector] != NULL) {
        return exception_names[vector];
    }
    return "reserved exception";
}

void fault_set_handler(hal_fault_handler handler) {
    registered = handler;
}

/* NMI, double fault and machine check say that the machine or the kernel is broken, whatever code
 * was running. */
static bool may_be_a_vms_doing(uint64_t vector) {
    return vector != VECTOR_NMI && vector != VECTOR_DOUBLE_FAULT && vector != VECTOR_MACHINE_CHECK;
}

static hal_fault_kind kind_of(uint64_t vector) {
    switch (vector) {
    case VECTOR_PAGE_FAULT:
    case VECTOR_GENERAL_PROTECTION:
        return HAL_FAULT_MEMORY;
    case VECTOR_DIVIDE_ERROR:
        return HAL_FAULT_DIVIDE;
    default:
        return HAL_FAULT_OTHER;
    }
}

/* Asks the handler, and puts what it decided into the frame. */
static hal_fault_action deliver(struct hal_fault *fault, struct interrupt_frame *frame) {
    hal_fault_handler handler = registered;

    if (handler == NULL) {
        return HAL_FAULT_UNHANDLED;
    }
    fault->rip = frame->rip;
    fault->rbx = frame->rbx;
    fault->r9 = frame->r9;
    fault->r12 = frame->r12;
    hal_fault_action action = handler(fault);
    if (action == HAL_FAULT_REDIRECT) {
        frame->rip = fault->rip;
        frame->rbx = fault->rbx;
        frame->r9 = fault->r9;
        frame->r12 = fault->r12;
        frame->rflags &= ~(RFLAGS_DF | RFLAGS_AC | RFLAGS_TF);
    }
    return action;
}

void fault_exception(struct interrupt_frame *frame, bool nested) {
    uint64_t cr2 = read_cr2(); /* at once: a later page fault would overwrite it */

    if (panic_in_progress()) {
        panic_inside_panic(frame);
    }
    if (!nested && escape_take(frame)) {
        return;
    }
    if (!nested && may_be_a_vms_doing(frame->vector)) {
        struct hal_fault fault = {.kind = kind_of(frame->vector)};
        if (frame->vector == VECTOR_PAGE_FAULT) {
            fault.write = (frame->error_code & PAGE_FAULT_WRITE) != 0;
            fault.address = cr2;
        }
        if (deliver(&fault, frame) != HAL_FAULT_UNHANDLED) {
            return;
        }
    }
    panic_exception(frame, cr2, nested);
}

void fault_request_break(void) {
    break_pending = true;
    fault_request_pending = true;
}

void fault_request_attention(void) {
    attention_pending = true;
    fault_request_pending = true;
}

void fault_request_preempt(void) {
    preempt_pending = true;
    fault_request_pending = true;
}

/* Without a handler there is nothing that could be stopped yet, and a handler that does not want it returns
 * UNHANDLED: either way nothing happens. */
static void deliver_request(struct interrupt_frame *frame, hal_fault_kind kind) {
    const struct hal_registers registers = {
        .rip = frame->rip,
        .rsp = frame->rsp,
        .rflags = frame->rflags,
        .rax = frame->rax,
        .rbx = frame->rbx,
        .rcx = frame->rcx,
        .rdx = frame->rdx,
        .rsi = frame->rsi,
        .rdi = frame->rdi,
        .rbp = frame->rbp,
        .r8 = frame->r8,
        .r9 = frame->r9,
        .r10 = frame->r10,
        .r11 = frame->r11,
        .r12 = frame->r12,
        .r13 = frame->r13,
        .r14 = frame->r14,
        .r15 = frame->r15,
    };
    struct hal_fault fault = {.kind = kind, .registers = &registers};
    (void)deliver(&fault, frame);
}

void fault_deliver_requests(struct interrupt_frame *frame) {
    fault_request_pending = false;
    if (break_pending) {
        break_pending = false;
        deliver_request(frame, HAL_FAULT_BREAK);
    }
    if (attention_pending) {
        attention_pending = false;
        deliver_request(frame, HAL_FAULT_ATTENTION);
    }
    if (preempt_pending) {
        preempt_pending = false;
        deliver_request(frame, HAL_FAULT_PREEMPT);
    }
}
