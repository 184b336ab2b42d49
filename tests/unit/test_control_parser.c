/* test_control_parser.c - bytes taken apart into characters, controls and sequences */
/* uses: c/drivers/control_parser.c */
#include <string.h>

#include "drivers/control_parser.h"
#include "unit.h"

static struct control_parser parser;

/* Feeds text and returns the last action that was not CONTROL_NONE; counts them. */
static unsigned actions;

static enum control_action feed_bytes(const char *bytes, size_t size) {
    enum control_action last = CONTROL_NONE;
    actions = 0;
    for (size_t i = 0; i < size; i++) {
        const enum control_action action = control_parser_feed(&parser, (uint8_t)bytes[i]);
        actions += parser.malformed;
        if (action != CONTROL_NONE) {
            last = action;
            actions++;
        }
    }
    return last;
}

static enum control_action feed(const char *text) {
    control_parser_init(&parser);
    return feed_bytes(text, strlen(text));
}

static void check_character(const char *text, uint32_t character) {
    CHECK_EQ_U64(feed(text), CONTROL_PRINT);
    CHECK_EQ_U64(actions, 1);
    CHECK_EQ_U64(parser.character, character);
    CHECK(!parser.malformed);
}

UNIT_TEST(control_parser_utf8,
          "UTF-8 of one to four bytes gives its characters, at the limits too") {
    check_character("A", 'A');
    check_character("\xc2\xa0", 0xa0);
    check_character("\xdf\xbf", 0x7ff);
    check_character("\xe0\xa0\x80", 0x800);
    check_character("\xed\x9f\xbf", 0xd7ff);
    check_character("\xee\x80\x80", 0xe000);
    check_character("\xef\xbf\xbf", 0xffff);
    check_character("\xf0\x90\x80\x80", 0x10000);
    check_character("\xf4\x8f\xbf\xbf", 0x10ffff);
}

UNIT_TEST(
    control_parser_utf8_malformed,
    "each maximal part of malformed UTF-8 gives one replacement, and what follows is not lost") {
    static const struct {
        const char *bytes;
        unsigned replacements; /* before the X at the end */
    } cases[] = {
        {"\x80X", 1},         {"\xffX", 1},         {"\xc0\x80X", 2},     {"\xc1\xbfX", 2},
        {"\xc3X", 1},         {"\xe2\x82X", 1},     {"\xe0\x80\x80X", 3}, {"\xed\xa0\x80X", 3},
        {"\xf0\x80\x80X", 3}, {"\xf4\x90\x80X", 3}, {"\xf5\x80X", 2},     {"\xf0\x9f\x98X", 1},
        {"\xe2\xe2X", 2},     {"\xf0\x9fX", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_EQ_U64(feed(cases[i].bytes), CONTROL_PRINT);
        CHECK_EQ_U64(parser.character, 'X');
        CHECK_EQ_U64(actions, cases[i].replacements + 1);
    }
    CHECK_EQ_U64(feed("\xc3\x1b"), CONTROL_NONE);
    CHECK_EQ_U64(actions, 1);
    CHECK_EQ_U64(feed_bytes("[m", 2), CONTROL_CSI);
}

UNIT_TEST(control_parser_c1, "the C1 controls of Unicode and the byte 0x7f show nothing") {
    CHECK_EQ_U64(feed("\xc2\x9b"), CONTROL_NONE);
    CHECK_EQ_U64(actions, 0);
    CHECK_EQ_U64(feed("\x7f"), CONTROL_NONE);
    CHECK_EQ_U64(feed("\xc2\x9b"
                      "31m"),
                 CONTROL_PRINT);
    CHECK_EQ_U64(actions, 3);
}

UNIT_TEST(control_parser_parameters,
          "numbers, empty ones and too large ones are read as they stand") {
    CHECK_EQ_U64(feed("\x1b[1;;23;999999999H"), CONTROL_CSI);
    CHECK_EQ_U64(parser.final, 'H');
    CHECK_EQ_U64(parser.parameter_count, 4);
    CHECK_EQ_U64(parser.parameters[0], 1);
    CHECK_EQ_U64(parser.parameters[1], 0);
    CHECK_EQ_U64(parser.parameters[2], 23);
    CHECK_EQ_U64(parser.parameters[3], CONTROL_PARAMETER_LIMIT);
    CHECK_EQ_U64(control_parameter(&parser, 1, 7), 7);
    CHECK_EQ_U64(control_parameter(&parser, 2, 7), 23);
    CHECK_EQ_U64(control_parameter(&parser, 4, 7), 7);
    CHECK_EQ_U64(feed("\x1b[m"), CONTROL_CSI);
    CHECK_EQ_U64(parser.parameter_count, 0);
    CHECK_EQ_U64(feed("\x1b[;m"), CONTROL_CSI);
    CHECK_EQ_U64(parser.parameter_count, 2);
}

UNIT_TEST(control_parser_many_parameters,
          "parameters beyond the sixteenth are dropped, digits too") {
    CHECK_EQ_U64(feed("\x1b[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19m"), CONTROL_CSI);
    CHECK_EQ_U64(parser.parameter_count, CONTROL_PARAMETERS_MAX);
    CHECK_EQ_U64(parser.parameters[15], 16);
    CHECK_EQ_U64(feed("\x1b[;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;5m"), CONTROL_CSI);
    CHECK_EQ_U64(parser.parameter_count, CONTROL_PARAMETERS_MAX);
    CHECK_EQ_U64(parser.parameters[15], 0);
}

UNIT_TEST(control_parser_markers, "private markers and intermediate bytes are told apart") {
    CHECK_EQ_U64(feed("\x1b[?25h"), CONTROL_CSI);
    CHECK_EQ_U64(parser.marker, '?');
    CHECK_EQ_U64(parser.parameters[0], 25);
    CHECK_EQ_U64(feed("\x1b[2 q"), CONTROL_CSI);
    CHECK_EQ_U64(parser.intermediate, ' ');
    CHECK_EQ_U64(feed("\x1b(B"), CONTROL_ESCAPE);
    CHECK_EQ_U64(parser.intermediate, '(');
    CHECK_EQ_U64(parser.final, 'B');
    CHECK_EQ_U64(feed("\x1b"
                      "7"),
                 CONTROL_ESCAPE);
    CHECK_EQ_U64(parser.intermediate, 0);
    CHECK_EQ_U64(parser.final, '7');
}

UNIT_TEST(control_parser_ignored,
          "sequences that break the grammar end where they end, without effect") {
    static const char *const broken[] = {"\x1b[1?25h", "\x1b[38:5:1m", "\x1b[1 2m", "\x1b[ !#q"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        CHECK_EQ_U64(feed(broken[i]), CONTROL_NONE);
        CHECK_EQ_U64(feed_bytes("X", 1), CONTROL_PRINT);
    }
}

UNIT_TEST(control_parser_interrupted,
          "controls work inside sequences; CAN, SUB, ESC and text beyond ASCII end them") {
    CHECK_EQ_U64(feed("\x1b[1\n2C"), CONTROL_CSI);
    CHECK_EQ_U64(actions, 2);
    CHECK_EQ_U64(parser.parameters[0], 12);
    CHECK_EQ_U64(feed("\x1b[1\x18m"), CONTROL_PRINT);
    CHECK_EQ_U64(feed("\x1b[1\x1am"), CONTROL_PRINT);
    CHECK_EQ_U64(feed("\x1b[1\x1b[2J"), CONTROL_CSI);
    CHECK_EQ_U64(parser.parameters[0], 2);
    CHECK_EQ_U64(feed("\x1b[1\xc3\xa4"), CONTROL_PRINT);
    CHECK_EQ_U64(parser.character, 0xe4);
}

UNIT_TEST(control_parser_strings, "strings are swallowed up to ST or BEL") {
    static const char *const strings[] = {"\x1b]0;title\a",     "\x1b]0;title\x1b\\",
                                          "\x1bPq#0\n-x\x1b\\", "\x1b_apc\xe2\x82\xac\x1b\\",
                                          "\x1b^pm \x1b\x1b\\", "\x1bXsos\a"};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        CHECK_EQ_U64(feed(strings[i]), CONTROL_NONE);
        CHECK_EQ_U64(actions, 0);
        CHECK_EQ_U64(feed_bytes("X", 1), CONTROL_PRINT);
    }
    CHECK_EQ_U64(feed("\x1b]0;title\x1b[5A"), CONTROL_CSI);
    CHECK_EQ_U64(parser.parameters[0], 5);
    CHECK_EQ_U64(feed("\x1b]0;title\x18X"), CONTROL_PRINT);
}

UNIT_TEST(control_parser_string_limit, "a string that nobody ends is given up") {
    feed("\x1b]");
    for (unsigned i = 0; i < CONTROL_STRING_MAX; i++) {
        CHECK_EQ_U64(control_parser_feed(&parser, 'x'), CONTROL_NONE);
    }
    CHECK_EQ_U64(control_parser_feed(&parser, 'x'), CONTROL_PRINT);
}
