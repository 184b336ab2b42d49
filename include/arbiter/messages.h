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

/* Gives a VM its mailbox. False when memory does not suffice. */
bool messages_open(struct vm_control *control);

/* Frees the mailbox of a VM that ends: who waits to send to it gets THROW_NO_SUCH_VM, and who waits for a message
 * from it alone. */
void messages_close(struct vm_control *control);

/* Takes a VM out of the list of senders that it waits in, if it does. */
void messages_cancel(struct vm_control *control);

/* Hands the notice of `child`'s end to `parent` if that waits for a message. */
bool messages_deliver_notice(struct vm_control *parent, uint64_t child, enum vm_end how,
                             int64_t code);

#endif
