/*
 * keyboard_layout.h - what the keys of a US keyboard send, as xterm would send it. Pure.
 */
#ifndef DRIVERS_KEYBOARD_LAYOUT_H
#define DRIVERS_KEYBOARD_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/keyboard_decode.h"

enum { KEYBOARD_TEXT_MAX = 8 };

/* All zero is a keyboard that nobody touches, without locks. */
struct keyboard_layout {
    uint16_t held; /* which of the keys that change others are down; one bit each */
    bool caps_lock;
    bool num_lock;
};

struct keyboard_text {
    uint8_t size; /* 0: the key sends nothing */
    uint8_t bytes[KEYBOARD_TEXT_MAX];
    bool attention; /* Ctrl-C, Ctrl-Break or Ctrl-Alt-Delete; then it sends nothing */
};

/* Takes a key, pressed or released, and says what it sends: the character, a control code with Ctrl, ESC
 * before it with Alt, DEL for Backspace, CR for Enter, a control sequence for a key without a character, its
 * second number 1 plus 1 for Shift, 2 for Alt, 4 for Ctrl. A key that repeats sends again, but locks do not
 * change. */
struct keyboard_text keyboard_layout_key(struct keyboard_layout *layout, struct key_event event);

/* Forgets what is held down, after events have been lost. The locks stay. */
void keyboard_layout_release(struct keyboard_layout *layout);

#endif
