/*
 * esp_text.c - reads the text files on the boot volume: cmdline.txt and boot.lst.
 *
 * Lines end in LF or CR LF, and the last one may do without. Nothing is copied: the lines are cut out of the
 * file's own bytes.
 */
#include "boot/esp_text.h"

#include <stddef.h>

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_printable(char c) {
    return c >= ' ' && c <= '~';
}

bool esp_text_open(struct esp_text *text, char *bytes, uint64_t size) {
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    bytes[size] = 0;
    *text = (struct esp_text){.next = bytes, .end = bytes + size};
    if (size >= sizeof mark && bytes[0] == mark[0] && bytes[1] == mark[1] && bytes[2] == mark[2]) {
        text->next += sizeof mark;
    }
    for (uint64_t i = 0; i < size; i++) {
        if (bytes[i] == 0) {
            return false;
        }
    }
    return true;
}

char *esp_text_line(struct esp_text *text) {
    char *line = text->next;
    if (line == text->end) {
        return NULL;
    }
    char *end = line;
    while (end < text->end && *end != '\n') {
        end++;
    }
    text->next = end == text->end ? end : end + 1;
    while (end > line && is_blank(end[-1])) {
        end--;
    }
    *end = 0;
    while (is_blank(*line)) {
        line++;
    }
    return line;
}

/* Characters that mean something in a path, on FAT or to the firmware. */
static bool is_special(char c) {
    for (const char *special = "\\/:*?\"<>|"; *special != 0; special++) {
        if (c == *special) {
            return true;
        }
    }
    return false;
}

bool esp_text_is_file_name(const char *name) {
    unsigned length = 0;
    for (; name[length] != 0; length++) {
        const char c = name[length];
        if (length == BOOT_MODULE_NAME_MAX - 1 || c == ' ' || !is_printable(c) || is_special(c)) {
            return false;
        }
    }
    return length > 0 && name[0] != '.';
}

bool esp_text_is_separator(const char *line) {
    return line[0] == '-' && line[1] == '-' && line[2] == 0;
}

bool esp_text_copy_cmdline(char cmdline[BOOT_CMDLINE_MAX], const char *line) {
    unsigned length = 0;
    while (line[length] != 0) {
        if (++length == BOOT_CMDLINE_MAX) {
            return false;
        }
    }
    for (unsigned i = 0; i <= length; i++) {
        cmdline[i] = line[i];
    }
    return true;
}

void esp_text_show(char shown[ESP_TEXT_SHOWN_MAX], const char *line) {
    unsigned at = 0;
    for (; at < ESP_TEXT_SHOWN_MAX - 1 && line[at] != 0; at++) {
        shown[at] = is_printable(line[at]) ? line[at] : '?';
    }
    shown[at] = 0;
    if (line[at] != 0) {
        for (unsigned dot = at - 3; dot < at; dot++) {
            shown[dot] = '.';
        }
    }
}
