/*
 * unit.c - the unit-test framework: registration, checks and the main program (see unit.h).
 *
 * Usage: unit [PART]. Runs the tests whose id or sentence contains PART, all without it. Exit
 * status 0 when every test passed, 1 when one failed, 2 when none was chosen or the arguments are
 * wrong.
 */
#include "unit.h"

#include <ctype.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct unit_test *first_test;
static struct unit_test **last_link = &first_test;

static jmp_buf test_end;
static char failure[2048]; /* why the running test failed */

void unit_register(struct unit_test *test) {
    *last_link = test;
    last_link = &test->next;
}

void unit_fail(const char *file, int line, const char *format, ...) {
    va_list arguments;
    int used = snprintf(failure, sizeof failure, "%s:%d: ", file, line);
    size_t room = (size_t)used < sizeof failure ? sizeof failure - (size_t)used : 0;
    va_start(arguments, format);
    vsnprintf(failure + (sizeof failure - room), room, format, arguments);
    va_end(arguments);
    longjmp(test_end, 1);
}

void unit_check_u64(const char *file, int line, const char *what, uint64_t actual,
                    uint64_t expected) {
    if (actual != expected)
        unit_fail(file, line,
                  "%s, expected %" PRIu64 " (0x%" PRIx64 "), got %" PRIu64 " (0x%" PRIx64 ")", what,
                  expected, expected, actual, actual);
}

void unit_check_i64(const char *file, int line, const char *what, int64_t actual,
                    int64_t expected) {
    if (actual != expected)
        unit_fail(file, line, "%s, expected %" PRId64 ", got %" PRId64, what, expected, actual);
}

/* Writes bytes as a quoted C string, cut short with "..." where `text` has no room. */
static void quote(char *text, size_t room, const void *bytes, size_t size) {
    const unsigned char *from = bytes;
    size_t at = 0;
    text[at++] = '"';
    for (size_t i = 0; i < size; i++) {
        if (at + 10 > room) {
            memcpy(text + at, "...", 3);
            at += 3;
            break;
        }
        if (isprint(from[i]) && from[i] != '"' && from[i] != '\\')
            text[at++] = (char)from[i];
        else
            at += (size_t)snprintf(text + at, room - at, "\\x%02x", from[i]);
    }
    text[at++] = '"';
    text[at] = '\0';
}

static _Noreturn void fail_bytes(const char *file, int line, const char *what, const void *actual,
                                 size_t actual_size, const void *expected, size_t expected_size) {
    char got[512], wanted[512];
    quote(got, sizeof got, actual, actual_size);
    quote(wanted, sizeof wanted, expected, expected_size);
    unit_fail(file, line, "%s, expected %s, got %s", what, wanted, got);
}

void unit_check_str(const char *file, int line, const char *what, const char *actual,
                    const char *expected) {
    if (actual == NULL)
        unit_fail(file, line, "%s, expected a string, got NULL", what);
    if (strcmp(actual, expected) != 0)
        fail_bytes(file, line, what, actual, strlen(actual), expected, strlen(expected));
}

void unit_check_mem(const char *file, int line, const char *what, const void *actual,
                    const void *expected, size_t size) {
    if (size != 0 && memcmp(actual, expected, size) != 0)
        fail_bytes(file, line, what, actual, size, expected, size);
}

static bool run(const struct unit_test *test) {
    if (setjmp(test_end) == 0) {
        test->run();
        printf("PASS %s: %s\n", test->id, test->sentence);
        return true;
    }
    printf("FAIL %s: %s (%s)\n", test->id, test->sentence, failure);
    return false;
}

int main(int argument_count, char **arguments) {
    const char *part = argument_count > 1 ? arguments[1] : "";
    unsigned passed = 0, failed = 0;
    if (argument_count > 2) {
        fprintf(stderr, "usage: %s [PART]\nruns the tests whose name contains PART\n",
                arguments[0]);
        return 2;
    }
    /* A crash must not take the results before it along. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (const struct unit_test *test = first_test; test != NULL; test = test->next) {
        if (strstr(test->id, part) == NULL && strstr(test->sentence, part) == NULL)
            continue;
        if (run(test))
            passed++;
        else
            failed++;
    }
    printf("%u passed, %u failed\n", passed, failed);
    if (passed + failed == 0)
        return 2;
    return failed == 0 ? 0 : 1;
}
