/*
 * test_console_queue.c - the queues between what is typed and who reads it.
 */
/* uses: c/drivers/console_queue.c */
#include <string.h>

#include "cpu/fault.h"
#include "drivers/console_queue.h"
#include "unit.h"

/* In place of c/cpu/fault.c, for test_uart.c too. */
unsigned fake_breaks, fake_attentions;

void fault_request_attention(void) {
    fake_attentions++;
}

void fault_request_break(void) {
    fake_breaks++;
}

static void begin(void) {
    console_queue_break();
    fake_breaks = 0;
    fake_attentions = 0;
}

static void put(const char *text) {
    for (; *text != '\0'; text++)
        CHECK(console_queue_put_serial((uint8_t)*text));
}

static void key(const char *text) {
    CHECK(console_queue_put_key((const uint8_t *)text, strlen(text)));
}

/* Takes `count` bytes, or fewer when there are no more. */
static const char *take(unsigned count) {
    static char text[64];
    size_t size = 0;
    int byte;
    while (count-- > 0 && (byte = console_queue_take()) >= 0)
        text[size++] = (char)byte;
    text[size] = '\0';
    return text;
}

UNIT_TEST(console_queue_order, "bytes come out in the order in which they went in") {
    begin();
    CHECK(console_queue_is_empty());
    CHECK_EQ_I64(console_queue_take(), -1);
    put("abc");
    CHECK(!console_queue_is_empty());
    CHECK_STR(take(2), "ab");
    put("d\377");
    CHECK_STR(take(9), "cd\377");
    CHECK(console_queue_is_empty());
}

UNIT_TEST(console_queue_full, "the serial queue holds exactly its size, refuses the next byte and "
                              "loses none, round its end too") {
    begin();
    uint32_t in = 0, out = 0;
    for (unsigned round = 0; round < 3; round++) {
        while (console_queue_put_serial((uint8_t)(in * 7)))
            in++;
        CHECK_EQ_U64(in - out, CONSOLE_QUEUE_SERIAL);
        CHECK_EQ_U64(console_queue_serial_room(), 0);
        for (unsigned i = 0; i < CONSOLE_QUEUE_SERIAL / 2 + 100; i++, out++)
            CHECK_EQ_I64(console_queue_take(), (uint8_t)(out * 7));
        CHECK_EQ_U64(console_queue_serial_room(), CONSOLE_QUEUE_SERIAL / 2 + 100);
    }
    for (; out < in; out++)
        CHECK_EQ_I64(console_queue_take(), (uint8_t)(out * 7));
    CHECK(console_queue_is_empty());
}

UNIT_TEST(console_queue_paste_fits, "a paste of 5000 lines of 100 characters fits") {
    CHECK(CONSOLE_QUEUE_SERIAL >= 5000 * 101);
}

UNIT_TEST(console_queue_key_whole, "a key goes in whole or not at all") {
    static uint8_t full[CONSOLE_QUEUE_KEYBOARD - 2];
    begin();
    memset(full, 'x', sizeof full);
    CHECK(console_queue_put_key(full, sizeof full));
    CHECK(!console_queue_put_key((const uint8_t *)"\033[A", 3));
    CHECK(console_queue_put_key((const uint8_t *)"ab", 2));
    CHECK(!console_queue_put_key((const uint8_t *)"c", 1));
    for (size_t i = 0; i < sizeof full; i++)
        CHECK_EQ_I64(console_queue_take(), 'x');
    CHECK_STR(take(9), "ab");
}

UNIT_TEST(console_queue_full_serial, "a full serial queue leaves the keyboard its own") {
    begin();
    while (console_queue_put_serial('s'))
        ;
    key("k");
    CHECK_STR(take(3), "kss");
}

UNIT_TEST(console_queue_sequences,
          "the sequence that a key sends is not torn by the other source") {
    begin();
    put("\033[A");
    CHECK_STR(take(1), "\033");
    key("\033[B");
    CHECK_STR(take(9), "[A\033[B");
    put("\033[1;5Cx");
    CHECK_STR(take(4), "\033[1;");
    key("k");
    CHECK_STR(take(9), "5Ckx");
    put("\033OPs");
    CHECK_STR(take(2), "\033O");
    key("k");
    CHECK_STR(take(9), "Pks");
    key("\033[3~");
    CHECK_STR(take(2), "\033[");
    put("\033[A");
    CHECK_STR(take(9), "3~\033[A");
}

UNIT_TEST(console_queue_late_rest, "keys wait for the rest of a sequence, until it is given up") {
    begin();
    put("\033");
    CHECK_STR(take(9), "\033");
    CHECK(!console_queue_holds_keys_back());
    key("\033[A");
    CHECK(console_queue_holds_keys_back());
    CHECK(console_queue_is_empty());
    CHECK_EQ_I64(console_queue_take(), -1);
    put("[");
    CHECK(!console_queue_holds_keys_back() && !console_queue_is_empty());
    CHECK_STR(take(9), "[");
    CHECK(console_queue_holds_keys_back());
    console_queue_give_up_sequence();
    CHECK(!console_queue_holds_keys_back() && !console_queue_is_empty());
    put("B");
    CHECK_STR(take(9), "\033[AB");
    key("\033"); /* the Escape key of the keyboard itself holds nothing up */
    put("s");
    CHECK_STR(take(9), "\033s");
}

UNIT_TEST(console_queue_attention_sequence, "attention ends a sequence that has begun") {
    begin();
    put("\033");
    CHECK_STR(take(9), "\033");
    console_queue_break();
    key("k");
    CHECK_STR(take(9), "k");
}

UNIT_TEST(console_queue_break, "attention drops what was typed before and requests one break") {
    begin();
    put("abc\033");
    key("def");
    CHECK_STR(take(1), "d");
    console_queue_break();
    CHECK_EQ_U64(fake_breaks, 1);
    CHECK(console_queue_is_empty());
    CHECK_EQ_U64(console_queue_serial_room(), CONSOLE_QUEUE_SERIAL);
    put("after");
    CHECK_STR(take(9), "after");
    CHECK_EQ_U64(fake_breaks, 1);
}

UNIT_TEST(console_queue_attention,
          "the attention key drops what was typed before and is no break") {
    begin();
    put("abc\033");
    key("def");
    console_queue_attention();
    CHECK_EQ_U64(fake_attentions, 1);
    CHECK_EQ_U64(fake_breaks, 0);
    CHECK(console_queue_is_empty());
    key("k");
    CHECK_STR(take(9), "k");
}

static unsigned told;

static void count(void) {
    told++;
}

UNIT_TEST(console_queue_listener,
          "the listener is told of each byte, key and end of a wait, and of nothing else") {
    begin();
    console_queue_set_listener(count);
    told = 0;
    put("ab");
    CHECK_EQ_U64(told, 2);
    key("\033[A");
    CHECK_EQ_U64(told, 3);
    CHECK_STR(take(9), "\033[Aab");
    CHECK_EQ_U64(told, 3);
    console_queue_give_up_sequence();
    CHECK_EQ_U64(told, 4);
    while (console_queue_put_serial('x')) {
    }
    const unsigned full = told;
    CHECK_EQ_U64(full, 4 + CONSOLE_QUEUE_SERIAL);
    CHECK(!console_queue_put_serial('x'));
    CHECK_EQ_U64(told, full);
    console_queue_set_listener(NULL);
    begin();
    put("a");
    CHECK_EQ_U64(told, full);
    begin();
}
