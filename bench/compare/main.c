/*
 * main.c - the comparison in place of the arbiter's loop, on both machines.
 *
 * Linked with --wrap: vm_arbiter_loop begins with what is measured from C; the files of the benchmarks are in the
 * program (gen_cases.py), so INCLUDED finds them on a machine without a disk; and VM[0] loads compare.fs at its start.
 */
#include <string.h>

#include "../bench_chain.h"
#include "arbiter/vm_arbiter.h"
#include "compare.h"
#include "hal/hal_file.h"
#include "machine.h"

#define REPETITIONS         15u
#define REPETITIONS_COUNTED 2u /* the second proves that both are equal */

hal_status __wrap_hal_file_open(const char *name, size_t name_size, const char **contents,
                                size_t *size);
hal_status __real_hal_file_open(const char *name, size_t name_size, const char **contents,
                                size_t *size);
void __wrap_hal_file_close(const char *contents, size_t size);
void __real_hal_file_close(const char *contents, size_t size);
const char *__wrap_hal_file_startup(unsigned index);
_Noreturn void __wrap_vm_arbiter_loop(void);
_Noreturn void __real_vm_arbiter_loop(void);

hal_status __wrap_hal_file_open(const char *name, size_t name_size, const char **contents,
                                size_t *size) {
    for (const struct compare_file *file = compare_files; file->name != NULL; file++) {
        if (strlen(file->name) == name_size && memcmp(file->name, name, name_size) == 0) {
            *contents = file->text;
            *size = (size_t)(file->end - file->text);
            return HAL_OK;
        }
    }
    return __real_hal_file_open(name, name_size, contents, size);
}

void __wrap_hal_file_close(const char *contents, size_t size) {
    for (const struct compare_file *file = compare_files; file->name != NULL; file++) {
        if (file->text == contents) {
            return;
        }
    }
    __real_hal_file_close(contents, size);
}

const char *__wrap_hal_file_startup(unsigned index) {
    return index == 0 ? "compare.fs" : NULL;
}

/* The value of an option that is a decimal number. */
static uint64_t number_option(const char *name, uint64_t otherwise) {
    const char *text = machine_option(name);
    uint64_t value = 0;
    if (text == NULL || *text == '\0') {
        return otherwise;
    }
    for (; *text >= '0' && *text <= '9' && value < UINT32_MAX; text++) {
        value = value * 10 + (uint64_t)(*text - '0');
    }
    if (*text != '\0') {
        compare_fail("not a number", name);
    }
    return value;
}

static void check_harness(void) {
    struct compare_clock *clock = &compare.clock;
    clock->tsc_hz = machine_tsc_hz();
    if (clock->tsc_hz == 0) {
        compare_fail("the rate of the time stamp counter is not known", "refused");
    }
    const bool ok = compare_self_check(clock);
    compare_say("compare: self-check: %lu.%03lu %s, expected %lu.%03lu\n", clock->measured / 1000,
                clock->measured % 1000, clock->unit, clock->expected / 1000,
                clock->expected % 1000);
    if (compare_emulated()) {
        clock->ok = false;
        compare_fail("this processor is emulated, and its time is not counted", "refused");
    }
    if (!ok) {
        compare_fail("the self-check failed: this machine's clock cannot be used to measure",
                     "refused");
    }
}

_Noreturn void __wrap_vm_arbiter_loop(void) {
    compare.filter = "";
    machine_begin();
    chain_init();
    compare_say("compare: the results go to %s\n", machine_channel() != NULL
                                                       ? machine_channel()
                                                       : "the screen, as there is no channel");
    check_harness();
    compare.repetitions =
        (unsigned)number_option("samples", compare_counted() ? REPETITIONS_COUNTED : REPETITIONS);
    if (compare.repetitions == 0 || compare.repetitions > COMPARE_REPETITIONS) {
        compare_fail("there can be 1 to 50 samples", "samples");
    }
    compare.seed = number_option("seed", 1);
    if (machine_option("filter") != NULL) {
        compare.filter = machine_option("filter");
    }
    words_cases_add();
    hal_cases_add();
    compare_measure(0);
    arbiter_cases_add();
    __real_vm_arbiter_loop();
}
