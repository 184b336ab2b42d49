/*
 * keyboard_layout.c - what the keys of a US keyboard send, as xterm would send it.
 */
#include "drivers/keyboard_layout.h"

#include <stddef.h>

enum { ESCAPE = 0x1b, DELETE = 0x7f, CTRL_C = 0x03 };

/* Bits of `held`. */
enum {
    HELD_LEFT_SHIFT = 1 << 0,
    HELD_RIGHT_SHIFT = 1 << 1,
    HELD_LEFT_CTRL = 1 << 2,
    HELD_RIGHT_CTRL = 1 << 3,
    HELD_LEFT_ALT = 1 << 4,
    HELD_RIGHT_ALT = 1 << 5,
    HELD_CAPS_LOCK = 1 << 6, /* to know a repetition */
    HELD_NUM_LOCK = 1 << 7,
    HELD_SHIFT = HELD_LEFT_SHIFT | HELD_RIGHT_SHIFT,
    HELD_CTRL = HELD_LEFT_CTRL | HELD_RIGHT_CTRL,
    HELD_ALT = HELD_LEFT_ALT | HELD_RIGHT_ALT,
};

/* The characters of the keys by code, from 0x00 to 0x39; a blank stands for a key without one. Keys that are the
 * same with Shift, the space bar among them, and the key beside the left Shift are in character(). */
static const char plain[] = "  1234567890-=  qwertyuiop[]  asdfghjkl;'` \\zxcvbnm,./    ";
static const char shifted[] = "  !@#$%^&*()_+  QWERTYUIOP{}  ASDFGHJKL:\"~ |ZXCVBNM<>?    ";

enum { KEY_SPACE = 0x39, KEY_BESIDE_SHIFT = 0x56 };

_Static_assert(sizeof plain == KEY_SPACE + 2 && sizeof shifted == sizeof plain,
               "a character for each code and the final zero");

/* The keypad with Num Lock, and what its keys are without it. */
static const char pad_digits[] = "789-456+1230.";

_Static_assert(sizeof pad_digits == KEY_PAD_POINT - KEY_PAD_7 + 2, "a character for each key");

/* The keys of the form ESC [ number ~ and those of the form ESC [ letter, or ESC O letter for F1 to F4. */
static const struct {
    uint8_t key;
    uint8_t number; /* 0: a letter */
    char letter;
} sequences[] = {
    {KEY_UP, 0, 'A'},      {KEY_DOWN, 0, 'B'},      {KEY_RIGHT, 0, 'C'},     {KEY_LEFT, 0, 'D'},
    {KEY_HOME, 0, 'H'},    {KEY_END, 0, 'F'},       {KEY_INSERT, 2, '~'},    {KEY_DELETE, 3, '~'},
    {KEY_PAGE_UP, 5, '~'}, {KEY_PAGE_DOWN, 6, '~'}, {KEY_F1, 0, 'P'},        {KEY_F1 + 1, 0, 'Q'},
    {KEY_F1 + 2, 0, 'R'},  {KEY_F1 + 3, 0, 'S'},    {KEY_F1 + 4, 15, '~'},   {KEY_F1 + 5, 17, '~'},
    {KEY_F1 + 6, 18, '~'}, {KEY_F1 + 7, 19, '~'},   {KEY_F1 + 8, 20, '~'},   {KEY_F10, 21, '~'},
    {KEY_F11, 23, '~'},    {KEY_F12, 24, '~'},      {KEY_PAD_7 + 5, 0, 'E'},
};

static uint16_t held_bit(uint8_t key) {
    switch (key) {
    case KEY_LEFT_SHIFT:
        return HELD_LEFT_SHIFT;
    case KEY_RIGHT_SHIFT:
        return HELD_RIGHT_SHIFT;
    case KEY_LEFT_CTRL:
        return HELD_LEFT_CTRL;
    case KEY_RIGHT_CTRL:
        return HELD_RIGHT_CTRL;
    case KEY_LEFT_ALT:
        return HELD_LEFT_ALT;
    case KEY_RIGHT_ALT:
        return HELD_RIGHT_ALT;
    case KEY_CAPS_LOCK:
        return HELD_CAPS_LOCK;
    case KEY_NUM_LOCK:
        return HELD_NUM_LOCK;
    default:
        return 0;
    }
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The character of a key with the present Shift and locks; 0 when it has none. */
static char character(const struct keyboard_layout *layout, uint8_t key) {
    bool shift = (layout->held & HELD_SHIFT) != 0;

    switch (key) {
    case KEY_ESCAPE:
        return ESCAPE;
    case KEY_BACKSPACE:
        return DELETE;
    case KEY_TAB:
        return '\t';
    case KEY_ENTER:
    case KEY_PAD_ENTER:
        return '\r';
    case KEY_SPACE:
        return ' ';
    case KEY_PAD_DIVIDE:
        return '/';
    case KEY_PAD_MULTIPLY:
        return '*';
    case KEY_PAD_MINUS:
        return '-';
    case KEY_PAD_PLUS:
        return '+';
    case KEY_BESIDE_SHIFT:
        return shift ? '>' : '<';
    default:
        break;
    }
    if (key >= KEY_PAD_7 && key <= KEY_PAD_POINT) {
        return layout->num_lock != shift ? pad_digits[key - KEY_PAD_7] : '\0';
    }
    if (key >= KEY_SPACE || plain[key] == ' ') {
        return '\0';
    }
    return shift != (layout->caps_lock && is_letter(plain[key])) ? shifted[key] : plain[key];
}

/* What Ctrl makes of a character: the control code that has its lower five bits, and on the digits those that
 * are hard to find otherwise (as the VT220 has it). */
static char with_ctrl(char c) {
    static const char digits[] = "\000\033\034\035\036\037\177"; /* of 2 to 8 */

    if (c >= '@' && c <= '~') {
        return (char)(c & 0x1f);
    }
    if (c >= '2' && c <= '8') {
        return digits[c - '2'];
    }
    switch (c) {
    case ' ':
        return '\0';
    case '-':
    case '/':
        return '\x1f';
    case '?':
        return DELETE;
    case DELETE:
        return '\b';
    default:
        return c;
    }
}

static void add(struct keyboard_text *text, char c) {
    text->bytes[text->size++] = (uint8_t)c;
}

static void add_number(struct keyboard_text *text, unsigned number) {
    if (number >= 10) {
        add(text, (char)('0' + number / 10));
    }
    add(text, (char)('0' + number % 10));
}

static void add_sequence(struct keyboard_text *text, unsigned number, char letter,
                         unsigned modifiers) {
    bool is_function_key = letter >= 'P' && letter <= 'S';

    add(text, ESCAPE);
    add(text, is_function_key && modifiers == 0 ? 'O' : '[');
    if (number != 0 || modifiers != 0) {
        add_number(text, number != 0 ? number : 1);
    }
    if (modifiers != 0) {
        add(text, ';');
        add_number(text, 1 + modifiers);
    }
    add(text, letter);
}

static void add_key_without_character(const struct keyboard_layout *layout, uint8_t key,
                                      struct keyboard_text *text) {
    bool is_pad = key >= KEY_PAD_7 && key <= KEY_PAD_POINT;
    bool shift = (layout->held & HELD_SHIFT) != 0 && !is_pad; /* there it stands for Num Lock */
    unsigned modifiers = (shift ? 1 : 0) + ((layout->held & HELD_ALT) != 0 ? 2 : 0) +
                         ((layout->held & HELD_CTRL) != 0 ? 4 : 0);

    if (is_pad && key != KEY_PAD_7 + 5) {
        key |= KEY_EXTENDED; /* without Num Lock the keypad has the keys that stand beside it */
    }
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        if (sequences[i].key == key) {
            add_sequence(text, sequences[i].number, sequences[i].letter, modifiers);
        }
    }
}

static void add_character(const struct keyboard_layout *layout, char c,
                          struct keyboard_text *text) {
    if (c == '\t' && (layout->held & HELD_SHIFT) != 0) {
        add_sequence(text, 0, 'Z', 0);
        return;
    }
    if ((layout->held & HELD_ALT) != 0) {
        add(text, ESCAPE);
    }
    if ((layout->held & HELD_CTRL) != 0) {
        c = with_ctrl(c);
    }
    if (c == CTRL_C) {
        text->attention = true;
        text->size = 0;
        return;
    }
    add(text, c);
}

static bool wants_attention(const struct keyboard_layout *layout, uint8_t key) {
    bool is_delete = key == KEY_DELETE || key == KEY_PAD_POINT;

    return key == KEY_BREAK ||
           (is_delete && (layout->held & HELD_CTRL) != 0 && (layout->held & HELD_ALT) != 0);
}

struct keyboard_text keyboard_layout_key(struct keyboard_layout *layout, struct key_event event) {
    struct keyboard_text text = {0};
    uint16_t bit = held_bit(event.key);

    if (bit != 0) {
        bool fresh = (layout->held & bit) == 0;
        layout->held = (uint16_t)(event.pressed ? layout->held | bit : layout->held & ~bit);
        layout->caps_lock ^= bit == HELD_CAPS_LOCK && event.pressed && fresh;
        layout->num_lock ^= bit == HELD_NUM_LOCK && event.pressed && fresh;
        return text;
    }
    if (!event.pressed) {
        return text;
    }
    if (wants_attention(layout, event.key)) {
        text.attention = true;
        return text;
    }
    char c = character(layout, event.key);
    if (c != '\0') {
        add_character(layout, c, &text);
    } else {
        add_key_without_character(layout, event.key, &text);
    }
    return text;
}

void keyboard_layout_release(struct keyboard_layout *layout) {
    layout->held = 0;
}
