/*
 * panic_test.c - kernel faults on demand, so that the boot tests can see the panic screen.
 */
#include "cpu/panic_test.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "boot/bootinfo.h"
#include "cpu/cmdline.h"
#include "cpu/kprint.h"
#include "cpu/vectors.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "hal/hal_time.h"

static void invalid_opcode(void) {
    __asm__ volatile("ud2");
}

/* The last bytes before the image: nothing is ever mapped there. */
static void page_fault(void) {
    *(volatile uint64_t *)(KERNEL_IMAGE_BASE - 8) = 1;
}

void panic_test_early(void) {
    static const char early[] = "early";
    const char *name = cmdline_value("panic-test");

    if (name != NULL && strlen(name) == sizeof early - 1 &&
        memcmp(name, early, sizeof early - 1) == 0) {
        hal_panic("requested by panic-test=early");
    }
}

static void divide_error(void) {
    uint32_t low = 1, high = 0;
    __asm__ volatile("divl %2" : "+a"(low), "+d"(high) : "r"(0u) : "cc");
}

/* An exception whose gate cannot be used is a double fault. With an empty IDT that would be a
 * reset, so the limit is cut to leave the double fault's gate, number 8, as the last. */
static void double_fault(void) {
    struct {
        uint16_t limit;
        uint64_t base;
    } __attribute__((packed)) idt;

    __asm__ volatile("sidt %0" : "=m"(idt));
    idt.limit = 9 * 16 - 1;
    __asm__ volatile("lidt %0" : : "m"(idt));
    page_fault(); /* vector 14 lies outside now */
}

static void message(void) {
    hal_panic("requested by panic-test=panic");
}

/* The panic reads its message, and faults. */
static void nested_panic(void) {
    hal_panic((const char *)(KERNEL_IMAGE_BASE - 8));
}

/* Taken as the hardware's own would be; the test of those injects one into the machine. */
static void non_maskable(void) {
    __asm__ volatile("int %0" : : "i"(VECTOR_NMI));
}

static void machine_check(void) {
    __asm__ volatile("int %0" : : "i"(VECTOR_MACHINE_CHECK));
}

/* Each call needs a page of stack, and there are more calls than any stack has pages. */
enum { OVERFLOW_CALLS = 1000 };

static __attribute__((noinline)) unsigned overflow_stack(unsigned calls) {
    volatile uint8_t room[4096];

    room[0] = (uint8_t)calls;
    return calls == 0 ? 0 : overflow_stack(calls - 1) + room[0];
}

static void stack_overflow(void) {
    (void)overflow_stack(OVERFLOW_CALLS);
}

/* --- Inside an interrupt handler --- */

static void fault_in_handler(void *context) {
    (void)context;
    page_fault();
}

static void overflow_in_handler(void *context) {
    (void)context;
    (void)overflow_stack(OVERFLOW_CALLS);
}

static void print_in_handler(void *context) {
    (void)context;
    hal_console_putc('?');
}

/* Lets a timer call back, once. */
static void from_timer(hal_timer_callback callback) {
    (void)hal_timer_oneshot(HAL_TIMER_MIN_NS, callback, NULL);
    hal_irq_enable();
    for (;;) {
        hal_cpu_halt();
    }
}

static void interrupt_handler_fault(void) {
    from_timer(fault_in_handler);
}

static void interrupt_stack_overflow(void) {
    from_timer(overflow_in_handler);
}

static void print_from_interrupt(void) {
    from_timer(print_in_handler);
}

static const struct {
    const char *name;
    void (*provoke)(void);
} tests[] = {
    {"ud2", invalid_opcode},
    {"pf", page_fault},
    {"de", divide_error},
    {"double", double_fault},
    {"panic", message},
    {"nested", nested_panic},
    {"nmi", non_maskable},
    {"mce", machine_check},
    {"stack", stack_overflow},
    {"isr", interrupt_handler_fault},
    {"isr-stack", interrupt_stack_overflow},
    {"isr-print", print_from_interrupt},
};

void panic_test(void) {
    const char *name = cmdline_value("panic-test");

    if (name == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        if (strlen(name) == strlen(tests[i].name) &&
            memcmp(name, tests[i].name, strlen(name)) == 0) {
            kprintf("Provoking a kernel fault: %s\n", name);
            tests[i].provoke();
        }
    }
    kprintf("panic-test=%s: unknown; use one of", name);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        kprintf(" %s", tests[i].name);
    }
    kprintf("\n");
}
