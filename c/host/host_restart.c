/*
 * host_restart.c - REBOOT on Linux: the program begins again.
 */
#include <unistd.h>

#include "hal/hal_console.h"
#include "hal/hal_power.h"
#include "host.h"

char **host_arguments;

void hal_power_reboot(void) {
    hal_console_flush();
    host_console_restore();
    execv("/proc/self/exe", host_arguments);
    _exit(HOST_EXIT_PANIC);
}
