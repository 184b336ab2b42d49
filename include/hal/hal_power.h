/*
 * hal_power.h - leaving the machine.
 */
#ifndef HAL_POWER_H
#define HAL_POWER_H

/* Flushes the console and powers the machine off (ACPI S5, else UEFI ResetSystem; where
 * neither works, says that the machine can be switched off, and halts). On Linux: exits the process with
 * `status`, which the bare machine has no way to report. */
_Noreturn void hal_power_off(int status);

/* Flushes the console and starts the machine again from its firmware: by the ACPI reset register, else UEFI
 * ResetSystem, the keyboard controller, the chip set, a triple fault. On Linux: starts the program again,
 * with the same arguments; input that was not used yet is used then. */
_Noreturn void hal_power_reboot(void);

#endif
