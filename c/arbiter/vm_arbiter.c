/*
 * vm_arbiter.c - the loop that decides which VM runs. For now there is one VM to decide about.
 */
#include "arbiter/vm_arbiter.h"

#include "arbiter/vm_instance.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_file.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_panic.h"
#include "hal/hal_power.h"
#include "hal/hal_time.h"
#include "primitives.h"

#define TICK_NS UINT64_C(1000000)

enum vm_state { VM_RUNNABLE, VM_WAITING_FOR_INPUT, VM_SLEEPING };

static struct vm *vm0;
static enum vm_state vm0_state;
static volatile uint64_t ticks;
static int exit_status;

static void tick(void *context) {
    (void)context;
    ticks++;
}

int vm_arbiter_init(void) {
    hal_fault_set_handler(vm_fault);
    const int code = base_dictionary_build();
    if (code != 0) {
        return code;
    }
    if (hal_timer_periodic(TICK_NS, tick, NULL) < 0) {
        hal_panic("vm_arbiter_init: no timer for the tick");
    }
    return 0;
}

int vm_create_primordial(void) {
    vm0 = vm_create(0, VM_ENVELOPE_PRIMORDIAL, base_image.cold);
    vm0_state = VM_RUNNABLE;
    return vm0 == NULL ? THROW_NO_MEMORY : 0;
}

/* Lets the VM run until it has a reason to stop, and decides what follows from the reason. */
static void run(struct vm *vm) {
    vm_current = vm;
    hal_panic_current_vm = (long)vm->id;
    switch ((enum vm_exit)engine_run(vm)) {
    case VM_EXIT_WAIT:
        vm0_state = VM_WAITING_FOR_INPUT;
        break;
    case VM_EXIT_SLEEP:
        vm0_state = VM_SLEEPING;
        break;
    case VM_EXIT_BYE:
    case VM_EXIT_FINISHED:
        hal_power_off(exit_status);
    case VM_EXIT_UNCAUGHT:
        vm_restart_at_prompt(vm);
        vm_push(vm, (uint64_t)vm->throw_code);
        word_report_error(vm);
        break;
    }
}

void vm_arbiter_loop(void) {
    hal_irq_enable();
    for (;;) {
        switch (vm0_state) {
        case VM_RUNNABLE:
            run(vm0);
            break;
        case VM_WAITING_FOR_INPUT:
            if (hal_console_has_input() || vm0->break_pending != 0) {
                vm0_state = VM_RUNNABLE;
            } else {
                hal_console_wait();
            }
            break;
        case VM_SLEEPING:
            if (hal_time_now_ns() >= vm0->wake_ns || vm0->break_pending != 0) {
                vm0_state = VM_RUNNABLE;
            } else {
                hal_console_flush();
                hal_cpu_halt();
            }
            break;
        }
    }
}

int word_ticks(struct vm *vm) {
    vm_push(vm, ticks);
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
    exit_status = 1;
    vm_push(vm, hal_console_is_terminal() ? 0 : (uint64_t)-1);
    return 0;
}
