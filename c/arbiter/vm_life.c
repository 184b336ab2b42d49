/*
 * vm_life.c - the beginning and the end of VMs.
 *
 * The control block of a VM outlives it: it becomes the notice in its parent's list, so that no end can go
 * unreported for want of memory.
 */
#include "arbiter/vm_life.h"

#include <string.h>

#include "arbiter/device_irq.h"
#include "arbiter/messages.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_instance.h"
#include "arbiter/vm_table.h"
#include "forth/throw.h"
#include "hal/hal_memory.h"

/* A control block with a place in the table; the VM itself is still to be made. */
static int new_control(struct vm_control **made, uint64_t parent) {
    if (!scheduler_reserve(vm_table_count() + 1)) {
        return THROW_NO_MEMORY;
    }
    struct vm_control *control = hal_mem_alloc(sizeof *control);
    if (control == NULL) {
        return THROW_NO_MEMORY;
    }
    control->parent = parent;
    control->priority = VM_PRIORITY_DEFAULT;
    control->base_priority = VM_PRIORITY_DEFAULT;
    scheduler_set_quantum(control, VM_QUANTUM_DEFAULT);
    control->deadline_ns = VM_NO_DEADLINE;
    const int code = vm_table_add(control);
    if (code != 0) {
        hal_mem_free(control);
        return code;
    }
    *made = control;
    return 0;
}

static void drop_control(struct vm_control *control) {
    vm_table_remove(control);
    hal_mem_free(control);
}

/* Makes the VM itself. False when memory does not suffice: then the control block is gone, too. */
static bool make_vm(struct vm_control *control, uint64_t envelope, uint32_t start_xt) {
    control->vm = vm_create(control->id, envelope, start_xt);
    if (control->vm == NULL) {
        drop_control(control);
        return false;
    }
    messages_open(control);
    return true;
}

/* Copies the text to the end of the envelope, where the texts of files lie too, and has the VM evaluate it first. */
static int give_text(struct vm *vm, const char *text, uint64_t size) {
    if (size > vm->top - vm->dp) {
        return THROW_DICTIONARY_OVERFLOW;
    }
    const uint64_t at = vm->top - size;
    void *copy = vm_pointer(vm, at, size);
    if (copy == NULL) {
        return THROW_NO_MEMORY;
    }
    memcpy(copy, text, size);
    vm->top = at;
    const uint64_t start_xt = vm_pop(vm);
    vm_push(vm, at);
    vm_push(vm, size);
    vm_push(vm, start_xt);
    return 0;
}

static void add_child(struct vm_control *parent, struct vm_control *child) {
    child->next_sibling = parent->children;
    child->previous_sibling = NULL;
    if (parent->children != NULL) {
        parent->children->previous_sibling = child;
    }
    parent->children = child;
}

static void remove_child(struct vm_control *parent, struct vm_control *child) {
    if (child->previous_sibling != NULL) {
        child->previous_sibling->next_sibling = child->next_sibling;
    } else {
        parent->children = child->next_sibling;
    }
    if (child->next_sibling != NULL) {
        child->next_sibling->previous_sibling = child->previous_sibling;
    }
}

int vm_spawn(struct vm_control *parent, const char *text, uint64_t size, uint64_t envelope,
             uint64_t *id) {
    struct vm_control *control;
    int code = new_control(&control, parent->id);
    if (code != 0) {
        return code;
    }
    if (!make_vm(control, envelope, base_image.evaluate)) {
        return THROW_NO_MEMORY;
    }
    control->vm->control = control;
    code = give_text(control->vm, text, size);
    if (code != 0) {
        vm_destroy(control->vm);
        drop_control(control);
        return code;
    }
    control->priority = parent->base_priority;
    control->base_priority = parent->base_priority;
    add_child(parent, control);
    control->quantum = parent->quantum;
    *id = control->id;
    scheduler_start(control);
    return 0;
}

int vm_spawn_primordial(void) {
    struct vm_control *control;
    int code = new_control(&control, 0);
    if (code != 0) {
        return code;
    }
    if (!make_vm(control, VM_ENVELOPE_PRIMORDIAL, base_image.cold)) {
        return THROW_NO_MEMORY;
    }
    control->vm->control = control;
    if (!capability_give_all(control)) {
        vm_destroy(control->vm);
        drop_control(control);
        return THROW_NO_MEMORY;
    }
    scheduler_set_console(control);
    scheduler_start(control);
    return 0;
}

/* ---- the end ---- */

static void drop_notices(struct vm_control *control) {
    while (control->notices != NULL) {
        struct vm_control *notice = control->notices;
        control->notices = notice->next;
        hal_mem_free(notice);
    }
    control->notice_count = 0;
}

/* Hangs the notice at the end of the list; a list that is full loses its oldest. */
static void add_notice(struct vm_control *parent, struct vm_control *notice) {
    if (parent->notice_count == VM_NOTICES_MAX) {
        struct vm_control *oldest = parent->notices;
        parent->notices = oldest->next;
        parent->notice_count--;
        hal_mem_free(oldest);
    }
    struct vm_control **end = &parent->notices;
    while (*end != NULL) {
        end = &(*end)->next;
    }
    notice->next = NULL;
    *end = notice;
    parent->notice_count++;
}

/* The children of a VM that ends become those of VM[0]. */
static void give_away_children(struct vm_control *control) {
    struct vm_control *primordial = vm_table_find(0);
    while (control->children != NULL) {
        struct vm_control *child = control->children;
        remove_child(control, child);
        child->parent = primordial->id;
        add_child(primordial, child);
    }
}

void vm_end(struct vm_control *control, enum vm_end how, int64_t code) {
    if (control == scheduler_current()) {
        control->doomed = true;
        control->end = how;
        control->end_code = code;
        scheduler_leave(control);
        return;
    }
    if (control == scheduler_console()) {
        scheduler_set_console(vm_table_find(0));
    }
    messages_cancel(control);
    scheduler_remove(control);
    struct vm_control *parent = vm_table_find(control->parent);
    const bool awaited = parent->state == VM_WAITING_FOR_VM && parent->partner == control->id;
    if (awaited) {
        messages_cancel(parent);
        vm_push(parent->vm, (uint64_t)code);
        vm_push(parent->vm, (uint64_t)how);
        scheduler_wake(parent, 0);
    }
    const bool told = awaited || messages_deliver_notice(parent, control->id, how, code);
    messages_close(control);
    control->state = VM_DEAD; /* nobody wakes it any more */
    capability_drop_all(control);
    device_irqs_check();
    remove_child(parent, control);
    give_away_children(control);
    drop_notices(control);
    vm_destroy(control->vm);
    control->vm = NULL;
    control->end = how;
    control->end_code = code;
    vm_table_remove(control);
    if (told) {
        hal_mem_free(control);
    } else {
        add_notice(parent, control);
    }
}

bool vm_has_notice(const struct vm_control *parent, uint64_t id) {
    const struct vm_control *notice = parent == NULL ? NULL : parent->notices;
    while (notice != NULL && notice->id != id) {
        notice = notice->next;
    }
    return notice != NULL;
}

bool vm_take_notice(struct vm_control *parent, uint64_t id, enum vm_end *how, int64_t *code) {
    for (struct vm_control **at = &parent->notices; *at != NULL; at = &(*at)->next) {
        struct vm_control *notice = *at;
        if (notice->id == id) {
            *how = notice->end;
            *code = notice->end_code;
            *at = notice->next;
            parent->notice_count--;
            hal_mem_free(notice);
            return true;
        }
    }
    return false;
}
