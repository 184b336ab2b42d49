/*
 * reset_ports.c - resets the machine without the firmware's help.
 */
#include "drivers/reset_ports.h"

#include <stdint.h>

#include "cpu/descriptors.h"
#include "cpu/io.h"

enum {
    PORT_DELAY = 0x80, /* the POST code: reading it takes about a microsecond and does nothing */
    WAIT_READS = 50000,

    PORT_KEYBOARD = 0x64, /* status when read, command when written */
    KEYBOARD_INPUT_FULL = 1 << 1,
    KEYBOARD_PULSE_RESET = 0xfe, /* pulse output bits: only bit 0, the reset line, low */
    KEYBOARD_ATTEMPTS = 10,

    PORT_RESET_CONTROL = 0xcf9,
    RESET_HARD = 0x02, /* what the edge of the next bit does: more than INIT */
    RESET_NOW = 0x04,
};

void reset_wait(void) {
    for (unsigned i = 0; i < WAIT_READS; i++) {
        (void)inb(PORT_DELAY);
    }
}

void reset_by_keyboard_controller(void) {
    for (unsigned attempt = 0; attempt < KEYBOARD_ATTEMPTS; attempt++) {
        /* A machine without the controller reads as all ones: bounded, and tried all the same. */
        for (unsigned i = 0; i < WAIT_READS && (inb(PORT_KEYBOARD) & KEYBOARD_INPUT_FULL) != 0;
             i++) {
            (void)inb(PORT_DELAY);
        }
        outb(PORT_KEYBOARD, KEYBOARD_PULSE_RESET);
        reset_wait();
    }
}

void reset_by_chip_set(void) {
    const uint8_t control = inb(PORT_RESET_CONTROL) & (uint8_t) ~(RESET_HARD | RESET_NOW);
    outb(PORT_RESET_CONTROL, control | RESET_HARD);
    (void)inb(PORT_DELAY);
    outb(PORT_RESET_CONTROL, control | RESET_HARD | RESET_NOW);
    reset_wait();
}

void reset_by_triple_fault(void) {
    const struct descriptor_pointer nothing = {0};
    idt_load(&nothing);
    __asm__ volatile("int3");
    halt_for_good();
}
