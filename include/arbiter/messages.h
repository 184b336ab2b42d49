/*
 * messages.h - sending and receiving, and what the end of a VM means for both.
 */
#ifndef MESSAGES_H
#define MESSAGES_H

#include "arbiter/vm_control.h"

/* The notice of a child's end is a message from it of this form. */
struct end_notice {
    uint64_t how; /* enum vm_end */
    int64_t code;
};

/* Gives a VM, control->vm, its mailbox. */
void messages_open(struct vm_control *control);

/* Closes the mailbox of a VM that ends. Who waits to send to it or to hear from it alone gets THROW_NO_SUCH_VM. */
void messages_close(struct vm_control *control);

/* The running VM waits from now on, in SENDING, SENDING_PAGES, RECEIVING or WAITING_FOR_VM, for a partner
 * (MAILBOX_ANYBODY: for nobody in particular), to whom it lends its priority. */
void messages_wait_for(struct vm_control *control, uint64_t partner, enum vm_state state,
                       uint64_t deadline_ns);

/* Takes a VM out of its partner's lists, if it waits in one. */
void messages_cancel(struct vm_control *control);

/* Hands the notice of `child`'s end to `parent` if that waits for a message. False when it does not, or when
 * the notice does not fit: then its wait has ended with a THROW, or messages_close ends it. */
bool messages_deliver_notice(struct vm_control *parent, uint64_t child, enum vm_end how,
                             int64_t code);

#endif
