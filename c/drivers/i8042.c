/*
 * i8042.c - the keyboard controller of the PC.
 *
 * What sits at its ports may be the chip, its image in a chip set or an embedded controller, firmware that
 * pretends for a USB keyboard, or nothing. Every wait is bounded, in port reads of about a microsecond.
 */
#include "drivers/i8042.h"

#include <stdint.h>

#include "cpu/io.h"

enum {
    PORT_DATA = 0x60,
    PORT_STATUS = 0x64,  /* when read */
    PORT_COMMAND = 0x64, /* when written */
};

enum {
    STATUS_OUTPUT_FULL = 0x01, /* a byte for us */
    STATUS_INPUT_FULL = 0x02,  /* our last byte has not been taken */
    STATUS_FROM_MOUSE = 0x20,
    STATUS_TIMEOUT = 0x40,
    STATUS_PARITY = 0x80,
    STATUS_NO_DEVICE = 0xff,
};

enum {
    COMMAND_READ_CONFIGURATION = 0x20,
    COMMAND_WRITE_CONFIGURATION = 0x60,
    COMMAND_DISABLE_MOUSE = 0xa7,
    COMMAND_TEST_CONTROLLER = 0xaa,
    COMMAND_TEST_KEYBOARD_PORT = 0xab,
    COMMAND_DISABLE_KEYBOARD = 0xad,
    COMMAND_ENABLE_KEYBOARD = 0xae,
    CONTROLLER_GOOD = 0x55,
    PORT_GOOD = 0x00,
};

enum {
    CONFIGURATION_KEYBOARD_INTERRUPT = 0x01,
    CONFIGURATION_MOUSE_INTERRUPT = 0x02,
    CONFIGURATION_KEYBOARD_OFF = 0x10,
    CONFIGURATION_MOUSE_OFF = 0x20,
    CONFIGURATION_TRANSLATE = 0x40,
};

enum { KEYBOARD_ACKNOWLEDGE = 0xfa, KEYBOARD_RESEND = 0xfe };

enum {
    SEND_READS = 1000,
    ANSWER_READS = 50000, /* of the controller itself; its self test takes longest */
    BYTE_READS = 20000,   /* from one byte of the keyboard to the next */
    ACKNOWLEDGE_READS = 100000,
    STALE_BYTES = 32, /* what may wait in the controller; more is no controller */
    TRIES = 3,
};

static struct i8042_state state;
static uint8_t configuration;

static bool wait_to_send(void) {
    for (unsigned reads = SEND_READS; reads > 0; reads--) {
        if ((inb(PORT_STATUS) & STATUS_INPUT_FULL) == 0) {
            return true;
        }
    }
    return false;
}

static bool control(uint8_t command) {
    if (!wait_to_send()) {
        return false;
    }
    outb(PORT_COMMAND, command);
    return true;
}

int i8042_receive(void) {
    for (unsigned bytes = STALE_BYTES; bytes > 0; bytes--) {
        uint8_t status = inb(PORT_STATUS);
        if (status == STATUS_NO_DEVICE || (status & STATUS_OUTPUT_FULL) == 0) {
            break;
        }
        uint8_t byte = inb(PORT_DATA);
        if ((status & STATUS_FROM_MOUSE) == 0) {
            return (status & (STATUS_TIMEOUT | STATUS_PARITY)) != 0 ? I8042_DAMAGED : byte;
        }
    }
    return I8042_NONE;
}

static int wait_for_byte(unsigned reads) {
    int byte = I8042_NONE;

    while (byte == I8042_NONE && reads-- > 0) {
        byte = i8042_receive();
    }
    return byte;
}

int i8042_wait(void) {
    return wait_for_byte(BYTE_READS);
}

/* Gives the controller a command that it answers by a byte; I8042_NONE when it does not. */
static int ask(uint8_t command) {
    if (!control(command)) {
        return I8042_NONE;
    }
    for (unsigned reads = ANSWER_READS; reads > 0; reads--) {
        if (i8042_is_waiting()) {
            return inb(PORT_DATA);
        }
    }
    return I8042_NONE;
}

static bool write_configuration(void) {
    return control(COMMAND_WRITE_CONFIGURATION) && i8042_send(configuration);
}

bool i8042_is_waiting(void) {
    uint8_t status = inb(PORT_STATUS);
    return status != STATUS_NO_DEVICE && (status & STATUS_OUTPUT_FULL) != 0;
}

static bool drop_stale_bytes(void) {
    for (unsigned i = 0; i < STALE_BYTES; i++) {
        if (!i8042_is_waiting()) {
            return true;
        }
        (void)inb(PORT_DATA);
    }
    return false;
}

static enum i8042_test test(uint8_t command, int good) {
    int answer = ask(command);
    return answer == I8042_NONE ? I8042_UNTESTED : answer == good ? I8042_PASSED : I8042_FAILED;
}

/* The self test may set the configuration back, so it is written before, against interrupts, and after. */
bool i8042_init(void) {
    state = (struct i8042_state){0};
    if (inb(PORT_STATUS) == STATUS_NO_DEVICE || !control(COMMAND_DISABLE_KEYBOARD) ||
        !control(COMMAND_DISABLE_MOUSE) || !wait_to_send() || !drop_stale_bytes()) {
        return false;
    }
    int answer = ask(COMMAND_READ_CONFIGURATION);
    if (answer == I8042_NONE) {
        return false;
    }
    configuration = (uint8_t)(answer | CONFIGURATION_MOUSE_OFF);
    configuration &= (uint8_t) ~(CONFIGURATION_KEYBOARD_INTERRUPT | CONFIGURATION_MOUSE_INTERRUPT |
                                 CONFIGURATION_KEYBOARD_OFF);
    if (!write_configuration()) {
        return false;
    }
    state.controller_test = test(COMMAND_TEST_CONTROLLER, CONTROLLER_GOOD);
    state.port_test = test(COMMAND_TEST_KEYBOARD_PORT, PORT_GOOD);
    if (!write_configuration()) {
        return false;
    }
    /* not every controller lets translation be what it is told */
    answer = ask(COMMAND_READ_CONFIGURATION);
    if (answer != I8042_NONE) {
        configuration = (uint8_t)((configuration & ~CONFIGURATION_TRANSLATE) |
                                  (answer & CONFIGURATION_TRANSLATE));
    }
    if (!control(COMMAND_ENABLE_KEYBOARD)) {
        return false;
    }
    state.translates = (configuration & CONFIGURATION_TRANSLATE) != 0;
    state.present = true;
    return true;
}

struct i8042_state i8042_get_state(void) {
    return state;
}

bool i8042_send(unsigned byte) {
    if (!wait_to_send()) {
        return false;
    }
    outb(PORT_DATA, (uint8_t)byte);
    return true;
}

/* Keys that were on their way come before the answer; a device that talks on without one has none. */
bool i8042_command(unsigned byte) {
    unsigned tries = TRIES;
    bool again = true;

    for (unsigned bytes = STALE_BYTES; bytes > 0; bytes--) {
        if (again && (tries-- == 0 || !i8042_send(byte))) {
            return false;
        }
        int answer = wait_for_byte(ACKNOWLEDGE_READS);
        if (answer == KEYBOARD_ACKNOWLEDGE || answer == I8042_NONE) {
            return answer == KEYBOARD_ACKNOWLEDGE;
        }
        again = answer == KEYBOARD_RESEND || answer == I8042_DAMAGED;
    }
    return false;
}

void i8042_enable_interrupt(bool enable) {
    configuration = (uint8_t)((configuration & ~CONFIGURATION_KEYBOARD_INTERRUPT) |
                              (enable ? CONFIGURATION_KEYBOARD_INTERRUPT : 0));
    (void)write_configuration();
}
