/*
 * pit.c - the programmable interval timer (Intel 8254 data sheet, order number 231164).
 */
#include "time/pit.h"

#include "cpu/io.h"

enum {
    CHANNEL_0 = 0x40,
    CHANNEL_2 = 0x42,
    COMMAND = 0x43,
    /* channel 0: low byte, then high byte; mode 0 interrupts when the count is over, mode 2 over and over */
    COMMAND_0_ONESHOT = 0x30,
    COMMAND_0_RATE = 0x34,
    COMMAND_2_RATE = 0xb4,
    COMMAND_2_LATCH = 0x80,
    SPEAKER_PORT = 0x61, /* gates channel 2 */
    SPEAKER_GATE = 0x01,
    SPEAKER_ON = 0x02,
};

static void load(uint16_t channel, unsigned count) {
    outb(channel, (uint8_t)count);
    outb(channel, (uint8_t)(count >> 8));
}

void pit_count_freely(void) {
    outb(SPEAKER_PORT, (uint8_t)((inb(SPEAKER_PORT) & ~SPEAKER_ON) | SPEAKER_GATE));
    outb(COMMAND, COMMAND_2_RATE);
    load(CHANNEL_2, 0); /* 0 stands for 65536 */
}

uint64_t pit_count(void) {
    outb(COMMAND, COMMAND_2_LATCH);
    const unsigned low = inb(CHANNEL_2);
    const unsigned high = inb(CHANNEL_2);
    return PIT_COUNT_MAX - (high << 8 | low);
}

void pit_prepare_oneshot(void) {
    outb(COMMAND, COMMAND_0_ONESHOT);
}

/* In mode 0 a new count takes the place of the old one, and counting waits for its second byte. */
void pit_oneshot(unsigned count) {
    load(CHANNEL_0, count);
}

void pit_periodic(unsigned count) {
    outb(COMMAND, COMMAND_0_RATE);
    load(CHANNEL_0, count);
}
