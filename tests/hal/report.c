/*
 * report.c - include/hal/hal_report.h: the tables of the machine.
 */
#include "hal/hal_report.h"

#include <string.h>

#include "hal/hal_console.h"
#include "hal_test.h"

#define COLUMNS_MAX 79u
#define TEXT_MAX    (256u * 1024)

static char text[TEXT_MAX];
static size_t used;
static bool overflow;

static void collect(void *context, const char *piece, size_t size) {
    (void)context;
    if (size > TEXT_MAX - used) {
        overflow = true;
        return;
    }
    memcpy(text + used, piece, size);
    used += size;
}

/* Prints the line that byte `at` of the text stands in. */
static void show_line(size_t at) {
    size_t first = at, end = at;
    while (first > 0 && text[first - 1] != '\n') {
        first--;
    }
    while (end < used && text[end] != '\n') {
        end++;
    }
    hal_test_say("  this line has %lu columns:\n  ", end - first);
    hal_console_write(text + first, end - first);
    hal_console_putc('\n');
}

/* Whole lines of printable characters, none too long, none with blanks at its end, the first a heading. */
static void check_table(hal_report_topic topic) {
    used = 0;
    overflow = false;
    hal_report(topic, collect, NULL);
    CHECK(!overflow);
    CHECK(used > 1);
    CHECK(text[0] != '\n' && text[0] != ' ');
    CHECK_EQ(text[used - 1], '\n');
    size_t column = 0;
    for (size_t i = 0; i < used; i++) {
        if (text[i] == '\n') {
            CHECK(i == 0 || text[i - 1] != ' ');
            column = 0;
        } else {
            CHECK(text[i] >= ' ' && text[i] <= '~');
            if (++column > COLUMNS_MAX) {
                show_line(i);
            }
            CHECK(column <= COLUMNS_MAX);
        }
    }
}

#define TOPIC_TEST(name, topic)                                                                    \
    static void name(void) {                                                                       \
        check_table(topic);                                                                        \
    }
TOPIC_TEST(memory, HAL_REPORT_MEMORY)
TOPIC_TEST(heap, HAL_REPORT_HEAP)
TOPIC_TEST(pages, HAL_REPORT_PAGES)
TOPIC_TEST(times, HAL_REPORT_TIME)
TOPIC_TEST(interrupts, HAL_REPORT_INTERRUPTS)
TOPIC_TEST(acpi, HAL_REPORT_ACPI)
TOPIC_TEST(processor, HAL_REPORT_CPU)
TOPIC_TEST(pci, HAL_REPORT_PCI)
TOPIC_TEST(console, HAL_REPORT_CONSOLE)

const struct hal_test hal_report_tests[] = {
    {"report-memory", ".MEM has a heading and lines of at most 79 columns", memory},
    {"report-heap", ".HEAP has a heading and lines of at most 79 columns", heap},
    {"report-pages", ".PAGES has a heading and lines of at most 79 columns", pages},
    {"report-time", ".TIME has a heading and lines of at most 79 columns", times},
    {"report-interrupts", ".IRQ has a heading and lines of at most 79 columns", interrupts},
    {"report-acpi", ".ACPI has a heading and lines of at most 79 columns", acpi},
    {"report-cpu", ".CPU has a heading and lines of at most 79 columns", processor},
    {"report-pci", ".PCI has a heading and lines of at most 79 columns", pci},
    {"report-console", ".CONSOLE has a heading and lines of at most 79 columns", console},
    {NULL, NULL, NULL},
};
