/*
 * panic.c - the panic screen: what happened, registers, backtrace, current VM.
 *
 * Everything here has to work when little else does: it polls, allocates nothing, follows no
 * pointer that it has not checked, and is written so that a second failure inside it ends the
 * machine with one line instead of a loop.
 */
#include "cpu/panic.h"

#include <stddef.h>
#include <string.h>

#include "cpu/backtrace.h"
#include "cpu/cmdline.h"
#include "cpu/fault.h"
#include "cpu/gdt.h"
#include "cpu/io.h"
#include "cpu/kprint.h"
#include "cpu/machine_check.h"
#include "cpu/nmi.h"
#include "cpu/vectors.h"
#include "drivers/framebuffer.h"
#include "drivers/uart.h"
#include "hal/hal_panic.h"

volatile long hal_panic_current_vm = -1;

static volatile unsigned panics; /* begun so far */

bool panic_in_progress(void) {
    return panics != 0;
}

static _Noreturn void stop(void) {
    uart_flush();
    framebuffer_draw(); /* last, for it may fault; then the serial line has everything */
    if (cmdline_has("test-exit")) {
        outb(DEBUG_EXIT_PORT, DEBUG_EXIT_FAILURE);
    }
    halt_for_good();
}

static void print_to_uart(void *context, const char *text, size_t size) {
    (void)context;
    uart_write(text, size);
}

/* Only the UART, and the text before the numbers: the screen or the number printer may be what failed.
 * What fails a third time ends in silence. */
static _Noreturn void stop_with_line(const char *text, const char *detail, uint64_t rip) {
    if (panics <= 2) {
        uart_write("\n*** ", 5);
        uart_write(text, strlen(text));
        uart_write(detail, strlen(detail));
        uart_write(". Halted.\n", 10);
        format(print_to_uart, NULL, "rip %016lx  cr2 %016lx\n", rip, read_cr2());
    }
    stop();
}

static void begin(const char *detail, uint64_t rip) {
    interrupts_save_and_disable();
    panics++;
    if (panics > 1) {
        stop_with_line("Panic inside a panic: ", detail, rip);
    }
    framebuffer_begin_alarm();
}

void panic_inside_panic(const struct interrupt_frame *frame) {
    panics++;
    stop_with_line("Exception inside a panic: ", fault_name((unsigned)frame->vector), frame->rip);
}

static const char *describe_page_fault(uint64_t error_code) {
    if (error_code & PAGE_FAULT_RESERVED_BIT) {
        return "a page table entry is malformed";
    }
    if (error_code & PAGE_FAULT_FETCH) {
        return error_code & PAGE_FAULT_PRESENT ? "jump into memory that is not executable"
                                               : "jump into unmapped memory";
    }
    if (error_code & PAGE_FAULT_WRITE) {
        return error_code & PAGE_FAULT_PRESENT ? "write to read-only memory"
                                               : "write to unmapped memory";
    }
    return error_code & PAGE_FAULT_PRESENT ? "read from protected memory"
                                           : "read from unmapped memory";
}

/* What is known about an exception beyond its name. */
static void explain(const struct interrupt_frame *frame, uint64_t cr2) {
    switch (frame->vector) {
    case VECTOR_PAGE_FAULT:
    case VECTOR_DOUBLE_FAULT:
        if (frame->vector == VECTOR_PAGE_FAULT) {
            kprintf("%s at 0x%lx\n", describe_page_fault(frame->error_code), cr2);
        }
        if (gdt_stack_guarded_at(cr2) != NULL) {
            kprintf("The %s has overflowed.\n", gdt_stack_guarded_at(cr2));
        }
        break;
    case VECTOR_NMI:
        kprintf("%s\n", nmi_reason());
        break;
    case VECTOR_MACHINE_CHECK:
        machine_check_report(kprint_bytes, NULL);
        break;
    default:
        break;
    }
}

static void print_registers(const struct interrupt_frame *f, uint64_t cr2) {
    kprintf("rip %016lx  rsp %016lx  rflags %016lx\n", f->rip, f->rsp, f->rflags);
    kprintf("rax %016lx  rbx %016lx  rcx %016lx\n", f->rax, f->rbx, f->rcx);
    kprintf("rdx %016lx  rsi %016lx  rdi %016lx\n", f->rdx, f->rsi, f->rdi);
    kprintf("rbp %016lx  r8  %016lx  r9  %016lx\n", f->rbp, f->r8, f->r9);
    kprintf("r10 %016lx  r11 %016lx  r12 %016lx\n", f->r10, f->r11, f->r12);
    kprintf("r13 %016lx  r14 %016lx  r15 %016lx\n", f->r13, f->r14, f->r15);
    kprintf("cr2 %016lx  cr3 %016lx  cs  %016lx\n", cr2, read_cr3(), f->cs);
}

static _Noreturn void finish(const struct interrupt_frame *frame, uint64_t cr2) {
    print_registers(frame, cr2);
    if (hal_panic_current_vm >= 0) {
        kprintf("Current VM: %ld\n", hal_panic_current_vm);
    } else {
        kprintf("Current VM: none\n");
    }
    kprintf("Backtrace (addresses in build/starkernel.elf):\n");
    backtrace_print(frame->rip, frame->rbp);
    kprintf("System halted.\n");
    stop();
}

void panic_exception(const struct interrupt_frame *frame, uint64_t cr2, bool nested) {
    begin(fault_name((unsigned)frame->vector), frame->rip);
    kprintf("\n*** KERNEL PANIC: %s%s\n", fault_name((unsigned)frame->vector),
            nested ? " inside an interrupt handler" : "");
    kprintf("vector %lu, error code 0x%lx\n", frame->vector, frame->error_code);
    explain(frame, cr2);
    finish(frame, cr2);
}

void panic_message(const char *message, const struct interrupt_frame *frame) {
    begin(message != NULL ? message : "no message", frame->rip);
    kprintf("\n*** KERNEL PANIC: %s\n", message != NULL ? message : "no message");
    finish(frame, read_cr2());
}
