/*
 * terminal_text.h - text for a terminal out of an input: control sequences, and anything at all.
 */
#ifndef TERMINAL_TEXT_H
#define TERMINAL_TEXT_H

#include "fuzz_input.h"

enum { TERMINAL_TEXT_MAX = 64 };

/* Writes a control sequence, a control character or some bytes of the input; returns how many. */
static inline size_t terminal_text(struct fuzz_input *in, char text[TERMINAL_TEXT_MAX]) {
    static const char finals[] = "ABCDEFGHIJKLMPSTXZ`abcdefghilmnrsu@q";
    static const char escapes[] = "78DEHMc()P]^_[";
    const uint8_t kind = (uint8_t)fuzz_take(in, 1);
    size_t size = 0;
    if (kind < 8) {
        size = (size_t)sprintf(text, "\033[?%d%c", kind % 2 == 0 ? 25 : 7, kind < 4 ? 'h' : 'l');
    } else if (kind < 12) {
        size = (size_t)sprintf(text, "\033[1;2;3;4;5;6;7;8;9;0;1;2;3;4;5;6;7;8;9m");
    } else if (kind < 112) {
        const char *const markers[] = {"", "", "", "?"};
        size = (size_t)sprintf(text, "\033[%s", markers[kind % 4]);
        for (unsigned i = kind / 4 % 4; i > 0; i--) {
            const uint8_t number = (uint8_t)fuzz_take(in, 1);
            size += (size_t)sprintf(text + size, "%u%s",
                                    number < 200 ? number % 64 : (unsigned)fuzz_take(in, 2),
                                    i > 1 ? ";" : "");
        }
        text[size++] = finals[fuzz_take(in, 1) % (sizeof finals - 1)];
    } else if (kind < 144) {
        text[size++] = '\033';
        text[size++] = escapes[kind % (sizeof escapes - 1)];
    } else if (kind < 176) {
        text[size++] = (char)(kind % 32);
    } else {
        for (unsigned i = kind % 32; i > 0; i--) {
            text[size++] = (char)fuzz_take(in, 1);
        }
    }
    return size;
}

#endif
