/*
 * test_line_editor_random.c - the line editor against a million random bytes.
 *
 * The checks are those of line_terminal.h: they are made after every byte.
 */
/* uses: c/forth/line_editor.c c/forth/line_text.c c/forth/line_history.c */
#include "line_terminal.h"

static uint64_t random_state;

/* A 64-bit linear congruential generator, of which the upper bits are good enough here. */
static unsigned random_below(unsigned limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((random_state >> 33) % limit);
}

/* Feeds `count` random bytes; of 256, `noise` are any byte, the others are likely keys. */
static void feed_random(uint64_t seed, size_t columns, unsigned noise, size_t count) {
    static const char *const keys[] = {
        UP,         DOWN,           LEFT,        LEFT,    RIGHT,
        "\033[3~",  "\033[1;5D",    "\033[1;5C", "\b",    "\177",
        "\001",     "\005",         "\013",      "\025",  "\027",
        "\303\274", "\342\202\254", "\033",      "\033[", "\t",
        "\r",       "\r\n",         "\014",      "\004",  "\360\237\230\200"};
    random_state = seed;
    begin_editor(columns);
    while (count > 0) {
        unsigned choice = random_below(256);
        bool is_any = choice < noise;
        bool is_key = !is_any && choice >= 200;
        char one[2] = {(char)(is_any ? random_below(256) : ' ' + random_below(95)), '\0'};
        const char *next = is_key ? keys[random_below(sizeof keys / sizeof keys[0])] : one;
        do {
            if (feed((unsigned char)*next++) != LINE_EDITOR_MORE)
                begin_line(random_below(4) == 0 ? random_below(40) : LINE_EDITOR_LINE_MAX);
            count--;
        } while (*next != '\0' && count > 0);
    }
}

UNIT_TEST(line_editor_random_keys, "random keys leave the terminal showing the line exactly") {
    feed_random(1, NO_LIMIT, 4, 150000);
    feed_random(2, 20, 4, 150000);
}

UNIT_TEST(line_editor_random_bytes, "random bytes leave the terminal showing the line exactly") {
    feed_random(3, NO_LIMIT, 256, 350000);
    feed_random(4, 9, 256, 350000);
}
