/*
 * hal_power.h - leaving the machine.
 */
#ifndef HAL_POWER_H
#define HAL_POWER_H

/* Flushes the console and powers the machine off (ACPI S5; where the firmware offers none, says
 * that the machine can be switched off, and halts). On Linux: exits the process with `status`,
 * which the bare machine has no way to report. */
_Noreturn void hal_power_off(int status);

#endif
