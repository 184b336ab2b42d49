/*
 * hal_fault.c - registration of the fault handler; the delivery is in c/cpu/fault.c.
 */
#include "hal/hal_fault.h"

#include "cpu/fault.h"

void hal_fault_set_handler(hal_fault_handler handler) {
    fault_set_handler(handler);
}

void hal_preempt_request(void) {
    fault_request_preempt();
}
