/*
 * vm_life.h - the beginning and the end of VMs.
 */
#ifndef VM_LIFE_H
#define VM_LIFE_H

#include "arbiter/vm_control.h"

#define VM_ENVELOPE_MIN (UINT64_C(64) << 10)
#define VM_ENVELOPE_MAX ((UINT64_C(4) << 30) - VM_PAGE)
#define VM_NOTICES_MAX  64u /* ends of children that a VM need not have asked about yet */

/* Makes a VM that interprets `text` (copied) and then ends, as a child of `parent`, and lets it run. `envelope` is
 * between the two bounds, in whole pages. Stores its ID. Returns 0 or a THROW code; then nothing is left of it. */
int vm_spawn(struct vm_control *parent, const char *text, uint64_t size, uint64_t envelope,
             uint64_t *id);

/* Makes VM[0], which runs COLD and has the console. Returns 0 or a THROW code. */
int vm_spawn_primordial(void);

/* Ends a VM: everything that it had is given back, its children go to VM[0], and its parent has a notice. Not for
 * VM[0]. If it is the running one, it ends when the C word that calls this returns. */
void vm_end(struct vm_control *control, enum vm_end how, int64_t code);

/* Takes the notice about the end of child `id` from `parent`'s list. True when there was one. */
bool vm_take_notice(struct vm_control *parent, uint64_t id, enum vm_end *how, int64_t *code);

/* True when there is one. `parent` may be NULL: false. */
bool vm_has_notice(const struct vm_control *parent, uint64_t id);

/* The control block of a VM that the arbiter knows, NULL for any other (tests run engines of their own). */
static inline struct vm_control *vm_control_of(const struct vm *vm) {
    return vm->control;
}

#endif
