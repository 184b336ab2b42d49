/*
 * test_format.c - the formatter of the kernel's own text, against the C library's.
 */
/* uses: c/shared/format.c */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "shared/format.h"
#include "unit.h"

struct text {
    char bytes[512];
    size_t size;
};

static void append(void *context, const char *bytes, size_t size) {
    struct text *text = context;
    CHECK(size != 0 && size < sizeof text->bytes - text->size);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

/* Formats with both and compares. */
#define SAME(...)                                                                                  \
    do {                                                                                           \
        struct text ours = {.size = 0};                                                            \
        char theirs[512];                                                                          \
        format(append, &ours, __VA_ARGS__);                                                        \
        snprintf(theirs, sizeof theirs, __VA_ARGS__);                                              \
        CHECK_STR(ours.bytes, theirs);                                                             \
    } while (0)

UNIT_TEST(format_numbers, "numbers of every size and sign come out as the C library prints them") {
    const long values[] = {0, 1, -1, 9, 10, INT_MAX, INT_MIN, LONG_MAX, LONG_MIN};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        SAME("%ld|%lu|%lx", values[i], (unsigned long)values[i], (unsigned long)values[i]);
        SAME("%d|%u|%x", (int)values[i], (unsigned)values[i], (unsigned)values[i]);
    }
}

UNIT_TEST(format_width, "a width pads left, right or with zeros, and never cuts") {
    const long values[] = {0, 7, -7, 123456789, -123456789};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        SAME("[%6ld][%-6ld][%06ld][%016lx]", values[i], values[i], values[i],
             (unsigned long)values[i]);
    }
    SAME("[%5s][%-5s][%2s][%s]", "ab", "ab", "abc", "");
    SAME("[%3c][%-3c]", 'x', 'y');
}

/* Without the compiler's own check of the pattern. */
static void pattern_only(struct text *text, const char *pattern, ...) {
    va_list none;
    va_start(none, pattern);
    format_list(append, text, pattern, none);
    va_end(none);
}

UNIT_TEST(format_text, "plain text, percent signs and the ends of patterns") {
    SAME("plain%s", "");
    SAME("%s and %c", "a string", 'c');
    SAME("100%%");
    struct text text = {.size = 0};
    pattern_only(&text, "cut off %");
    CHECK_STR(text.bytes, "cut off ");
}
