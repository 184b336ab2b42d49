/*
 * vm_arbiter.h - the arbiter as its machine sees it: what kernel_main and the Linux main call.
 */
#ifndef VM_ARBITER_H
#define VM_ARBITER_H

/* Prepares the scheduler, the VM table and the base dictionary, takes over VM faults
 * (hal_fault_set_handler) and starts the quantum tick. Needs the whole HAL, interrupts disabled.
 * Returns 0, or the THROW code with which the base dictionary could not be built, after an error
 * line: nothing can run then. Memory that ran out is the only good reason. */
int vm_arbiter_init(void);

/* Creates VM[0] with root capabilities, its 16 MiB envelope and its start-up word, and makes it
 * runnable. Returns 0, or THROW_NO_MEMORY. */
int vm_create_primordial(void);

/* Schedules VMs until VM[0] says BYE, then powers the machine off. Enables interrupts. */
_Noreturn void vm_arbiter_loop(void);

#endif
