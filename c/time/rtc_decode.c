/*
 * rtc_decode.c - turning the registers of the real-time clock into a time.
 */
#include "time/rtc.h"

#define STATUS_B_24_HOURS 0x02u
#define STATUS_B_BINARY   0x04u
#define HOUR_PM           0x80u
#define CENTURY_PIVOT     70u

static unsigned from_bcd(unsigned value) {
    return (value >> 4) * 10 + (value & 0x0f);
}

hal_status rtc_decode(const struct rtc_registers *registers, struct hal_wall_time *time) {
    unsigned pm = registers->hour & HOUR_PM;
    unsigned second = registers->second, minute = registers->minute;
    unsigned hour = registers->hour & (HOUR_PM - 1);
    unsigned day = registers->day, month = registers->month, year = registers->year;
    if ((registers->status_b & STATUS_B_BINARY) == 0) {
        second = from_bcd(second);
        minute = from_bcd(minute);
        hour = from_bcd(hour);
        day = from_bcd(day);
        month = from_bcd(month);
        year = from_bcd(year);
    }
    if ((registers->status_b & STATUS_B_24_HOURS) == 0) {
        if (hour == 0 || hour > 12) {
            return HAL_ERR_UNSUPPORTED;
        }
        hour = hour % 12 + (pm != 0 ? 12 : 0);
    }
    if (second > 60 || minute > 59 || hour > 23 || day < 1 || day > 31 || month < 1 || month > 12 ||
        year > 99) {
        return HAL_ERR_UNSUPPORTED;
    }
    *time = (struct hal_wall_time){.year = year + (year < CENTURY_PIVOT ? 2000 : 1900),
                                   .month = month,
                                   .day = day,
                                   .hour = hour,
                                   .minute = minute,
                                   .second = second};
    return HAL_OK;
}
