/*
 * rtc.c - the wall clock of the bare machine: the real-time clock at ports 70h and 71h.
 *
 * The registers change while they are read, so they are read until two readings agree.
 */
#include "time/rtc.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "drivers/acpi_tables.h"
#include "time/clock.h"

enum {
    /* Bit 7 of the index port holds back NMIs. It cannot be read, and the kernel never sets it: NMIs stay
     * enabled. */
    PORT_INDEX = 0x70,
    PORT_DATA = 0x71,
    REGISTER_SECOND = 0x00,
    REGISTER_MINUTE = 0x02,
    REGISTER_HOUR = 0x04,
    REGISTER_DAY = 0x07,
    REGISTER_MONTH = 0x08,
    REGISTER_YEAR = 0x09,
    REGISTER_A = 0x0a,
    REGISTER_B = 0x0b,
    UPDATE_IN_PROGRESS = 0x80,
    TRIES = 10,
};

#define UPDATE_NS_MAX                                                                              \
    UINT64_C(100000000) /* an update takes 2.2 ms; an absent clock is always updating */

/* The index and the byte behind it belong together. */
static uint8_t read_register(uint8_t index) {
    const uint64_t flags = interrupts_save_and_disable();
    outb(PORT_INDEX, index);
    const uint8_t value = inb(PORT_DATA);
    interrupts_restore(flags);
    return value;
}

static bool wait_for_update(void) {
    const uint64_t deadline = clock_now_ns() + UPDATE_NS_MAX;

    while ((read_register(REGISTER_A) & UPDATE_IN_PROGRESS) != 0) {
        if (clock_now_ns() > deadline) {
            return false;
        }
    }
    return true;
}

static struct rtc_registers read_all(uint8_t century_register) {
    return (struct rtc_registers){
        .second = read_register(REGISTER_SECOND),
        .minute = read_register(REGISTER_MINUTE),
        .hour = read_register(REGISTER_HOUR),
        .day = read_register(REGISTER_DAY),
        .month = read_register(REGISTER_MONTH),
        .year = read_register(REGISTER_YEAR),
        .status_b = read_register(REGISTER_B),
        .century = century_register != 0 ? read_register(century_register) : 0,
    };
}

static uint8_t find_century_register(void) {
    const uint8_t *fadt = acpi_find_table("FACP");
    return fadt == NULL ? 0 : rtc_century_register(fadt, acpi_read32(fadt + 4));
}

hal_status hal_time_wall(struct hal_wall_time *time) {
    const uint8_t century_register = find_century_register();

    for (unsigned i = 0; i < TRIES; i++) {
        if (!wait_for_update()) {
            return HAL_ERR_UNSUPPORTED;
        }
        const struct rtc_registers first = read_all(century_register);
        const struct rtc_registers second = read_all(century_register);
        if (memcmp(&first, &second, sizeof first) == 0) {
            return rtc_decode(&first, time);
        }
    }
    return HAL_ERR_UNSUPPORTED;
}
