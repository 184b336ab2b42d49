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
#include "hal/hal_panic.h"

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

static const struct {
    const char *name;
    void (*provoke)(void);
} tests[] = {
    {"ud2", invalid_opcode},  {"pf", page_fault}, {"de", divide_error},
    {"double", double_fault}, {"panic", message},
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
    kprintf("panic-test=%s: unknown; use ud2, pf, de, double or panic\n", name);
}
