/*
 * host_machine.c - the small parts of the HAL on Linux: processor, power, panic.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <x86intrin.h>

#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_panic.h"
#include "hal/hal_power.h"
#include "host.h"

volatile long hal_panic_current_vm = -1;

void hal_cpu_init(void) {}

unsigned hal_cpu_id(void) {
    return 0;
}

unsigned hal_cpu_count(void) {
    return 1;
}

void hal_cpu_relax(void) {
    _mm_pause();
}

void hal_cpu_halt(void) {
    sigset_t none;
    sigemptyset(&none);
    sigsuspend(&none);
}

void hal_power_off(int status) {
    hal_console_flush();
    exit(status);
}

void hal_panic(const char *message) {
    static volatile sig_atomic_t again;
    if (again++ == 0) {
        hal_console_flush();
        fprintf(stderr, "\n*** STARFORTH PANIC ***\n%s\ncurrent VM: %ld\n",
                message != NULL ? message : "unknown error", hal_panic_current_vm);
        exit(HOST_EXIT_PANIC);
    }
    _exit(HOST_EXIT_PANIC);
}
