/*
 * machine_kernel.c - what the conformance suite wants done to the bare machine.
 */
#include "boot/bootinfo.h"
#include "cpu/fault.h"
#include "cpu/io.h"
#include "hal/hal_interrupt.h"
#include "hal_test.h"

/* MC146818 real-time clock: its periodic interrupt */
enum {
    RTC_INDEX = 0x70,
    RTC_DATA = 0x71,
    RTC_A = 0x0a,
    RTC_B = 0x0b,
    RTC_C = 0x0c,
    RTC_A_RATE = 0x0f,
    RTC_RATE_512_HZ = 0x07,
    RTC_B_PERIODIC = 0x40,
    RTC_LINE = 8,
};

uint64_t machine_map_base(void) {
    return KERNEL_MAP_BASE + (UINT64_C(4) << 30); /* below the devices */
}

bool machine_has_heap_guards(void) {
#ifdef STARKERNEL_DEBUG
    return true;
#else
    return false;
#endif
}

void machine_break(void) {
    fault_request_break();
}

static uint8_t rtc_read(uint8_t index) {
    outb(RTC_INDEX, index);
    return inb(RTC_DATA);
}

static void rtc_write(uint8_t index, uint8_t value) {
    outb(RTC_INDEX, index);
    outb(RTC_DATA, value);
}

unsigned machine_line(void) {
    return RTC_LINE;
}

/* The handler uses the same two ports. */
void machine_line_start(void) {
    const unsigned long state = hal_irq_disable();
    rtc_write(RTC_A, (uint8_t)((rtc_read(RTC_A) & ~RTC_A_RATE) | RTC_RATE_512_HZ));
    rtc_write(RTC_B, rtc_read(RTC_B) | RTC_B_PERIODIC);
    (void)rtc_read(RTC_C);
    hal_irq_restore(state);
}

void machine_line_acknowledge(void) {
    const unsigned long state = hal_irq_disable();
    (void)rtc_read(RTC_C);
    hal_irq_restore(state);
}

void machine_line_stop(void) {
    const unsigned long state = hal_irq_disable();
    rtc_write(RTC_B, (uint8_t)(rtc_read(RTC_B) & ~RTC_B_PERIODIC));
    (void)rtc_read(RTC_C);
    hal_irq_restore(state);
}
