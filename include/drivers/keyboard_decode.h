/*
 * keyboard_decode.h - the scan codes of a PC keyboard, byte by byte, made into keys. Pure.
 *
 * References: IBM PS/2 Hardware Interface Technical Reference, "Keyboards"; Microsoft, Keyboard Scan Code
 * Specification 1.3a.
 */
#ifndef DRIVERS_KEYBOARD_DECODE_H
#define DRIVERS_KEYBOARD_DECODE_H

#include <stdbool.h>
#include <stdint.h>

/* A key is its make code in set 1, plus KEY_EXTENDED for those with prefix E0. The characters of the US
 * layout are in keyboard_layout.c; these are the others. */
enum {
    KEY_EXTENDED = 0x80,

    KEY_ESCAPE = 0x01,
    KEY_BACKSPACE = 0x0e,
    KEY_TAB = 0x0f,
    KEY_ENTER = 0x1c,
    KEY_LEFT_CTRL = 0x1d,
    KEY_LEFT_SHIFT = 0x2a,
    KEY_RIGHT_SHIFT = 0x36,
    KEY_PAD_MULTIPLY = 0x37,
    KEY_LEFT_ALT = 0x38,
    KEY_CAPS_LOCK = 0x3a,
    KEY_F1 = 0x3b, /* to F10, 0x44 */
    KEY_F10 = 0x44,
    KEY_NUM_LOCK = 0x45,
    KEY_PAD_7 = 0x47, /* in rows of three with minus and plus at their ends: to the point, 0x53 */
    KEY_PAD_MINUS = 0x4a,
    KEY_PAD_PLUS = 0x4e,
    KEY_PAD_POINT = 0x53,
    KEY_F11 = 0x57,
    KEY_F12 = 0x58,

    KEY_PAD_ENTER = KEY_EXTENDED | KEY_ENTER,
    KEY_RIGHT_CTRL = KEY_EXTENDED | KEY_LEFT_CTRL,
    KEY_PAD_DIVIDE = KEY_EXTENDED | 0x35,
    KEY_RIGHT_ALT = KEY_EXTENDED | KEY_LEFT_ALT,
    KEY_BREAK = KEY_EXTENDED | 0x46, /* Ctrl and Pause */
    KEY_HOME = KEY_EXTENDED | 0x47,
    KEY_UP = KEY_EXTENDED | 0x48,
    KEY_PAGE_UP = KEY_EXTENDED | 0x49,
    KEY_LEFT = KEY_EXTENDED | 0x4b,
    KEY_RIGHT = KEY_EXTENDED | 0x4d,
    KEY_END = KEY_EXTENDED | 0x4f,
    KEY_DOWN = KEY_EXTENDED | 0x50,
    KEY_PAGE_DOWN = KEY_EXTENDED | 0x51,
    KEY_INSERT = KEY_EXTENDED | 0x52,
    KEY_DELETE = KEY_EXTENDED | 0x53,
};

enum keyboard_set { KEYBOARD_SET_1 = 1, KEYBOARD_SET_2 = 2 };

/* All zero but for `set` is the beginning. */
struct keyboard_decoder {
    enum keyboard_set set;
    uint8_t prefix;   /* E0 or E1, or 0 */
    uint8_t expected; /* after E1: which code of the Pause key is next, counted from 1 */
    bool release;     /* set 2: after F0 */
};

struct key_event {
    uint8_t key; /* 0: the byte ends no key */
    bool pressed;
};

/* Takes one byte. Bytes that make no sense here are dropped, and decoding goes on with the next that does.
 * The shift keys that a keyboard makes up round its extended keys are no events, nor is Pause. */
struct key_event keyboard_decode(struct keyboard_decoder *decoder, uint8_t byte);

#endif
