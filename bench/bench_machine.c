/*
 * bench_machine.c - makes the machine as c/host/main.c does, but without the arbiter's loop and its
 * timer tick: the benchmark itself decides when a VM runs, and nothing interrupts it.
 */
#define _GNU_SOURCE
#include "bench_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arbiter/vm_instance.h"
#include "forth/clock.h"
#include "forth/throw.h"
#include "physics/physics.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal/hal_time.h"

static uint64_t next_id;

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

struct vm *machine_create(void) {
    struct vm *vm = vm_create(next_id++, VM_ENVELOPE_PRIMORDIAL, base_image.cold);
    if (vm == NULL) {
        machine_fail("machine_create", "out of memory");
    }
    return vm;
}

uint64_t machine_find(struct vm *vm, const char *name) {
    uint32_t xt = dictionary_find(vm, name, strlen(name));
    if (xt == 0) {
        machine_fail("no such word", name);
    }
    return xt;
}

void machine_execute(struct vm *vm, uint64_t xt, const uint64_t *items, unsigned count) {
    vm_restart_at_prompt(vm); /* empty stacks; the thread is replaced below */
    for (unsigned i = 0; i < count; i++) {
        vm_push(vm, items[i]);
    }
    vm_push(vm, xt);
    clock_enter(vm, engine_start_thread);
    vm_current = vm;
    int reason = engine_run(vm);
    while (reason == VM_EXIT_WORDS) { /* its heart beats, as in the arbiter's loop */
        (void)physics_beat(vm, WORK_ALL);
        clock_set_target(vm, vm->next_beat);
        reason = engine_run(vm);
    }
    if (reason == VM_EXIT_UNCAUGHT) {
        char detail[160];
        const char *message = throw_message(vm->throw_code);
        const char *word = vm_pointer(vm, vm->throw_word_addr, vm->throw_word_size);
        snprintf(detail, sizeof detail, "error %lld: %s near %.*s", (long long)vm->throw_code,
                 message != NULL ? message : "?", word != NULL ? (int)vm->throw_word_size : 0,
                 word);
        machine_fail("Forth", detail);
    }
    if (reason != VM_EXIT_FINISHED) {
        machine_fail("Forth", "the word has not returned");
    }
}

void machine_load_file(struct vm *vm, const char *path) {
    size_t size = strlen(path);
    char *pad = size <= VM_PAD_SIZE ? vm_pointer(vm, VM_PAD, size) : NULL;
    if (pad == NULL) {
        machine_fail("name too long", path);
    }
    memcpy(pad, path, size);
    const uint64_t name[] = {VM_PAD, size};
    machine_execute(vm, machine_find(vm, "INCLUDED"), name, 2);
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

uint64_t machine_variable(struct vm *vm, const char *name) {
    const struct word *word = dictionary_word(vm, machine_find(vm, name));
    const uint64_t *cell = vm_pointer(vm, word->arg, CELL);
    if (cell == NULL) {
        machine_fail("not a variable", name);
    }
    return *cell;
}
