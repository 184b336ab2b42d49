/*
 * probe.c - the fault handler of the suite, and accesses whose faults it takes note of.
 */
#include "probe.h"

#include "hal/hal_interrupt.h"
#include "hal_test.h"

volatile struct probe_result probe_result;

static hal_fault_handler special;
static volatile bool probing;

/* Notes the fault and abandons the probe. A break that nobody asked for is let through. */
static hal_fault_action on_fault(struct hal_fault *fault) {
    probe_result.faults++;
    probe_result.fault = *fault;
    probe_result.in_interrupt = hal_in_interrupt_context();
    const bool breaks_in = fault->kind == HAL_FAULT_BREAK || fault->kind == HAL_FAULT_PREEMPT;
    probe_result.has_registers = breaks_in && fault->registers != NULL;
    if (probe_result.has_registers) {
        probe_result.registers = *fault->registers;
    }
    if (special != NULL) {
        return special(fault);
    }
    if (breaks_in) {
        return HAL_FAULT_RESUME;
    }
    if (!probing) {
        return HAL_FAULT_UNHANDLED; /* a bug of the suite or of the machine */
    }
    fault->rip = (uint64_t)probe_recover;
    return HAL_FAULT_REDIRECT;
}

void probe_set_handler(hal_fault_handler handler) {
    special = handler;
    hal_fault_set_handler(on_fault);
}

static void begin(void) {
    probe_result.faults = 0;
    probing = true;
}

static bool came_through(bool faulted) {
    probing = false;
    return !faulted;
}

bool probe_read(uint64_t address, uint64_t *value) {
    begin();
    return came_through(probe_raw_read(address, value));
}

bool probe_write(uint64_t address, uint64_t value) {
    begin();
    return came_through(probe_raw_write(address, value));
}

bool probe_call(uint64_t address) {
    begin();
    return came_through(probe_raw_call(address));
}

bool probe_divide(int64_t dividend, int64_t divisor) {
    begin();
    return came_through(probe_raw_divide(dividend, divisor));
}

bool probe_undefined(void) {
    begin();
    return came_through(probe_raw_undefined());
}

bool probe_spin(volatile uint32_t *until) {
    begin();
    return came_through(probe_raw_spin(until));
}
