/*
 * bench_machine_host.c - makes the machine as c/host/main.c does, but without the arbiter's loop and its
 * timer tick: nothing interrupts a benchmark.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arbiter/vm_instance.h"
#include "bench_machine.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal/hal_time.h"

void machine_fail(const char *what, const char *detail) {
    hal_console_flush();
    fprintf(stderr, "bench: %s: %s\n", what, detail);
    exit(1);
}

void *machine_alloc(size_t size) {
    void *memory = calloc(1, size);
    if (memory == NULL) {
        machine_fail("machine_alloc", "out of memory");
    }
    return memory;
}

void machine_init(void) {
    hal_interrupt_init();
    hal_time_init();
    hal_mem_init();
    hal_console_init();
    hal_cpu_init();
    hal_fault_set_handler(vm_fault);
    if (base_dictionary_build() != 0) {
        machine_fail("machine_init", "the base dictionary does not compile");
    }
}

void machine_load_text(struct vm *vm, const char *text) {
    char path[32];
    size_t size = strlen(text);
    int file = memfd_create("bench", 0);
    if (file < 0 || write(file, text, size) != (ssize_t)size) {
        machine_fail("machine_load_text", "no memory for the source");
    }
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    machine_load_file(vm, path);
    close(file);
}
