/*
 * kernel_main.c - the boot map: every part of the kernel, in the order in which it comes up.
 *
 * Entered from asm/cpu/entry.asm on the boot stack, with interrupts disabled and the loader's page
 * tables in force. Each line of the boot log is printed when its step has been done.
 */
#include <stddef.h>
#include <stdint.h>

#include "arbiter/vm_arbiter.h"
#include "boot/bootinfo.h"
#include "cpu/cmdline.h"
#include "cpu/gdt.h"
#include "cpu/idt.h"
#include "cpu/irq.h"
#include "cpu/kprint.h"
#include "cpu/machine_check.h"
#include "cpu/panic_test.h"
#include "drivers/acpi.h"
#include "drivers/console_input.h"
#include "drivers/framebuffer.h"
#include "drivers/keyboard.h"
#include "drivers/uart.h"
#include "hal/hal_boot.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal/hal_panic.h"
#include "hal/hal_time.h"
#include "mm/kmalloc.h"
#include "mm/pmm.h"
#include "mm/vmm.h"
#include "time/tick.h"

enum { PAGES_PER_MIB = 256, TICKS_TO_SEE = 3, TICK_PATIENCE_MS = 50 };

/* The loader and the kernel are made together; if they do not fit, nothing in BootInfo can be used.
 */
static void check_boot_info(const BootInfo *boot_info) {
    if (boot_info->magic != BOOTINFO_MAGIC) {
        hal_panic("BootInfo has no valid magic number: this loader is not StarKernel's");
    }
    if (boot_info->version != BOOTINFO_VERSION || boot_info->size != sizeof *boot_info) {
        hal_panic("BootInfo is of another version: loader and kernel must come from one build");
    }
}

static void report_memory(void) {
    struct pmm_stats memory = pmm_get_stats();
    kprintf("  %lu MiB of memory, %lu MiB free\n", memory.total_pages / PAGES_PER_MIB,
            memory.free_pages / PAGES_PER_MIB);
}

static void report_screen(const BootInfo *boot_info) {
    const char *problem = framebuffer_problem();
    unsigned columns, rows;

    if (problem == NULL) {
        framebuffer_size(&columns, &rows);
        kprintf("  screen %ux%u, %u columns, %u rows\n", boot_info->framebuffer_width,
                boot_info->framebuffer_height, columns, rows);
    } else {
        kprintf("  no screen: %s\n", problem);
    }
}

static void report_interrupts(void) {
    kprintf("  interrupts: ");
    irq_describe(kprint_bytes, NULL);
    kprintf("\n");
}

/* Waits until a few ticks have come. Without a tick nothing can be preempted and Ctrl-C does
 * nothing, which the user should know; the rest still works. The clock bounds the wait. */
static void watch_tick(void) {
    uint64_t deadline = hal_time_now_ns() + TICK_PATIENCE_MS * UINT64_C(1000000);
    unsigned long flags = hal_irq_disable();

    hal_irq_enable();
    while (tick_count() < TICKS_TO_SEE && hal_time_now_ns() < deadline) {
        hal_cpu_relax();
    }
    hal_irq_restore(flags);
    if (tick_count() >= TICKS_TO_SEE) {
        kprintf("  tick: %s, %d a second\n", tick_source(), TICK_HZ);
    } else {
        kprintf("  tick: none comes from the %s; Ctrl-C will not work\n", tick_source());
    }
}

static void start_input(void) {
    console_input_start();
    kprintf("  input: %s, %s\n", console_input_serial_description(), keyboard_description());
}

void kernel_main(const BootInfo *boot_info);

void kernel_main(const BootInfo *boot_info) {
    uart_init(); /* first of all, to be able to speak */
    kprintf("StarKernel booting...\n");

    hal_cpu_init();       /* NX, WP, SMEP, UMIP */
    gdt_init();           /* segments, interrupt stacks */
    idt_init();           /* from here on an exception is a panic screen, not a reset */
    machine_check_init(); /* broken hardware is reported */
    check_boot_info(boot_info);
    framebuffer_init(boot_info); /* from here on everything is on the screen too */
    cmdline_init(boot_info);
    kprintf("CPU initialized\n");

    pmm_init(boot_info); /* physical pages, from the UEFI memory map */
    kprintf("PMM initialized\n");
    report_memory();

    vmm_init(boot_info); /* our own address space */
    if (!gdt_guard_stacks()) {
        kprintf("  the interrupt stacks have no guard pages: memory is short\n");
    }
    kprintf("VMM initialized\n");

    kmalloc_init(); /* the kernel heap */
    kprintf("Heap initialized\n");

    acpi_init(boot_info); /* tables that say where the timers are */
    framebuffer_expand(); /* the whole of the screen */
    report_screen(boot_info);
    hal_mem_init();
    hal_file_init(boot_info); /* the boot scripts */
    hal_console_init();
    hal_interrupt_init(); /* local APIC, IOAPICs or 8259 */
    report_interrupts();
    hal_time_init(); /* clock, timers, tick */
    kprintf("  clock: %s\n", hal_time_source());
    watch_tick();
    start_input();
    kprintf("HAL initialized\n");

    vm_arbiter_init(); /* VM table, base dictionary, fault handler, quantum */
    kprintf("VM arbiter initialized\n");

    if (vm_create_primordial() != 0) {
        hal_panic("VM[0] could not be created: the machine has too little memory");
    }
    kprintf("VM[0] instantiated\n");

    panic_test(); /* only when the command line asks for it */
    kprintf("Entering VM arbiter loop...\n");
    vm_arbiter_loop();
}
