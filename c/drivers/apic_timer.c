/*
 * apic_timer.c - the timer of the local APIC (Intel SDM volume 3, section 10.5.4).
 */
#include "drivers/apic_timer.h"

#include "cpu/io.h"
#include "drivers/apic.h"
#include "drivers/apic_registers.h"

enum {
    DIVIDE_BY_1 = 0x0b, /* the finest steps */
    LVT_ONESHOT = 0 << 17,
    LVT_TSC_DEADLINE = 2 << 17,
    MSR_TSC_DEADLINE = 0x6e0,
};

void lapic_timer_free_run(void) {
    if (lapic_is_present()) {
        lapic_write(REG_LVT_TIMER, LVT_MASKED);
        lapic_write(REG_DIVIDE, DIVIDE_BY_1);
        lapic_write(REG_INITIAL_COUNT, UINT32_MAX);
    }
}

uint32_t lapic_timer_count(void) {
    return lapic_is_present() ? lapic_read(REG_CURRENT_COUNT) : 0;
}

void lapic_timer_prepare_oneshot(unsigned vector) {
    if (lapic_is_present()) {
        lapic_write(REG_INITIAL_COUNT, 0);
        lapic_write(REG_DIVIDE, DIVIDE_BY_1);
        lapic_write(REG_LVT_TIMER, LVT_ONESHOT | vector);
    }
}

void lapic_timer_oneshot(uint32_t count) {
    if (lapic_is_present()) {
        lapic_write(REG_INITIAL_COUNT, count);
    }
}

/* The store that changes the mode must have come to the APIC before the first deadline does: section
 * 10.5.4.1. */
void lapic_timer_prepare_deadline(unsigned vector) {
    if (lapic_is_present()) {
        lapic_write(REG_INITIAL_COUNT, 0);
        lapic_write(REG_LVT_TIMER, LVT_TSC_DEADLINE | vector);
        __asm__ volatile("mfence" : : : "memory");
        wrmsr(MSR_TSC_DEADLINE, 0);
    }
}

void lapic_timer_deadline(uint64_t tsc) {
    if (lapic_is_present()) {
        wrmsr(MSR_TSC_DEADLINE, tsc);
    }
}

void lapic_timer_stop(void) {
    if (lapic_is_present()) {
        lapic_write(REG_LVT_TIMER, LVT_MASKED);
        lapic_write(REG_INITIAL_COUNT, 0);
    }
}
