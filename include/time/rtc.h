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
};

/* Converts them: BCD or binary, 12 or 24 hours; a year below 70 is in the 2000s. HAL_ERR_UNSUPPORTED when
 * they are no time at all, as those of an absent clock. */
hal_status rtc_decode(const struct rtc_registers *registers, struct hal_wall_time *time);

#endif
