/*
 * scheduler.h - which VM runs, until when, and what wakes the others.
 *
 * Strict priorities with round robin inside one. All of this is called by the arbiter and by the C words of a
 * running VM, never by an interrupt handler: those only ask for a look (hal_preempt_request).
 */
#ifndef SCHEDULER_H
#define SCHEDULER_H

#include "arbiter/vm_control.h"
#include "hal/hal_fault.h"

/* Makes room for one VM more, so that nothing below needs memory. False when there is none. */
bool scheduler_reserve(uint32_t vms);

/* The VM that runs, or whose word is being carried out; NULL in the arbiter itself. */
struct vm_control *scheduler_current(void);

/* Makes a VM runnable that is in no list. */
void scheduler_start(struct vm_control *control);

/* The running VM waits from now on: it leaves the processor when the C word that calls this returns 0. With a
 * deadline other than VM_NO_DEADLINE it is woken then, by scheduler_wake(control, THROW code or 0). */
void scheduler_block(struct vm_control *control, enum vm_state state, uint64_t deadline_ns);

/* The running VM leaves the processor when the C word that calls this returns 0. */
void scheduler_leave(struct vm_control *control);

/* Ends the waiting of a VM. A `code` other than 0 is thrown in it. */
void scheduler_wake(struct vm_control *control, int code);

/* For interrupt handlers: the loop is to look at what has happened. */
void scheduler_look(void);

/* Takes a VM out of all queues, for its end. */
void scheduler_remove(struct vm_control *control);

/* Sets the priority that a VM has by itself, whatever its state. */
void scheduler_set_priority(struct vm_control *control, uint8_t priority);

/* One VM more (1), or less (-1), of this priority waits for `to`. */
void scheduler_lender(struct vm_control *to, uint8_t priority, int change);

/* To be called when the VMs that wait for this one have changed: it runs at the highest of their priorities, if that is
 * above its own, and so does the VM that it waits for itself. So a VM cannot be held up by one between its own
 * priority and that of its partner. */
void scheduler_lend(struct vm_control *control);

/* Sets how long a VM may run while others of its priority wait; what is too short becomes VM_QUANTUM_MIN. */
void scheduler_set_quantum(struct vm_control *control, uint64_t ns);

/* Makes a turn so many words for every VM, CLOCK_FAR at most; 0: quanta of time again. Called by a C word. */
void scheduler_set_counted(uint64_t words);

/* Cycles of the time stamp counter in nanoseconds. */
uint64_t scheduler_ns(uint64_t cycles);

/* hal_time_now_ns in `delay_ns`; never VM_NO_DEADLINE. */
uint64_t scheduler_deadline(uint64_t delay_ns);

/* The VM that gets input, and the user's break. The attention key makes it VM[0]. */
void scheduler_set_console(struct vm_control *control);
struct vm_control *scheduler_console(void);

/* Carries out VMs for ever; `ended` is told when one leaves for good, and gives it back to the machine. */
_Noreturn void scheduler_loop(void (*ended)(struct vm_control *control, enum vm_exit reason));

/* The hal_fault_handler of the arbiter. */
hal_fault_action scheduler_fault(struct hal_fault *fault);

#endif
