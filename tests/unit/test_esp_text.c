/*
 * test_esp_text.c - the text files of the boot volume, as people write them.
 */
/* uses: c/boot/esp_text.c */
#include "boot/esp_text.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* Cuts `size` bytes into lines and joins them with bars, or gives NULL when they are no text. */
static const char *lines_of(const char *bytes, size_t size) {
    static char joined[256];
    struct esp_text text;
    char *copy = malloc(size + 1); /* exactly that much, for the address sanitizer */
    memcpy(copy, bytes, size);
    const bool opened = esp_text_open(&text, copy, size);
    joined[0] = 0;
    for (const char *line; opened && (line = esp_text_line(&text)) != NULL;) {
        strcat(strcat(joined, line), "|");
    }
    free(copy);
    return opened ? joined : NULL;
}

#define LINES(text) lines_of(text, sizeof(text) - 1)

UNIT_TEST(esp_text_lines, "lines of any system are cut out without blanks at their ends") {
    CHECK_STR(LINES(""), "");
    CHECK_STR(LINES("a"), "a|");
    CHECK_STR(LINES("a\n"), "a|");
    CHECK_STR(LINES("\n\n"), "||");
    CHECK_STR(LINES("a\r\nb c \t\r\n\t d\n   \ne"), "a|b c|d||e|");
}

UNIT_TEST(esp_text_marks, "a byte order mark is passed over, and UTF-16 is no text") {
    CHECK_STR(LINES("\xef\xbb\xbf"
                    "a\nb"),
              "a|b|");
    CHECK_STR(LINES("\xef\xbb\xbf"), "");
    CHECK_STR(LINES("\xef\xbb"), "\xef\xbb|");
    CHECK(LINES("a\0") == NULL);
    CHECK(LINES("\xff\xfe"
                "a\0\n\0") == NULL);
}

UNIT_TEST(esp_text_names, "only plain names of files in the folder itself are names") {
    static const char *const good[] = {"a", "a.fs", "A-rather_long+name(2).fs",
                                       "~#$%&'@^`{}!;,=[]"};
    static const char *const bad[] = {
        "",   ".",     "..", ".hidden", "a b", "a\tb", "../a", "a\\b",        "c:",  "a*",
        "a?", "\"a\"", "<",  "a>b",     "a|b", "\x7f", "\x80", "caf\xc3\xa9", "a\nb"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK(esp_text_is_file_name(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(!esp_text_is_file_name(bad[i]));
    }
    char name[BOOT_MODULE_NAME_MAX + 1];
    memset(name, 'a', sizeof name);
    name[BOOT_MODULE_NAME_MAX] = 0;
    CHECK(!esp_text_is_file_name(name));
    name[BOOT_MODULE_NAME_MAX - 1] = 0;
    CHECK(esp_text_is_file_name(name));
}

UNIT_TEST(esp_text_separator, "two minus signs alone separate the scripts") {
    CHECK(esp_text_is_separator("--"));
    CHECK(!esp_text_is_separator(""));
    CHECK(!esp_text_is_separator("-"));
    CHECK(!esp_text_is_separator("---"));
}

UNIT_TEST(esp_text_cmdline, "a command line fits with its zero or is not copied at all") {
    char cmdline[BOOT_CMDLINE_MAX] = "";
    char line[BOOT_CMDLINE_MAX + 1];
    memset(line, 'x', sizeof line);
    line[BOOT_CMDLINE_MAX] = 0;
    CHECK(!esp_text_copy_cmdline(cmdline, line));
    CHECK_STR(cmdline, "");
    line[BOOT_CMDLINE_MAX - 1] = 0;
    CHECK(esp_text_copy_cmdline(cmdline, line));
    CHECK_STR(cmdline, line);
}

UNIT_TEST(esp_text_shown, "what is shown of a bad line is short and printable") {
    char shown[ESP_TEXT_SHOWN_MAX];
    esp_text_show(shown, "a\033[2J\xff z");
    CHECK_STR(shown, "a?[2J? z");
    esp_text_show(shown, "12345678901234567890123456789012345678901234567");
    CHECK_STR(shown, "12345678901234567890123456789012345678901234567");
    esp_text_show(shown, "123456789012345678901234567890123456789012345678");
    CHECK_STR(shown, "12345678901234567890123456789012345678901234...");
}
