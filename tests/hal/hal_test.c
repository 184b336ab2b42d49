/*
 * hal_test.c - runs the conformance suite in place of the arbiter, prints what came of it and powers off.
 *
 * A line each: `PASS id: sentence`, `FAIL id: sentence (why)` or `SKIP id: sentence (why)`. The last line is
 * `hal: N passed, N failed`.
 */
#include "hal_test.h"

#include <stdarg.h>

#include "arbiter/vm_arbiter.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_power.h"
#include "hal/hal_time.h"
#include "shared/format.h"

#define PATIENCE_NS UINT64_C(10000000000)

static const struct hal_test *const lists[] = {
    hal_memory_tests,    hal_mapping_tests, hal_exhaustion_tests, hal_space_tests,
    hal_fault_tests,     hal_time_tests,    hal_cancel_tests,     hal_cpu_tests,
    hal_interrupt_tests, hal_file_tests,    hal_report_tests,     hal_console_tests,
};

/* The running test */
static struct {
    bool failed;
    const char *file;
    unsigned line;
    const char *what;
    uint64_t actual, expected;
    const char *skipped;
} outcome;

static void write(void *context, const char *text, size_t size) {
    (void)context;
    hal_console_write(text, size);
}

void hal_test_say(const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    format_list(write, NULL, pattern, arguments);
    va_end(arguments);
}

void hal_test_fail(const char *file, unsigned line, const char *what, uint64_t actual,
                   uint64_t expected) {
    if (!outcome.failed) {
        outcome.failed = true;
        outcome.file = file;
        outcome.line = line;
        outcome.what = what;
        outcome.actual = actual;
        outcome.expected = expected;
    }
}

void hal_test_skip(const char *reason) {
    outcome.skipped = reason;
}

uint64_t hal_test_random(void) {
    static uint64_t state = 88172645463325252u; /* George Marsaglia's xorshift */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

void hal_test_spin_ns(uint64_t ns) {
    const uint64_t start = hal_time_now_ns();
    while (hal_time_now_ns() - start < ns) {
        hal_cpu_relax();
    }
}

bool hal_test_wait_for(const volatile unsigned *counter, unsigned wanted) {
    const uint64_t start = hal_time_now_ns();
    while (*counter < wanted) {
        if (hal_time_now_ns() - start > PATIENCE_NS) {
            return false;
        }
        hal_cpu_relax();
    }
    return true;
}

bool hal_test_all_bytes(const void *memory, size_t size, unsigned char value) {
    const unsigned char *bytes = memory;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

/* Prints the line of the test that has just run; returns whether it failed. */
static bool report(const struct hal_test *test) {
    if (outcome.failed) {
        hal_test_say("FAIL %s: %s (%s:%u: %s is %lu (0x%lx), not %lu (0x%lx))\n", test->id,
                     test->sentence, outcome.file, outcome.line, outcome.what, outcome.actual,
                     outcome.actual, outcome.expected, outcome.expected);
    } else if (outcome.skipped != NULL) {
        hal_test_say("SKIP %s: %s (%s)\n", test->id, test->sentence, outcome.skipped);
    } else {
        hal_test_say("PASS %s: %s\n", test->id, test->sentence);
    }
    hal_console_flush(); /* should the next one end the machine */
    return outcome.failed;
}

/* Whoever starts the arbiter asks for it when that fails; nothing of Forth is linked here. */
const char *throw_message(int64_t code) {
    (void)code;
    return NULL;
}

int vm_arbiter_init(void) {
    probe_set_handler(NULL);
    return 0;
}

int vm_create_primordial(void) {
    return 0; /* there are no VMs here */
}

_Noreturn void vm_arbiter_loop(void) {
    unsigned passed = 0, failed = 0;
    hal_irq_enable();
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (const struct hal_test *test = lists[i]; test->id != NULL; test++) {
            outcome.failed = false;
            outcome.skipped = NULL;
            test->run();
            if (report(test)) {
                failed++;
            } else if (outcome.skipped == NULL) {
                passed++;
            }
        }
    }
    hal_test_say("hal: %u passed, %u failed\n", passed, failed);
    hal_power_off(failed != 0);
}
