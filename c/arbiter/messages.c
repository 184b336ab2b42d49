/*
 * messages.c - sending and receiving.
 *
 * A message goes straight from the sender's window into the buffer of a receiver that waits; else through the
 * receiver's mailbox; else the sender waits, and the receiver fetches the message from the sender's window when it
 * has made room. So a message is copied once or twice, and nothing is allocated but the pages of a mailbox that holds
 * more than ever before.
 */
#include "arbiter/messages.h"

#include <string.h>

#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_ring.h"
#include "arbiter/vm_table.h"
#include "forth/throw.h"
#include "hal/hal_space.h"
#include "primitives.h"

_Static_assert(MAILBOX_SIZE == VM_MAILBOX_SIZE, "the mailbox fills its place in the slot");

void messages_open(struct vm_control *control) {
    mailbox_init(&control->mailbox, control->vm->mailbox);
}

/* Makes the pages of the mailbox present that a message of `size` needs. False when memory does not suffice. */
static bool make_present(struct mailbox *mailbox, uint32_t size) {
    const uint32_t wanted = mailbox_extent(mailbox, size);
    if (wanted <= mailbox->present) {
        return true;
    }
    const uint64_t whole = (wanted + VM_PAGE - 1) & ~(VM_PAGE - 1);
    if (hal_space_commit((uint64_t)mailbox->ring, whole) != HAL_OK) {
        return false;
    }
    mailbox->present = (uint32_t)whole;
    return true;
}

/* Puts a message into a mailbox; *done says whether there was room. 0 or THROW_NO_MEMORY. */
static int put(struct vm_control *receiver, uint64_t from, const void *bytes, uint64_t size,
               bool *done) {
    if (!make_present(&receiver->mailbox, (uint32_t)size)) {
        return THROW_NO_MEMORY;
    }
    *done = mailbox_put(&receiver->mailbox, from, bytes, (uint32_t)size);
    return 0;
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
    scheduler_block(control, state, deadline_ns);
    struct vm_control *other = partner == MAILBOX_ANYBODY ? NULL : vm_table_find(partner);
    if (other != NULL) {
        vm_ring_append(ring_of(other, state), control);
        scheduler_lender(other, control->priority, 1);
        scheduler_lend(other);
    }
}

void messages_cancel(struct vm_control *control) {
    if (control->partner == MAILBOX_ANYBODY || !vm_waits_for_partner(control)) {
        return;
    }
    struct vm_control *partner = vm_table_find(control->partner);
    if (partner != NULL) {
        vm_ring_remove(ring_of(partner, control->state), control);
        control->partner =
            MAILBOX_ANYBODY; /* it lends nothing more, whatever the chain below leads to */
        scheduler_lender(partner, control->priority, -1);
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
    mailbox_init(&control->mailbox, NULL);
}

/* ---- receiving ---- */

/* The results of a reception, on the receiver's stack. */
static void push_result(struct vm_control *receiver, uint64_t size, uint64_t from) {
    vm_push(receiver->vm, size);
    if (receiver->partner == MAILBOX_ANYBODY) {
        vm_push(receiver->vm, from);
    }
}

/* Where `size` bytes go that `self` receives, or the THROW code for which they cannot. */
static int destination(const struct vm_control *self, uint64_t size, void **to) {
    if (size > self->buffer_size) {
        return THROW_BUFFER_TOO_SHORT;
    }
    *to = vm_pointer(self->vm, self->buffer, size);
    return *to == NULL ? THROW_BAD_ADDRESS : 0;
}

/* Most messages are one cell. */
static inline void copy(void *to, const void *from, uint64_t size) {
    if (size == CELL) {
        memcpy(to, from, CELL);
    } else {
        memcpy(to, from, size);
    }
}

/* Hands bytes to a VM that waits in RECV. False when they do not fit: its wait has ended with a THROW, and
 * the message is still to be sent, for the sender has done nothing wrong. */
static inline bool hand_over(struct vm_control *receiver, uint64_t from, const void *bytes,
                             uint64_t size) {
    void *to;
    const int code = destination(receiver, size, &to);
    if (code == 0) {
        copy(to, bytes, size);
        receiver->last_was_notice = false;
        push_result(receiver, size, from);
    }
    release(receiver, code);
    return code == 0;
}

/* There is room again: lets senders that wait put their messages in. */
static void refill(struct vm_control *receiver) {
    while (receiver->senders != NULL) {
        struct vm_control *sender = receiver->senders;
        const void *bytes = vm_pointer(sender->vm, sender->buffer, sender->buffer_size);
        bool done = true;
        const int code = bytes == NULL
                             ? THROW_NO_MEMORY
                             : put(receiver, sender->id, bytes, sender->buffer_size, &done);
        if (!done) {
            return;
        }
        release(sender, code);
    }
}

/* The notice of a child's end, as a message. */
static int take_notice(struct vm_control *self, uint64_t from) {
    struct end_notice message;
    enum vm_end how;
    int64_t end_code;
    void *to;
    const int code = destination(self, sizeof message, &to);
    if (code != 0) {
        return code;
    }
    (void)vm_take_notice(self, from, &how, &end_code);
    message = (struct end_notice){.how = how, .code = end_code};
    memcpy(to, &message, sizeof message);
    self->last_was_notice = true;
    push_result(self, sizeof message, from);
    return 0;
}

bool messages_deliver_notice(struct vm_control *parent, uint64_t child, enum vm_end how,
                             int64_t code) {
    if (parent->state != VM_RECEIVING ||
        (parent->partner != MAILBOX_ANYBODY && parent->partner != child)) {
        return false;
    }
    if (parent->partner == child && parent->buffer_size < sizeof(struct end_notice)) {
        return false; /* who wants only short messages from it hears that there is no such VM any more */
    }
    const struct end_notice message = {.how = how, .code = code};
    if (!hand_over(parent, child, &message, sizeof message)) {
        return false;
    }
    parent->last_was_notice = true;
    return true;
}

/* Takes what is there; *taken says whether there was anything. An end goes before the messages of others, who may
 * be many, but is the last that is heard from the VM that has ended. */
static int take(struct vm_control *self, bool *taken) {
    uint32_t place, size;
    uint64_t from, wanted = self->partner;
    void *to;
    *taken = true;
    if (self->mailbox.count == 0 && self->notices == NULL) {
        *taken = false;
        return 0;
    }
    if (self->notices != NULL && wanted == MAILBOX_ANYBODY) {
        wanted = self->notices->id;
    }
    if (!mailbox_find(&self->mailbox, wanted, &place, &size, &from)) {
        *taken = vm_has_notice(self, wanted);
        return *taken ? take_notice(self, wanted) : 0;
    }
    const int code = destination(self, size, &to);
    if (code != 0) {
        return code;
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
    const struct vm_control *self = vm_control_of(vm);
    uint32_t place, size;
    uint64_t sender;
    if (vm_table_find(from) == NULL && !vm_has_notice(self, from) &&
        (self == NULL || from == MAILBOX_ANYBODY ||
         !mailbox_find(&self->mailbox, from, &place, &size, &sender))) {
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

/* Sends if that can be done without waiting; *sent says whether. Else what to send is noted in *self. */
static int send_now(struct vm *vm, struct vm_control **self, bool *sent) {
    struct vm_control *receiver = vm_table_find(vm_pop(vm));
    const uint64_t size = vm_pop(vm), addr = vm_pop(vm);
    *self = vm_control_of(vm);
    *sent = true;
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
        (receiver->partner == MAILBOX_ANYBODY || receiver->partner == (*self)->id) &&
        hand_over(receiver, (*self)->id, bytes, size)) {
        return 0;
    }
    /* those that wait already are before this one */
    if (receiver->senders == NULL) {
        const int code = put(receiver, (*self)->id, bytes, size, sent);
        if (code != 0 || *sent) {
            return code;
        }
    }
    (*self)->partner = receiver->id;
    (*self)->buffer = addr;
    (*self)->buffer_size = size;
    *sent = false;
    return 0;
}

static int send(struct vm *vm, uint64_t deadline_ns) {
    struct vm_control *self;
    bool sent;
    const int code = send_now(vm, &self, &sent);
    if (code != 0 || sent) {
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
    bool sent;
    const int code = send_now(vm, &self, &sent);
    if (code == 0) {
        vm_push(vm, sent ? (uint64_t)-1 : 0);
    }
    return code;
}
