/*
 * kernel_words.c - the words that show the machine, and the one that starts it again.
 */
#include "forth/console.h"
#include "forth/throw.h"
#include "forth/vm.h"
#include "hal/hal_memory.h"
#include "hal/hal_power.h"
#include "hal/hal_report.h"
#include "primitives.h"

/* Tables begin on a line of their own. */
static int show(hal_report_topic topic) {
    console_fresh_line();
    hal_report(topic, console_sink, NULL);
    return 0;
}

int word_dot_mem(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_MEMORY);
}

int word_dot_heap(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_HEAP);
}

int word_dot_pages(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_PAGES);
}

int word_dot_time(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_TIME);
}

int word_dot_irq(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_INTERRUPTS);
}

int word_dot_acpi(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_ACPI);
}

int word_dot_cpu(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_CPU);
}

int word_dot_pci(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_PCI);
}

int word_dot_console(struct vm *vm) {
    (void)vm;
    return show(HAL_REPORT_CONSOLE);
}

/* ( -- u ) */
int word_free_pages(struct vm *vm) {
    vm_push(vm, hal_mem_get_stats().free_pages);
    return 0;
}

/* ( -- u ) */
int word_heap_bytes(struct vm *vm) {
    vm_push(vm, hal_mem_get_stats().heap_bytes);
    return 0;
}

/* The machine is everybody's: like BYE, which switches it off, this is for VM[0] alone. */
int word_reboot(struct vm *vm) {
    if (vm->id != 0) {
        return THROW_NOT_PERMITTED;
    }
    hal_power_reboot();
}
