/*
 * reference.c - what the arbiter must do, in plain arrays: scheduling, waiting, beginnings and ends.
 *
 * Nothing here is linked or sorted. Who runs next is the VM of the highest priority with the lowest turn;
 * whose turn among those that wait for the same VM is told by a running number. Priorities are computed anew
 * from nothing after every change.
 */
#include <stdlib.h>
#include <string.h>

#include "forth/throw.h"
#include "model.h"

struct ref_vm *ref_vms[VMS_MAX];
unsigned ref_count;
uint64_t ref_current = REF_NOBODY;
uint64_t ref_console;
uint64_t ref_slice_end = UINT64_MAX;
uint64_t ref_counted;
bool ref_must_leave, ref_doomed;

static int64_t last_turn = 1, first_turn = 0;
static uint64_t last_waited;
static bool look, break_wanted;

struct ref_vm *ref_find(uint64_t id) {
    for (unsigned i = 0; i < ref_count; i++) {
        if (ref_vms[i]->id == id) {
            return ref_vms[i];
        }
    }
    return NULL;
}

void ref_result(struct ref_vm *vm, uint64_t value) {
    vm->results[vm->result_count++] = value;
}

/* ---- who runs ---- */

static void behind(struct ref_vm *vm) {
    vm->state = VM_RUNNABLE;
    vm->turn = ++last_turn;
}

bool ref_waits(const struct ref_vm *vm) {
    return vm->state == VM_SENDING || vm->state == VM_RECEIVING || vm->state == VM_WAITING_FOR_VM;
}

/* The priorities that the waiting VMs give: the least that fit. One that changes puts a runnable VM behind.
 * */
void ref_lend(void) {
    unsigned fresh[VMS_MAX];
    for (unsigned i = 0; i < ref_count; i++) {
        fresh[i] = ref_vms[i]->base;
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (unsigned i = 0; i < ref_count; i++) {
            for (unsigned j = 0; j < ref_count; j++) {
                if (ref_waits(ref_vms[j]) && ref_vms[j]->partner == ref_vms[i]->id &&
                    fresh[j] > fresh[i]) {
                    fresh[i] = fresh[j];
                    changed = true;
                }
            }
        }
    }
    for (unsigned i = 0; i < ref_count; i++) {
        if (fresh[i] != ref_vms[i]->priority) {
            ref_vms[i]->priority = fresh[i];
            if (ref_vms[i]->state == VM_RUNNABLE) {
                behind(ref_vms[i]);
            }
        }
    }
}

uint64_t ref_dispatch(void) {
    const struct ref_vm *best = NULL;
    for (unsigned i = 0; i < ref_count; i++) {
        const struct ref_vm *vm = ref_vms[i];
        if (vm->state == VM_RUNNABLE &&
            (best == NULL || vm->priority > best->priority ||
             (vm->priority == best->priority && vm->turn < best->turn))) {
            best = vm;
        }
    }
    return best == NULL ? REF_NOBODY : best->id;
}

static bool has_rival(const struct ref_vm *vm, bool more_urgent) {
    for (unsigned i = 0; i < ref_count; i++) {
        const struct ref_vm *rival = ref_vms[i];
        if (rival != vm && rival->state == VM_RUNNABLE &&
            (more_urgent ? rival->priority > vm->priority : rival->priority == vm->priority)) {
            return true;
        }
    }
    return false;
}

/* A turn of so many words goes on where a more urgent VM or an interrupt broke it off. It begins anew for whoever has
 * come to its end, has waited or given it up, and when its length is another or was said again. */
static void begin_turn(struct ref_vm *vm) {
    if (ref_counted != 0 && vm->turn_words != ref_counted) {
        vm->words_left = (int64_t)ref_counted;
    }
    vm->turn_words = ref_counted;
}

void ref_pay(struct ref_vm *vm) {
    vm->words++;
    vm->words_left--;
}

bool ref_turn_over(const struct ref_vm *vm) {
    return vm->turn_words != 0 && vm->words_left < 0;
}

/* After each word, and when a VM begins to run. */
void ref_after_word(struct ref_vm *vm) {
    if (ref_current != vm->id) {
        ref_current = vm->id;
        vm->state = VM_RUNNING;
        ref_slice_end = UINT64_MAX;
        begin_turn(vm);
        if (ref_counted == 0 && has_rival(vm, false)) {
            ref_slice_end = machine_now + (vm->slice_left != 0 ? vm->slice_left : vm->quantum);
        }
        vm->slice_left = 0;
        ref_doomed = false;
        return;
    }
    if (vm->state != VM_RUNNING || ref_doomed || has_rival(vm, true)) {
        ref_must_leave = true;
    } else if (ref_counted == 0 && ref_slice_end == UINT64_MAX && has_rival(vm, false)) {
        ref_slice_end = machine_now + vm->quantum;
    }
}

/* ---- waiting ---- */

void ref_wait(struct ref_vm *vm, enum vm_state state, uint64_t partner, uint64_t deadline) {
    vm->state = state;
    vm->partner = partner;
    vm->deadline = deadline;
    vm->waited = ++last_waited;
    ref_lend();
}

/* Ends a wait; `code` is thrown unless it is 0. The partner has its own priority back before the VM can run.
 * */
void ref_wake(struct ref_vm *vm, int64_t code) {
    if (ref_waits(vm)) {
        vm->state = VM_DEAD;
        ref_lend();
    }
    vm->deadline = VM_NO_DEADLINE;
    if (code != 0) {
        vm->thrown = code;
    }
    behind(vm);
}

void ref_event(bool is_break) {
    if (!inside_look()) {
        ref_settle_look();
    }
    look = true;
    break_wanted = break_wanted || is_break;
}

/* What the arbiter does when it looks: the break, what is due, the earliest first, and the console. */
void ref_settle_look(void) {
    if (!look) {
        return;
    }
    look = false;
    struct ref_vm *console = ref_find(ref_console);
    if (break_wanted) {
        break_wanted = false;
        console->thrown = THROW_USER_INTERRUPT;
        if (console->state != VM_RUNNABLE) {
            ref_wake(console, 0);
        }
    }
    for (;;) {
        struct ref_vm *due = NULL;
        for (unsigned i = 0; i < ref_count; i++) {
            struct ref_vm *vm = ref_vms[i];
            if (vm->deadline <= machine_now &&
                (due == NULL || vm->deadline < due->deadline ||
                 (vm->deadline == due->deadline && vm->id < due->id))) {
                due = vm;
            }
        }
        if (due == NULL) {
            break;
        }
        ref_wake(due, due->state == VM_SLEEPING ? 0 : THROW_TIMEOUT);
    }
    if (console->state == VM_WAITING_FOR_INPUT && machine_input > 0) {
        ref_wake(console, 0);
    }
}

/* ---- the beginning and the end ---- */

struct ref_vm *ref_add(uint64_t id, uint64_t parent) {
    struct ref_vm *vm = calloc(1, sizeof *vm);
    const struct ref_vm *from = ref_find(parent);
    vm->id = id;
    vm->parent = parent;
    vm->base = vm->priority = from == NULL ? VM_PRIORITY_DEFAULT : from->base;
    vm->quantum = from == NULL ? VM_QUANTUM_DEFAULT : from->quantum;
    vm->deadline = VM_NO_DEADLINE;
    vm->partner = MAILBOX_ANYBODY;
    ref_vms[ref_count++] = vm;
    behind(vm);
    return vm;
}

static void add_notice(struct ref_vm *vm, struct ref_notice notice) {
    if (vm->notice_count == 64) {
        memmove(vm->notices, vm->notices + 1, 63 * sizeof *vm->notices);
        vm->notice_count--;
    }
    vm->notices[vm->notice_count++] = notice;
}

void ref_take_notice(struct ref_vm *vm, unsigned which) {
    vm->notice_count--;
    memmove(vm->notices + which, vm->notices + which + 1,
            (vm->notice_count - which) * sizeof *vm->notices);
}

/* The oldest VM that waits in this state for `id`, NULL for none. */
struct ref_vm *ref_first_waiting(uint64_t id, bool senders) {
    struct ref_vm *first = NULL;
    for (unsigned i = 0; i < ref_count; i++) {
        struct ref_vm *vm = ref_vms[i];
        if (ref_waits(vm) && vm->partner == id && (vm->state == VM_SENDING) == senders &&
            (first == NULL || vm->waited < first->waited)) {
            first = vm;
        }
    }
    return first;
}

/* A notice handed to a VM that waits for a message. */
void ref_got_notice(struct ref_vm *vm, struct ref_notice notice) {
    vm->got = 2;
    vm->got_notice = notice;
    vm->last_was_notice = true;
    ref_result(vm, 16);
    if (vm->partner == MAILBOX_ANYBODY) {
        ref_result(vm, notice.id);
    }
}

void ref_end(struct ref_vm *vm, enum vm_end how, int64_t code) {
    const struct ref_notice notice = {vm->id, how, code};
    if (ref_console == vm->id) {
        ref_event(false);
        ref_console = 0;
        ref_must_leave = ref_must_leave || ref_current != REF_NOBODY;
    }
    vm->state = VM_DEAD;
    ref_lend();
    struct ref_vm *parent = ref_find(vm->parent);
    bool told = false;
    if (parent->state == VM_WAITING_FOR_VM && parent->partner == vm->id) {
        ref_result(parent, (uint64_t)code);
        ref_result(parent, how);
        ref_wake(parent, 0);
        told = true;
    } else if (parent->state == VM_RECEIVING &&
               (parent->partner == MAILBOX_ANYBODY ||
                (parent->partner == vm->id && parent->buffer_size >= 16))) {
        told = !parent->bad_buffer && parent->buffer_size >= 16;
        if (told) {
            ref_got_notice(parent, notice);
        }
        ref_wake(parent, told                       ? 0
                         : parent->buffer_size < 16 ? THROW_BUFFER_TOO_SHORT
                                                    : THROW_BAD_ADDRESS);
    }
    struct ref_vm *waiting;
    while ((waiting = ref_first_waiting(vm->id, true)) != NULL ||
           (waiting = ref_first_waiting(vm->id, false)) != NULL) {
        ref_wake(waiting, THROW_NO_SUCH_VM);
    }
    ref_drop_caps(vm->id);
    for (unsigned i = 0; i < ref_count; i++) {
        if (ref_vms[i]->parent == vm->id) {
            ref_vms[i]->parent = 0;
        }
    }
    for (unsigned i = 0; i < ref_count; i++) {
        if (ref_vms[i] == vm) {
            ref_vms[i] = ref_vms[--ref_count];
            break;
        }
    }
    free(vm);
    if (!told) {
        add_notice(parent, notice);
    }
}

/* Goes on before the others of its priority, unless its quantum is over. */
static void ahead(struct ref_vm *vm) {
    if (ref_slice_end > machine_now) {
        vm->slice_left = ref_slice_end == UINT64_MAX ? 0 : ref_slice_end - machine_now;
        vm->state = VM_RUNNABLE;
        vm->turn = --first_turn;
    } else {
        behind(vm);
    }
}

void ref_exit(struct ref_vm *vm, enum vm_exit reason, int64_t code) {
    ref_current = REF_NOBODY;
    ref_must_leave = false;
    if (ref_doomed) {
        ref_doomed = false;
        ref_end(vm, VM_END_KILLED, 0);
        return;
    }
    const bool beat = reason == VM_EXIT_WORDS && !ref_turn_over(vm);
    if (!beat && (reason != VM_EXIT_PREEMPTED || vm->state != VM_RUNNING)) {
        vm->turn_words = 0;
    }
    switch (reason) {
    case VM_EXIT_WAIT:
        vm->state = VM_WAITING_FOR_INPUT;
        ref_event(false);
        break;
    case VM_EXIT_SLEEP:
        vm->state = VM_SLEEPING;
        /* until the deadline that the operation has set */
        break;
    case VM_EXIT_YIELD:
        behind(vm);
        break;
    case VM_EXIT_WORDS:
        if (beat) {
            ahead(vm);
        } else {
            behind(vm);
        }
        break;
    case VM_EXIT_PREEMPTED:
        if (vm->state == VM_RUNNING) {
            ahead(vm);
        }
        break;
    case VM_EXIT_UNCAUGHT:
        if (vm->id == 0) {
            behind(vm);
        } else {
            ref_end(vm, VM_END_UNCAUGHT, code);
        }
        break;
    case VM_EXIT_FINISHED:
    case VM_EXIT_BYE:
        ref_end(vm, VM_END_FINISHED, 0);
        break;
    }
}

void ref_begin(void) {
    (void)ref_add(0, 0);
    ref_give_all();
    ref_console = 0;
    look = true; /* the console was given away */
}
