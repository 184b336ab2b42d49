/*
 * page_messages.c - messages of whole pages, which are moved and not copied.
 *
 * A rendezvous: nothing is kept on the way. The sender waits until the receiver takes the pages, or the
 * other way round; in that moment they leave the one window and appear in the other. A sender whose pages do
 * not fit stays.
 */
#include "arbiter/messages.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "forth/throw.h"
#include "hal/hal_space.h"
#include "primitives.h"

/* Notes in `self` what it sends or receives: whole pages of data space, at least one. Below data space is
 * what the system reads of a VM while it runs. */
static int note_pages(struct vm_control *self, uint64_t address, uint64_t size) {
    const uint64_t end = self->vm->envelope;
    if ((address | size) % VM_PAGE != 0 || size == 0 || address < VM_DATA_SPACE || address > end ||
        size > end - address) {
        return THROW_BAD_PAGES;
    }
    self->buffer = address;
    self->buffer_size = size;
    return 0;
}

/* Moves the sender's pages to the receiver, who gets what it is to find on its stack. */
static int transfer(struct vm_control *sender, struct vm_control *receiver) {
    if (sender->buffer_size > receiver->buffer_size) {
        return THROW_BUFFER_TOO_SHORT;
    }
    vm_pages_moved(sender->vm);
    vm_pages_moved(receiver->vm);
    if (hal_space_move(sender->vm->window + sender->buffer, receiver->vm->window + receiver->buffer,
                       sender->buffer_size) != HAL_OK) {
        return THROW_NO_MEMORY;
    }
    vm_push(receiver->vm, sender->buffer_size);
    vm_push(receiver->vm, sender->id);
    return 0;
}

/* ( addr u vm -- ) */
static int send_pages(struct vm *vm, uint64_t deadline_ns) {
    struct vm_control *receiver = vm_table_find(vm_pop(vm));
    const uint64_t size = vm_pop(vm), address = vm_pop(vm);
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    if (receiver == NULL) {
        return THROW_NO_SUCH_VM;
    }
    if (receiver == self) {
        return THROW_SEND_TO_SELF;
    }
    int code = note_pages(self, address, size);
    if (code != 0) {
        return code;
    }
    if (receiver->state == VM_RECEIVING_PAGES) {
        code = transfer(self, receiver);
        scheduler_wake(receiver, code);
        if (code != THROW_BUFFER_TOO_SHORT) {
            return code;
        } /* that was the receiver's mistake: it may come again */
    }
    messages_wait_for(self, receiver->id, VM_SENDING_PAGES, deadline_ns);
    return 0;
}

int word_send_pages(struct vm *vm) {
    return send_pages(vm, VM_NO_DEADLINE);
}

int word_send_pages_within(struct vm *vm) {
    const uint64_t delay = vm_pop(vm);
    return send_pages(vm, scheduler_deadline(delay));
}

/* ( addr u1 -- u2 vm ) */
static int recv_pages(struct vm *vm, uint64_t deadline_ns) {
    const uint64_t size = vm_pop(vm), address = vm_pop(vm);
    struct vm_control *self = vm_control_of(vm);
    if (self == NULL) {
        return THROW_UNSUPPORTED;
    }
    int code = note_pages(self, address, size);
    if (code != 0) {
        return code;
    }
    struct vm_control *sender = self->page_senders;
    if (sender == NULL) {
        scheduler_block(self, VM_RECEIVING_PAGES, deadline_ns);
        return 0;
    }
    code = transfer(sender, self);
    if (code == 0) {
        messages_cancel(sender);
        scheduler_wake(sender, 0);
    }
    return code;
}

int word_recv_pages(struct vm *vm) {
    return recv_pages(vm, VM_NO_DEADLINE);
}

int word_recv_pages_within(struct vm *vm) {
    const uint64_t delay = vm_pop(vm);
    return recv_pages(vm, scheduler_deadline(delay));
}
