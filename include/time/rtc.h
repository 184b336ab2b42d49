/*
 * rtc.h - turning the registers of the real-time clock into a time. Pure, for the unit tests.
 */
#ifndef RTC_H
#define RTC_H

#include <stdint.h>

#include "hal/hal_time.h"

/* The registers as read in one moment (MC146818, as every PC has it at ports 70h and 71h). */
struct rtc_registers {
    uint8_t second, minute, hour, day, month, year;
    uint8_t status_b;
    uint8_t century; /* 0 where the machine has no such register */
};

/* Converts them: BCD or binary, 12 or 24 hours. The century is taken from its register when that holds 19 to
 * 99; else a year below 70 is in the 2000s. HAL_ERR_UNSUPPORTED when they are no time at all, as those of an
 * absent clock. */
hal_status rtc_decode(const struct rtc_registers *registers, struct hal_wall_time *time);

/* Number of the century register that a FADT of `size` bytes names (ACPI 6.5 table 5.9), 0 for none. */
uint8_t rtc_century_register(const uint8_t *fadt, uint32_t size);

#endif
