/*
 * hal_power.c - powering the machine off and starting it again.
 *
 * Every way is tried in turn, the one that disturbs least first. For tests, power=acpi or power=uefi on the
 * kernel command line, and reboot=acpi, uefi, kbd, cf9 or triple, leave only the one named.
 */
#include "hal/hal_power.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cpu/cmdline.h"
#include "cpu/io.h"
#include "cpu/kprint.h"
#include "drivers/acpi.h"
#include "drivers/efi_runtime.h"
#include "drivers/reset_ports.h"
#include "hal/hal_console.h"

struct method {
    const char *name;
    void (*run)(void); /* returns when it had no effect */
};

static void shutdown_by_firmware(void) {
    efi_reset_system(EFI_RESET_SHUTDOWN);
}

static void reset_by_firmware(void) {
    efi_reset_system(EFI_RESET_COLD);
}

static void reset_by_fault(void) {
    reset_by_triple_fault();
}

static const struct method power_methods[] = {
    {"acpi", acpi_power_off},
    {"uefi", shutdown_by_firmware},
};

static const struct method reset_methods[] = {
    {"acpi", acpi_reset},       {"uefi", reset_by_firmware}, {"kbd", reset_by_keyboard_controller},
    {"cf9", reset_by_chip_set}, {"triple", reset_by_fault},
};

static bool is_name(const char *name, const char *text) {
    return strlen(name) == strlen(text) && memcmp(name, text, strlen(name)) == 0;
}

static void try_methods(const char *key, const struct method *methods, size_t count) {
    const char *wanted = cmdline_value(key);
    bool known = false;

    hal_console_putc('\n'); /* what may have to be said begins on a line of its own */
    hal_console_flush();
    (void)interrupts_save_and_disable();
    for (size_t i = 0; i < count; i++) {
        if (wanted == NULL || is_name(methods[i].name, wanted)) {
            known = true;
            methods[i].run();
        }
    }
    if (!known) {
        kprintf("%s=%s on the kernel command line names no way that the kernel knows.\n", key,
                wanted);
    }
}

_Noreturn void hal_power_off(int status) {
    (void)status; /* a machine has no one to report it to */
    try_methods("power", power_methods, sizeof power_methods / sizeof power_methods[0]);
    kprintf("The firmware offers no way to power off. The machine can now be switched off.\n");
    hal_console_flush();
    halt_for_good();
}

_Noreturn void hal_power_reboot(void) {
    try_methods("reboot", reset_methods, sizeof reset_methods / sizeof reset_methods[0]);
    kprintf("The machine does not reset. It can now be switched off.\n");
    hal_console_flush();
    halt_for_good();
}
