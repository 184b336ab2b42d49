/*
 * firmware_call.h - calls a function of the firmware in the address space that it knows
 * (asm/cpu/firmware_call.asm).
 */
#ifndef CPU_FIRMWARE_CALL_H
#define CPU_FIRMWARE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All addresses are as the firmware sees them: physical. */
struct firmware_call {
    uint64_t function;
    uint64_t arguments[4];
    uint64_t stack_top;  /* multiple of 16; UEFI 2.10 section 2.3.4 asks for 128 KiB below it */
    uint64_t page_table; /* for CR3: maps function and stack, and the kernel's half as it is now */
};

_Static_assert(offsetof(struct firmware_call, arguments) == 8, "layout read by firmware_call.asm");

/* Calls with the convention and the processor state of UEFI 2.10 section 2.3.4.2, interrupts disabled. True:
 * the function came back; what it returned is dropped. False: an exception came up in it, which `escape`
 * describes. A firmware that hangs is not noticed. Interrupts must be disabled; not ISR-safe. */
bool firmware_call(const struct firmware_call *call);

#endif
