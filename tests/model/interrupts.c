/*
 * interrupts.c - the machine of the test: time, timers and interrupts.
 *
 * Time passes only while the processor is halted and where engine.c says so. Interrupts are held back, on
 * request, until the arbiter has called the HAL so and so often: so they come in the middle of its work.
 */
#include "arbiter/vm_instance.h"
#include "hal/hal_console.h"
#include "hal/hal_cpu.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_time.h"
#include "model.h"

/* Places in the code that the arbiter tells from one another: asm/engine/switch.asm has the real ones. */
__asm__(".pushsection .text\n"
        ".globl engine_continue, engine_continue_end, engine_preempted, model_in_c\n"
        "engine_continue: .skip 16\n"
        "engine_continue_end:\n"
        "engine_preempted: .skip 16\n"
        "model_in_c: .skip 16\n"
        ".globl __start_engine_text, __stop_engine_text, engine_throw, model_in_engine\n"
        "__start_engine_text:\n"
        "engine_throw: .skip 16\n"
        "model_in_engine: .skip 16\n"
        ".globl model_next\n"
        "model_next: .skip 16\n"
        "__stop_engine_text: .skip 16\n"
        ".popsection\n");
#define TIMERS 4

static struct {
    bool used;
    uint64_t at;
    hal_timer_callback callback;
    void *context;
} timers[TIMERS];

static hal_fault_handler handler;
static bool enabled, preempt_wanted, in_interrupt;

void hal_fault_set_handler(hal_fault_handler to) {
    handler = to;
}

void hal_preempt_request(void) {
    preempt_wanted = true;
}

uint64_t hal_time_now_ns(void) {
    machine_point();
    return machine_now;
}

uint64_t hal_time_cycles(void) {
    machine_point();
    return machine_now;
}

uint64_t hal_time_cycles_hz(void) {
    return UINT64_C(1000000000);
}

int hal_timer_oneshot(uint64_t delay_ns, hal_timer_callback callback, void *context) {
    if (delay_ns < HAL_TIMER_MIN_NS) {
        model_fail("a timer of %lu ns", delay_ns);
    }
    for (int i = 0; i < TIMERS; i++) {
        if (!timers[i].used) {
            timers[i].used = true;
            timers[i].at = machine_now + delay_ns;
            timers[i].callback = callback;
            timers[i].context = context;
            return i;
        }
    }
    return HAL_ERR_NO_MEMORY;
}

hal_status hal_timer_cancel(int handle) {
    if (handle < 0 || handle >= TIMERS || !timers[handle].used) {
        return HAL_ERR_NOT_FOUND;
    }
    timers[handle].used = false;
    return HAL_OK;
}

uint64_t machine_next_timer(void) {
    uint64_t next = UINT64_MAX;
    for (int i = 0; i < TIMERS; i++) {
        if (timers[i].used && timers[i].at < next) {
            next = timers[i].at;
        }
    }
    return next;
}

/* Calls the fault handler as the end of an interrupt does. True when it sends the engine elsewhere. */
static bool fault(hal_fault_kind kind, enum place place, const struct hal_registers *registers) {
    const struct vm *vm = vm_current;
    struct hal_registers all = *registers;
    all.rip = (uint64_t)(place == IN_C        ? model_in_c
                         : place == IN_ENGINE ? model_in_engine
                                              : engine_continue + 3);
    all.rsp = place == IN_ENGINE ? vm->control_base - 64 : 4096;
    struct hal_fault now = {
        .kind = kind, .rip = all.rip, .rbx = all.rbx, .r12 = all.r12, .registers = &all};
    in_interrupt = true;
    const hal_fault_action action = handler(&now);
    in_interrupt = false;
    if (action == HAL_FAULT_UNHANDLED) {
        model_fail("an interrupt was not handled");
    }
    if (action == HAL_FAULT_REDIRECT) {
        if (place == IN_C) {
            model_fail("C code was diverted");
        }
        if (now.rip != (uint64_t)engine_preempted || now.r12 != (uint64_t)vm) {
            model_fail("the engine was diverted to %lx", now.rip);
        }
        return true;
    }
    return false;
}

/* All interrupts that are due, at this place. */
bool machine_interrupts(enum place place, const struct hal_registers *registers) {
    bool diverted = false;
    machine_late = 0;
    for (int i = 0; i < TIMERS; i++) {
        if (timers[i].used && timers[i].at <= machine_now) {
            timers[i].used = false;
            machine_interrupted = true;
            model_trace("  the timer rings");
            ref_event(false);
            timers[i].callback(timers[i].context);
        }
    }
    if (preempt_wanted) {
        preempt_wanted = false;
        diverted = fault(HAL_FAULT_PREEMPT, place, registers);
    }
    if (machine_break && !diverted) {
        machine_break = false;
        machine_interrupted = true;
        model_trace("  Ctrl-C");
        ref_event(true);
        diverted = fault(HAL_FAULT_BREAK, place, registers);
    }
    return diverted;
}

static const struct hal_registers no_registers;

/* A place in the arbiter at which an interrupt may come. */
void machine_point(void) {
    if (enabled && !in_interrupt && machine_late > 0 && --machine_late == 0) {
        (void)machine_interrupts(IN_C, &no_registers);
    }
}

void hal_irq_enable(void) {
    enabled = true;
}

unsigned long hal_irq_disable(void) {
    const unsigned long state = enabled;
    enabled = false;
    return state;
}

void hal_irq_restore(unsigned long state) {
    enabled = state != 0;
}

#define FAR_NS                                                                                     \
    UINT64_C(3600000000000) /* a timer that is further away: something else comes before */

/* Until the next interrupt, at whatever time. `keys`: a key ends it too. */
static void halt(bool keys) {
    if (machine_late > 0 || machine_break) {
        (void)machine_interrupts(IN_C, &no_registers);
        return;
    }
    if (inside_look()) {
        return;
    }
    for (;;) {
        const struct operation *operation = next_operation();
        const bool came = operation_outside(operation);
        if (came && (keys || machine_break)) {
            break;
        }
        if (machine_next_timer() <= machine_now + FAR_NS) {
            machine_now = machine_next_timer() > machine_now ? machine_next_timer() : machine_now;
            break;
        }
        if (operation->kind == OP_TIME) {
            machine_now += operation->x % 1000000;
        }
    }
    (void)machine_interrupts(IN_C, &no_registers);
}

static void idle(bool keys) {
    if (!inside_look()) {
        ref_settle_look();
    }
    if (ref_dispatch() != REF_NOBODY && !inside_look()) {
        model_fail("the processor is halted, but VM %lu can run", ref_dispatch());
    }
    compare_all();
    halt(keys);
    if (!inside_look()) {
        ref_settle_look();
    }
    ref_event(false); /* whoever halts looks afterwards */
}

void hal_cpu_halt(void) {
    idle(false);
}

/* An interrupt may come just before the processor is halted: with interrupts enabled, it does not end the
 * halt. */
void hal_console_wait(void) {
    if (enabled && (machine_late > 0 || machine_break)) {
        (void)machine_interrupts(IN_C, &no_registers);
        if (machine_input == 0 && inside_look()) {
            model_fail("the processor is halted right after an interrupt that wanted something");
        }
    }
    if (machine_input > 0) {
        ref_event(false);
        return;
    }
    idle(true);
}
