/*
 * test_keyboard.c - scan codes in, what the console reads out: every key of a US keyboard in both sets.
 */
/* uses: c/drivers/keyboard_decode.c c/drivers/keyboard_layout.c */
#include <stdlib.h>
#include <string.h>

#include "drivers/keyboard_layout.h"
#include "unit.h"

static struct keyboard_decoder decoder;
static struct keyboard_layout layout;
static char sent[256];
static size_t sent_size;
static unsigned attentions;

static void begin(enum keyboard_set set) {
    decoder = (struct keyboard_decoder){.set = set};
    layout = (struct keyboard_layout){0};
    sent_size = 0;
    attentions = 0;
}

static void feed(uint8_t byte) {
    struct key_event event = keyboard_decode(&decoder, byte);
    if (event.key == 0)
        return;
    struct keyboard_text text = keyboard_layout_key(&layout, event);
    CHECK(text.size <= KEYBOARD_TEXT_MAX);
    CHECK(!text.attention || text.size == 0);
    attentions += text.attention;
    if (sent_size + text.size < sizeof sent) {
        memcpy(sent + sent_size, text.bytes, text.size);
        sent_size += text.size;
    }
}

static void feed_hex(const char *hex) {
    char *end;
    for (unsigned long byte = strtoul(hex, &end, 16); end != hex; byte = strtoul(hex, &end, 16)) {
        feed((uint8_t)byte);
        hex = end;
    }
}

/* What has been sent since the last time; blanks do not occur in it but as themselves. */
static const char *take(void) {
    sent[sent_size] = '\0';
    sent_size = 0;
    return sent;
}

/* A key as the keyboard sends it: the codes of pressing it in each set, and what they must give. */
struct key {
    const char *name;
    uint8_t set_1, set_2;
    bool extended;
    const char *plain, *shifted;
};

static const struct key keys[] = {
    {"Escape", 0x01, 0x76, false, "\033", "\033"},
    {"F1", 0x3b, 0x05, false, "\033OP", "\033[1;2P"},
    {"F2", 0x3c, 0x06, false, "\033OQ", "\033[1;2Q"},
    {"F3", 0x3d, 0x04, false, "\033OR", "\033[1;2R"},
    {"F4", 0x3e, 0x0c, false, "\033OS", "\033[1;2S"},
    {"F5", 0x3f, 0x03, false, "\033[15~", "\033[15;2~"},
    {"F6", 0x40, 0x0b, false, "\033[17~", "\033[17;2~"},
    {"F7", 0x41, 0x83, false, "\033[18~", "\033[18;2~"},
    {"F8", 0x42, 0x0a, false, "\033[19~", "\033[19;2~"},
    {"F9", 0x43, 0x01, false, "\033[20~", "\033[20;2~"},
    {"F10", 0x44, 0x09, false, "\033[21~", "\033[21;2~"},
    {"F11", 0x57, 0x78, false, "\033[23~", "\033[23;2~"},
    {"F12", 0x58, 0x07, false, "\033[24~", "\033[24;2~"},
    {"`", 0x29, 0x0e, false, "`", "~"},
    {"1", 0x02, 0x16, false, "1", "!"},
    {"2", 0x03, 0x1e, false, "2", "@"},
    {"3", 0x04, 0x26, false, "3", "#"},
    {"4", 0x05, 0x25, false, "4", "$"},
    {"5", 0x06, 0x2e, false, "5", "%"},
    {"6", 0x07, 0x36, false, "6", "^"},
    {"7", 0x08, 0x3d, false, "7", "&"},
    {"8", 0x09, 0x3e, false, "8", "*"},
    {"9", 0x0a, 0x46, false, "9", "("},
    {"0", 0x0b, 0x45, false, "0", ")"},
    {"-", 0x0c, 0x4e, false, "-", "_"},
    {"=", 0x0d, 0x55, false, "=", "+"},
    {"Backspace", 0x0e, 0x66, false, "\177", "\177"},
    {"Tab", 0x0f, 0x0d, false, "\t", "\033[Z"},
    {"q", 0x10, 0x15, false, "q", "Q"},
    {"w", 0x11, 0x1d, false, "w", "W"},
    {"e", 0x12, 0x24, false, "e", "E"},
    {"r", 0x13, 0x2d, false, "r", "R"},
    {"t", 0x14, 0x2c, false, "t", "T"},
    {"y", 0x15, 0x35, false, "y", "Y"},
    {"u", 0x16, 0x3c, false, "u", "U"},
    {"i", 0x17, 0x43, false, "i", "I"},
    {"o", 0x18, 0x44, false, "o", "O"},
    {"p", 0x19, 0x4d, false, "p", "P"},
    {"[", 0x1a, 0x54, false, "[", "{"},
    {"]", 0x1b, 0x5b, false, "]", "}"},
    {"backslash", 0x2b, 0x5d, false, "\\", "|"},
    {"a", 0x1e, 0x1c, false, "a", "A"},
    {"s", 0x1f, 0x1b, false, "s", "S"},
    {"d", 0x20, 0x23, false, "d", "D"},
    {"f", 0x21, 0x2b, false, "f", "F"},
    {"g", 0x22, 0x34, false, "g", "G"},
    {"h", 0x23, 0x33, false, "h", "H"},
    {"j", 0x24, 0x3b, false, "j", "J"},
    {"k", 0x25, 0x42, false, "k", "K"},
    {"l", 0x26, 0x4b, false, "l", "L"},
    {";", 0x27, 0x4c, false, ";", ":"},
    {"'", 0x28, 0x52, false, "'", "\""},
    {"Enter", 0x1c, 0x5a, false, "\r", "\r"},
    {"z", 0x2c, 0x1a, false, "z", "Z"},
    {"x", 0x2d, 0x22, false, "x", "X"},
    {"c", 0x2e, 0x21, false, "c", "C"},
    {"v", 0x2f, 0x2a, false, "v", "V"},
    {"b", 0x30, 0x32, false, "b", "B"},
    {"n", 0x31, 0x31, false, "n", "N"},
    {"m", 0x32, 0x3a, false, "m", "M"},
    {",", 0x33, 0x41, false, ",", "<"},
    {".", 0x34, 0x49, false, ".", ">"},
    {"/", 0x35, 0x4a, false, "/", "?"},
    {"beside Shift", 0x56, 0x61, false, "<", ">"},
    {"space", 0x39, 0x29, false, " ", " "},
    {"left system", 0x5b, 0x1f, true, "", ""},
    {"right system", 0x5c, 0x27, true, "", ""},
    {"menu", 0x5d, 0x2f, true, "", ""},
    {"Print Screen", 0x37, 0x7c, true, "", ""},
    {"Scroll Lock", 0x46, 0x7e, false, "", ""},
    {"Insert", 0x52, 0x70, true, "\033[2~", "\033[2;2~"},
    {"Delete", 0x53, 0x71, true, "\033[3~", "\033[3;2~"},
    {"Home", 0x47, 0x6c, true, "\033[H", "\033[1;2H"},
    {"End", 0x4f, 0x69, true, "\033[F", "\033[1;2F"},
    {"Page Up", 0x49, 0x7d, true, "\033[5~", "\033[5;2~"},
    {"Page Down", 0x51, 0x7a, true, "\033[6~", "\033[6;2~"},
    {"Up", 0x48, 0x75, true, "\033[A", "\033[1;2A"},
    {"Down", 0x50, 0x72, true, "\033[B", "\033[1;2B"},
    {"Right", 0x4d, 0x74, true, "\033[C", "\033[1;2C"},
    {"Left", 0x4b, 0x6b, true, "\033[D", "\033[1;2D"},
    {"pad /", 0x35, 0x4a, true, "/", "/"},
    {"pad *", 0x37, 0x7c, false, "*", "*"},
    {"pad -", 0x4a, 0x7b, false, "-", "-"},
    {"pad +", 0x4e, 0x79, false, "+", "+"},
    {"pad Enter", 0x1c, 0x5a, true, "\r", "\r"},
    {"pad 7", 0x47, 0x6c, false, "\033[H", "7"},
    {"pad 8", 0x48, 0x75, false, "\033[A", "8"},
    {"pad 9", 0x49, 0x7d, false, "\033[5~", "9"},
    {"pad 4", 0x4b, 0x6b, false, "\033[D", "4"},
    {"pad 5", 0x4c, 0x73, false, "\033[E", "5"},
    {"pad 6", 0x4d, 0x74, false, "\033[C", "6"},
    {"pad 1", 0x4f, 0x69, false, "\033[F", "1"},
    {"pad 2", 0x50, 0x72, false, "\033[B", "2"},
    {"pad 3", 0x51, 0x7a, false, "\033[6~", "3"},
    {"pad 0", 0x52, 0x70, false, "\033[2~", "0"},
    {"pad .", 0x53, 0x71, false, "\033[3~", "."},
};

static void press(const struct key *key, bool down) {
    if (key->extended)
        feed(0xe0);
    if (decoder.set == KEYBOARD_SET_1) {
        feed(key->set_1 | (down ? 0 : 0x80));
    } else {
        if (!down)
            feed(0xf0);
        feed(key->set_2);
    }
}

static void shift(bool down) {
    static const struct key left_shift = {"Shift", 0x2a, 0x12, false, "", ""};
    press(&left_shift, down);
}

static void check_key(const struct key *key, const char *expected) {
    press(key, true);
    const char *actual = take();
    if (strcmp(actual, expected) != 0)
        unit_fail(__FILE__, __LINE__, "key %s in set %d sends \"%s\"", key->name, (int)decoder.set,
                  actual);
    press(key, true); /* it repeats */
    CHECK_STR(take(), expected);
    press(key, false);
    CHECK_STR(take(), "");
}

UNIT_TEST(keyboard_every_key,
          "every key of a US keyboard sends what xterm sends, in set 1 and set 2") {
    for (int set = KEYBOARD_SET_1; set <= KEYBOARD_SET_2; set++) {
        begin((enum keyboard_set)set);
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            check_key(&keys[i], keys[i].plain);
            shift(true);
            check_key(&keys[i], keys[i].shifted);
            shift(false);
        }
        CHECK_EQ_U64(layout.held, 0);
        CHECK_EQ_U64(attentions, 0);
    }
}

UNIT_TEST(keyboard_sets_agree, "a code of set 2 is the key that the controller's translation makes "
                               "of it") {
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct keyboard_decoder one = {.set = KEYBOARD_SET_1}, two = {.set = KEYBOARD_SET_2};
        if (keys[i].extended) {
            keyboard_decode(&one, 0xe0);
            keyboard_decode(&two, 0xe0);
        }
        struct key_event first = keyboard_decode(&one, keys[i].set_1);
        struct key_event second = keyboard_decode(&two, keys[i].set_2);
        CHECK_EQ_U64(first.key, second.key);
        CHECK(first.pressed && second.pressed);
    }
}

UNIT_TEST(keyboard_modifiers, "either Shift, Ctrl and Alt work, alone and together") {
    begin(KEYBOARD_SET_1);
    feed_hex("36 1e b6 1e");
    CHECK_STR(take(), "Aa");
    feed_hex("2a 36 aa 1e b6 1e"); /* the right one is still held */
    CHECK_STR(take(), "Aa");
    feed_hex("1d 1e 9d");
    CHECK_STR(take(), "\001");
    feed_hex("e0 1d 1a e0 9d"); /* Ctrl-[ */
    CHECK_STR(take(), "\033");
    feed_hex("38 30 b8 e0 38 30 e0 b8");
    CHECK_STR(take(), "\033b\033b");
    feed_hex("1d 38 1e b8 9d");
    CHECK_STR(take(), "\033\001");
    feed_hex("1d e0 4d e0 cd 9d 38 e0 4b b8 2a 38 1d e0 48 9d b8 aa");
    CHECK_STR(take(), "\033[1;5C\033[1;3D\033[1;8A");
    feed_hex("2a 1d 3b 9d aa 38 58 b8");
    CHECK_STR(take(), "\033[1;6P\033[24;3~");
}

UNIT_TEST(keyboard_controls, "Ctrl makes every control code") {
    static const char codes[] = "\036\037\177\034\035\033\b";
    static const char hex[][4] = {"07", "0c", "09", "2b", "1b", "04", "0e"};
    begin(KEYBOARD_SET_1);
    feed(0x1d);
    for (size_t i = 0; i < sizeof hex / sizeof hex[0]; i++) {
        feed_hex(hex[i]);
        CHECK_EQ_U64(sent_size, 1);
        CHECK_MEM(take(), codes + i, 1);
    }
    feed_hex("39 03"); /* Ctrl-space and Ctrl-2 are NUL */
    CHECK_EQ_U64(sent_size, 2);
    CHECK_MEM(sent, "\0\0", 2);
}

UNIT_TEST(keyboard_attention,
          "Ctrl-C, Ctrl-Break and Ctrl-Alt-Delete ask for attention and send nothing") {
    begin(KEYBOARD_SET_1);
    feed_hex("1d 2e ae 9d");
    CHECK_EQ_U64(attentions, 1);
    feed_hex("1d e0 46 e0 c6 9d");
    CHECK_EQ_U64(attentions, 2);
    feed_hex("1d 38 e0 53 e0 d3 b8 9d");
    CHECK_EQ_U64(attentions, 3);
    feed_hex("3a ba 1d 2a 2e aa 9d 3a ba"); /* however the C is written */
    CHECK_EQ_U64(attentions, 4);
    feed_hex("1d 38 2e ae b8 9d");
    CHECK_EQ_U64(attentions, 5);
    CHECK_STR(take(), "");
    begin(KEYBOARD_SET_2);
    feed_hex("14 21 f0 21 f0 14");
    feed_hex("14 e0 7e e0 f0 7e f0 14");
    feed_hex("14 11 e0 71 e0 f0 71 f0 11 f0 14");
    CHECK_EQ_U64(attentions, 3);
    CHECK_STR(take(), "");
}

UNIT_TEST(keyboard_locks, "Caps Lock changes letters alone, Num Lock the keypad, and holding a "
                          "lock key changes nothing") {
    begin(KEYBOARD_SET_1);
    feed_hex("3a 3a 3a ba 1e 02 2a 1e 02 aa");
    CHECK_STR(take(), "A1a!");
    CHECK(layout.caps_lock);
    feed_hex("3a ba 1e");
    CHECK_STR(take(), "a");
    feed_hex("45 45 c5 47 53 52 2a 47 aa");
    CHECK_STR(take(), "7.0\033[H");
    CHECK(layout.num_lock);
    feed_hex("e0 47 e0 35 45 c5 47"); /* the keys beside the keypad do not care */
    CHECK_STR(take(), "\033[H/\033[H");
    CHECK(!layout.num_lock);
}

UNIT_TEST(keyboard_made_up_shifts, "the Shift codes round extended keys are not Shift") {
    begin(KEYBOARD_SET_1);
    feed_hex("e0 2a e0 48 e0 c8 e0 aa 1e"); /* Up with Num Lock on */
    CHECK_STR(take(), "\033[Aa");
    feed_hex("2a e0 aa e0 48 e0 c8 e0 2a 1e aa"); /* and with Shift held: it stays held */
    CHECK_STR(take(), "\033[1;2AA");
    feed_hex("e0 2a e0 37 e0 b7 e0 aa 1e");
    CHECK_STR(take(), "a");
    begin(KEYBOARD_SET_2);
    feed_hex("e0 12 e0 75 e0 f0 75 e0 f0 12 1c");
    CHECK_STR(take(), "\033[Aa");
}

UNIT_TEST(
    keyboard_pause,
    "Pause sends nothing and leaves Ctrl and Num Lock alone, also when a part of it is lost") {
    begin(KEYBOARD_SET_1);
    feed_hex("e1 1d 45 e1 9d c5 1e 47");
    CHECK_STR(take(), "a\033[H");
    feed_hex("e1 1e"); /* the rest was lost */
    CHECK_STR(take(), "a");
    feed_hex("e1 1d 1e 1e");
    CHECK_STR(take(), "aa");
    feed_hex("e1 e1 1d 45 1e");
    CHECK_STR(take(), "a");
    begin(KEYBOARD_SET_2);
    feed_hex("e1 14 77 e1 f0 14 f0 77 1c 6c");
    CHECK_STR(take(), "a\033[H");
    feed_hex("e1 14 77 e1 f0 14 1c f0 1c 1c");
    CHECK_STR(take(), "aa");
    CHECK_EQ_U64(layout.held, 0);
}

UNIT_TEST(keyboard_lost_bytes, "after lost bytes and garbage the next whole key is right") {
    static const char *const garbage[] = {
        "e0", "e0 e0", "e1",    "e0 f0", "f0 e0",    "f0 f0",    "e0 00",    "fa", "fe ff",
        "ee", "7f ff", "e1 e0", "80",    "e0 80 e0", "e1 14 e0", "f0 e1 14", "84", "e0 aa fc"};
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        begin(KEYBOARD_SET_2);
        feed_hex(garbage[i]);
        feed_hex("1c f0 1c 1c f0 1c");
        take();
        feed_hex("1c f0 1c 14 32 f0 32 f0 14");
        CHECK_STR(take(), "a\002");
        begin(KEYBOARD_SET_1);
        feed_hex(garbage[i]);
        feed_hex("1e 9e 1e 9e");
        take();
        feed_hex("1e 9e");
        CHECK_STR(take(), "a");
    }
}

UNIT_TEST(keyboard_forget_held, "after lost events no modifier stays held, and the locks stay") {
    begin(KEYBOARD_SET_1);
    feed_hex("3a ba 2a 1d 38");
    keyboard_layout_release(&layout);
    feed_hex("1e 02");
    CHECK_STR(take(), "A1");
}

UNIT_TEST(keyboard_random,
          "random bytes send only characters, whole sequences and nothing too long") {
    uint32_t random = 1;
    for (int set = KEYBOARD_SET_1; set <= KEYBOARD_SET_2; set++) {
        begin((enum keyboard_set)set);
        for (unsigned i = 0; i < 1000000; i++) {
            random = random * 1664525 + 1013904223;
            feed((uint8_t)(random >> 24));
            for (size_t at = 0; at < sent_size; at++)
                CHECK((sent[at] & 0x80) == 0 && sent[at] != 3);
            sent_size = 0;
        }
        begin((enum keyboard_set)set);
        check_key(&keys[41], "a");
    }
}
