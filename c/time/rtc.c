/*
 * rtc.c - the wall clock of the bare machine: the real-time clock at ports 70h and 71h.
 *
 * The registers change while they are read, so they are read until two readings agree.
 */
#include "time/rtc.h"

#include <stdbool.h>
#include <string.h>

#include "cpu/io.h"

#define PORT_INDEX         0x70
#define PORT_DATA          0x71
#define REGISTER_SECOND    0x00
#define REGISTER_MINUTE    0x02
#define REGISTER_HOUR      0x04
#define REGISTER_DAY       0x07
#define REGISTER_MONTH     0x08
#define REGISTER_YEAR      0x09
#define REGISTER_A         0x0a
#define REGISTER_B         0x0b
#define UPDATE_IN_PROGRESS 0x80u
#define TRIES              100000u

static uint8_t read_register(uint8_t index) {
    outb(PORT_INDEX, index);
    return inb(PORT_DATA);
}

/* An update takes about 2 ms; a clock that is always updating is not there. */
static bool wait_for_update(void) {
    for (unsigned i = 0; i < TRIES; i++) {
        if ((read_register(REGISTER_A) & UPDATE_IN_PROGRESS) == 0) {
            return true;
        }
    }
    return false;
}

static struct rtc_registers read_all(void) {
    return (struct rtc_registers){
        .second = read_register(REGISTER_SECOND),
        .minute = read_register(REGISTER_MINUTE),
        .hour = read_register(REGISTER_HOUR),
        .day = read_register(REGISTER_DAY),
        .month = read_register(REGISTER_MONTH),
        .year = read_register(REGISTER_YEAR),
        .status_b = read_register(REGISTER_B),
    };
}

hal_status hal_time_wall(struct hal_wall_time *time) {
    for (unsigned i = 0; i < 10; i++) {
        if (!wait_for_update()) {
            return HAL_ERR_UNSUPPORTED;
        }
        struct rtc_registers first = read_all();
        struct rtc_registers second = read_all();
        if (memcmp(&first, &second, sizeof first) == 0) {
            return rtc_decode(&first, time);
        }
    }
    return HAL_ERR_UNSUPPORTED;
}
