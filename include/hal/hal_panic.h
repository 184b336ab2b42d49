/*
 * hal_panic.h - the end of the line, for kernel bugs alone.
 *
 * Never called for anything that a VM, a user or the firmware did.
 */
#ifndef HAL_PANIC_H
#define HAL_PANIC_H

/* Prints the message, registers, a backtrace and the current VM on every console, then halts for
 * good (under test: leaves QEMU with a failure status). Works with interrupts in any state, at any
 * time after the UART is up, and when called again from inside itself. */
_Noreturn void hal_panic(const char *message);

/* What hal_panic prints as the current VM; maintained by the arbiter. -1 means none. */
extern volatile long hal_panic_current_vm;

#endif
