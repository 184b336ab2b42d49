/*
 * hal_test.h - the conformance suite of the HAL: one set of tests for both machines.
 *
 * The suite stands where the arbiter stands: kernel_main, or a small main on Linux, brings the machine up and
 * then calls vm_arbiter_loop, which here runs the tests. They use include/hal/ alone; what must be done to a
 * machine from outside, like raising an interrupt, is in machine_kernel.c and machine_host.c.
 */
#ifndef HAL_TEST_H
#define HAL_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hal/hal_fault.h"
#include "hal/hal_memory.h"

struct hal_test {
    const char *id; /* NULL ends a list */
    const char *sentence;
    void (*run)(void);
};

/* One list for each header of include/hal/, in the file of that name. */
extern const struct hal_test hal_memory_tests[], hal_mapping_tests[], hal_exhaustion_tests[],
    hal_space_tests[], hal_time_tests[], hal_cancel_tests[], hal_interrupt_tests[],
    hal_console_tests[], hal_cpu_tests[], hal_file_tests[], hal_fault_tests[], hal_report_tests[];

/* Notes why the running test fails; the first reason counts. Not ISR-safe. */
void hal_test_fail(const char *file, unsigned line, const char *what, uint64_t actual,
                   uint64_t expected);

/* Says that this machine cannot run the test, and why. */
void hal_test_skip(const char *reason);

/* The checks. A check that fails ends the function that it stands in. */
#define CHECK_EQ(actual, expected)                                                                 \
    do {                                                                                           \
        const uint64_t check_actual = (uint64_t)(actual), check_expected = (uint64_t)(expected);   \
        if (check_actual != check_expected) {                                                      \
            hal_test_fail(__FILE__, __LINE__, #actual, check_actual, check_expected);              \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define CHECK(condition) CHECK_EQ(!!(condition), 1)

/* Writes a line to the console; the patterns of shared/format.h. */
void hal_test_say(const char *pattern, ...) __attribute__((format(printf, 1, 2)));

/* A random number from a fixed seed: every run is the same. */
uint64_t hal_test_random(void);

/* Spins, interrupts as they are, until the clock has gone on by so much. */
void hal_test_spin_ns(uint64_t ns);

/* Waits, sleeping, until *counter has reached `wanted`; false when it has not after some seconds. */
bool hal_test_wait_for(const volatile unsigned *counter, unsigned wanted);

/* True when every byte of the range is `value`. */
bool hal_test_all_bytes(const void *memory, size_t size, unsigned char value);

/* Whether two accounts are the same; says what differs. */
bool hal_test_same_stats(struct hal_mem_stats a, struct hal_mem_stats b);

/* ---- probe.c, probe.asm: accesses that may fault ---- */

/* What the fault handler saw during the last probe. */
struct probe_result {
    unsigned faults;
    struct hal_fault fault; /* the last of them */
    bool in_interrupt;      /* what hal_in_interrupt_context said in the handler */
    bool has_registers;     /* fault.registers was not NULL; these are a copy */
    struct hal_registers registers;
};
extern volatile struct probe_result probe_result;

/* Each does one access and returns true when it came through; when it faulted, it was abandoned by
 * HAL_FAULT_REDIRECT, and probe_result says what was reported. */
bool probe_read(uint64_t address, uint64_t *value);
bool probe_write(uint64_t address, uint64_t value);
bool probe_call(uint64_t address); /* of a function that takes nothing and returns */
bool probe_divide(int64_t dividend, int64_t divisor);
bool probe_undefined(void);                /* an invalid opcode with the direction flag set */
bool probe_spin(volatile uint32_t *until); /* until it is not zero */

/* Installs another handler for the probes that follow; NULL brings the usual one back. */
void probe_set_handler(hal_fault_handler handler);

/* ---- machine_kernel.c, machine_host.c ---- */

/* Addresses for hal_mem_map of which 1 GiB is surely not mapped. */
uint64_t machine_map_base(void);

/* Whether hal_mem_check sees a byte that was written behind a block. */
bool machine_has_heap_guards(void);

/* Does what Ctrl-C does at the console; the break may come a little later. */
void machine_break(void);

/* An interrupt line that the machine can be made to raise a few hundred times a second. */
unsigned machine_line(void);
void machine_line_start(void);
void machine_line_acknowledge(void); /* what the device wants after each interrupt. ISR-safe */
void machine_line_stop(void);

#endif
