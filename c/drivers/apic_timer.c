/*
 * apic_timer.c - the timer of the local APIC (Intel SDM volume 3, section 10.5.4).
 */
#include "drivers/apic_timer.h"

#include "drivers/apic.h"
#include "drivers/apic_registers.h"

enum { DIVIDE_BY_16 = 3 };

void lapic_timer_free_run(void) {
    if (lapic_is_present()) {
        lapic_write(REG_LVT_TIMER, LVT_MASKED);
        lapic_write(REG_DIVIDE, DIVIDE_BY_16);
        lapic_write(REG_INITIAL_COUNT, UINT32_MAX);
    }
}

uint32_t lapic_timer_count(void) {
    return lapic_is_present() ? lapic_read(REG_CURRENT_COUNT) : 0;
}

void lapic_timer_periodic(unsigned vector, uint32_t count) {
    if (lapic_is_present()) {
        lapic_write(REG_DIVIDE, DIVIDE_BY_16);
        lapic_write(REG_LVT_TIMER, LVT_PERIODIC | vector);
        lapic_write(REG_INITIAL_COUNT, count);
    }
}
