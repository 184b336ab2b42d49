/*
 * vm_instance.h - making VMs, and what becomes of their faults.
 */
#ifndef VM_INSTANCE_H
#define VM_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "forth/vm.h"
#include "hal/hal_fault.h"

#define VM_ENVELOPE_PRIMORDIAL (UINT64_C(16) << 20) /* VM[0]'s data window, bytes */

/* Builds the base dictionary: the primitives, then the .fs files, compiled by a VM that exists only
 * for this. Freezes it. Returns 0 or a THROW code. Called once, before any VM is created. */
int base_dictionary_build(void);

/* Creates a VM on the base dictionary that will execute `start_xt`. Returns NULL when memory does
 * not suffice. The caller owns it and ends it with vm_destroy. */
struct vm *vm_create(uint64_t id, uint64_t envelope, uint32_t start_xt);

/* Gives back everything that the VM has. */
void vm_destroy(struct vm *vm);

/* Puts a VM whose last exception nobody caught back to its prompt; the data stack is emptied. */
void vm_restart_at_prompt(struct vm *vm);

/* The VM that is running or last ran, NULL before the first; what faults are attributed to. */
extern struct vm *volatile vm_current;

/* What a fault in the running VM, or a break meant for it, leads to. */
hal_fault_action vm_fault(struct hal_fault *fault);

/* True for code in which the registers are those of a VM. ISR-safe. */
bool vm_in_engine(uint64_t rip);

/* Whether a VM executes an instruction of its own, with all its registers where the engine has them. In the
 * engine, but on the arbiter's stack, it is on its way to or from a C word, and looks at its attention once
 * it is back on its own. `fault` has registers. ISR-safe. */
bool vm_is_executing(const struct hal_fault *fault, const struct vm *vm);

/* Takes the running VM off the processor where it is, or notes that it must leave soon. For the fault handler. */
hal_fault_action vm_preempt(struct hal_fault *fault, struct vm *vm);

/* To be called for each break of a VM. From the third on since its prompt last took a line they go past every CATCH:
 * true then. */
bool vm_count_break(struct vm *vm);

#endif
