/*
 * reference_messages.c - what the arbiter must do, in plain arrays: messages.
 */
#include <string.h>

#include "forth/throw.h"
#include "model.h"

static unsigned room_of(uint32_t size) {
    return 16 + (size + 15) / 16 * 16;
}

unsigned ref_mail_bytes(const struct ref_vm *vm) {
    unsigned bytes = 0;
    for (unsigned i = 0; i < vm->mail_count; i++) {
        bytes += room_of(vm->mail[i].size);
    }
    return bytes;
}

unsigned ref_mail_waiting(const struct ref_vm *vm) {
    unsigned waiting = 0;
    for (unsigned i = 0; i < vm->mail_count; i++) {
        waiting += !vm->mail[i].taken;
    }
    return waiting;
}

static bool put(struct ref_vm *vm, uint64_t from, uint32_t size, uint32_t stamp) {
    if (ref_mail_bytes(vm) + room_of(size) > MAILBOX_SIZE) {
        return false;
    }
    vm->mail[vm->mail_count++] = (struct ref_message){from, size, stamp, false};
    return true;
}

static void got_message(struct ref_vm *vm, uint64_t from, uint32_t size, uint32_t stamp) {
    vm->got = 1;
    vm->got_size = size;
    vm->got_stamp = stamp;
    vm->last_was_notice = false;
    ref_result(vm, size);
    if (vm->partner == MAILBOX_ANYBODY) {
        ref_result(vm, from);
    }
}

static int message_from(const struct ref_vm *vm, uint64_t from) {
    for (unsigned i = 0; i < vm->mail_count; i++) {
        if (!vm->mail[i].taken && (from == MAILBOX_ANYBODY || vm->mail[i].from == from)) {
            return (int)i;
        }
    }
    return -1;
}

static int notice_from(const struct ref_vm *vm, uint64_t from) {
    for (unsigned i = 0; i < vm->notice_count; i++) {
        if (from == MAILBOX_ANYBODY || vm->notices[i].id == from) {
            return (int)i;
        }
    }
    return -1;
}

/* Of one VM, first what it has sent and then that it has ended; of anybody, VMs that have ended come first. */
static int take(struct ref_vm *self, bool *taken) {
    const int notice = notice_from(self, self->partner);
    const bool ended_first = notice >= 0 && self->partner == MAILBOX_ANYBODY;
    const int message = message_from(self, ended_first ? self->notices[notice].id : self->partner);
    *taken = message >= 0 || notice >= 0;
    if (!*taken) {
        return 0;
    }
    if (notice >= 0 && message < 0) {
        if (self->bad_buffer || self->buffer_size < 16) {
            return self->buffer_size < 16 ? THROW_BUFFER_TOO_SHORT : THROW_BAD_ADDRESS;
        }
        ref_got_notice(self, self->notices[notice]);
        ref_take_notice(self, (unsigned)notice);
        return 0;
    }
    struct ref_message *found = &self->mail[message];
    if (found->size > self->buffer_size) {
        return THROW_BUFFER_TOO_SHORT;
    }
    if (self->bad_buffer) {
        return THROW_BAD_ADDRESS;
    }
    got_message(self, found->from, found->size, found->stamp);
    found->taken = true;
    while (self->mail_count > 0 && self->mail[0].taken) {
        memmove(self->mail, self->mail + 1, --self->mail_count * sizeof *self->mail);
    }
    struct ref_vm *sender;
    while ((sender = ref_first_waiting(self->id, true)) != NULL &&
           put(self, sender->id, sender->size, sender->stamp)) {
        ref_wake(sender, 0);
    }
    return 0;
}

int ref_recv(struct ref_vm *self, uint64_t from, uint64_t size, bool bad, uint64_t deadline) {
    bool taken;
    if (from != MAILBOX_ANYBODY && ref_find(from) == NULL && notice_from(self, from) < 0 &&
        message_from(self, from) < 0) {
        return THROW_NO_SUCH_VM;
    }
    self->partner = from;
    self->buffer_size = size;
    self->bad_buffer = bad;
    const int code = take(self, &taken);
    if (code == 0 && !taken) {
        ref_wait(self, VM_RECEIVING, from, deadline);
    }
    return code;
}

int ref_try_recv(struct ref_vm *self, uint64_t size, bool bad) {
    bool taken;
    self->partner = MAILBOX_ANYBODY;
    self->buffer_size = size;
    self->bad_buffer = bad;
    const int code = take(self, &taken);
    if (code == 0) {
        if (!taken) {
            ref_result(self, 0);
            ref_result(self, 0);
        }
        ref_result(self, taken ? UINT64_MAX : 0);
    }
    return code;
}

static int send_now(struct ref_vm *self, uint64_t to, uint64_t size, uint32_t stamp, bool bad,
                    bool *sent) {
    struct ref_vm *receiver = ref_find(to);
    *sent = true;
    if (receiver == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (size > MESSAGE_MAX) {
        return THROW_MESSAGE_TOO_LONG;
    }
    if (bad) {
        return THROW_BAD_ADDRESS;
    }
    if (receiver->state == VM_RECEIVING &&
        (receiver->partner == MAILBOX_ANYBODY || receiver->partner == self->id)) {
        if (size <= receiver->buffer_size && !receiver->bad_buffer) {
            got_message(receiver, self->id, (uint32_t)size, stamp);
            ref_wake(receiver, 0);
            return 0;
        }
        ref_wake(receiver,
                 size > receiver->buffer_size ? THROW_BUFFER_TOO_SHORT : THROW_BAD_ADDRESS);
    }
    *sent = ref_first_waiting(to, true) == NULL && put(receiver, self->id, (uint32_t)size, stamp);
    self->size = (uint32_t)size;
    self->stamp = stamp;
    return 0;
}

int ref_send(struct ref_vm *self, uint64_t to, uint64_t size, uint32_t stamp, bool bad,
             uint64_t deadline) {
    bool sent;
    const int code = send_now(self, to, size, stamp, bad, &sent);
    if (code != 0 || sent) {
        return code;
    }
    if (to == self->id) {
        return THROW_SEND_TO_SELF;
    }
    ref_wait(self, VM_SENDING, to, deadline);
    return 0;
}

int ref_try_send(struct ref_vm *self, uint64_t to, uint64_t size, uint32_t stamp, bool bad) {
    bool sent;
    const int code = send_now(self, to, size, stamp, bad, &sent);
    if (code == 0) {
        ref_result(self, sent ? UINT64_MAX : 0);
    }
    return code;
}

int ref_wait_vm(struct ref_vm *self, uint64_t id, uint64_t deadline) {
    const int notice = id == MAILBOX_ANYBODY ? -1 : notice_from(self, id);
    if (notice >= 0) {
        ref_result(self, (uint64_t)self->notices[notice].code);
        ref_result(self, self->notices[notice].how);
        ref_take_notice(self, (unsigned)notice);
        return 0;
    }
    const struct ref_vm *child = ref_find(id);
    if (child == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (child == self || child->parent != self->id) {
        return THROW_NOT_A_CHILD;
    }
    ref_wait(self, VM_WAITING_FOR_VM, id, deadline);
    return 0;
}
