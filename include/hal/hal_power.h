/*
 * hal_power.h - leaving the machine.
 */
#ifndef HAL_POWER_H
#define HAL_POWER_H

/* Flushes the console and powers the machine off (ACPI S5, else UEFI ResetSystem; where
 * neither works, says that the machine can be switched off, and halts). On Linux: exits the process with `status`,
 * which the bare machine has no way to report. */
_Noreturn void hal_power_off(int status);

/* Flushes the console and starts the machine again from its firmware. On Linux: starts the program again, with
 * the same arguments. */
_Noreturn void hal_power_reboot(void);

#endif
