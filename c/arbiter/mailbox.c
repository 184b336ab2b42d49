/*
 * mailbox.c - the messages that a VM has been sent and has not received yet.
 */
#include "arbiter/mailbox.h"

#include <string.h>

struct record {
    uint64_t sender; /* HOLE: taken already */
    uint32_t size;
    uint32_t reserved;
};

#define HOLE  (UINT64_MAX - 1)
#define ALIGN ((uint32_t)sizeof(struct record))
#define MASK  (MAILBOX_SIZE - 1)

_Static_assert(sizeof(struct record) == 16, "records keep the ring aligned, so none of them wraps");
_Static_assert((MAILBOX_SIZE & MASK) == 0, "counters wrap evenly");
_Static_assert(MESSAGE_MAX + 16 <= MAILBOX_SIZE / 2, "two of the largest messages fit");

void mailbox_init(struct mailbox *mailbox, unsigned char *ring) {
    *mailbox = (struct mailbox){.ring = ring};
}

static struct record *record_at(const struct mailbox *mailbox, uint32_t place) {
    return (struct record *)(void *)(mailbox->ring + (place & MASK));
}

static uint32_t room_of(uint32_t size) {
    return ALIGN + ((size + ALIGN - 1) & ~(ALIGN - 1));
}

uint32_t mailbox_extent(const struct mailbox *mailbox, uint32_t size) {
    const uint32_t end = (mailbox->tail & MASK) + room_of(size);
    return end < MAILBOX_SIZE ? end : MAILBOX_SIZE;
}

bool mailbox_put(struct mailbox *mailbox, uint64_t sender, const void *bytes, uint32_t size) {
    if (room_of(size) > MAILBOX_SIZE - (mailbox->tail - mailbox->head)) {
        return false;
    }
    *record_at(mailbox, mailbox->tail) = (struct record){.sender = sender, .size = size};
    const uint32_t start = (mailbox->tail + ALIGN) & MASK;
    const uint32_t first = size < MAILBOX_SIZE - start ? size : MAILBOX_SIZE - start;
    memcpy(mailbox->ring + start, bytes, first);
    if (size > first) {
        memcpy(mailbox->ring, (const unsigned char *)bytes + first, size - first);
    }
    mailbox->tail += room_of(size);
    mailbox->count++;
    return true;
}

bool mailbox_find(const struct mailbox *mailbox, uint64_t sender, uint32_t *place, uint32_t *size,
                  uint64_t *from) {
    if (mailbox->count == 0) {
        return false;
    }
    for (uint32_t at = mailbox->head; at != mailbox->tail;
         at += room_of(record_at(mailbox, at)->size)) {
        const struct record *record = record_at(mailbox, at);
        if (record->sender != HOLE && (sender == MAILBOX_ANYBODY || sender == record->sender)) {
            *place = at;
            *size = record->size;
            *from = record->sender;
            return true;
        }
    }
    return false;
}

void mailbox_take(struct mailbox *mailbox, uint32_t place, void *to) {
    struct record *record = record_at(mailbox, place);
    const uint32_t start = (place + ALIGN) & MASK;
    const uint32_t first =
        record->size < MAILBOX_SIZE - start ? record->size : MAILBOX_SIZE - start;
    memcpy(to, mailbox->ring + start, first);
    if (record->size > first) {
        memcpy((unsigned char *)to + first, mailbox->ring, record->size - first);
    }
    record->sender = HOLE;
    mailbox->count--;
    while (mailbox->head != mailbox->tail && record_at(mailbox, mailbox->head)->sender == HOLE) {
        mailbox->head += room_of(record_at(mailbox, mailbox->head)->size);
    }
    if (mailbox->count == 0) { /* then nothing is left but holes, and they are gone */
        mailbox->head = 0;
        mailbox->tail = 0;
    }
}
