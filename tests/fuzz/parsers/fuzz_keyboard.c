/*
 * fuzz_keyboard.c - any bytes from a keyboard: they become keys that there are, and nothing gets stuck.
 */
/* uses: c/drivers/keyboard_decode.c c/drivers/keyboard_layout.c */
/* plant: c/drivers/keyboard_decode.c: s/byte < SET_2_CODES ? set_1\[byte\] : 0/set_1[byte]/ */
/* plant: c/drivers/keyboard_decode.c: s/if (decoder->expected++ == sizeof pause_codes)/if (++decoder->expected > 9)/ */
/* plant: c/drivers/keyboard_decode.c: s/    decoder->release = false;// */
/* plant: c/drivers/keyboard_decode.c: s/code == 0 ||// */
/* plant: c/drivers/keyboard_decode.c: s/.pressed = !released/.pressed = true/ */
#include "drivers/keyboard_decode.h"
#include "drivers/keyboard_layout.h"
#include "fuzz_input.h"

enum { CODE_A_SET_1 = 0x1e, CODE_A_SET_2 = 0x1c };

static uint8_t code_a(const struct keyboard_decoder *decoder) {
    return decoder->set == KEYBOARD_SET_1 ? CODE_A_SET_1 : CODE_A_SET_2;
}

static void check_event(struct keyboard_layout *layout, struct key_event event) {
    const struct keyboard_text text = keyboard_layout_key(layout, event);
    PROPERTY(event.key == 0 || (event.key & ~KEY_EXTENDED) != 0, "a key has a code");
    PROPERTY(event.key != (KEY_EXTENDED | KEY_LEFT_SHIFT) &&
                 event.key != (KEY_EXTENDED | KEY_RIGHT_SHIFT),
             "made-up shift keys are no events");
    PROPERTY(text.size <= KEYBOARD_TEXT_MAX, "there is room for what a key sends");
    PROPERTY(text.size == 0 || (event.pressed && event.key != 0),
             "only a key that is pressed sends");
    PROPERTY(!text.attention || (text.size == 0 && event.pressed),
             "the call for attention sends nothing");
    for (unsigned i = 0; i < text.size; i++) {
        PROPERTY(text.bytes[i] < 0x80, "a US keyboard sends ASCII");
        PROPERTY(text.bytes[i] != 0x03 || text.size > 1, "Ctrl-C is a call for attention");
    }
}

/* Whatever came before: a key that is hit three times is noticed, and so is that it is let go. */
static void check_recovery(struct keyboard_decoder *decoder, struct keyboard_layout *layout) {
    struct key_event event = {0};
    for (unsigned i = 0; i < 3; i++) {
        event = keyboard_decode(decoder, code_a(decoder));
    }
    PROPERTY(event.key == CODE_A_SET_1 && event.pressed, "the decoder is in step again");
    if (decoder->set == KEYBOARD_SET_1) {
        event = keyboard_decode(decoder, CODE_A_SET_1 | 0x80);
    } else {
        PROPERTY(keyboard_decode(decoder, 0xf0).key == 0, "a prefix is no key");
        event = keyboard_decode(decoder, CODE_A_SET_2);
    }
    PROPERTY(event.key == CODE_A_SET_1 && !event.pressed, "the key is let go");
    event = keyboard_decode(decoder, code_a(decoder));
    PROPERTY(event.key == CODE_A_SET_1 && event.pressed, "and hit again");
    keyboard_layout_release(layout);
    const struct keyboard_text text = keyboard_layout_key(layout, event);
    PROPERTY(text.size == 1 && text.bytes[0] == (layout->caps_lock ? 'A' : 'a'),
             "A sends a, with Caps Lock A");
}

/* The keys of Pause, whole, are no event in either set. */
static void check_pause(struct keyboard_decoder *decoder) {
    static const uint8_t set_1[] = {0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5};
    static const uint8_t set_2[] = {0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77};
    const bool first = decoder->set == KEYBOARD_SET_1;
    for (size_t i = 0; i < (first ? sizeof set_1 : sizeof set_2); i++) {
        PROPERTY(keyboard_decode(decoder, first ? set_1[i] : set_2[i]).key == 0,
                 "Pause is no event");
    }
    const struct key_event event = keyboard_decode(decoder, code_a(decoder));
    PROPERTY(event.key == CODE_A_SET_1 && event.pressed, "after Pause the next key is whole");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    const uint8_t shape = (uint8_t)fuzz_take(&in, 1);
    struct keyboard_decoder decoder = {.set = shape % 2 == 0 ? KEYBOARD_SET_1 : KEYBOARD_SET_2};
    struct keyboard_layout layout = {0};
    while (in.left > 0) {
        check_event(&layout, keyboard_decode(&decoder, (uint8_t)fuzz_take(&in, 1)));
        PROPERTY(decoder.set == (shape % 2 == 0 ? KEYBOARD_SET_1 : KEYBOARD_SET_2),
                 "the set stays");
    }
    if (shape % 4 < 2) {
        check_pause(&decoder);
    } else {
        check_recovery(&decoder, &layout);
    }
    return 0;
}
