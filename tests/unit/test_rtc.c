/* test_rtc.c - the real-time clock's registers as a time */
/* uses: c/time/rtc_decode.c */
#include "time/rtc.h"
#include "unit.h"

UNIT_TEST(rtc_bcd, "BCD registers in 24-hour mode give the time that they spell") {
    const struct rtc_registers registers = {0x59, 0x07, 0x23, 0x31, 0x12, 0x26, 0x02};
    struct hal_wall_time time;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.year, 2026);
    CHECK_EQ_U64(time.month, 12);
    CHECK_EQ_U64(time.day, 31);
    CHECK_EQ_U64(time.hour, 23);
    CHECK_EQ_U64(time.minute, 7);
    CHECK_EQ_U64(time.second, 59);
}

UNIT_TEST(rtc_binary, "binary registers are taken as they are, and year 70 is 1970") {
    const struct rtc_registers registers = {59, 10, 17, 30, 11, 70, 0x06};
    struct hal_wall_time time;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.year, 1970);
    CHECK_EQ_U64(time.hour, 17);
    CHECK_EQ_U64(time.second, 59);
}

UNIT_TEST(rtc_12_hours, "in 12-hour mode 12 AM is 0, 12 PM is 12 and 11 PM is 23") {
    struct rtc_registers registers = {0, 0, 0x12, 1, 1, 0, 0x00};
    struct hal_wall_time time;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.hour, 0);
    registers.hour = 0x92;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.hour, 12);
    registers.hour = 0x91;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.hour, 23);
}

UNIT_TEST(rtc_absent, "the registers of an absent clock, all ones, are refused") {
    const struct rtc_registers registers = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct hal_wall_time time;
    CHECK(rtc_decode(&registers, &time) == HAL_ERR_UNSUPPORTED);
}
