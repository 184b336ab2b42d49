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
#include "cpu/io.h"
#include "cpu/kprint.h"
#include "cpu/machine_check.h"
#include "cpu/panic_test.h"
#include "cpu/processors.h"
#include "drivers/acpi.h"
#include "drivers/console_input.h"
#include "drivers/efi_runtime.h"
#include "drivers/framebuffer.h"
#include "drivers/keyboard.h"
#include "drivers/uart.h"
#include "forth/throw.h"
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
#include "time/timer.h"
#include "time/timer_device.h"

enum { PAGES_PER_MIB = 256, KIB_PER_PAGE = 4 };

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
    if (memory.ignored_pages != 0) {
        kprintf("  %lu MiB lie so far off that a map of them would cost too much: left unused\n",
                memory.ignored_pages / PAGES_PER_MIB);
    }
}

/* For tests: fail-alloc=N lets allocation number N from here on fail. */
static void arm_failing_allocation(void) {
    uint64_t nth;

    if (cmdline_number("fail-alloc", &nth)) {
        hal_mem_fail_at(nth);
        kprintf("  allocation %lu from now on will fail\n", nth);
    } else if (cmdline_value("fail-alloc") != NULL) {
        kprintf("  fail-alloc=%s: not a number; nothing will fail\n", cmdline_value("fail-alloc"));
    }
}

/* The end where nothing is broken but too much is missing. */
static _Noreturn void give_up(const char *what, int code) {
    struct pmm_stats memory = pmm_get_stats();
    const char *why = throw_message(code);

    kprintf("\nStarKernel cannot go on: %s: %s (error %d).\n", what,
            why != NULL ? why : "unknown reason", code);
    kprintf("Of %lu KiB of memory %lu KiB are free; requests for pages refused: %lu.\n",
            memory.total_pages * KIB_PER_PAGE, memory.free_pages * KIB_PER_PAGE, memory.refused);
    kprintf("The machine can be switched off.\n");
    hal_console_flush();
    halt_for_good();
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

/* Makes sure that timer interrupts come, and looks for another device where they do not. Without any,
 * programs cannot be preempted and MS does not wake up, which the user should know; the rest still works. */
static void watch_timer(void) {
    while (!timer_interrupts_arrive()) {
        kprintf("  timer: no interrupt comes from the %s\n", timer_device_name());
        if (!timer_use_next_device()) {
            kprintf("  timer: none works; Ctrl-C and MS may not work\n");
            return;
        }
    }
    kprintf("  timer: %s\n", timer_device_name());
}

/* Whether interrupts arrive from the devices is tried out, with interrupts enabled. */
static void start_input(void) {
    const unsigned long state = hal_irq_disable();

    hal_irq_enable();
    console_input_start();
    hal_irq_restore(state);
    kprintf("  input: %s, %s\n", console_input_serial_description(), keyboard_description());
}

void kernel_main(const BootInfo *boot_info);

void kernel_main(const BootInfo *boot_info) {
    uart_init(); /* first of all, to be able to speak */
    kprintf("StarKernel booting...\n");

    hal_cpu_init();       /* control registers as the kernel wants them */
    gdt_init();           /* segments, interrupt stacks */
    idt_init();           /* from here on an exception is a panic screen, not a reset */
    machine_check_init(); /* broken hardware is reported */
    check_boot_info(boot_info);
    framebuffer_init(boot_info); /* from here on everything is on the screen too */
    cmdline_init(boot_info);
    panic_test_early(); /* only when the command line asks for it */
    kprintf("CPU initialized\n");

    processors_park();   /* away from the memory that is handed out from here on */
    pmm_init(boot_info); /* physical pages, from the UEFI memory map */
    kprintf("PMM initialized\n");
    report_memory();
    arm_failing_allocation();

    vmm_init(boot_info); /* our own address space */
    if (!gdt_guard_stacks()) {
        kprintf("  the interrupt stacks have no guard pages: memory is short\n");
    }
    kprintf("VMM initialized\n");

    kmalloc_init(); /* the kernel heap */
    kprintf("Heap initialized\n");

    acpi_init(boot_info);        /* tables that say where the timers are */
    efi_runtime_init(boot_info); /* the firmware's ResetSystem, for BYE and REBOOT */
    framebuffer_expand();        /* the whole of the screen */
    report_screen(boot_info);
    hal_mem_init();
    hal_file_init(boot_info); /* the boot scripts */
    hal_console_init();
    hal_interrupt_init(); /* local APIC, IOAPICs or 8259 */
    report_interrupts();
    hal_time_init(); /* clock, timers */
    kprintf("  clock: %s\n", hal_time_source());
    watch_timer();
    start_input();
    kprintf("HAL initialized\n");

    int code = vm_arbiter_init(); /* VM table, base dictionary, fault handler, quantum */
    if (code != 0) {
        give_up("the base dictionary could not be built", code);
    }
    kprintf("VM arbiter initialized\n");

    code = vm_create_primordial();
    if (code != 0) {
        give_up("VM[0] could not be created", code);
    }
    kprintf("VM[0] instantiated\n");

    panic_test(); /* only when the command line asks for it */
    kprintf("Entering VM arbiter loop...\n");
    vm_arbiter_loop();
}
