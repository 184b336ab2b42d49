/*
 * vm_arbiter.c - the arbiter as its machine sees it, and what the end of a VM means.
 */
#include "arbiter/vm_arbiter.h"

#include "arbiter/capability.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_instance.h"
#include "arbiter/vm_life.h"
#include "forth/block.h"
#include "forth/console.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "hal/hal_file.h"
#include "hal/hal_panic.h"
#include "hal/hal_power.h"
#include "hal/hal_time.h"
#include "primitives.h"

#define TICK_NS UINT64_C(1000000)

static int exit_status;

/* Blocks are shared, so a VM needs a capability for them. */
static int permit_block(struct vm *vm, uint64_t block) {
    struct vm_control *self = vm_control_of(vm);
    return self == NULL ? 0 : capability_use(self, CAP_BLOCK, block, block);
}

int vm_arbiter_init(void) {
    block_permit = permit_block;
    hal_fault_set_handler(scheduler_fault);
    return base_dictionary_build();
}

int vm_create_primordial(void) {
    return vm_spawn_primordial();
}

/* VM[0] goes back to its prompt after an error that nobody caught; any other VM ends. */
static void uncaught(struct vm_control *control) {
    struct vm *vm = control->vm;
    const int64_t code = vm->throw_code;
    console_select(&vm->console);
    if (control->id == 0) {
        vm_restart_at_prompt(vm);
    }
    vm_push(vm, (uint64_t)code);
    word_report_error(vm);
    if (control->id == 0) {
        scheduler_start(control);
    } else {
        vm_end(control, VM_END_UNCAUGHT, code);
    }
}

static void ended(struct vm_control *control, enum vm_exit reason) {
    if (reason == VM_EXIT_UNCAUGHT) {
        uncaught(control);
    } else if (control->id == 0) {
        hal_power_off(exit_status);
    } else {
        vm_end(control, VM_END_FINISHED, 0);
    }
}

void vm_arbiter_loop(void) {
    scheduler_loop(ended);
}

int word_ticks(struct vm *vm) {
    vm_push(vm, hal_time_now_ns() / TICK_NS);
    return 0;
}

/* ( u1 -- addr u2 ) The name of start-up file u1, in PAD. */
int word_startup_file(struct vm *vm) {
    const char *name = hal_file_startup((unsigned)vm_pop(vm));
    char *pad = vm_pointer(vm, VM_PAD, VM_PAD_SIZE);
    if (pad == NULL) {
        return THROW_NO_MEMORY;
    }
    uint64_t size = 0;
    while (name != NULL && name[size] != '\0' && size < VM_PAD_SIZE) {
        pad[size] = name[size];
        size++;
    }
    vm_push(vm, VM_PAD);
    vm_push(vm, size);
    return 0;
}

/* ( -- flag ) A start-up file failed: remembered for the exit status. True if nobody is at the
 * console to go on by hand. */
int word_script_failed(struct vm *vm) {
    if (vm->id != 0) {
        return THROW_NOT_PERMITTED;
    }
    exit_status = 1;
    vm_push(vm, hal_console_is_terminal() ? 0 : (uint64_t)-1);
    return 0;
}
