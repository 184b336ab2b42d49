/*
 * fault.h - exceptions and the user's break, on their way to the owner of the running VM.
 */
#ifndef CPU_FAULT_H
#define CPU_FAULT_H

#include <stdbool.h>

#include "cpu/interrupt_frame.h"
#include "hal/hal_fault.h"

/* Behind hal_fault_set_handler. */
void fault_set_handler(hal_fault_handler handler);

/* Handles an exception; called by the dispatcher alone. `nested`: it interrupted another handler.
 * Returns only when the interrupted code, as the frame now describes it, may go on. */
void fault_exception(struct interrupt_frame *frame, bool nested);

/* What an exception is called (SDM volume 3, table 6-1). */
const char *fault_name(unsigned vector);

/* Set while a break, attention or the end of a quantum is noted and not yet delivered. */
extern volatile bool fault_request_pending;

/* Notes that the user wants the running program stopped; the next interrupt exit delivers it.
 * ISR-safe. */
void fault_request_break(void);

/* The same for the attention key. ISR-safe. */
void fault_request_attention(void);

/* Behind hal_preempt_request. ISR-safe. */
void fault_request_preempt(void);

/* At the exit of an interrupt, when fault_request_pending: delivers what was requested to the interrupted code. */
void fault_deliver_requests(struct interrupt_frame *frame);

#endif
