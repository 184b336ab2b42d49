/*
 * mailbox.h - the messages that a VM has been sent and has not received yet.
 *
 * A ring of bytes with a record for each message: sender, size, bytes. Plain data, not synchronised. The ring's memory
 * is its owner's to make present: a mailbox that is emptied begins again at the start, so one that never holds much
 * needs little. Messages from one sender stay in their order, also when one from another sender is taken
 * before them: a record that is taken from the middle stays as a hole until it is the oldest.
 */
#ifndef MAILBOX_H
#define MAILBOX_H

#include <stdbool.h>
#include <stdint.h>

#define MAILBOX_SIZE    (UINT32_C(16) << 10) /* bytes, with 16 for each message: a power of two */
#define MESSAGE_MAX     4096u                /* bytes of one message */
#define MAILBOX_ANYBODY UINT64_MAX           /* no VM has this ID */

struct mailbox {
    unsigned char *ring;
    uint32_t head, tail; /* bytes taken and put in all; their difference is what is in use */
    uint32_t count;      /* messages */
    uint32_t present;    /* bytes of the ring, from its start, that are there: for who owns it */
};

/* Begins empty over MAILBOX_SIZE bytes. */
void mailbox_init(struct mailbox *mailbox, unsigned char *ring);

/* How many bytes of the ring, from its start, must be present for a message of `size` to be put. */
uint32_t mailbox_extent(const struct mailbox *mailbox, uint32_t size);

/* Appends a message of at most MESSAGE_MAX bytes. False, and nothing is changed, when there is no room. */
bool mailbox_put(struct mailbox *mailbox, uint64_t sender, const void *bytes, uint32_t size);

/* Finds the oldest message from `sender`, or from anybody: true, with its size and who sent it. `*place` is for
 * mailbox_take. */
bool mailbox_find(const struct mailbox *mailbox, uint64_t sender, uint32_t *place, uint32_t *size,
                  uint64_t *from);

/* Takes the message that mailbox_find has just found, copying it to `to`. */
void mailbox_take(struct mailbox *mailbox, uint32_t place, void *to);

#endif
