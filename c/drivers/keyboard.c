/*
 * keyboard.c - the PS/2 keyboard: set-up, interrupt, lights.
 *
 * It is not reset, which would take it half a second: its defaults and scan code set 2 are commanded instead.
 * That is also what one that is plugged in later begins with. Nothing in the interrupt handler waits for the
 * keyboard: the two commands that set its lights go out one at a time, each when the one before was
 * acknowledged.
 */
#include "drivers/keyboard.h"

#include <stddef.h>

#include "cpu/io.h"
#include "cpu/irq.h"
#include "drivers/console_queue.h"
#include "drivers/i8042.h"
#include "drivers/keyboard_decode.h"
#include "drivers/keyboard_layout.h"

enum {
    COMMAND_SET_LIGHTS = 0xed,
    COMMAND_SELECT_SET = 0xf0,
    COMMAND_IDENTIFY = 0xf2,
    COMMAND_ENABLE = 0xf4,
    COMMAND_SET_DEFAULTS_AND_DISABLE = 0xf5,
    COMMAND_RESET = 0xff,
};

/* What a keyboard says that is no key. */
enum {
    REPLY_OVERRUN_SET_2 = 0x00,
    REPLY_SELF_TEST_PASSED = 0xaa, /* after power-on; in set 1 the left Shift key is released */
    REPLY_ECHO = 0xee,
    REPLY_ACKNOWLEDGE = 0xfa,
    REPLY_RESEND = 0xfe,
    REPLY_OVERRUN_SET_1 = 0xff,
};

enum { LIGHT_NUM_LOCK = 0x02, LIGHT_CAPS_LOCK = 0x04 };

enum {
    BYTES_AT_ONCE = 64, /* more in one go is no keyboard */
    INTERRUPT_READS =
        50000 /* of a port, a microsecond each: how long the first interrupt may take */
};

static struct keyboard_decoder decoder;
static struct keyboard_layout layout;
static struct keyboard_counts counts;
static volatile uint64_t interrupts;
static unsigned identity;
static bool polled;
static const char *description = "no keyboard controller";

/* How far the commands for the lights have got. */
static enum { LIGHTS_SET, LIGHTS_COMMANDED, LIGHTS_SENT } lights;
static uint8_t lights_sent;

static uint8_t lights_wanted(void) {
    return (layout.caps_lock ? LIGHT_CAPS_LOCK : 0) | (layout.num_lock ? LIGHT_NUM_LOCK : 0);
}

/* A keyboard that did not answer the last time gets another chance with each change. */
static void begin_lights(void) {
    lights = LIGHTS_COMMANDED;
    if (!i8042_send(COMMAND_SET_LIGHTS)) {
        lights = LIGHTS_SET;
    }
}

static void acknowledged(void) {
    switch (lights) {
    case LIGHTS_COMMANDED:
        lights_sent = lights_wanted();
        lights = LIGHTS_SENT;
        if (!i8042_send(lights_sent)) {
            lights = LIGHTS_SET;
        }
        break;
    case LIGHTS_SENT:
        lights = LIGHTS_SET;
        if (lights_sent != lights_wanted()) {
            begin_lights();
        }
        break;
    case LIGHTS_SET:
        break;
    }
}

/* Events have been lost: a key that is now thought to be down may not be. */
static void begin_again(void) {
    decoder = (struct keyboard_decoder){.set = decoder.set};
    keyboard_layout_release(&layout);
}

/* Ctrl-\, however the layout makes it */
static bool is_attention_key(struct keyboard_text text) {
    enum { CTRL_BACKSLASH = 0x1c };

    return text.size == 1 && text.bytes[0] == CTRL_BACKSLASH;
}

static void take_key(struct key_event event) {
    uint8_t before = lights_wanted();
    struct keyboard_text text = keyboard_layout_key(&layout, event);

    if (text.attention) {
        console_queue_break();
    } else if (is_attention_key(text)) {
        console_queue_attention();
    } else if (!console_queue_put_key(text.bytes, text.size)) {
        counts.dropped++;
    }
    if (lights_wanted() != before) {
        begin_lights();
    }
}

/* True when the byte is not part of a key. */
static bool is_reply(uint8_t byte) {
    switch (byte) {
    case REPLY_ACKNOWLEDGE:
        acknowledged();
        return true;
    case REPLY_RESEND:
        lights = LIGHTS_SET; /* it does not understand: some have no lights */
        return true;
    case REPLY_ECHO:
        return true;
    case REPLY_OVERRUN_SET_1:
    case REPLY_OVERRUN_SET_2:
        counts.damaged++;
        begin_again();
        return true;
    case REPLY_SELF_TEST_PASSED:
        if (decoder.set == KEYBOARD_SET_1) {
            return false;
        }
        begin_again(); /* it has just been plugged in */
        begin_lights();
        return true;
    default:
        return false;
    }
}

void keyboard_receive(void) {
    for (unsigned left = BYTES_AT_ONCE; left > 0; left--) {
        int byte = i8042_receive();
        if (byte == I8042_NONE) {
            return;
        }
        counts.bytes++;
        if (byte == I8042_DAMAGED) {
            counts.damaged++;
            begin_again();
        } else if (!is_reply((uint8_t)byte)) {
            struct key_event event = keyboard_decode(&decoder, (uint8_t)byte);
            if (event.key != 0) {
                take_key(event);
            }
        }
    }
}

static void on_interrupt(void *context) {
    (void)context;
    interrupts++;
    keyboard_receive();
}

/* True when a keyboard answers; then it is in set 2 and sends nothing yet. */
static bool find_keyboard(void) {
    if (!i8042_command(COMMAND_SET_DEFAULTS_AND_DISABLE)) {
        return false;
    }
    if (i8042_command(COMMAND_IDENTIFY)) {
        int first = i8042_wait();
        int second = first >= 0 ? i8042_wait() : I8042_NONE;
        identity = second >= 0 ? (unsigned)(first << 8 | second) : 0;
    }
    if (i8042_command(COMMAND_SELECT_SET)) {
        (void)i8042_command(KEYBOARD_SET_2);
    }
    return true;
}

/* Lets the keyboard send, and sees whether its acknowledgement comes by interrupt. */
static bool interrupt_arrives(void) {
    if (irq_attach(I8042_IRQ, on_interrupt, NULL, "keyboard") != HAL_OK) {
        return false;
    }
    i8042_enable_interrupt(true);
    if (!i8042_send(COMMAND_ENABLE)) {
        return false;
    }
    for (unsigned reads = INTERRUPT_READS; reads > 0 && interrupts == 0; reads--) {
        (void)i8042_is_waiting();
    }
    return interrupts != 0;
}

void keyboard_start(void) {
    if (!i8042_init()) {
        return;
    }
    decoder.set = i8042_get_state().translates ? KEYBOARD_SET_1 : KEYBOARD_SET_2;
    if (!find_keyboard()) {
        /* it may be plugged in later, or may just need this; the answer is not waited for */
        (void)i8042_send(COMMAND_RESET);
        description = "no PS/2 keyboard answers yet";
        polled = irq_attach(I8042_IRQ, on_interrupt, NULL, "keyboard") != HAL_OK;
        i8042_enable_interrupt(!polled);
        return;
    }
    polled = !interrupt_arrives();
    if (polled) {
        (void)irq_detach(I8042_IRQ);
        i8042_enable_interrupt(false);
    }
    description = polled ? "PS/2 keyboard, polled" : "PS/2 keyboard";
    uint64_t flags = interrupts_save_and_disable();
    begin_lights();
    interrupts_restore(flags);
}

const char *keyboard_description(void) {
    return description;
}

bool keyboard_needs_poll(void) {
    return polled;
}

struct keyboard_counts keyboard_get_counts(void) {
    struct keyboard_counts result = counts;
    result.interrupts = interrupts;
    return result;
}

unsigned keyboard_identity(void) {
    return identity;
}
