/* test_terminal_cells.c - the terminal model: erasing, inserting, deleting, colours */
/* uses: c/drivers/terminal.c c/drivers/terminal_grid.c c/drivers/terminal_pen.c c/drivers/terminal_whole.c
 *       c/drivers/control_parser.c */
#include "terminal_screen.h"

#define PAPER 0x10141a
#define INK   0xc8cdd5

/* A grid of 6 by 4 filled with letters, the cursor in column 2 of row 1. */
static void start_full(void) {
    start(6, 4);
    say("abcdefghijklmnopqrstuvwx\x1b[2;3H");
}

static void check_rows(const char *first, const char *second, const char *third,
                       const char *fourth) {
    CHECK_STR(row_text(0), first);
    CHECK_STR(row_text(1), second);
    CHECK_STR(row_text(2), third);
    CHECK_STR(row_text(3), fourth);
}

UNIT_TEST(terminal_erase_display,
          "ED erases to the end, from the beginning, or everything; 3 nothing") {
    start_full();
    say("\x1b[J");
    check_rows("abcdef", "gh", "", "");
    start_full();
    say("\x1b[1J");
    check_rows("", "   jkl", "mnopqr", "stuvwx");
    start_full();
    say("\x1b[2J");
    check_rows("", "", "", "");
    check_cursor(2, 1);
    start_full();
    say("\x1b[3J\x1b[9J");
    check_rows("abcdef", "ghijkl", "mnopqr", "stuvwx");
}

UNIT_TEST(terminal_erase_line, "EL erases to the end, from the beginning, or the line") {
    start_full();
    say("\x1b[K");
    check_rows("abcdef", "gh", "mnopqr", "stuvwx");
    start_full();
    say("\x1b[1K");
    check_rows("abcdef", "   jkl", "mnopqr", "stuvwx");
    start_full();
    say("\x1b[2K\x1b[3K");
    check_rows("abcdef", "", "mnopqr", "stuvwx");
    start_full();
    say("\x1b[2;6HZ\x1b[K"); /* a pending wrap: the last column goes */
    check_rows("abcdef", "ghijk", "mnopqr", "stuvwx");
}

UNIT_TEST(terminal_cells_edit, "ICH, DCH and ECH change the rest of the row and nothing else") {
    start_full();
    say("\x1b[2@");
    check_rows("abcdef", "gh  ij", "mnopqr", "stuvwx");
    start_full();
    say("\x1b[P");
    check_rows("abcdef", "ghjkl", "mnopqr", "stuvwx");
    start_full();
    say("\x1b[3X");
    check_rows("abcdef", "gh   l", "mnopqr", "stuvwx");
    check_cursor(2, 1);
    static const char *const all[] = {"\x1b[99@", "\x1b[99P", "\x1b[65535X"};
    for (size_t i = 0; i < 3; i++) {
        start_full();
        say(all[i]);
        check_rows("abcdef", "gh", "mnopqr", "stuvwx");
    }
}

UNIT_TEST(terminal_lines_edit, "IL and DL move the lines below, inside the region alone") {
    start_full();
    say("\x1b[L");
    check_rows("abcdef", "", "ghijkl", "mnopqr");
    check_cursor(0, 1);
    start_full();
    say("\x1b[2M");
    check_rows("abcdef", "stuvwx", "", "");
    start_full();
    say("\x1b[2;3r\x1b[2;1H\x1b[L");
    check_rows("abcdef", "", "ghijkl", "stuvwx");
    start_full();
    say("\x1b[2;3r\x1b[2;1H\x1b[99M");
    check_rows("abcdef", "", "", "stuvwx");
    start_full();
    say("\x1b[2;3r\x1b[4;3H\x1b[L\x1b[M"); /* outside the region */
    check_rows("abcdef", "ghijkl", "mnopqr", "stuvwx");
    check_cursor(2, 3);
}

UNIT_TEST(terminal_scroll_functions, "SU and SD move the region and leave the cursor") {
    start_full();
    say("\x1b[S");
    check_rows("ghijkl", "mnopqr", "stuvwx", "");
    check_cursor(2, 1);
    start_full();
    say("\x1b[2T");
    check_rows("", "", "abcdef", "ghijkl");
    start_full();
    say("\x1b[2;3r\x1b[9S");
    check_rows("abcdef", "", "", "stuvwx");
    start_full();
    say("\x1b[65535T");
    check_rows("", "", "", "");
}

static void check_colours(unsigned column, uint32_t foreground, uint32_t background) {
    CHECK_EQ_U64(cell(column, 0)->foreground, foreground);
    CHECK_EQ_U64(cell(column, 0)->background, background);
}

UNIT_TEST(terminal_colours,
          "the eight, the bright eight, the 256 and all others are what they should be") {
    start(40, 2);
    say("a\x1b[31mb\x1b[91mc\x1b[42md\x1b[102me\x1b[39mf\x1b[49mg");
    check_colours(0, INK, PAPER);
    check_colours(1, 0xd05050, PAPER);
    check_colours(2, 0xf07470, PAPER);
    check_colours(3, 0xf07470, 0x68a860);
    check_colours(4, 0xf07470, 0x8fd080);
    check_colours(5, INK, 0x8fd080);
    check_colours(6, INK, PAPER);
    say("\x1b[38;5;1mh\x1b[38;5;196mi\x1b[48;5;232mj\x1b[48;5;255mk\x1b[38;5;16ml\x1b[38;5;109mm");
    check_colours(7, 0xd05050, PAPER);
    check_colours(8, 0xff0000, PAPER);
    check_colours(9, 0xff0000, 0x080808);
    check_colours(10, 0xff0000, 0xeeeeee);
    check_colours(11, 0x000000, 0xeeeeee);
    check_colours(12, 0x87afaf, 0xeeeeee);
    say("\x1b[38;2;1;2;3;48;2;250;251;252mn\x1b[0mo\x1b[34m\x1b[mp");
    check_colours(13, 0x010203, 0xfafbfc);
    check_colours(14, INK, PAPER);
    check_colours(15, INK, PAPER);
}

UNIT_TEST(terminal_styles,
          "bold is bright, dim is dark, reverse exchanges; 22, 24 and 27 take them back") {
    start(40, 2);
    say("\x1b[1ma\x1b[31mb\x1b[22mc\x1b[2md\x1b[22;7me\x1b[27;4mf\x1b[24mg\x1b[0;1;38;5;9mh");
    check_colours(0, 0xffffff, PAPER);
    CHECK_EQ_U64(cell(0, 0)->attributes, TERMINAL_BOLD);
    check_colours(1, 0xf07470, PAPER);
    check_colours(2, 0xd05050, PAPER);
    CHECK_EQ_U64(cell(2, 0)->attributes, 0);
    check_colours(3, 0x70323 << 4 | 5, PAPER); /* half way from 0xd05050 to the paper */
    check_colours(4, PAPER, 0xd05050);
    check_colours(5, 0xd05050, PAPER);
    CHECK_EQ_U64(cell(5, 0)->attributes, TERMINAL_UNDERLINE);
    CHECK_EQ_U64(cell(6, 0)->attributes, 0);
    check_colours(7, 0xf07470, PAPER);
}

UNIT_TEST(terminal_colours_nonsense, "incomplete and impossible colours change nothing") {
    static const char *const broken[] = {"\x1b[38m",       "\x1b[38;5m",         "\x1b[38;5;256m",
                                         "\x1b[38;2;1;2m", "\x1b[38;2;1;2;300m", "\x1b[48;7;1m",
                                         "\x1b[58;5;3m",   "\x1b[98m",           "\x1b[38;;m"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        start(5, 1);
        say("\x1b[32m");
        say(broken[i]);
        say("x");
        check_colours(0, 0x68a860, PAPER);
    }
    start(5, 1);
    say("\x1b[38;5;300;31mx"); /* what comes after a colour that does not exist still counts */
    check_colours(0, 0xd05050, PAPER);
}

UNIT_TEST(terminal_erase_colours,
          "erasing and scrolling fill with the background of the pen, without style") {
    start(4, 2);
    say("\x1b[4;7;1;41mab\x1b[K");
    CHECK_EQ_U64(cell(2, 0)->character, ' ');
    CHECK_EQ_U64(cell(3, 0)->background, 0xd05050);
    CHECK_EQ_U64(cell(3, 0)->attributes, 0);
    say("\x1b[0;44m\n\n");
    CHECK_EQ_U64(cell(0, 1)->background, 0x5a8fd6);
    CHECK_EQ_U64(cell(3, 1)->background, 0x5a8fd6);
}

UNIT_TEST(terminal_marks, "the marks cover what has changed, and no more than the row") {
    start(10, 3);
    for (unsigned row = 0; row < 3; row++) {
        CHECK(terminal.dirty[row].from == 0 && terminal.dirty[row].to == 10);
        terminal_row_done(&terminal, row);
    }
    terminal.shifted = false;
    say("\x1b[2;4Hxy\x1b[2;9Hz");
    CHECK(terminal.dirty[0].from == terminal.dirty[0].to);
    CHECK(terminal.dirty[1].from == 3 && terminal.dirty[1].to == 9);
    CHECK(terminal.dirty[2].from == terminal.dirty[2].to);
    CHECK(!terminal.shifted);
    say("\x1b[3;3H\x1b[P");
    CHECK(terminal.dirty[2].from == 2 && terminal.dirty[2].to == 10);
    say("\n");
    CHECK(terminal.shifted);
    CHECK(terminal.dirty[0].from == 0 && terminal.dirty[0].to == 10);
}

/* ---- anything at all ---- */

static uint64_t random_state;

static unsigned random_below(unsigned limit) {
    random_state = random_state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(random_state >> 33) % limit;
}

static void check_sound(void) {
    bool used[TERMINAL_ROWS_MAX] = {false};
    CHECK(terminal.cursor.row < terminal.rows && terminal.cursor.column < terminal.columns);
    CHECK(terminal.saved.row < terminal.rows && terminal.saved.column < terminal.columns);
    CHECK(terminal.top < terminal.bottom && terminal.bottom <= terminal.rows);
    for (unsigned row = 0; row < terminal.rows; row++) {
        CHECK(terminal.line[row] < terminal.rows && !used[terminal.line[row]]);
        used[terminal.line[row]] = true;
        CHECK(terminal.dirty[row].from <= terminal.dirty[row].to &&
              terminal.dirty[row].to <= terminal.columns);
    }
}

UNIT_TEST(terminal_random,
          "random bytes and sequences never leave the grid and keep the state sound") {
    static const char parts[][8] = {"\x1b[",
                                    "\x1b",
                                    ";",
                                    "?",
                                    "9",
                                    "12",
                                    "65535",
                                    "\n",
                                    "\r",
                                    "\t",
                                    "\b",
                                    "m",
                                    "H",
                                    "J",
                                    "K",
                                    "L",
                                    "M",
                                    "P",
                                    "@",
                                    "X",
                                    "S",
                                    "T",
                                    "r",
                                    "s",
                                    "u",
                                    "A",
                                    "B",
                                    "C",
                                    "D",
                                    "E",
                                    "F",
                                    "G",
                                    "d",
                                    "h",
                                    "l",
                                    "7",
                                    "8",
                                    "c",
                                    "38",
                                    "5",
                                    "\xc3",
                                    "\xa4",
                                    "\xe2\x94\x80",
                                    "\x1b]",
                                    "\a",
                                    "\x1b\\",
                                    "abcdef",
                                    "2"};
    for (random_state = 1; random_state < 40;) {
        const uint64_t seed = random_state;
        start(1 + random_below(seed % 3 == 0 ? TERMINAL_COLUMNS_MAX : 12),
              1 + random_below(seed % 5 == 0 ? TERMINAL_ROWS_MAX : 7));
        for (unsigned i = 0; i < 4000; i++) {
            if (random_below(4) == 0) {
                const char byte = (char)random_below(256);
                terminal_write(&terminal, &byte, 1);
            } else {
                say(parts[random_below(sizeof parts / sizeof parts[0])]);
            }
            check_sound();
        }
        random_state = seed + 1;
    }
}
