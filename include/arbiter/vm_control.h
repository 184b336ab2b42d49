/*
 * vm_control.h - what the arbiter knows about a VM beside its engine (forth/vm.h).
 *
 * A VM is in exactly one state, and each state says in which list it is:
 *
 *   RUNNABLE            in the run queue of its priority
 *   RUNNING             in none: it is the one that the processor executes
 *   WAITING_FOR_INPUT   the one that owns the console and has asked for a key
 *   SLEEPING            in the queue of deadlines
 *   WAITING_FOR_VM      among the waiters of the child whose end it wants to know
 *   SENDING             among the senders of a VM whose mailbox is full
 *   RECEIVING           among the waiters of the only VM that it wants to hear from; in none when anybody will do
 *                       (with a time-out, each of these three is also in the queue of deadlines)
 *   WAITING_FOR_IRQ     in none; its partner is the number of the line
 *   SENDING_PAGES       among the page senders of the VM that is to take them
 *   RECEIVING_PAGES     in none
 *   DEAD                only its notice is left, in the list of its parent
 */
#ifndef VM_CONTROL_H
#define VM_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "arbiter/capability.h"
#include "arbiter/mailbox.h"
#include "forth/vm.h"

#define VM_PRIORITIES       32u /* 31 is the most urgent */
#define VM_PRIORITY_DEFAULT 16u
#define VM_QUANTUM_DEFAULT  UINT64_C(10000000) /* ns */
#define VM_QUANTUM_MIN      UINT64_C(100000)   /* ns; shorter ones would be spent on switching */
#define VM_NO_DEADLINE      UINT64_MAX

enum vm_state {
    VM_RUNNABLE,
    VM_RUNNING,
    VM_WAITING_FOR_INPUT,
    VM_SLEEPING,
    VM_WAITING_FOR_VM,
    VM_SENDING,
    VM_RECEIVING,
    VM_WAITING_FOR_IRQ,
    VM_SENDING_PAGES,
    VM_RECEIVING_PAGES,
    VM_DEAD,
};

/* How a VM ended: what WAIT-VM and the death notice say. */
enum vm_end {
    VM_END_FINISHED, /* it came to the end of its text */
    VM_END_UNCAUGHT, /* a THROW that nobody caught: the code is with it */
    VM_END_KILLED,
};

struct vm_control {
    /* What a switch touches: two lines of the cache, with the next group */
    struct vm *vm;
    uint64_t id; /* vm_table.h */
    enum vm_state state;
    uint8_t priority;      /* that it has now, */
    uint8_t base_priority; /* and without what others lend it that wait for it */
    bool summoned; /* by the attention key: most urgent until it waits for others than the user */
    bool doomed;   /* to be ended as soon as it has left the processor */
    bool beating;  /* its heartbeat comes first when it is put on, or is half done (physics_beat) */
    struct vm_control *next,
        *previous;       /* neighbours in the run queue; next also in a list of notices */
    uint64_t quantum;    /* cycles of the time stamp counter */
    uint64_t slice_left; /* cycles of a quantum that a more urgent VM has cut short; 0: a new one */
    uint64_t turn_words; /* words of the turn that it is in; 0: its next one begins anew */
    uint64_t turn_end;   /* words paid for at its end */
    uint64_t run_cycles; /* time that it has run */
    uint64_t switches;   /* times that it was put on the processor */
    uint64_t preemptions; /* of these, how often it was taken off against its will */

    /* What a message touches */
    uint64_t
        partner; /* WAITING_FOR_VM: ID of the child; SENDING: of the receiver; RECEIVING: of the only
                            sender wanted, or MAILBOX_ANYBODY */
    uint64_t buffer; /* SENDING, RECEIVING: address and size of the bytes in its window */
    uint64_t buffer_size;
    struct vm_control *notices; /* children that have ended, the oldest first */
    uint32_t notice_count;
    uint32_t deadline_at; /* place in the queue of deadlines, from 1; 0 not in it */
    uint64_t deadline_ns; /* hal_time_now_ns at which a sleep or a time-out ends; VM_NO_DEADLINE */
    struct mailbox mailbox;
    struct vm_control
        *senders; /* rings (vm_ring.h), the oldest first: VMs in SENDING to this one, */
    struct vm_control
        *waiters; /* and those that wait for a message from it alone, or for its end */
    struct vm_control *page_senders; /* a ring too: VMs in SENDING_PAGES to this one */
    bool last_was_notice;            /* what it has received last */

    uint64_t parent;                 /* ID of the VM that spawned it */
    uint32_t lent;                   /* bit p: a VM of priority p is in one of these three; */
    uint16_t lenders[VM_PRIORITIES]; /* how many of each priority: all others at most */
    struct vm_control *children, *next_sibling, *previous_sibling; /* the latest child first */
    struct capability *capabilities;
    uint32_t capability_count;
    enum vm_end end; /* DEAD: how, and the THROW code of VM_END_UNCAUGHT */
    int64_t end_code;
};

/* Whether it waits for one VM, its partner, or for any that may send. */
static inline bool vm_waits_for_partner(const struct vm_control *control) {
    return control->state == VM_SENDING || control->state == VM_SENDING_PAGES ||
           control->state == VM_RECEIVING || control->state == VM_WAITING_FOR_VM;
}

#endif
