/*
 * hal_cpu.c - the processor: its features, and its idle and spin instructions.
 */
#include "hal/hal_cpu.h"

#include "cpu/features.h"
#include "cpu/interrupts.h"
#include "cpu/io.h"
#include "drivers/apic.h"
#include "hal/hal_panic.h"

void hal_cpu_init(void) {
    features_enable();
}

unsigned hal_cpu_id(void) {
    return lapic_id();
}

unsigned hal_cpu_count(void) {
    return 1;
}

void hal_cpu_relax(void) {
    __asm__ volatile("pause");
}

void hal_cpu_halt(void) {
    if (interrupts_in_handler()) {
        hal_panic("hal_cpu_halt was called from an interrupt handler");
    }
    uint64_t flags = interrupts_save_and_disable();
    wait_for_interrupt();
    interrupts_save_and_disable();
    interrupts_restore(flags);
}
