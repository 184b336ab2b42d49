/*
 * messages.c - sending and receiving.
 *
 * A message goes straight from the sender's window into the buffer of a receiver that waits; else through the
 * receiver's mailbox; else the sender waits, and the receiver fetches the message from the sender's window when it
 * has made room. So a message is copied once or twice, and nothing is allocated.
 */
#include "arbiter/messages.h"

#include <string.h>

#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_ring.h"
#include "arbiter/vm_table.h"
#include "forth/throw.h"
#include "hal/hal_memory.h"
#include "primitives.h"

bool messages_open(struct vm_control *control) {
    unsigned char *ring = hal_mem_alloc(MAILBOX_SIZE);
    if (ring == NULL) {
        return false;
    }
    mailbox_init(&control->mailbox, ring);
    return true;
}

/* ---- who waits for whom ---- */

/* The ring of `partner` that a VM in this state is in. */
static struct vm_control **ring_of(struct vm_control *partner, enum vm_state state) {
    return state == VM_SENDING         ? &partner->senders
           : state == VM_SENDING_PAGES ? &partner->page_senders
                                       : &partner->waiters;
}

void messages_wait_for(struct vm_control *control, uint64_t partner, enum vm_state state,
                       uint64_t deadline_ns) {
    control->partner = partner;
    struct vm_control *other = vm_table_find(partner);
    scheduler_block(control, state, deadline_ns);
    if (other != NULL) {
        vm_ring_append(ring_of(other, state), control);
        scheduler_lend(other);
    }
}

void messages_cancel(struct vm_control *control) {
    if (control->state != VM_SENDING && control->state != VM_RECEIVING &&
        control->state != VM_SENDING_PAGES && control->state != VM_WAITING_FOR_VM) {
        return;
    }
    struct vm_control *partner = vm_table_find(control->partner);
    if (partner != NULL) {
        vm_ring_remove(ring_of(partner, control->state), control);
        scheduler_lend(partner);
    }
}

/* Ends a wait, with a THROW unless code is 0. */
static void release(struct vm_control *control, int code) {
    messages_cancel(control);
    scheduler_wake(control, code);
}

void messages_close(struct vm_control *control) {
    while (control->senders != NULL) {
        release(control->senders, THROW_NO_SUCH_VM);
    }
    while (control->page_senders != NULL) {
        release(control->page_senders, THROW_NO_SUCH_VM);
    }
    while (control->waiters != NULL) {
        release(control->waiters, THROW_NO_SUCH_VM);
    }
    hal_mem_free(control->mailbox.ring);
    control->mailbox.ring = NULL;
}

/* ---- receiving ---- */

/* The results of a reception, on the receiver's stack. */
static void push_result(struct vm_control *receiver, uint64_t size, uint64_t from) {
    vm_push(receiver->vm, size);
    if (receiver->partner == MAILBOX_ANYBODY) {
        vm_push(receiver->vm, from);
    }
}

/* Hands bytes to a VM that waits in RECV. */
static void hand_over(struct vm_control *receiver, uint64_t from, const void *bytes,
                      uint64_t size) {
    void *to = vm_pointer(receiver->vm, receiver->buffer, size);
    if (size > receiver->buffer_size || to == NULL) {
        /* the sender has done nothing wrong: what does not fit is kept for the next try */
        (void)mailbox_put(&receiver->mailbox, from, bytes, (uint32_t)size);
        release(receiver, to == NULL ? THROW_NO_MEMORY : THROW_BUFFER_TOO_SHORT);
        return;
    }
    memcpy(to, bytes, size);
    receiver->last_was_notice = false;
    push_result(receiver, size, from);
    release(receiver, 0);
}

/* There is room again: lets senders that wait put their messages in. */
static void refill(struct vm_control *receiver) {
    while (receiver->senders != NULL) {
        struct vm_control *sender = receiver->senders;
        const void *bytes = vm_pointer(sender->vm, sender->buffer, sender->buffer_size);
        if (bytes != NULL &&
            !mailbox_put(&receiver->mailbox, sender->id, bytes, (uint32_t)sender->buffer_size)) {
            return;
        }
        release(sender, bytes == NULL ? THROW_NO_MEMORY : 0);
    }
}

/* The oldest notice of a child's end, as a message. */
static int take_notice(struct vm_control *self) {
    const struct vm_control *notice = self->notices;
    const struct end_notice message = {.how = notice->end, .code = notice->end_code};
    const uint64_t from = notice->id;
    void *to = vm_pointer(self->vm, self->buffer, sizeof message);
    if (to == NULL || self->buffer_size < sizeof message) {
        return to == NULL ? THROW_BAD_ADDRESS : THROW_BUFFER_TOO_SHORT;
    }
    memcpy(to, &message, sizeof message);
    enum vm_end how;
    int64_t code;
    (void)vm_take_notice(self, from, &how, &code);
    self->last_was_notice = true;
    push_result(self, sizeof message, from);
    return 0;
}

bool messages_deliver_notice(struct vm_control *parent, uint64_t child, enum vm_end how,
                             int64_t code) {
    if (parent->state != VM_RECEIVING ||
        (parent->partner != MAILBOX_ANYBODY && parent->partner != child) ||
        parent->buffer_size < sizeof(struct end_notice)) {
        return false;
    }
    struct end_notice *to = vm_pointer(parent->vm, parent->buffer, sizeof *to);
    if (to == NULL) {
        return false;
    }
    const struct end_notice message = {.how = how, .code = code};
    memcpy(to, &message, sizeof message);
    parent->last_was_notice = true;
    push_result(parent, sizeof message, child);
    release(parent, 0);
    return true;
}

/* Takes what is there. *taken: whether there was anything. A notice goes before the messages of others,
 * who may be many, but is the last that is heard from the VM that has ended. */
static int take(struct vm_control *self, bool *taken) {
    uint32_t place, size;
    uint64_t from, wanted = self->partner;
    *taken = true;
    if (self->notices != NULL &&
        (self->partner == MAILBOX_ANYBODY || self->partner == self->notices->id)) {
        wanted = self->notices->id;
        if (!mailbox_find(&self->mailbox, wanted, &place, &size, &from)) {
            return take_notice(self);
        }
    }
    if (!mailbox_find(&self->mailbox, wanted, &place, &size, &from)) {
        *taken = false;
        return 0;
    }
    void *to = vm_pointer(self->vm, self->buffer, size);
    if (size > self->buffer_size || to == NULL) {
        return size > self->buffer_size ? THROW_BUFFER_TOO_SHORT : THROW_BAD_ADDRESS;
    }
    mailbox_take(&self->mailbox, place, to);
    self->last_was_notice = false;
    push_result(self, size, from);
    refill(self);
    return 0;
}

/* Common to the receiving words. */
static int begin_receive(struct vm *vm, uint64_t partner, struct vm_control **self) {
    const uint64_t size = vm_pop(vm), buffer = vm_pop(vm);
    *self = vm_control_of(vm);
    if (*self == NULL) {
        return THROW_UNSUPPORTED;
    }
    (*self)->buffer = buffer;
    (*self)->buffer_size = size;
    (*self)->partner = partner;
    return 0;
}

static int receive(struct vm *vm, uint64_t partner, uint64_t deadline_ns) {
    struct vm_control *self;
    bool taken;
    int code = begin_receive(vm, partner, &self);
    if (code == 0) {
        code = take(self, &taken);
        if (code == 0 && !taken) {
            messages_wait_for(self, partner, VM_RECEIVING, deadline_ns);
        }
    }
    return code;
}

int word_recv(struct vm *vm) {
    return receive(vm, MAILBOX_ANYBODY, VM_NO_DEADLINE);
}

int word_recv_within(struct vm *vm) {
    const uint64_t delay = vm_pop(vm);
    return receive(vm, MAILBOX_ANYBODY, scheduler_deadline(delay));
}

static int receive_from(struct vm *vm, uint64_t deadline_ns) {
    const uint64_t from = vm_pop(vm);
    if (vm_table_find(from) == NULL && !vm_has_notice(vm_control_of(vm), from)) {
        return THROW_NO_SUCH_VM;
    }
    return receive(vm, from, deadline_ns);
}

int word_recv_from(struct vm *vm) {
    return receive_from(vm, VM_NO_DEADLINE);
}

int word_recv_from_within(struct vm *vm) {
    const uint64_t delay = vm_pop(vm);
    return receive_from(vm, scheduler_deadline(delay));
}

int word_try_recv(struct vm *vm) {
    struct vm_control *self;
    bool taken;
    int code = begin_receive(vm, MAILBOX_ANYBODY, &self);
    if (code == 0) {
        code = take(self, &taken);
        if (code == 0 && !taken) {
            vm_push(vm, 0);
            vm_push(vm, 0);
        }
    }
    if (code == 0) {
        vm_push(vm, taken ? (uint64_t)-1 : 0);
    }
    return code;
}

int word_messages(struct vm *vm) {
    const struct vm_control *self = vm_control_of(vm);
    vm_push(vm, self == NULL ? 0 : self->mailbox.count + self->notice_count);
    return 0;
}

int word_end_notice_question(struct vm *vm) {
    const struct vm_control *self = vm_control_of(vm);
    vm_push(vm, self != NULL && self->last_was_notice ? (uint64_t)-1 : 0);
    return 0;
}

/* ---- sending ---- */

enum sent { SENT, SENT_FULL };

/* Sends if that can be done without waiting. Leaves what to send in *self. */
static int send_now(struct vm *vm, struct vm_control **self, enum sent *result) {
    struct vm_control *receiver = vm_table_find(vm_pop(vm));
    const uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    *self = vm_control_of(vm);
    *result = SENT;
    if (*self == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (receiver == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (size > MESSAGE_MAX) {
        return THROW_MESSAGE_TOO_LONG;
    }
    const void *bytes = vm_pointer(vm, addr, size);
    if (bytes == NULL) {
        return THROW_BAD_ADDRESS;
    }
    if (receiver->state == VM_RECEIVING &&
        (receiver->partner == MAILBOX_ANYBODY || receiver->partner == (*self)->id)) {
        hand_over(receiver, (*self)->id, bytes, size);
        return 0;
    }
    /* those that wait already are before this one */
    if (receiver->senders == NULL &&
        mailbox_put(&receiver->mailbox, (*self)->id, bytes, (uint32_t)size)) {
        return 0;
    }
    (*self)->partner = receiver->id;
    (*self)->buffer = addr;
    (*self)->buffer_size = size;
    *result = SENT_FULL;
    return 0;
}

static int send(struct vm *vm, uint64_t deadline_ns) {
    struct vm_control *self;
    enum sent result;
    const int code = send_now(vm, &self, &result);
    if (code != 0 || result == SENT) {
        return code;
    }
    if (self->partner == self->id) {
        return THROW_SEND_TO_SELF;
    }
    messages_wait_for(self, self->partner, VM_SENDING, deadline_ns);
    return 0;
}

int word_send(struct vm *vm) {
    return send(vm, VM_NO_DEADLINE);
}

int word_send_within(struct vm *vm) {
    const uint64_t delay = vm_pop(vm);
    return send(vm, scheduler_deadline(delay));
}

int word_try_send(struct vm *vm) {
    struct vm_control *self;
    enum sent result;
    const int code = send_now(vm, &self, &result);
    if (code == 0) {
        vm_push(vm, result == SENT ? (uint64_t)-1 : 0);
    }
    return code;
}
