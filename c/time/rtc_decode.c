/*
 * rtc_decode.c - turning the registers of the real-time clock into a time.
 */
#include "time/rtc.h"

#include <stdbool.h>

enum {
    STATUS_B_24_HOURS = 0x02,
    STATUS_B_BINARY = 0x04,
    HOUR_PM = 0x80,
    CENTURY_PIVOT = 70,
    CENTURY_FIRST = 19, /* the clock was invented in it */
    FADT_CENTURY = 108,
    REGISTER_FIRST_FREE = 0x0e, /* below are the clock's own */
    REGISTER_LAST = 0x7f,
};

/* False when the byte is no number. */
static bool decode(uint8_t value, bool binary, unsigned *number) {
    *number = binary ? value : (value >> 4) * 10u + (value & 0x0f);
    return binary || (value >> 4 <= 9 && (value & 0x0f) <= 9);
}

static bool decode_hour(const struct rtc_registers *registers, bool binary, unsigned *hour) {
    if ((registers->status_b & STATUS_B_24_HOURS) != 0) {
        return decode(registers->hour, binary, hour) && *hour <= 23;
    }
    if (!decode(registers->hour & (uint8_t)~HOUR_PM, binary, hour) || *hour < 1 || *hour > 12) {
        return false;
    }
    *hour = *hour % 12 + ((registers->hour & HOUR_PM) != 0 ? 12 : 0);
    return true;
}

static unsigned days_in(unsigned month, unsigned year) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

hal_status rtc_decode(const struct rtc_registers *registers, struct hal_wall_time *time) {
    const bool binary = (registers->status_b & STATUS_B_BINARY) != 0;
    struct hal_wall_time found;
    unsigned century;

    if (!decode(registers->second, binary, &found.second) ||
        !decode(registers->minute, binary, &found.minute) ||
        !decode_hour(registers, binary, &found.hour) ||
        !decode(registers->day, binary, &found.day) ||
        !decode(registers->month, binary, &found.month) ||
        !decode(registers->year, binary, &found.year)) {
        return HAL_ERR_UNSUPPORTED;
    }
    if (found.second > 59 || found.minute > 59 || found.month < 1 || found.month > 12 ||
        found.year > 99) {
        return HAL_ERR_UNSUPPORTED;
    }
    if (!decode(registers->century, binary, &century) || century < CENTURY_FIRST || century > 99) {
        century = found.year < CENTURY_PIVOT ? 20 : 19;
    }
    found.year += century * 100;
    if (found.day < 1 || found.day > days_in(found.month, found.year)) {
        return HAL_ERR_UNSUPPORTED;
    }
    *time = found;
    return HAL_OK;
}

uint8_t rtc_century_register(const uint8_t *fadt, uint32_t size) {
    if (size <= FADT_CENTURY || fadt[FADT_CENTURY] < REGISTER_FIRST_FREE ||
        fadt[FADT_CENTURY] > REGISTER_LAST) {
        return 0;
    }
    return fadt[FADT_CENTURY];
}
