/*
 * keyboard_decode.c - the scan codes of a PC keyboard, byte by byte, made into keys.
 *
 * Set 2 has a code for each key and F0 before it when the key is released; its codes are turned into those of
 * set 1, which has bit 7 for that, in the way in which the keyboard controller does it when it translates.
 */
#include "drivers/keyboard_decode.h"

enum {
    PREFIX_EXTENDED = 0xe0,
    PREFIX_PAUSE = 0xe1,
    PREFIX_RELEASE = 0xf0, /* set 2 */
    RELEASED = 0x80,       /* set 1 */
    SET_2_CODES = 0x85,
};

/* From set 2 to set 1; 0 where set 2 has no key. */
static const uint8_t set_1[SET_2_CODES] = {
    /* function keys */
    [0x05] = 0x3b,
    [0x06] = 0x3c,
    [0x04] = 0x3d,
    [0x0c] = 0x3e,
    [0x03] = 0x3f,
    [0x0b] = 0x40,
    [0x83] = 0x41,
    [0x0a] = 0x42,
    [0x01] = 0x43,
    [0x09] = 0x44,
    [0x78] = 0x57,
    [0x07] = 0x58,
    /* Escape, digits, minus, equals, Backspace */
    [0x76] = 0x01,
    [0x16] = 0x02,
    [0x1e] = 0x03,
    [0x26] = 0x04,
    [0x25] = 0x05,
    [0x2e] = 0x06,
    [0x36] = 0x07,
    [0x3d] = 0x08,
    [0x3e] = 0x09,
    [0x46] = 0x0a,
    [0x45] = 0x0b,
    [0x4e] = 0x0c,
    [0x55] = 0x0d,
    [0x66] = 0x0e,
    /* Tab, Q to P, brackets, Enter */
    [0x0d] = 0x0f,
    [0x15] = 0x10,
    [0x1d] = 0x11,
    [0x24] = 0x12,
    [0x2d] = 0x13,
    [0x2c] = 0x14,
    [0x35] = 0x15,
    [0x3c] = 0x16,
    [0x43] = 0x17,
    [0x44] = 0x18,
    [0x4d] = 0x19,
    [0x54] = 0x1a,
    [0x5b] = 0x1b,
    [0x5a] = 0x1c,
    /* Ctrl, A to L, semicolon, quotes */
    [0x14] = 0x1d,
    [0x1c] = 0x1e,
    [0x1b] = 0x1f,
    [0x23] = 0x20,
    [0x2b] = 0x21,
    [0x34] = 0x22,
    [0x33] = 0x23,
    [0x3b] = 0x24,
    [0x42] = 0x25,
    [0x4b] = 0x26,
    [0x4c] = 0x27,
    [0x52] = 0x28,
    [0x0e] = 0x29,
    /* Shift, backslash, Z to slash, Shift, key beside the left Shift */
    [0x12] = 0x2a,
    [0x5d] = 0x2b,
    [0x1a] = 0x2c,
    [0x22] = 0x2d,
    [0x21] = 0x2e,
    [0x2a] = 0x2f,
    [0x32] = 0x30,
    [0x31] = 0x31,
    [0x3a] = 0x32,
    [0x41] = 0x33,
    [0x49] = 0x34,
    [0x4a] = 0x35,
    [0x59] = 0x36,
    [0x61] = 0x56,
    /* Alt, space, locks, the two other system keys and the menu key */
    [0x11] = 0x38,
    [0x29] = 0x39,
    [0x58] = 0x3a,
    [0x77] = 0x45,
    [0x7e] = 0x46,
    [0x1f] = 0x5b,
    [0x27] = 0x5c,
    [0x2f] = 0x5d,
    /* keypad, and SysRq */
    [0x7c] = 0x37,
    [0x6c] = 0x47,
    [0x75] = 0x48,
    [0x7d] = 0x49,
    [0x7b] = 0x4a,
    [0x6b] = 0x4b,
    [0x73] = 0x4c,
    [0x74] = 0x4d,
    [0x79] = 0x4e,
    [0x69] = 0x4f,
    [0x72] = 0x50,
    [0x7a] = 0x51,
    [0x70] = 0x52,
    [0x71] = 0x53,
    [0x84] = 0x54,
};

/* What follows the prefix of Pause, on pressing and again as if on releasing. */
static const uint8_t pause_codes[] = {KEY_LEFT_CTRL, KEY_NUM_LOCK};

static void begin_again(struct keyboard_decoder *decoder) {
    decoder->prefix = 0;
    decoder->expected = 0;
    decoder->release = false;
}

/* True when the code is a part of Pause. One that is not shows that the rest of Pause has been lost. */
static bool is_pause(struct keyboard_decoder *decoder, uint8_t code) {
    if (decoder->prefix != PREFIX_PAUSE) {
        return false;
    }
    if (code != pause_codes[decoder->expected - 1u]) {
        begin_again(decoder);
        return false;
    }
    decoder->release = false;
    if (decoder->expected++ == sizeof pause_codes) {
        begin_again(decoder);
    }
    return true;
}

struct key_event keyboard_decode(struct keyboard_decoder *decoder, uint8_t byte) {
    const struct key_event nothing = {0};

    if (byte == PREFIX_EXTENDED || byte == PREFIX_PAUSE) {
        begin_again(decoder);
        decoder->prefix = byte;
        decoder->expected = byte == PREFIX_PAUSE;
        return nothing;
    }
    uint8_t code = byte & (uint8_t)~RELEASED;
    bool released = (byte & RELEASED) != 0;
    if (decoder->set == KEYBOARD_SET_2) {
        if (byte == PREFIX_RELEASE) {
            decoder->release = true;
            return nothing;
        }
        code = byte < SET_2_CODES ? set_1[byte] : 0;
        released = decoder->release;
    }
    if (is_pause(decoder, code)) {
        return nothing;
    }
    uint8_t extended = decoder->prefix == PREFIX_EXTENDED ? KEY_EXTENDED : 0;
    begin_again(decoder);
    if (code == 0 || (extended && (code == KEY_LEFT_SHIFT || code == KEY_RIGHT_SHIFT))) {
        return nothing;
    }
    return (struct key_event){.key = code | extended, .pressed = !released};
}
