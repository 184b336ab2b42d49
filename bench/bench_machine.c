/*
 * bench_machine.c - VMs that run one word at a time for C, without the arbiter: the benchmark itself decides when a VM
 * runs.
 *
 * The same in the Linux process and in the kernel; what each needs beside it is in bench_machine_host.c and in
 * compare/machine_kernel.c.
 */
#include "bench_machine.h"

#include <string.h>

#include "arbiter/vm_instance.h"
#include "forth/clock.h"
#include "forth/throw.h"
#include "physics/physics.h"

#define DETAIL_SIZE 64u

static uint64_t next_id;

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

/* An exception that nobody caught: its message, and the word at which it happened. */
static _Noreturn void fail_uncaught(struct vm *vm) {
    const char *message = throw_message(vm->throw_code);
    char near[DETAIL_SIZE] = "?";
    uint64_t size = vm->throw_word_size < DETAIL_SIZE ? vm->throw_word_size : DETAIL_SIZE - 1;
    const char *word = vm_pointer(vm, vm->throw_word_addr, size);
    if (word != NULL) {
        memcpy(near, word, size);
        near[size] = '\0';
    }
    machine_fail(message != NULL ? message : "a THROW without a message", near);
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
        fail_uncaught(vm);
    }
    if (reason != VM_EXIT_FINISHED) {
        machine_fail("Forth", "the word has not returned");
    }
}

void machine_load_file(struct vm *vm, const char *path) {
    size_t size = strlen(path);
    char *pad = size <= VM_PAD_SIZE ? vm_pointer(vm, VM_PAD, size) : NULL;
    if (pad != NULL) {
        memcpy(pad, path, size);
        const uint64_t name[] = {VM_PAD, size};
        machine_execute(vm, machine_find(vm, "INCLUDED"), name, 2);
    } else {
        machine_fail("name too long", path);
    }
}

void machine_reset(struct vm *vm) {
    if (!physics_reset(vm)) {
        machine_fail("machine_reset", "out of memory");
    }
    clock_set_target(
        vm, vm->next_beat); /* what was left of the last interval would be a heartbeat too early */
}

void machine_still(struct vm *vm) {
    machine_reset(vm);
    vm->next_beat = UINT64_MAX;
    clock_set_target(vm, clock_paid(vm) + (uint64_t)CLOCK_FAR);
}

uint64_t machine_variable(struct vm *vm, const char *name) {
    const struct word *word = dictionary_word(vm, machine_find(vm, name));
    const uint64_t *cell = vm_pointer(vm, word->arg, CELL);
    if (cell != NULL) {
        return *cell;
    }
    machine_fail("not a variable", name);
}
