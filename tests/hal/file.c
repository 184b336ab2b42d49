/*
 * file.c - include/hal/hal_file.h: the files of tests/hal/files/, two of which are start-up files.
 */
#include "hal/hal_file.h"

#include <string.h>

#include "hal_test.h"

static hal_status open_file(const char *name, const char **contents, size_t *size) {
    return hal_file_open(name, strlen(name), contents, size);
}

static void startup(void) {
    CHECK(hal_file_startup(0) != NULL);
    CHECK_EQ(strlen(hal_file_startup(0)), strlen("zeta.fs"));
    CHECK(memcmp(hal_file_startup(0), "zeta.fs", 8) == 0);
    CHECK(hal_file_startup(1) != NULL);
    CHECK(memcmp(hal_file_startup(1), "alpha.fs", 9) == 0);
    CHECK(hal_file_startup(2) == NULL);
    CHECK(hal_file_startup(3) == NULL);
    CHECK(hal_file_startup(UINT32_MAX) == NULL);
}

static void contents(void) {
    static const char expected[] = "( library.fs ) .( a file that is there for INCLUDED alone )\n";
    const char *bytes, *again;
    size_t size, size_again;
    CHECK_EQ(open_file("library.fs", &bytes, &size), HAL_OK);
    CHECK_EQ(size, sizeof expected - 1);
    CHECK(memcmp(bytes, expected, size) == 0);
    CHECK_EQ(open_file("library.fs", &again, &size_again), HAL_OK); /* twice at once */
    CHECK_EQ(size_again, size);
    hal_file_close(bytes, size);
    CHECK(memcmp(again, expected, size) == 0);
    hal_file_close(again, size_again);
    for (unsigned i = 0; hal_file_startup(i) != NULL; i++) {
        CHECK_EQ(open_file(hal_file_startup(i), &bytes, &size), HAL_OK);
        CHECK(size > 0);
        hal_file_close(bytes, size);
    }
}

/* The name is as long as it is said to be, whatever follows it. */
static void name_size(void) {
    const char *bytes;
    size_t size;
    CHECK_EQ(hal_file_open("library.fsXYZ", 10, &bytes, &size), HAL_OK);
    hal_file_close(bytes, size);
    CHECK_EQ(hal_file_open("library.fs", 7, &bytes, &size), HAL_ERR_NOT_FOUND);
}

static void not_found(void) {
    const char *bytes = NULL;
    size_t size = 0;
    CHECK_EQ(open_file("there-is-no-such-file.fs", &bytes, &size), HAL_ERR_NOT_FOUND);
    CHECK_EQ(open_file("library.f", &bytes, &size), HAL_ERR_NOT_FOUND);
    CHECK_EQ(open_file("library.fs2", &bytes, &size), HAL_ERR_NOT_FOUND);
}

static void bad_names(void) {
    static char longest[HAL_FILE_NAME_MAX + 2];
    const char *bytes;
    size_t size;
    memset(longest, 'x', sizeof longest);
    CHECK_EQ(hal_file_open("", 0, &bytes, &size), HAL_ERR_INVALID);
    CHECK_EQ(hal_file_open("a\0b", 3, &bytes, &size), HAL_ERR_INVALID);
    CHECK_EQ(hal_file_open(longest, HAL_FILE_NAME_MAX + 1, &bytes, &size), HAL_ERR_INVALID);
    CHECK_EQ(hal_file_open(longest, SIZE_MAX, &bytes, &size), HAL_ERR_INVALID);
    CHECK_EQ(hal_file_open(longest, HAL_FILE_NAME_MAX, &bytes, &size), HAL_ERR_NOT_FOUND);
}

const struct hal_test hal_file_tests[] = {
    {"file-startup", "the start-up files come in the order given, and end with NULL", startup},
    {"file-contents", "a file has its bytes and its size", contents},
    {"file-name-size", "a name ends where its size says", name_size},
    {"file-not-found", "a file that is not there is not found", not_found},
    {"file-bad-names", "names that cannot be are refused", bad_names},
    {NULL, NULL, NULL},
};
