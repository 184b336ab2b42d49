/*
 * cmdline.c - looks up words of the kernel command line.
 *
 * The copy is cut into zero-terminated words once, so that a look-up needs no buffer and a panic
 * can make one.
 */
#include "cpu/cmdline.h"

#include <stddef.h>
#include <string.h>

static char words[BOOT_CMDLINE_MAX]; /* each word followed by a zero byte */
static size_t words_size;            /* bytes in use */

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void cmdline_init(const BootInfo *boot_info) {
    bool in_word = false;

    words_size = 0;
    for (size_t i = 0; i < BOOT_CMDLINE_MAX - 1 && boot_info->cmdline[i] != '\0'; i++) {
        char c = boot_info->cmdline[i];
        if (!is_blank(c)) {
            words[words_size++] = c;
            in_word = true;
        } else if (in_word) {
            words[words_size++] = '\0';
            in_word = false;
        }
    }
    if (in_word) {
        words[words_size++] = '\0';
    }
}

bool cmdline_has(const char *word) {
    size_t size = strlen(word) + 1; /* with its zero byte, so that a longer word does not match */

    for (size_t at = 0; at < words_size; at += strlen(words + at) + 1) {
        if (size <= words_size - at && memcmp(words + at, word, size) == 0) {
            return true;
        }
    }
    return false;
}

const char *cmdline_value(const char *key) {
    size_t size = strlen(key);

    for (size_t at = 0; at < words_size; at += strlen(words + at) + 1) {
        if (size < words_size - at && memcmp(words + at, key, size) == 0 &&
            words[at + size] == '=') {
            return words + at + size + 1;
        }
    }
    return NULL;
}

bool cmdline_number(const char *key, uint64_t *number) {
    const char *text = cmdline_value(key);
    uint64_t value = 0;

    if (text == NULL || *text == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        const uint64_t digit = (uint64_t)(*text - '0');
        if (*text < '0' || *text > '9' || value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}
