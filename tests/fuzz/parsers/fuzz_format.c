/*
 * fuzz_format.c - any pattern of the conversions that format() knows: it prints what the C library prints.
 */
/* uses: c/shared/format.c */
/* plant: c/shared/format.c: s/DIGITS_MAX = 20/DIGITS_MAX = 18/ */
/* plant: c/shared/format.c: s/size < field->width ? field->width - (unsigned)size : 0;/field->width;/ */
/* plant: c/shared/format.c: s/value < 0 ? 0 - (uint64_t)value/value < -1 ? 0 - (uint64_t)value/ */
/* plant: c/shared/format.c: s/if (field->zeros \&\& !field->left)/if (field->zeros)/ */
/* plant: c/shared/format.c: s/put(&to, pattern, plain);// */
#include "shared/format.h"

#include "fuzz_input.h"

enum { TEXT_MAX = 4096, CONVERSIONS = 4 };

struct text {
    char bytes[TEXT_MAX];
    size_t size;
};

static void sink(void *context, const char *piece, size_t size) {
    struct text *text = context;
    PROPERTY(size != 0 && size <= TEXT_MAX - text->size, "pieces are not empty and not endless");
    memcpy(text->bytes + text->size, piece, size);
    text->size += size;
}

/* Adds plain text and a conversion. Returns its kind: 's', 'l' for a long number, 'i' for an int. */
static char add_conversion(struct fuzz_input *in, char *pattern) {
    const uint8_t shape = (uint8_t)fuzz_take(in, 1);
    char *at = pattern + strlen(pattern);
    for (unsigned i = shape % 3; i > 0; i--) {
        const char c = (char)fuzz_take(in, 1);
        *at++ = c == '%' || c == 0 ? '.' : c;
    }
    *at++ = '%';
    const char letter = "dxusc"[fuzz_take(in, 1) % 5];
    if ((shape & 0x10) != 0) {
        *at++ = '-';
    }
    if ((shape & 0x20) != 0 && letter != 's' && letter != 'c') {
        *at++ = '0'; /* for text the C library knows no zeros */
    }
    if ((shape & 0x40) != 0) {
        at += sprintf(at, "%u", (unsigned)fuzz_take(in, 1) % 99 + 1);
    }
    const bool is_long = (shape & 0x80) != 0 && letter != 's' && letter != 'c';
    if (is_long) {
        *at++ = 'l';
    }
    *at++ = letter;
    *at = 0;
    return letter == 's' ? 's' : is_long ? 'l' : 'i';
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

/* Compares one conversion of `kind` with what the C library makes of it. */
static void compare(struct fuzz_input *in, const char *pattern, char kind) {
    char expected[TEXT_MAX], word[32] = {0};
    static struct text text;
    int size;
    text.size = 0;
    if (kind == 's') {
        for (unsigned i = 0, length = (unsigned)fuzz_take(in, 1) % sizeof word; i < length; i++) {
            word[i] = (char)fuzz_take(in, 1);
        }
        size = snprintf(expected, sizeof expected, pattern, word);
        format(sink, &text, pattern, word);
    } else if (kind == 'l') {
        const long value = (long)fuzz_number(in);
        size = snprintf(expected, sizeof expected, pattern, value);
        format(sink, &text, pattern, value);
    } else {
        const int value = (int)fuzz_number(in);
        size = snprintf(expected, sizeof expected, pattern, value);
        format(sink, &text, pattern, value);
    }
    PROPERTY((size_t)size == text.size && memcmp(text.bytes, expected, text.size) == 0,
             "format prints what printf prints");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct fuzz_input in = {data, size};
    for (unsigned i = 0; i < CONVERSIONS && in.left > 0; i++) {
        char pattern[64] = "";
        const char kind = add_conversion(&in, pattern);
        if (fuzz_take(&in, 1) % 2 != 0) {
            strcat(pattern, "%%.");
        }
        compare(&in, pattern, kind);
    }
    return 0;
}
