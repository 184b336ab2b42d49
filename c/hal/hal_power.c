/*
 * hal_power.c - powering the machine off.
 *
 * Through ACPI alone. UEFI's ResetSystem would need the firmware's own mappings, which lay in
 * memory that the kernel has reclaimed; and the reset ports restart a machine, they do not switch
 * it off.
 */
#include "hal/hal_power.h"

#include "cpu/io.h"
#include "drivers/acpi.h"
#include "hal/hal_console.h"

enum { RESET_PORT = 0xcf9, RESET_FULL = 0x06 }; /* the chip set's reset control register */

static const char switch_off_message[] =
    "The firmware offers no way to power off. The machine can now be switched off.\n";

_Noreturn void hal_power_off(int status) {
    (void)status; /* a machine has no one to report it to */
    hal_console_flush();
    acpi_power_off();
    hal_console_write(switch_off_message, sizeof switch_off_message - 1);
    hal_console_flush();
    halt_for_good();
}

_Noreturn void hal_power_reboot(void) {
    hal_console_flush();
    outb(RESET_PORT, RESET_FULL);
    halt_for_good();
}
