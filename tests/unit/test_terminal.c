/* test_terminal.c - the terminal model: text, the cursor, wrapping, tabs, scrolling */
/* uses: c/drivers/terminal.c c/drivers/terminal_grid.c c/drivers/terminal_pen.c c/drivers/terminal_whole.c
 *       c/drivers/control_parser.c */
#include "terminal_screen.h"

UNIT_TEST(terminal_text, "text stands where it was written, a newline begins the next line") {
    start(10, 3);
    say("ab\ncd\re\bf");
    CHECK_STR(row_text(0), "ab");
    CHECK_STR(row_text(1), "fd");
    check_cursor(1, 1);
}

UNIT_TEST(terminal_utf8,
          "a character of several bytes takes one cell, also when they come one by one") {
    start(10, 2);
    say("\xc3");
    CHECK_STR(row_text(0), "");
    say("\xa4\xe2\x94\x80");
    CHECK_EQ_U64(cell(0, 0)->character, 0xe4);
    CHECK_EQ_U64(cell(1, 0)->character, 0x2500);
    say("\xf0\x9f\x98\x80");
    CHECK_EQ_U64(cell(2, 0)->character, 0xfffd);
    say("\xe2\x94x");
    CHECK_EQ_U64(cell(3, 0)->character, 0xfffd);
    CHECK_EQ_U64(cell(4, 0)->character, 'x');
    check_cursor(5, 0);
}

UNIT_TEST(terminal_wrap, "the cursor waits in the last column until the next character comes") {
    start(4, 3);
    say("abcd");
    check_cursor(3, 0);
    CHECK(terminal.cursor.wrap_pending);
    say("e");
    check_cursor(1, 1);
    CHECK_STR(row_text(0), "abcd");
    CHECK_STR(row_text(1), "e");
}

UNIT_TEST(terminal_wrap_given_up,
          "whatever moves the cursor or erases gives up a wrap that is pending") {
    static const char *const movers[] = {"\r",
                                         "\b",
                                         "\x1b[D",
                                         "\x1b[C",
                                         "\x1b[4G",
                                         "\x1b[1;4H",
                                         "\x1b[A",
                                         "\x1b[B",
                                         "\x1b[K",
                                         "\x1b[J",
                                         "\x1b[@",
                                         "\x1b[P",
                                         "\x1b[X",
                                         "\n",
                                         "\x1b"
                                         "D"};
    for (size_t i = 0; i < sizeof movers / sizeof movers[0]; i++) {
        start(4, 3);
        say("abcd");
        say(movers[i]);
        CHECK(!terminal.cursor.wrap_pending);
    }
    start(4, 3);
    say("abcd\b");
    check_cursor(2, 0);
    start(4, 3);
    say("abcd\x1b[mX");
    check_cursor(1, 1);
    start(4, 3);
    say("abcd\tX");
    CHECK_STR(row_text(1), "X");
}

UNIT_TEST(terminal_no_wrap, "with mode 7 off the last column is written again and again") {
    start(4, 2);
    say("\x1b[?7labcdef");
    CHECK_STR(row_text(0), "abcf");
    CHECK_STR(row_text(1), "");
    say("\x1b[?7hgh");
    CHECK_STR(row_text(1), "gh");
}

UNIT_TEST(terminal_tabs, "tab stops are eight columns apart, the last column is one") {
    start(20, 2);
    say("\ta\tb\tc");
    CHECK_STR(row_text(0), "        a       b  c");
    say("\r12345678\tx");
    CHECK_STR(row_text(0), "12345678a       x  c");
}

UNIT_TEST(terminal_scrolls, "a newline in the last row moves all lines up and blanks the last") {
    start(5, 3);
    say("one\ntwo\nthree\nfour");
    CHECK_STR(row_text(0), "two");
    CHECK_STR(row_text(1), "three");
    CHECK_STR(row_text(2), "four");
    CHECK(terminal.shifted);
    for (unsigned i = 0; i < 1000; i++) {
        say("\nline");
    }
    say("\nend");
    CHECK_STR(row_text(1), "line");
    CHECK_STR(row_text(2), "end");
}

UNIT_TEST(terminal_wrap_scrolls, "wrapping in the last row scrolls") {
    start(4, 2);
    say("abcdefghij");
    CHECK_STR(row_text(0), "efgh");
    CHECK_STR(row_text(1), "ij");
}

UNIT_TEST(terminal_region, "lines move inside the scroll region, the others stay") {
    start(5, 5);
    say("1\n2\n3\n4\n5\x1b[2;4r");
    check_cursor(0, 0);
    say("\x1b[4;1H\nX");
    CHECK_STR(row_text(0), "1");
    CHECK_STR(row_text(1), "3");
    CHECK_STR(row_text(2), "4");
    CHECK_STR(row_text(3), "X");
    CHECK_STR(row_text(4), "5");
    say("\x1b[2;1H\x1bMY");
    CHECK_STR(row_text(1), "Y");
    CHECK_STR(row_text(2), "3");
    CHECK_STR(row_text(3), "4");
    CHECK_STR(row_text(4), "5");
    say("\x1b[5;1H\nZ"); /* below the region nothing moves */
    CHECK_STR(row_text(4), "Z");
    CHECK_STR(row_text(3), "4");
}

UNIT_TEST(terminal_region_cursor, "up and down stop at the margins, from outside at the edges") {
    start(5, 6);
    say("\x1b[2;4r\x1b[3;1H\x1b[9A");
    check_cursor(0, 1);
    say("\x1b[9B");
    check_cursor(0, 3);
    say("\x1b[1;1H\x1b[9A");
    check_cursor(0, 0);
    say("\x1b[6;1H\x1b[9B");
    check_cursor(0, 5);
    say("\x1b[4;1H\x1b[65535B\x1b[65535C");
    check_cursor(4, 3);
}

UNIT_TEST(terminal_region_nonsense, "a region of fewer than two lines changes nothing") {
    start(5, 4);
    say("\x1b[2;2H\x1b[3;3r\x1b[4;2r\x1b[9;12r");
    check_cursor(1, 1);
    say("\x1b[r");
    check_cursor(0, 0);
    CHECK_EQ_U64(terminal.top, 0);
    CHECK_EQ_U64(terminal.bottom, 4);
    say("\x1b[2;99r");
    CHECK_EQ_U64(terminal.bottom, 4);
}

UNIT_TEST(terminal_moves, "each function that moves the cursor moves it as it says and never out") {
    static const struct {
        const char *text;
        unsigned column, row;
    } cases[] = {
        {"\x1b[3;4H", 3, 2}, {"\x1b[3;4f", 3, 2},   {"\x1b[H", 0, 0},
        {"\x1b[;5H", 4, 0},  {"\x1b[99;99H", 9, 4}, {"\x1b[0;0H", 0, 0},
        {"\x1b[2A", 5, 0},   {"\x1b[A", 5, 1},      {"\x1b[B", 5, 3},
        {"\x1b[2C", 7, 2},   {"\x1b[99C", 9, 2},    {"\x1b[2D", 3, 2},
        {"\x1b[99D", 0, 2},  {"\x1b[E", 0, 3},      {"\x1b[2F", 0, 0},
        {"\x1b[3G", 2, 2},   {"\x1b[3`", 2, 2},     {"\x1b[5d", 5, 4},
        {"\x1b[G", 0, 2},    {"\x1b[d", 5, 0},      {"\x1b[65535;65535H", 9, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start(10, 5);
        say("\x1b[3;6H");
        say(cases[i].text);
        check_cursor(cases[i].column, cases[i].row);
    }
}

UNIT_TEST(terminal_saved_cursor, "the saved cursor keeps place, colours and a pending wrap") {
    start(4, 3);
    say("\x1b[31mabcd\x1b"
        "7\x1b[m\x1b[3;1H\x1b"
        "8");
    check_cursor(3, 0);
    CHECK(terminal.cursor.wrap_pending);
    say("e");
    CHECK_STR(row_text(1), "e");
    CHECK_EQ_U64(cell(0, 1)->foreground, cell(0, 0)->foreground);
    say("\x1b[2;2H\x1b[s\x1b[H\x1b[u");
    check_cursor(1, 1);
}

UNIT_TEST(terminal_index, "IND, NEL and RI move by a line and scroll at the margins") {
    start(5, 3);
    say("ab\x1b"
        "Dc\x1b"
        "Ed");
    CHECK_STR(row_text(1), "  c");
    CHECK_STR(row_text(2), "d");
    say("\x1b[H\x1bM");
    CHECK_STR(row_text(0), "");
    CHECK_STR(row_text(1), "ab");
    CHECK_STR(row_text(2), "  c");
}

UNIT_TEST(terminal_reset, "ESC c makes everything as it was at first") {
    start(5, 4);
    say("abc\x1b[2;3r\x1b[31;1m\x1b[?25l\x1b[?7l\x1b[3;3H\x1b"
        "7\x1b"
        "c");
    check_cursor(0, 0);
    CHECK(terminal.cursor_visible);
    CHECK_STR(row_text(0), "");
    say("abcdefg\x1b"
        "8");
    CHECK_STR(row_text(1), "fg");
    check_cursor(0, 0);
    CHECK_EQ_U64(cell(0, 0)->attributes, 0);
}

UNIT_TEST(terminal_cursor_mode, "mode 25 hides the cursor and shows it again") {
    start(5, 2);
    CHECK(terminal.cursor_visible);
    say("\x1b[?25l");
    CHECK(!terminal.cursor_visible);
    say("\x1b[?1049;25h");
    CHECK(terminal.cursor_visible);
    say("\x1b[25l"); /* another mode, without the question mark */
    CHECK(terminal.cursor_visible);
}

UNIT_TEST(terminal_without_effect, "questions, character sets, titles and bells change nothing") {
    start(10, 3);
    say("ab\x1b[6n\x1b[c\x1b(0\x1b)B\x1b]0;title\a\x1b[>c\x1b[?6n\x1b=\x1b>\x0e\x0f\a\x05\x1b[2 "
        "q\x1b[5ic");
    CHECK_STR(row_text(0), "abc");
    check_cursor(3, 0);
}

UNIT_TEST(terminal_resize_grows, "a larger grid keeps the text, the cursor and the colours") {
    start(5, 2);
    say("one\n\x1b[31mtwo");
    struct terminal_cell *old = terminal_memory;
    terminal_memory = NULL;
    terminal_resize(&terminal, new_cells(8, 4), 8, 4);
    free(old);
    CHECK_STR(row_text(0), "one");
    CHECK_STR(row_text(1), "two");
    CHECK_STR(row_text(3), "");
    check_cursor(3, 1);
    say("345678\nx");
    CHECK_STR(row_text(1), "two34567");
    CHECK_EQ_U64(cell(7, 1)->foreground, cell(0, 1)->foreground);
    CHECK_STR(row_text(2), "8");
    CHECK_STR(row_text(3), "x");
}

UNIT_TEST(terminal_resize_shrinks, "a smaller grid keeps the cursor's line and those above it") {
    start(8, 5);
    say("1\n2\n3\n4 is long\x1b"
        "7\x1b[4;8H");
    struct terminal_cell *old = terminal_memory;
    terminal_memory = NULL;
    terminal_resize(&terminal, new_cells(3, 2), 3, 2);
    free(old);
    CHECK_STR(row_text(0), "3");
    CHECK_STR(row_text(1), "4 i");
    check_cursor(2, 1);
    say("\x1b"
        "8x");
    CHECK(terminal.cursor.row < 2 && terminal.cursor.column < 3);
}

UNIT_TEST(terminal_alarm,
          "an alarm stands below the text in its own colours and never scrolls away") {
    start(10, 6);
    say("1\n2\n3\n4\n5\x1b[31m\x1b[2;3r\x1b[6;1Hlog");
    terminal_begin_alarm(&terminal, 3);
    say("A\nB\nC\nD\nE");
    CHECK_STR(row_text(0), "4");
    CHECK_STR(row_text(1), "5");
    CHECK_STR(row_text(2), "log");
    CHECK_STR(row_text(3), "A");
    CHECK_STR(row_text(5), "C");
    for (unsigned row = 3; row < 6; row++) {
        CHECK_EQ_U64(cell(0, row)->background, 0x8c1414);
        CHECK_EQ_U64(cell(9, row)->background, 0x8c1414);
    }
    CHECK(cell(0, 2)->background != 0x8c1414);
    CHECK(!terminal.cursor_visible);
}

UNIT_TEST(terminal_alarm_early,
          "on a grid with room, an alarm begins in the row after the last text") {
    start(10, 30);
    say("one\ntwo\n");
    terminal_begin_alarm(&terminal, 3);
    say("A");
    CHECK_STR(row_text(1), "two");
    CHECK_STR(row_text(3), "A");
    start(10, 2); /* and takes all of a small one */
    say("one\ntwo");
    terminal_begin_alarm(&terminal, 25);
    say("A\nB\nC");
    CHECK_STR(row_text(0), "A");
    CHECK_STR(row_text(1), "B");
}

UNIT_TEST(terminal_alarm_damaged, "an alarm makes a damaged terminal sound before it uses it") {
    start(10, 4);
    terminal.cursor.row = 4000000000u;
    terminal.cursor.column = 77;
    terminal.cursor.wrap_pending = true;
    terminal.top = 900;
    terminal.bottom = 3;
    terminal.line[2] = 60000;
    terminal.full = true;
    terminal.parser.state = CONTROL_STRING;
    terminal.parser.missing = 3;
    terminal_begin_alarm(&terminal, 4);
    say("A\nB");
    CHECK_STR(row_text(0), "A");
}
