/*
 * probe.h - what probe.asm has for probe.c and the tests of faults.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stdint.h>

/* True when the access faulted and was redirected to probe_recover. */
bool probe_raw_read(uint64_t address, uint64_t *value);
bool probe_raw_write(uint64_t address, uint64_t value);
bool probe_raw_call(uint64_t address);
bool probe_raw_divide(int64_t dividend, int64_t divisor);
bool probe_raw_undefined(void);
bool probe_raw_spin(volatile uint32_t *until);

/* The instructions that may fault. */
extern const char probe_read_access[] __asm__("probe_raw_read.access");
extern const char probe_write_access[] __asm__("probe_raw_write.access");
extern const char probe_divide_access[] __asm__("probe_raw_divide.access");

/* Where a handler sends a probe, and what was found there. */
extern const char probe_recover[];
extern volatile uint64_t probe_rsp, probe_rbx, probe_r12, probe_flags;

#endif
