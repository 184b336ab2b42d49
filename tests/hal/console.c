/*
 * console.c - include/hal/hal_console.h. Whoever runs the suite looks at what it writes and types what it
 * asks for.
 */
#include "hal/hal_console.h"

#include "hal/hal_cpu.h"
#include "hal/hal_time.h"
#include "hal_test.h"

#define MS       UINT64_C(1000000)
#define PATIENCE UINT64_C(60000000000)
#define LINES    200u

static const char asked[] = "hal-typed abc\r";

/* More than any buffer on the way holds. The other side counts the lines and compares. */
static void writes(void) {
    hal_console_write("", 0);
    for (unsigned i = 0; i < LINES; i++) {
        hal_test_say("hal-line %03u ", i);
        for (unsigned column = 0; column < 60; column++) {
            hal_console_putc((char)('!' + (i + column) % 90));
        }
        hal_console_putc('\n');
        hal_console_mark_error(i % 3 == 0); /* for the screen alone: the bytes are the same */
    }
    hal_console_mark_error(false);
    hal_console_flush();
    hal_console_flush();
}

static void size(void) {
    unsigned columns = 0, rows = 0;
    hal_console_size(&columns, &rows);
    CHECK(columns >= 40 && columns <= 1000); /* 320 pixels are the least that a screen has */
    CHECK(rows >= 12 && rows <= 600);
}

static void none(void) {
    CHECK_EQ(hal_console_poll(), HAL_CONSOLE_NONE);
    CHECK(!hal_console_has_input());
    CHECK_EQ(hal_console_poll(), HAL_CONSOLE_NONE);
}

static void count(void *context) {
    (*(volatile unsigned *)context)++;
}

static void wait(void) {
    volatile unsigned fires = 0;
    const int timer = hal_timer_periodic(5 * MS, count, (void *)&fires);
    CHECK(timer >= 0);
    const uint64_t start = hal_time_now_ns();
    while (fires < 3 && hal_time_now_ns() - start < PATIENCE) {
        hal_console_wait();
    }
    CHECK_EQ(hal_timer_cancel(timer), HAL_OK);
    CHECK(fires >= 3);
}

/* Bytes come as they were typed, in their order, and none is there before it was. */
static void reads(void) {
    hal_test_say("hal-type: type `hal-typed abc` and Enter\n");
    hal_console_flush();
    const uint64_t start = hal_time_now_ns();
    for (unsigned i = 0; asked[i] != '\0'; i++) {
        while (!hal_console_has_input()) {
            CHECK(hal_time_now_ns() - start < PATIENCE);
            hal_console_wait();
        }
        CHECK(hal_console_has_input()); /* asking takes nothing away */
        CHECK_EQ(hal_console_poll(), asked[i]);
    }
    CHECK(!hal_console_has_input());
    CHECK_EQ(hal_console_poll(), HAL_CONSOLE_NONE);
}

const struct hal_test hal_console_tests[] = {
    {"console-writes", "what is written comes out whole and in order", writes},
    {"console-size", "the console has a size", size},
    {"console-none", "without input nothing is there, and nobody waits", none},
    {"console-wait", "a timer ends the wait for input", wait},
    {"console-reads", "what is typed arrives, byte by byte", reads},
    {NULL, NULL, NULL},
};
