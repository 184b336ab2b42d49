/*
 * hal_fault.h - how a processor fault, or the user's Ctrl-C, reaches the owner of the running VM.
 *
 * The machine layer (exception and interrupt exit on the bare machine, signal handlers on Linux)
 * fills a hal_fault, calls the registered handler on a stack that is not the interrupted one, and
 * then does what the handler says. The interrupted code may be a VM in the engine, whose rsp is
 * the VM's control stack: nothing may be pushed there.
 */
#ifndef HAL_FAULT_H
#define HAL_FAULT_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    HAL_FAULT_MEMORY,    /* page fault or general protection: SIGSEGV, SIGBUS */
    HAL_FAULT_DIVIDE,    /* divide error: SIGFPE */
    HAL_FAULT_BREAK,     /* not a fault: Ctrl-C arrived, any code may be running */
    HAL_FAULT_ATTENTION, /* not a fault: the attention key, Ctrl-\, any code may be running */
    HAL_FAULT_PREEMPT,   /* not a fault: hal_preempt_request was called, any code may be running */
    HAL_FAULT_OTHER,     /* any other exception */
} hal_fault_kind;

/* All general registers of the interrupted code. */
struct hal_registers {
    uint64_t rip, rsp, rflags;
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

struct hal_fault {
    hal_fault_kind kind;
    bool write;       /* HAL_FAULT_MEMORY: the access was a store */
    uint64_t address; /* HAL_FAULT_MEMORY: the address, CR2; 0 for a general protection fault */
    uint64_t rip;     /* in: interrupted instruction; out: where to go on (REDIRECT) */
    uint64_t rbx;     /* in and out (REDIRECT) */
    uint64_t r9;      /* in and out (REDIRECT) */
    uint64_t r12;     /* in and out (REDIRECT) */
    const struct hal_registers *registers; /* BREAK, ATTENTION and PREEMPT: what was interrupted */
};

typedef enum {
    HAL_FAULT_UNHANDLED, /* not a VM's doing: the machine layer panics */
    HAL_FAULT_RESUME,    /* repaired, or noted: go on with the interrupted instruction */
    HAL_FAULT_REDIRECT, /* go on with rip, rbx, r9, r12 as now stored; other registers as they were,
                            with DF, AC and TF clear */
} hal_fault_action;

/* Runs in interrupt context, interrupts disabled: must be short and must not fault. */
typedef hal_fault_action (*hal_fault_handler)(struct hal_fault *fault);

/* Registers the one handler; before that every fault is UNHANDLED, and a break or attention is dropped. */
void hal_fault_set_handler(hal_fault_handler handler);

/* For interrupt handlers, timer callbacks above all: the fault handler is called with HAL_FAULT_PREEMPT at the
 * exit of the interrupt, when the end of it has been signalled and before the interrupted code goes on. */
void hal_preempt_request(void);

#endif
