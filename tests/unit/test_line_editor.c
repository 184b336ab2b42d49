/*
 * test_line_editor.c - the line editor, key by key.
 */
/* uses: c/forth/line_editor.c c/forth/line_text.c c/forth/line_history.c */
#include "line_terminal.h"

/* Types keys into a fresh editor and compares the line and the cursor's byte offset. */
static void check_keys(const char *keys, const char *expected, size_t cursor) {
    begin_editor(NO_LIMIT);
    type(keys);
    CHECK_STR(line(), expected);
    CHECK_EQ_U64(editor.cursor, cursor);
    CHECK_EQ_U64(terminal.bells, 0);
}

UNIT_TEST(line_editor_typing, "printable characters enter the line and are echoed") {
    check_keys("1 2 + .", "1 2 + .", 7);
    check_keys(" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", 33);
    CHECK_EQ_U64(editor.truncated, false);
}

UNIT_TEST(line_editor_echo_is_minimal, "a character at the end of the line is echoed as itself") {
    begin_editor(NO_LIMIT);
    CHECK_EQ_U64(feed('x'), LINE_EDITOR_MORE);
    CHECK_EQ_U64(editor.out_size, 1);
    CHECK_MEM(editor.out, "x", 1);
}

UNIT_TEST(line_editor_enter, "Enter ends the line, echoes one blank and leaves the line to read") {
    begin_editor(NO_LIMIT);
    type("dup");
    CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
    CHECK_STR(line(), "dup");
    CHECK_EQ_U64(editor.out_size, 1);
    CHECK_MEM(editor.out, " ", 1);
    begin_line(LINE_EDITOR_LINE_MAX);
    CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
    CHECK_STR(line(), "");
}

UNIT_TEST(line_editor_enter_from_the_middle, "Enter in mid-line puts the blank after the line") {
    begin_editor(NO_LIMIT);
    type("swap" LEFT LEFT LEFT);
    CHECK_EQ_U64(feed('\n'), LINE_EDITOR_DONE);
    CHECK_STR(line(), "swap");
    CHECK_EQ_U64(terminal.cursor, 5);
}

UNIT_TEST(line_editor_cr_lf, "CR LF ends one line, LF CR and LF LF end two") {
    begin_editor(NO_LIMIT);
    enter("a");
    begin_line(LINE_EDITOR_LINE_MAX);
    CHECK_EQ_U64(feed('\n'), LINE_EDITOR_MORE);
    CHECK_EQ_U64(editor.out_size, 0);
    type("b");
    CHECK_EQ_U64(feed('\n'), LINE_EDITOR_DONE);
    CHECK_STR(line(), "b");
    begin_line(LINE_EDITOR_LINE_MAX);
    CHECK_EQ_U64(feed('\n'), LINE_EDITOR_DONE);
    begin_line(LINE_EDITOR_LINE_MAX);
    CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
    begin_line(LINE_EDITOR_LINE_MAX);
    CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
}

UNIT_TEST(line_editor_backspace,
          "Backspace, as BS or DEL, removes the character before the cursor") {
    check_keys("abc\b", "ab", 2);
    check_keys("abc\177\177", "a", 1);
    check_keys("abc" LEFT "\b", "ac", 1);
    check_keys("\b\177", "", 0);
    check_keys("a\b\b\bb", "b", 1);
}

UNIT_TEST(line_editor_delete, "Delete and Ctrl-D remove the character at the cursor") {
    check_keys("abc" LEFT LEFT "\033[3~", "ac", 1);
    check_keys("abc\033[3~", "abc", 3);
    check_keys("abc\001\004\004", "c", 0);
    check_keys("abc\004", "abc", 3);
}

UNIT_TEST(line_editor_end_of_input, "Ctrl-D on an empty line says that input has ended") {
    begin_editor(NO_LIMIT);
    CHECK_EQ_U64(feed(4), LINE_EDITOR_END);
    begin_line(LINE_EDITOR_LINE_MAX);
    type("a\b");
    CHECK_EQ_U64(feed(4), LINE_EDITOR_END);
}

UNIT_TEST(line_editor_break, "Ctrl-C abandons the line, even within a key sequence") {
    begin_editor(NO_LIMIT);
    type("abc" LEFT LEFT);
    CHECK_EQ_U64(feed(3), LINE_EDITOR_BREAK);
    CHECK_EQ_U64(terminal.cursor, 3);
    begin_line(LINE_EDITOR_LINE_MAX);
    type("\033[12");
    CHECK_EQ_U64(feed(3), LINE_EDITOR_BREAK);
    begin_line(LINE_EDITOR_LINE_MAX);
    type(UP);
    CHECK_STR(line(), "");
}

UNIT_TEST(line_editor_arrows, "Left and Right move by a character and stop at the ends") {
    check_keys("abc" LEFT LEFT "x", "axbc", 2);
    check_keys("abc" LEFT LEFT LEFT LEFT LEFT "x", "xabc", 1);
    check_keys("abc" LEFT RIGHT RIGHT "x", "abcx", 4);
    check_keys("abc\033OD\033OD\033OCx", "abxc", 3);
    check_keys("abc\002\002\006x", "abxc", 3);
}

UNIT_TEST(line_editor_home_and_end, "Home and End work in every coding that terminals use") {
    static const char *const home[] = {"\001",   "\033[H",  "\033[1~",  "\033[7~",
                                       "\033OH", "\033[1H", "\033[1;2H"};
    static const char *const end[] = {"\005",   "\033[F",  "\033[4~",  "\033[8~",
                                      "\033OF", "\033[1F", "\033[1;2F"};
    for (size_t i = 0; i < sizeof home / sizeof home[0]; i++) {
        begin_editor(NO_LIMIT);
        type("middle");
        type(home[i]);
        CHECK_EQ_U64(editor.cursor, 0);
        type("<");
        type(end[i]);
        CHECK_EQ_U64(editor.cursor, 7);
        type(">");
        CHECK_STR(line(), "<middle>");
    }
}

UNIT_TEST(line_editor_words, "Ctrl and Alt with arrows, and Alt-B and Alt-F, move by words") {
    check_keys("one two  three\033[1;5D", "one two  three", 9);
    check_keys("one two  three\033[1;5D\033[1;5D", "one two  three", 4);
    check_keys("one two\033[1;3D\033[1;3D\033[1;3D", "one two", 0);
    check_keys("one two\001\033[1;5C", "one two", 3);
    check_keys("one two\001\033[1;3C\033[1;5C\033[1;5C", "one two", 7);
    check_keys("one two\033b\033b\033f", "one two", 3);
    check_keys("one two\033[1;2D", "one two", 6);
}

UNIT_TEST(line_editor_kill, "Ctrl-K, Ctrl-U and Ctrl-W remove to the end, the start, a word") {
    check_keys("abcdef" LEFT LEFT "\013", "abcd", 4);
    check_keys("abcdef\013", "abcdef", 6);
    check_keys("abcdef" LEFT LEFT "\025", "ef", 0);
    check_keys("abcdef\025", "", 0);
    check_keys("one two  \027", "one ", 4);
    check_keys("one two" LEFT "\027", "one o", 4);
    check_keys("\027\025\013", "", 0);
}

UNIT_TEST(line_editor_redraw, "Ctrl-L writes the line again and changes nothing") {
    check_keys("abc" LEFT "\014", "abc", 2);
    memset(terminal.cell[1], '?', 1);
    type("\014");
    CHECK_STR(terminal.cell[1], "b");
}

UNIT_TEST(line_editor_tab, "a tab becomes a blank") {
    check_keys("a\tb", "a b", 3);
}

UNIT_TEST(line_editor_other_controls, "control characters without a meaning are ignored") {
    check_keys("a\007\021\023\030\031\032\034\035\036\037b", "ab", 2);
    CHECK_EQ_U64(feed(0), LINE_EDITOR_MORE);
    CHECK_STR(line(), "ab");
}

UNIT_TEST(line_editor_unknown_sequences, "unknown key sequences are swallowed whole") {
    check_keys("a\033[5~b\033[6~c\033[2~d\033[24~e", "abcde", 5);
    check_keys("a\033OPb\033OSc\033[[Ad\033[[Ee", "abcde", 5);
    check_keys("a\033[200~b\033[201~c", "abc", 3);
    check_keys("a\033[?1;2cb\033[<0;10;20Mc\033[1;2;3;4;5zd\033[ qe", "abcde", 5);
    check_keys("a\033xb\033\033[Dc\033(d", "acdb", 3);
    check_keys("a\033]0;title\007b\033Pq\033\\c", "abc", 3);
    check_keys("a\033[99999999999999999999~b", "ab", 2);
}

UNIT_TEST(line_editor_unfinished_sequence, "Enter works after the Escape key alone") {
    static const char *const begun[] = {"\033", "\033[", "\033[1;", "\033O", "\033[[", "\033]0;x"};
    for (size_t i = 0; i < sizeof begun / sizeof begun[0]; i++) {
        begin_editor(NO_LIMIT);
        type("ok");
        type(begun[i]);
        CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
        CHECK_STR(line(), "ok");
    }
}

UNIT_TEST(line_editor_utf8, "characters beyond ASCII are edited whole") {
    check_keys("gr\303\274n", "gr\303\274n", 5);
    check_keys("\303\274\b", "", 0);
    check_keys("a\342\202\254b" LEFT LEFT "\033[3~", "ab", 1);
    check_keys("\360\237\230\200x" LEFT LEFT "y", "y\360\237\230\200x", 1);
}

UNIT_TEST(line_editor_bad_utf8, "malformed UTF-8 and C1 controls never enter the line") {
    check_keys("a\200\277b", "ab", 2);
    check_keys("a\303b\274c", "abc", 3);
    check_keys("a\300\200b\301\277c", "abc", 3);
    check_keys("a\340\200\200b\355\240\200c", "abc", 3);
    check_keys("a\360\200\200\200b\364\220\200\200c\365\200\200\200d\377e", "abcde", 5);
    check_keys("a\302\233b\302\240c", "ab\302\240c", 5);
    check_keys("\342\202\303\274", "\303\274", 2);
}

UNIT_TEST(line_editor_full, "a full line rings the bell once and drops what does not fit") {
    begin_editor(NO_LIMIT);
    begin_line(3);
    type("abc");
    CHECK_EQ_U64(editor.truncated, false);
    type("d");
    CHECK_EQ_U64(terminal.bells, 1);
    CHECK_EQ_U64(editor.truncated, true);
    CHECK_STR(line(), "abc");
    type("\b\303\274efg");
    CHECK_EQ_U64(terminal.bells, 1);
    CHECK_STR(line(), "abe");
    begin_line(0);
    type("x");
    CHECK_EQ_U64(terminal.bells, 1);
    CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
    CHECK_STR(line(), "");
}

UNIT_TEST(line_editor_longest, "a line of the greatest length is edited at both ends") {
    begin_editor(NO_LIMIT);
    begin_line(LINE_EDITOR_LINE_MAX + 1000);
    for (size_t i = 0; i < LINE_EDITOR_LINE_MAX; i++)
        CHECK_EQ_U64(feed((unsigned char)('a' + i % 26)), LINE_EDITOR_MORE);
    CHECK_EQ_U64(terminal.bells, 0);
    type("z");
    CHECK_EQ_U64(terminal.bells, 1);
    type("\001\033[3~Z\005\b!");
    CHECK_EQ_U64(editor.size, LINE_EDITOR_LINE_MAX);
    CHECK(editor.line[0] == 'Z' && editor.line[1] == 'b');
    CHECK(editor.line[LINE_EDITOR_LINE_MAX - 1] == '!');
    CHECK_EQ_U64(feed('\r'), LINE_EDITOR_DONE);
    begin_line(LINE_EDITOR_LINE_MAX);
    type(UP);
    CHECK_EQ_U64(editor.size, LINE_EDITOR_LINE_MAX);
}

UNIT_TEST(line_editor_scrolls, "a line longer than the columns scrolls and stays editable") {
    begin_editor(10);
    type("0123456789");
    CHECK_EQ_U64(editor.view, 0);
    type("abc");
    CHECK(editor.view > 0);
    CHECK_STR(line(), "0123456789abc");
    type("\001");
    CHECK_EQ_U64(editor.view, 0);
    type("\033[1;5Cx\b\b");
    CHECK_STR(line(), "0123456789ab");
    type("\001\013");
    CHECK_EQ_U64(terminal.cell[0][0], ' ');
    type(
        "\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274\303\274");
    CHECK_EQ_U64(editor.size, 22);
    type(LEFT LEFT LEFT LEFT LEFT LEFT LEFT LEFT "\b");
    CHECK_EQ_U64(editor.size, 20);
}

UNIT_TEST(line_editor_narrow, "one column is enough to edit a line") {
    begin_editor(1);
    type("abc" LEFT LEFT "x\001\033[3~\005!");
    CHECK_STR(line(), "xbc!");
}

UNIT_TEST(line_editor_history, "Up and Down walk through the lines entered before") {
    begin_editor(NO_LIMIT);
    enter("first");
    begin_line(LINE_EDITOR_LINE_MAX);
    enter("second line");
    begin_line(LINE_EDITOR_LINE_MAX);
    type("new");
    type(UP);
    CHECK_STR(line(), "second line");
    type("\020");
    CHECK_STR(line(), "first");
    type(UP);
    CHECK_STR(line(), "first");
    type("\033OB");
    CHECK_STR(line(), "second line");
    type("\016");
    CHECK_STR(line(), "new");
    CHECK_EQ_U64(editor.cursor, 3);
    type(DOWN);
    CHECK_STR(line(), "new");
}

UNIT_TEST(line_editor_history_edit, "a recalled line can be changed without changing the memory") {
    begin_editor(NO_LIMIT);
    enter("dup *");
    begin_line(LINE_EDITOR_LINE_MAX);
    type(UP);
    enter("\b+");
    CHECK_STR(line(), "dup +");
    begin_line(LINE_EDITOR_LINE_MAX);
    type(UP UP);
    CHECK_STR(line(), "dup *");
    type(DOWN);
    CHECK_STR(line(), "dup +");
}

UNIT_TEST(line_editor_history_skips, "empty lines and repeats of the last are not remembered") {
    begin_editor(NO_LIMIT);
    for (int i = 0; i < 3; i++) {
        enter("same");
        begin_line(LINE_EDITOR_LINE_MAX);
        enter("");
        begin_line(LINE_EDITOR_LINE_MAX);
    }
    CHECK_EQ_U64(editor.history.count, 1);
    enter("other");
    begin_line(LINE_EDITOR_LINE_MAX);
    enter("same");
    CHECK_EQ_U64(editor.history.count, 3);
}

UNIT_TEST(line_editor_history_bounds, "the oldest lines make room for new ones") {
    char text[LINE_EDITOR_LINE_MAX + 1];
    begin_editor(NO_LIMIT);
    for (int i = 0; i < 100; i++) {
        text[0] = (char)('A' + i % 26);
        text[1] = (char)('0' + i % 10);
        text[2] = '\0';
        enter(text);
        begin_line(LINE_EDITOR_LINE_MAX);
    }
    CHECK_EQ_U64(editor.history.count, LINE_HISTORY_LINES);
    for (unsigned i = 0; i < LINE_HISTORY_LINES; i++)
        type(UP);
    CHECK_STR(line(), "Q8");
    memset(text, 'x', LINE_EDITOR_LINE_MAX);
    text[LINE_EDITOR_LINE_MAX] = '\0';
    for (int i = 0; i < 6; i++) {
        text[0] = (char)('a' + i);
        begin_line(LINE_EDITOR_LINE_MAX);
        enter(text);
    }
    CHECK_EQ_U64(editor.history.count, LINE_HISTORY_BYTES / LINE_EDITOR_LINE_MAX);
    begin_line(LINE_EDITOR_LINE_MAX);
    type(UP UP UP UP UP UP);
    CHECK_EQ_U64((unsigned char)line()[0], 'c');
}

UNIT_TEST(line_editor_history_capacity, "a recalled line is cut to a smaller line's capacity") {
    begin_editor(NO_LIMIT);
    enter("ab\303\274cd");
    begin_line(3);
    type(UP);
    CHECK_STR(line(), "ab");
    type("c");
    CHECK_STR(line(), "abc");
}

UNIT_TEST(line_editor_plain, "bytes from a file pass unchanged up to the newline") {
    static const unsigned char bytes[] = "a\tb\010\033[A\177\303\200\003\004c\r";
    begin_editor(NO_LIMIT);
    line_editor_set_terminal(&editor, false);
    for (size_t i = 0; i < sizeof bytes - 1; i++) {
        CHECK_EQ_U64(line_editor_feed(&editor, bytes[i]), LINE_EDITOR_MORE);
        CHECK_EQ_U64(editor.out_size, 0);
    }
    CHECK_EQ_U64(line_editor_feed(&editor, '\n'), LINE_EDITOR_DONE);
    CHECK_EQ_U64(editor.out_size, 0);
    CHECK_EQ_U64(editor.size, sizeof bytes - 2);
    CHECK_MEM(editor.line, bytes, sizeof bytes - 2);
    CHECK_EQ_U64(editor.history.count, 0);
}

UNIT_TEST(line_editor_plain_full, "a file's line that is too long is cut, and says so") {
    begin_editor(NO_LIMIT);
    line_editor_set_terminal(&editor, false);
    line_editor_start(&editor, 2);
    CHECK_EQ_U64(line_editor_feed(&editor, 'a'), LINE_EDITOR_MORE);
    CHECK_EQ_U64(line_editor_feed(&editor, 'b'), LINE_EDITOR_MORE);
    CHECK(!editor.truncated);
    CHECK_EQ_U64(line_editor_feed(&editor, 'c'), LINE_EDITOR_MORE);
    CHECK(editor.truncated);
    CHECK_EQ_U64(line_editor_feed(&editor, '\n'), LINE_EDITOR_DONE);
    CHECK_STR(line(), "ab");
    line_editor_start(&editor, 2);
    CHECK(!editor.truncated);
}
