/*
 * host_restart.c - REBOOT on Linux: the program begins again, in the same process and with the same
 * arguments.
 *
 * Input that was read ahead but not used yet is handed on, so that a pipe goes on with the line after REBOOT,
 * as a terminal and a serial line do. It travels in a nameless file, whose descriptor the environment names.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hal/hal_console.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_power.h"
#include "host.h"

#define UNREAD_VARIABLE "STARFORTH_UNREAD"

char **host_arguments;

/* False when Linux refuses; then the input is lost, which is better than not to start again. */
static bool keep_unread(const unsigned char *bytes, size_t size) {
    char number[12];
    const int file = memfd_create("starforth input", 0);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size || lseek(file, 0, SEEK_SET) != 0) {
        return false;
    }
    snprintf(number, sizeof number, "%d", file);
    return setenv(UNREAD_VARIABLE, number, 1) == 0;
}

size_t host_restart_take_unread(unsigned char *bytes, size_t capacity) {
    const char *number = getenv(UNREAD_VARIABLE);
    struct stat status;
    ssize_t size = 0;

    if (number != NULL) {
        const int file = atoi(number);
        /* only the kind of file that keep_unread makes: it has no name in any folder */
        if (file > STDERR_FILENO && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
            status.st_nlink == 0) {
            size = read(file, bytes, capacity);
            close(file);
        }
        unsetenv(UNREAD_VARIABLE);
    }
    return size > 0 ? (size_t)size : 0;
}

void hal_power_reboot(void) {
    const unsigned char *unread;
    const size_t size = host_console_unread(&unread);

    hal_console_flush();
    /* A Ctrl-C that comes now waits until the new program has its handlers: in between, it would end the
     * process. The mask survives execv, and so does the signal that waits. */
    (void)hal_irq_disable();
    host_console_restore();
    if (size > 0 && !keep_unread(unread, size)) {
        fprintf(stderr, "REBOOT: %zu bytes of input are lost\n", size);
    }
    execv("/proc/self/exe", host_arguments);
    perror("REBOOT: the program cannot be started again");
    _exit(HOST_EXIT_PANIC);
}
