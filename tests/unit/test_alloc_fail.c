/*
 * test_alloc_fail.c - the counter that lets one allocation fail, and the number that arms it.
 */
/* uses: c/cpu/cmdline.c */
#include "mm/alloc_fail.h"

#include <string.h>

#include "cpu/cmdline.h"
#include "unit.h"

struct alloc_fail alloc_fail;

UNIT_TEST(alloc_fail_once, "exactly the chosen allocation fails, none when none is chosen") {
    for (uint64_t nth = 0; nth < 5; nth++) {
        alloc_fail_arm(nth);
        CHECK_EQ_U64(alloc_fail.count, 0);
        for (uint64_t i = 1; i < 100; i++) {
            CHECK_EQ_U64(alloc_fail_now(), i == nth);
        }
        CHECK_EQ_U64(alloc_fail.count, 99);
    }
    alloc_fail_arm(0);
}

static void set_cmdline(const char *text) {
    static BootInfo info;
    strncpy(info.cmdline, text, BOOT_CMDLINE_MAX - 1);
    cmdline_init(&info);
}

UNIT_TEST(cmdline_number, "a number on the command line is taken whole or not at all") {
    static const char *const wrong[] = {"n=",
                                        "n",
                                        "n=-1",
                                        "n=+1",
                                        "n=1x",
                                        "n=0x10",
                                        "m=1",
                                        "nn=1",
                                        "n=18446744073709551616",
                                        "n=99999999999999999999"};
    uint64_t number = 77;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        set_cmdline(wrong[i]);
        CHECK(!cmdline_number("n", &number));
        CHECK_EQ_U64(number, 77);
    }
    set_cmdline("a=1 n=18446744073709551615 z");
    CHECK(cmdline_number("n", &number));
    CHECK_EQ_U64(number, UINT64_MAX);
    set_cmdline("n=0");
    CHECK(cmdline_number("n", &number));
    CHECK_EQ_U64(number, 0);
    set_cmdline("n=007");
    CHECK(cmdline_number("n", &number));
    CHECK_EQ_U64(number, 7);
}
