/*
 * host_fault.c - signals stand for processor exceptions, for Ctrl-C and Ctrl-\, and for what input brings.
 *
 * All handlers run on an alternate stack: the interrupted code may be the engine, whose rsp is a
 * VM's control stack.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

#include "hal/hal_fault.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "host.h"

#define PAGE_FAULT_WRITE 2 /* bit of the page fault error code, Intel SDM volume 3, 4.7 */
#define FLAG_TF          (1ll << 8)
#define FLAG_DF          (1ll << 10)
#define FLAG_AC          (1ll << 18)

static hal_fault_handler owner;
volatile sig_atomic_t host_interrupt_depth;
static volatile sig_atomic_t preempt_pending;
static char stack[64 * 1024] __attribute__((aligned(16)));

void hal_fault_set_handler(hal_fault_handler handler) {
    owner = handler;
}

static hal_fault_kind kind_of(int signal) {
    switch (signal) {
    case SIGSEGV:
    case SIGBUS:
        return HAL_FAULT_MEMORY;
    case SIGFPE:
        return HAL_FAULT_DIVIDE;
    case SIGINT:
        return HAL_FAULT_BREAK;
    case SIGQUIT:
        return HAL_FAULT_ATTENTION;
    default:
        return HAL_FAULT_OTHER;
    }
}

static void unhandled(int signal, const struct hal_fault *fault) {
    char text[160];
    int size = snprintf(text, sizeof text, "signal %d at rip %#llx, address %#llx, %s", signal,
                        (unsigned long long)fault->rip, (unsigned long long)fault->address,
                        fault->write ? "store" : "fetch");
    hal_panic(size > 0 ? text : "signal");
}

static void redirect(greg_t *registers, const struct hal_fault *fault) {
    registers[REG_RIP] = (greg_t)fault->rip;
    registers[REG_RBX] = (greg_t)fault->rbx;
    registers[REG_R9] = (greg_t)fault->r9;
    registers[REG_R12] = (greg_t)fault->r12;
    registers[REG_EFL] &= ~(FLAG_TF | FLAG_DF | FLAG_AC);
}

static struct hal_registers read_registers(const greg_t *r) {
#define R(name) (uint64_t) r[name]
    return (struct hal_registers){
        .rip = R(REG_RIP),
        .rsp = R(REG_RSP),
        .rflags = R(REG_EFL),
        .rax = R(REG_RAX),
        .rbx = R(REG_RBX),
        .rcx = R(REG_RCX),
        .rdx = R(REG_RDX),
        .rsi = R(REG_RSI),
        .rdi = R(REG_RDI),
        .rbp = R(REG_RBP),
        .r8 = R(REG_R8),
        .r9 = R(REG_R9),
        .r10 = R(REG_R10),
        .r11 = R(REG_R11),
        .r12 = R(REG_R12),
        .r13 = R(REG_R13),
        .r14 = R(REG_R14),
        .r15 = R(REG_R15),
    };
#undef R
}

void hal_preempt_request(void) {
    preempt_pending = 1;
}

void host_interrupt_exit(void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    if (preempt_pending == 0 || owner == NULL) {
        return;
    }
    preempt_pending = 0;
    const struct hal_registers all = read_registers(registers);
    struct hal_fault fault = {.kind = HAL_FAULT_PREEMPT,
                              .rip = all.rip,
                              .rbx = all.rbx,
                              .r9 = all.r9,
                              .r12 = all.r12,
                              .registers = &all};
    if (owner(&fault) == HAL_FAULT_REDIRECT) {
        redirect(registers, &fault);
    }
}

/* No fault, and nobody need have an opinion about it. */
static bool is_request(hal_fault_kind kind) {
    return kind == HAL_FAULT_BREAK || kind == HAL_FAULT_ATTENTION;
}

static void on_signal(int signal, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    struct hal_fault fault = {
        .kind = kind_of(signal),
        .rip = (uint64_t)registers[REG_RIP],
        .rbx = (uint64_t)registers[REG_RBX],
        .r9 = (uint64_t)registers[REG_R9],
        .r12 = (uint64_t)registers[REG_R12],
    };
    struct hal_registers all;
    if (is_request(fault.kind)) {
        all = read_registers(registers);
        fault.registers = &all;
    }
    if (fault.kind == HAL_FAULT_MEMORY) {
        fault.address = (uint64_t)info->si_addr;
        fault.write = (registers[REG_ERR] & PAGE_FAULT_WRITE) != 0;
    }
    host_interrupt_depth++;
    hal_fault_action action = owner != NULL            ? owner(&fault)
                              : is_request(fault.kind) ? HAL_FAULT_RESUME
                                                       : HAL_FAULT_UNHANDLED;
    switch (action) {
    case HAL_FAULT_UNHANDLED:
        unhandled(signal, &fault);
        break;
    case HAL_FAULT_RESUME:
        break;
    case HAL_FAULT_REDIRECT:
        redirect(registers, &fault);
        break;
    }
    host_interrupt_depth--;
}

static void on_input(int signal, siginfo_t *info, void *context) {
    (void)signal;
    (void)info;
    const int saved_errno = errno;
    host_interrupt_depth++;
    host_console_signal();
    host_interrupt_exit(context);
    host_interrupt_depth--;
    errno = saved_errno;
}

void host_fault_init(void) {
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigfillset(&action.sa_mask);
    struct sigaction input = {.sa_sigaction = on_input,
                              .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    sigfillset(&input.sa_mask);
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGINT, SIGQUIT};
    if (sigaltstack(&alternate, NULL) != 0) {
        hal_panic("cannot set the signal stack");
    }
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (sigaction(signals[i], &action, NULL) != 0) {
            hal_panic("cannot install a signal handler");
        }
    }
    if (sigaction(HOST_SIGNAL_INPUT, &input, NULL) != 0) {
        hal_panic("cannot install a signal handler");
    }
}

/* ---- include/hal/hal_interrupt.h: signals that come by themselves are the interrupts ---- */

static void interrupt_signals(sigset_t *set) {
    sigemptyset(set);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, HOST_SIGNAL_INPUT);
    sigaddset(set, SIGALRM);
}

void hal_interrupt_init(void) {
    sigset_t set;
    interrupt_signals(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
    host_fault_init();
}

void hal_irq_enable(void) {
    sigset_t set;
    interrupt_signals(&set);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

unsigned long hal_irq_disable(void) {
    sigset_t set, before;
    interrupt_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &before);
    return sigismember(&before, SIGALRM) == 0;
}

void hal_irq_restore(unsigned long state) {
    if (state != 0) {
        hal_irq_enable();
    }
}

bool hal_in_interrupt_context(void) {
    return host_interrupt_depth > 0;
}
