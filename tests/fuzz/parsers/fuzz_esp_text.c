/*
 * fuzz_esp_text.c - any cmdline.txt and boot.lst: no line is lost, and accepted names are harmless.
 */
/* uses: c/boot/esp_text.c */
/* plant: c/boot/esp_text.c: s/end < text->end \&\& //  */
/* plant: c/boot/esp_text.c: s/length == BOOT_MODULE_NAME_MAX - 1/length == BOOT_MODULE_NAME_MAX/ */
/* plant: c/boot/esp_text.c: s/++length == BOOT_CMDLINE_MAX/length++ == BOOT_CMDLINE_MAX/ */
/* plant: c/boot/esp_text.c: s/while (end > line/while (end >= line/ */
/* plant: c/boot/esp_text.c: s/for (uint64_t i = 0; i < size; i++)/for (uint64_t i = 1; i < size; i++)/ */
/* plant: c/boot/esp_text.c: s/at < ESP_TEXT_SHOWN_MAX - 1/at < ESP_TEXT_SHOWN_MAX/ */
#include "boot/esp_text.h"

#include "fuzz_input.h"

static void check_name(const char *name) {
    const size_t length = strlen(name);
    PROPERTY(length >= 1 && length < BOOT_MODULE_NAME_MAX, "a name fits BootModule");
    PROPERTY(strpbrk(name, "\\/:*?\"<>| ") == NULL && name[0] != '.', "a name has no folder");
    for (size_t i = 0; i < length; i++) {
        PROPERTY(name[i] > ' ' && name[i] <= '~', "a name is printable ASCII");
    }
}

static void check_line(const char *line) {
    char cmdline[BOOT_CMDLINE_MAX];
    char shown[ESP_TEXT_SHOWN_MAX];
    const size_t length = strlen(line);

    PROPERTY(strchr(line, '\n') == NULL, "a line is one line");
    PROPERTY(length == 0 ||
                 (strchr(" \t\r", line[0]) == NULL && strchr(" \t\r", line[length - 1]) == NULL),
             "a line has no blanks at its ends");
    if (esp_text_is_file_name(line)) {
        check_name(line);
    }
    PROPERTY(esp_text_is_separator(line) == (strcmp(line, "--") == 0), "-- alone separates");
    memset(cmdline, 'x', sizeof cmdline);
    if (esp_text_copy_cmdline(cmdline, line)) {
        PROPERTY(length < BOOT_CMDLINE_MAX && memcmp(cmdline, line, length + 1) == 0,
                 "the command line is the line");
    } else {
        PROPERTY(length >= BOOT_CMDLINE_MAX && cmdline[0] == 'x', "only a long line is refused");
    }
    esp_text_show(shown, line);
    PROPERTY(strlen(shown) == (length < sizeof shown ? length : sizeof shown - 1),
             "shown as far as it fits");
    for (const char *c = shown; *c != 0; c++) {
        PROPERTY(*c >= ' ' && *c <= '~', "what is shown is printable");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct esp_text text;
    char *bytes = malloc(size + 1);
    memcpy(bytes, data, size);
    bytes[size] = 'x';
    const bool opened = esp_text_open(&text, bytes, size);
    PROPERTY(opened == (size == 0 || memchr(data, 0, size) == NULL), "text has no zero bytes");
    size_t lines = 0;
    for (const char *line; opened && (line = esp_text_line(&text)) != NULL; lines++) {
        PROPERTY(line >= bytes && line <= bytes + size, "lines lie in the file");
        PROPERTY(lines <= size, "the lines come to an end");
        check_line(line);
    }
    size_t expected = 0;
    const size_t mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    for (size_t i = mark; i < size; i++) {
        expected += data[i] == '\n' || i + 1 == size;
    }
    PROPERTY(!opened || lines == expected, "no line is lost");
    free(bytes);
    return 0;
}
