/* test_rtc.c - the real-time clock's registers as a time */
/* uses: c/time/rtc_decode.c */
#include "time/rtc.h"
#include "unit.h"

UNIT_TEST(rtc_bcd, "BCD registers in 24-hour mode give the time that they spell") {
    const struct rtc_registers registers = {0x59, 0x07, 0x23, 0x31, 0x12, 0x26, 0x02, 0};
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
    const struct rtc_registers registers = {59, 10, 17, 30, 11, 70, 0x06, 0};
    struct hal_wall_time time;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.year, 1970);
    CHECK_EQ_U64(time.hour, 17);
    CHECK_EQ_U64(time.second, 59);
}

UNIT_TEST(rtc_12_hours, "in 12-hour mode 12 AM is 0, 12 PM is 12 and 11 PM is 23") {
    struct rtc_registers registers = {0, 0, 0x12, 1, 1, 0, 0x00, 0};
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
    const struct rtc_registers registers = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct hal_wall_time time;
    CHECK(rtc_decode(&registers, &time) == HAL_ERR_UNSUPPORTED);
}

UNIT_TEST(rtc_century, "the century register decides where it holds a century, in BCD and binary") {
    struct rtc_registers registers = {0, 0, 0, 1, 1, 0x70, 0x02, 0x20};
    struct hal_wall_time time;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.year, 2070);
    registers.century = 0x21;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.year, 2170);
    registers.status_b = 0x06;
    registers.year = 99;
    registers.century = 19;
    CHECK(rtc_decode(&registers, &time) == HAL_OK);
    CHECK_EQ_U64(time.year, 1999);
}

UNIT_TEST(rtc_no_century, "a century register that holds something else is not believed") {
    static const uint8_t wrong[] = {0x00, 0x18, 0x1f, 0xa0, 0xff};
    for (unsigned i = 0; i < sizeof wrong; i++) {
        const struct rtc_registers registers = {0, 0, 0, 1, 1, 0x26, 0x02, wrong[i]};
        struct hal_wall_time time;
        CHECK(rtc_decode(&registers, &time) == HAL_OK);
        CHECK_EQ_U64(time.year, 2026);
    }
}

UNIT_TEST(rtc_days, "a day that its month does not have is no time") {
    static const struct {
        uint8_t day, month, year;
        hal_status result;
    } dates[] = {
        {0x31, 0x01, 0x26, HAL_OK},
        {0x31, 0x04, 0x26, HAL_ERR_UNSUPPORTED},
        {0x29, 0x02, 0x24, HAL_OK},
        {0x29, 0x02, 0x26, HAL_ERR_UNSUPPORTED},
        {0x29, 0x02, 0x00, HAL_OK},
        {0x00, 0x01, 0x26, HAL_ERR_UNSUPPORTED},
        {0x01, 0x00, 0x26, HAL_ERR_UNSUPPORTED},
        {0x01, 0x13, 0x26, HAL_ERR_UNSUPPORTED},
    };
    for (unsigned i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        const struct rtc_registers registers = {
            0, 0, 0, dates[i].day, dates[i].month, dates[i].year, 0x02, 0};
        struct hal_wall_time time;
        CHECK_EQ_I64(rtc_decode(&registers, &time), dates[i].result);
    }
}

UNIT_TEST(rtc_every_byte, "whatever one register holds, what is accepted is a time") {
    static const uint8_t modes[] = {0x00, 0x02, 0x04, 0x06};
    for (unsigned mode = 0; mode < sizeof modes; mode++) {
        for (unsigned at = 0; at < 8 * 256; at++) {
            uint8_t bytes[8] = {1, 1, 1, 1, 1, 1, 0, 0x20};
            bytes[6] = modes[mode];
            if (at / 256 != 6) {
                bytes[at / 256] = (uint8_t)at;
            }
            const struct rtc_registers registers = {bytes[0], bytes[1], bytes[2], bytes[3],
                                                    bytes[4], bytes[5], bytes[6], bytes[7]};
            struct hal_wall_time time;
            if (rtc_decode(&registers, &time) == HAL_OK) {
                CHECK(time.second <= 59 && time.minute <= 59 && time.hour <= 23);
                CHECK(time.day >= 1 && time.day <= 31 && time.month >= 1 && time.month <= 12);
                CHECK(time.year >= 1900 && time.year <= 9999);
            }
        }
    }
}

UNIT_TEST(
    rtc_century_place,
    "the FADT's century register is taken when the table has it and it is not the clock's own") {
    uint8_t fadt[109] = {0};
    fadt[108] = 0x32;
    CHECK_EQ_U64(rtc_century_register(fadt, 109), 0x32);
    CHECK_EQ_U64(rtc_century_register(fadt, 108), 0);
    fadt[108] = 0x0d;
    CHECK_EQ_U64(rtc_century_register(fadt, 109), 0);
    fadt[108] = 0x80;
    CHECK_EQ_U64(rtc_century_register(fadt, 109), 0);
}
