/*
 * test_i8042.c - the keyboard controller and the keyboard behind it, against models of both.
 */
/* uses: c/drivers/console_queue.c c/drivers/keyboard_decode.c c/drivers/keyboard_layout.c */
#include <string.h>

#include "fake_ports.h"

#define irq_attach keyboard_irq_attach
#define irq_detach keyboard_irq_detach

#include "../../c/drivers/i8042.c"
#include "../../c/drivers/keyboard.c"

#include "unit.h"

enum { NOTHING = -1 };

/* What is there and what is wrong with it; all zero is a good controller, translating, and a good keyboard. */
static struct {
    bool absent;         /* the ports read as all ones */
    bool dead;           /* the ports read as zero, and nothing answers */
    bool input_stuck;    /* the controller takes nothing */
    bool talks_for_ever; /* there is always one more byte */
    bool no_keyboard;
    bool no_translation;
    bool forces_translation;
    bool test_resets; /* the self test sets the configuration back */
    bool no_tests;    /* the tests are not answered */
    int test_answer;  /* in place of the good one; 0 is none */
    unsigned resends; /* commands that the keyboard wants once more */
    bool no_identity;
    bool silent_lights;
    bool not_wired;

    uint8_t configuration;
    int controller_command; /* that waits for its byte */
    uint8_t keyboard_command;
    bool scanning;
    uint8_t lights, set;
    unsigned resets;
    uint8_t queue[64];
    uint8_t queue_status[64]; /* bits of the status that come with the byte */
    unsigned queue_size;
    bool in_handler;
} board;

static irq_handler handler;

static void update_line(void) {
    while (board.queue_size > 0 && (board.configuration & CONFIGURATION_KEYBOARD_INTERRUPT) &&
           !board.not_wired && handler != NULL && !board.in_handler) {
        unsigned before = board.queue_size;
        board.in_handler = true;
        handler(NULL);
        board.in_handler = false;
        CHECK(board.queue_size < before);
    }
}

static void queue_byte(uint8_t byte, uint8_t status_bits) {
    CHECK(board.queue_size < sizeof board.queue);
    board.queue[board.queue_size] = byte;
    board.queue_status[board.queue_size++] = status_bits;
}

static uint8_t fake_in(uint16_t port) {
    CHECK(port == PORT_DATA || port == PORT_STATUS);
    if (board.absent)
        return 0xff;
    if (board.dead)
        return 0;
    if (port == PORT_STATUS) {
        uint8_t status = board.input_stuck ? STATUS_INPUT_FULL : 0;
        if (board.talks_for_ever)
            return status | STATUS_OUTPUT_FULL;
        return board.queue_size > 0 ? status | STATUS_OUTPUT_FULL | board.queue_status[0] : status;
    }
    uint8_t byte = board.queue[0];
    if (board.queue_size > 0) {
        board.queue_size--;
        memmove(board.queue, board.queue + 1, board.queue_size);
        memmove(board.queue_status, board.queue_status + 1, board.queue_size);
    }
    return byte;
}

static void keyboard_takes(uint8_t byte) {
    if (board.no_keyboard || (board.configuration & CONFIGURATION_KEYBOARD_OFF))
        return;
    if (board.resends > 0) {
        board.resends--;
        queue_byte(KEYBOARD_RESEND, 0);
        return;
    }
    uint8_t command = board.keyboard_command;
    board.keyboard_command = 0;
    switch (command) {
    case COMMAND_SET_LIGHTS:
        board.lights = byte;
        queue_byte(KEYBOARD_ACKNOWLEDGE, 0);
        return;
    case COMMAND_SELECT_SET:
        board.set = byte;
        queue_byte(KEYBOARD_ACKNOWLEDGE, 0);
        return;
    default:
        break;
    }
    switch (byte) {
    case COMMAND_SET_LIGHTS:
        if (board.silent_lights)
            return;
        /* fall through */
    case COMMAND_SELECT_SET:
        board.keyboard_command = byte;
        break;
    case COMMAND_IDENTIFY:
        queue_byte(KEYBOARD_ACKNOWLEDGE, 0);
        if (!board.no_identity) {
            queue_byte(0xab, 0);
            queue_byte(0x83, 0);
        }
        return;
    case COMMAND_ENABLE:
        board.scanning = true;
        break;
    case COMMAND_SET_DEFAULTS_AND_DISABLE:
        board.scanning = false;
        break;
    case COMMAND_RESET:
        board.resets++;
        break;
    default:
        unit_fail(__FILE__, __LINE__, "the keyboard does not know the command %02x", byte);
    }
    queue_byte(KEYBOARD_ACKNOWLEDGE, 0);
}

static void answer_test(uint8_t good) {
    if (!board.no_tests)
        queue_byte(board.test_answer != 0 ? (uint8_t)board.test_answer : good, 0);
}

static void controller_takes(uint8_t command) {
    switch (command) {
    case COMMAND_READ_CONFIGURATION:
        queue_byte(board.configuration, 0);
        break;
    case COMMAND_WRITE_CONFIGURATION:
        board.controller_command = command;
        break;
    case COMMAND_TEST_CONTROLLER:
        if (board.test_resets)
            board.configuration = CONFIGURATION_KEYBOARD_INTERRUPT | CONFIGURATION_TRANSLATE;
        answer_test(CONTROLLER_GOOD);
        break;
    case COMMAND_TEST_KEYBOARD_PORT:
        answer_test(PORT_GOOD);
        break;
    case COMMAND_ENABLE_KEYBOARD:
        board.configuration &= (uint8_t)~CONFIGURATION_KEYBOARD_OFF;
        break;
    case COMMAND_DISABLE_KEYBOARD:
        board.configuration |= CONFIGURATION_KEYBOARD_OFF;
        break;
    case COMMAND_DISABLE_MOUSE:
        board.configuration |= CONFIGURATION_MOUSE_OFF;
        break;
    default:
        unit_fail(__FILE__, __LINE__, "the controller does not know the command %02x", command);
    }
}

static void fake_out(uint16_t port, uint8_t value) {
    CHECK(port == PORT_DATA || port == PORT_COMMAND);
    CHECK(!board.input_stuck);
    if (board.absent || board.dead || board.talks_for_ever)
        return;
    if (port == PORT_COMMAND) {
        controller_takes(value);
    } else if (board.controller_command == COMMAND_WRITE_CONFIGURATION) {
        board.controller_command = NOTHING;
        board.configuration = value;
        if (board.forces_translation)
            board.configuration |= CONFIGURATION_TRANSLATE;
    } else {
        keyboard_takes(value);
    }
    update_line();
}

hal_status irq_attach(unsigned irq, irq_handler wanted, void *context, const char *name) {
    CHECK_EQ_U64(irq, I8042_IRQ);
    CHECK(context == NULL && name != NULL);
    handler = wanted;
    return HAL_OK;
}

hal_status irq_detach(unsigned irq) {
    CHECK_EQ_U64(irq, I8042_IRQ);
    handler = NULL;
    return HAL_OK;
}

/* ---- what the tests do ---- */

/* Everything as after power-on. The test then says what is wrong, and calls keyboard_start. */
static void begin(void) {
    memset(&board, 0, sizeof board);
    board.configuration =
        CONFIGURATION_TRANSLATE | CONFIGURATION_KEYBOARD_INTERRUPT | CONFIGURATION_MOUSE_INTERRUPT;
    board.controller_command = NOTHING;
    handler = NULL;
    decoder = (struct keyboard_decoder){0};
    layout = (struct keyboard_layout){0};
    counts = (struct keyboard_counts){0};
    interrupts = 0;
    identity = 0;
    polled = false;
    lights = LIGHTS_SET;
    description = "no keyboard controller";
    port_accesses = 0;
    console_queue_break();
    fake_breaks = 0;
    fake_attentions = 0;
}

static void keys(const char *bytes) {
    for (; *bytes != '\0'; bytes++)
        queue_byte((uint8_t)*bytes, 0);
    update_line();
}

static const char *taken(void) {
    static char text[64];
    size_t size = 0;
    int byte;
    while ((byte = console_queue_take()) >= 0)
        text[size++] = (char)byte;
    text[size] = '\0';
    return text;
}

UNIT_TEST(i8042_good, "a good controller and keyboard are set up, and keys arrive by interrupt") {
    begin();
    keyboard_start();
    CHECK_STR(keyboard_description(), "PS/2 keyboard");
    CHECK(!keyboard_needs_poll());
    CHECK_EQ_U64(keyboard_identity(), 0xab83);
    CHECK_EQ_U64(board.configuration, CONFIGURATION_TRANSLATE | CONFIGURATION_KEYBOARD_INTERRUPT |
                                          CONFIGURATION_MOUSE_OFF);
    CHECK(board.scanning);
    CHECK_EQ_U64(board.set, 2);
    CHECK_EQ_U64(i8042_get_state().controller_test, I8042_PASSED);
    CHECK_EQ_U64(i8042_get_state().port_test, I8042_PASSED);
    keys("\x1e\x9e\xe0\x48\xe0\xc8");
    CHECK_STR(taken(), "a\033[A");
    CHECK(port_accesses < 1000);
}

UNIT_TEST(i8042_not_translating, "where the controller does not translate, set 2 is decoded") {
    begin();
    board.configuration = 0;
    keyboard_start();
    CHECK(!i8042_get_state().translates);
    keys("\x1c\xf0\x1c\xe0\x75\xe0\xf0\x75");
    CHECK_STR(taken(), "a\033[A");
    begin();
    board.configuration = 0;
    board.forces_translation = true;
    keyboard_start();
    CHECK(i8042_get_state().translates);
    keys("\x1e\x9e");
    CHECK_STR(taken(), "a");
}

UNIT_TEST(
    i8042_absent,
    "no controller, a dead one and one that takes or says nonsense are found out in bounded time") {
    for (unsigned kind = 0; kind < 4; kind++) {
        begin();
        board.absent = kind == 0;
        board.dead = kind == 1;
        board.input_stuck = kind == 2;
        board.talks_for_ever = kind == 3;
        keyboard_start();
        CHECK(!i8042_get_state().present);
        CHECK(!keyboard_needs_poll());
        CHECK_STR(keyboard_description(), "no keyboard controller");
        CHECK(handler == NULL);
        CHECK(port_accesses < 200000);
        keyboard_receive();
        CHECK_STR(taken(), "");
    }
}

UNIT_TEST(i8042_no_keyboard,
          "a controller without keyboard costs 0.2 s, and one that is plugged in later works") {
    begin();
    board.no_keyboard = true;
    keyboard_start();
    CHECK_STR(keyboard_description(), "no PS/2 keyboard answers yet");
    CHECK(port_accesses < 2 * 200000); /* a wait is two port reads at most */
    board.no_keyboard = false;
    keys("\xaa\x1e\x9e");
    CHECK_STR(taken(), "a");
}

UNIT_TEST(
    i8042_failing_tests,
    "failing, missing and destructive self tests are noted, and the keyboard works all the same") {
    begin();
    board.test_answer = 0xfc;
    keyboard_start();
    CHECK_EQ_U64(i8042_get_state().controller_test, I8042_FAILED);
    CHECK_EQ_U64(i8042_get_state().port_test, I8042_FAILED);
    keys("\x1e\x9e");
    CHECK_STR(taken(), "a");
    begin();
    board.no_tests = true;
    keyboard_start();
    CHECK_EQ_U64(i8042_get_state().controller_test, I8042_UNTESTED);
    keys("\x1e\x9e");
    CHECK_STR(taken(), "a");
    begin();
    board.test_resets = true;
    keyboard_start();
    CHECK_EQ_U64(board.configuration & CONFIGURATION_MOUSE_OFF, CONFIGURATION_MOUSE_OFF);
    keys("\x1e\x9e");
    CHECK_STR(taken(), "a");
}

UNIT_TEST(i8042_resend, "a keyboard gets a command again when it asks, three times in all") {
    begin();
    board.resends = 2;
    keyboard_start();
    CHECK_STR(keyboard_description(), "PS/2 keyboard");
    begin();
    board.resends = 3;
    keyboard_start();
    CHECK_STR(keyboard_description(), "no PS/2 keyboard answers yet");
    CHECK_EQ_U64(board.resets, 1);
}

UNIT_TEST(i8042_keys_during_setup,
          "keys pressed while the kernel boots do not disturb the set-up") {
    begin();
    queue_byte(0x1e, 0);
    queue_byte(0x9e, 0);
    board.no_identity = true;
    keyboard_start();
    CHECK_STR(keyboard_description(), "PS/2 keyboard");
    CHECK_EQ_U64(keyboard_identity(), 0);
    keys("\x30\xb0");
    CHECK_STR(taken(), "b");
}

UNIT_TEST(i8042_no_interrupt, "a keyboard whose interrupt does not arrive is polled") {
    begin();
    board.not_wired = true;
    keyboard_start();
    CHECK_STR(keyboard_description(), "PS/2 keyboard, polled");
    CHECK(keyboard_needs_poll());
    CHECK(handler == NULL);
    CHECK_EQ_U64(board.configuration & CONFIGURATION_KEYBOARD_INTERRUPT, 0);
    keys("\x1e\x9e");
    keyboard_receive();
    CHECK_STR(taken(), "a");
}

UNIT_TEST(i8042_lights,
          "the lights follow the locks, also when the keyboard does not answer each time") {
    begin();
    keyboard_start();
    keys("\x3a\xba");
    CHECK_EQ_U64(board.lights, LIGHT_CAPS_LOCK);
    keys("\x45\xc5");
    CHECK_EQ_U64(board.lights, LIGHT_CAPS_LOCK | LIGHT_NUM_LOCK);
    board.silent_lights = true;
    keys("\x3a\xba");
    board.silent_lights = false;
    keys("\x1e\x9e\x45\xc5");
    CHECK_EQ_U64(board.lights, 0);
    CHECK_STR(taken(), "a");
    board.resends = 1;
    keys("\x3a\xba\x1e\x9e");
    CHECK_STR(taken(), "A");
}

UNIT_TEST(i8042_damaged,
          "after a damaged byte or an overrun no key stays held; a mouse's bytes are dropped") {
    begin();
    keyboard_start();
    keys("\x2a\x1d");
    queue_byte(0x12, STATUS_PARITY);
    keys("\x1e");
    CHECK_STR(taken(), "a");
    keys("\x2a\xff\x1e\xe0");
    CHECK_STR(taken(), "a");
    queue_byte(0x12, STATUS_TIMEOUT);
    keys("\x48"); /* the prefix of before is gone: the keypad's 8 without Num Lock */
    CHECK_STR(taken(), "\033[A");
    queue_byte(0x1e, STATUS_FROM_MOUSE);
    keys("\x30");
    CHECK_STR(taken(), "b");
    CHECK_EQ_U64(keyboard_get_counts().damaged, 3);
}

UNIT_TEST(i8042_attention,
          "Ctrl-C on the keyboard drops what was typed before and asks for a break") {
    begin();
    keyboard_start();
    keys("\x1e\x9e\x1d\x2e");
    CHECK_EQ_U64(fake_breaks, 1);
    keys("\xae\x9d\x30\xb0");
    CHECK_STR(taken(), "b");
}

UNIT_TEST(i8042_full_queue, "keys that nobody reads are dropped whole and counted") {
    begin();
    keyboard_start();
    for (unsigned i = 0; i < CONSOLE_QUEUE_KEYBOARD; i++)
        keys("\xe0\x48\xe0\xc8");
    CHECK_EQ_U64(keyboard_get_counts().dropped,
                 CONSOLE_QUEUE_KEYBOARD - CONSOLE_QUEUE_KEYBOARD / 3);
    for (unsigned i = 0; i < CONSOLE_QUEUE_KEYBOARD / 3; i++) {
        CHECK_EQ_I64(console_queue_take(), '\033');
        CHECK_EQ_I64(console_queue_take(), '[');
        CHECK_EQ_I64(console_queue_take(), 'A');
    }
    CHECK_STR(taken(), "");
}
