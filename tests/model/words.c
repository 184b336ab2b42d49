/*
 * words.c - the words of the arbiter: each carried out by it and by the reference, with the same arguments.
 */
#include <string.h>

#include "arbiter/vm_life.h"
#include "forth/throw.h"
#include "model.h"
#include "primitives.h"

/* ---- what the numbers of an operation mean ---- */

#define DEAD_MAX 16u
static uint64_t dead[DEAD_MAX]; /* some IDs that were once good */
static unsigned dead_count;
static uint32_t stamps;

void word_remember_dead(uint64_t id) {
    dead[dead_count++ % DEAD_MAX] = id;
}

/* The ID of a VM: mostly one that lives, often a relative; now and then one that is gone, or never was. */
static uint64_t any_vm(const struct ref_vm *self, uint32_t x) {
    const uint32_t which = x >> 16;
    switch (x % 16) {
    case 0:
        return dead_count == 0 ? 77 : dead[which % (dead_count < DEAD_MAX ? dead_count : DEAD_MAX)];
    case 1:
        switch (which % 5) {
        case 0:
            return MAILBOX_ANYBODY;
        case 1:
            return ref_vms[which % ref_count]->id + 0x10000; /* the next generation */
        case 2:
            return which;
        case 3:
            return UINT64_MAX - 1;
        default:
            return (uint64_t)which << 40;
        }
    case 2:
        return 0;
    case 3:
    case 4:
        return self->parent;
    case 5:
        return self->id;
    case 6:
    case 7:
        return self->notice_count > 0 ? self->notices[which % self->notice_count].id
                                      : ref_vms[which % ref_count]->id;
    case 8:
    case 9:
    case 10:
        for (unsigned i = 0; i < ref_count; i++) {
            const struct ref_vm *child = ref_vms[(which + i) % ref_count];
            if (child->parent == self->id && child != self) {
                return child->id;
            }
        }
        return self->id;
    default:
        return ref_vms[which % ref_count]->id;
    }
}

uint64_t word_delay(uint32_t y) {
    switch (y % 8) {
    case 0:
        return 0;
    case 1:
        return y % 3000;
    case 2:
        return y % 2 == 0 ? UINT64_MAX : UINT64_MAX - 2000000;
    default:
        return y % 20000000;
    }
}

static uint64_t any_size(uint32_t z) {
    switch (z % 8) {
    case 0:
        return 0;
    case 1:
        return 4096;
    case 2:
        return 4097 + z % 3;
    case 3:
    case 4:
        return z / 8 % 4097;
    case 5:
        return z / 8 % 3 == 0 ? UINT64_MAX - z % 5 : 16;
    default:
        return z / 8 % 64;
    }
}

static uint64_t any_buffer(uint32_t z) {
    return z % 4 != 0 ? 4096 : z / 4 % 4 == 0 ? z / 16 % 24 : z / 16 % 4097;
}

static bool any_bad(uint32_t z) {
    return z >> 24 == 7;
}

static uint64_t deadline_in(uint64_t delay) {
    return delay >= VM_NO_DEADLINE - machine_now ? VM_NO_DEADLINE - 1 : machine_now + delay;
}

/* ---- carrying out ---- */

/* Compares the code of a word with the reference's; a THROW is caught at once. */
static void word(struct vm *vm, struct ref_vm *ref, int got, int expected) {
    model_trace("VM %lu: code %d", vm->id, got);
    if (got != expected) {
        model_fail("VM %lu: code %d, expected %d", vm->id, got, expected);
    }
    if (got != 0) {
        ref->result_count = 0;
        stack_clear(vm);
    }
}

/* Results that are there at once. */
static void word_results(struct vm *vm, struct ref_vm *ref) {
    if (vm_depth(vm) != ref->result_count) {
        model_fail("VM %lu: %lu results, expected %u", vm->id, vm_depth(vm), ref->result_count);
    }
    for (unsigned i = 0; i < ref->result_count; i++) {
        if (*vm_item(vm, ref->result_count - 1 - i) != ref->results[i]) {
            model_fail("VM %lu: result %u is %ld, expected %ld", vm->id, i,
                       (int64_t)*vm_item(vm, ref->result_count - 1 - i), (int64_t)ref->results[i]);
        }
    }
    stack_clear(vm);
    ref->result_count = 0;
}

static void push3(struct vm *vm, uint64_t a, uint64_t b, uint64_t c) {
    vm_push(vm, a);
    vm_push(vm, b);
    vm_push(vm, c);
}

static uint32_t fill(struct vm *vm, uint64_t size) {
    unsigned char *at = machine_bytes(vm, SEND_ADDRESS);
    const uint32_t stamp = ++stamps;
    for (uint32_t i = 0; i < size && i < MESSAGE_MAX; i++) {
        at[i] = (unsigned char)(stamp * 7 + i + i / 251);
    }
    return stamp;
}

static void spawn(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t size = op->y % 16 == 0 ? 5000 : op->y / 16 % 64;
    const uint64_t envelope = op->z % 16 == 0   ? VM_ENVELOPE_MIN - 1
                              : op->z % 16 == 1 ? VM_ENVELOPE_MAX + 1
                                                : VM_ENVELOPE_MIN + op->z % 100000;
    const bool bad = any_bad(op->z);
    int expected = 0;
    if (bad) {
        expected = THROW_BAD_ADDRESS;
    } else if (envelope < VM_ENVELOPE_MIN || envelope > VM_ENVELOPE_MAX) {
        expected = THROW_BAD_ENVELOPE;
    } else {
        expected = ref_demand(ref, CAP_SPAWN, 0, (envelope + VM_PAGE - 1) / VM_PAGE * VM_PAGE);
    }
    push3(vm, bad ? 0 : TEXT_ADDRESS, size, envelope);
    const int code = word_spawn_vm(vm);
    if (expected == 0) {
        expected = machine_failed ? THROW_NO_MEMORY : size > 4096 ? THROW_DICTIONARY_OVERFLOW : 0;
    }
    word(vm, ref, code, expected);
    if (code != 0) {
        return;
    }
    const uint64_t id = vm_pop(vm);
    for (unsigned i = 0; i < DEAD_MAX; i++) {
        if (dead_count > i && dead[i] == id) {
            model_fail("the ID %lu comes again", id);
        }
    }
    if (ref_find(id) != NULL) {
        model_fail("two VMs with the ID %lu", id);
    }
    model_trace("VM %lu is born", id);
    (void)ref_add(id, ref->id);
}

static void ask(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t id = any_vm(ref, op->x), kind = op->y % (CAP_KINDS + 2);
    const struct ref_vm *other = ref_find(id);
    vm_push(vm, id);
    (void)word_vm_state(vm);
    ref_result(ref, other == NULL ? UINT64_MAX : (uint64_t)other->state);
    (void)word_messages(vm);
    ref_result(ref, ref_mail_waiting(ref) + ref->notice_count);
    (void)word_end_notice_question(vm);
    ref_result(ref, ref->last_was_notice ? UINT64_MAX : 0);
    vm_push(vm, kind);
    (void)word_cap_question(vm);
    ref_result(ref, ref_has_kind(ref, kind) ? UINT64_MAX : 0);
    word_results(vm, ref);
}

static void send_word(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t to = any_vm(ref, op->x), size = any_size(op->z), delay = word_delay(op->y);
    const bool bad = any_bad(op->z);
    const uint32_t stamp = fill(vm, size);
    push3(vm, bad ? 0 : SEND_ADDRESS, size, to);
    model_trace("VM %lu: %lu bytes to %lu", vm->id, size, to);
    if (op->kind == OP_SEND) {
        const int code = word_send(vm);
        word(vm, ref, code, ref_send(ref, to, size, stamp, bad, VM_NO_DEADLINE));
    } else if (op->kind == OP_SEND_WITHIN) {
        vm_push(vm, delay);
        const int code = word_send_within(vm);
        word(vm, ref, code, ref_send(ref, to, size, stamp, bad, deadline_in(delay)));
    } else {
        const int code = word_try_send(vm);
        word(vm, ref, code, ref_try_send(ref, to, size, stamp, bad));
    }
}

static void recv_word(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const bool of_one = op->kind == OP_RECV_FROM || op->kind == OP_RECV_FROM_WITHIN;
    const bool within = op->kind == OP_RECV_WITHIN || op->kind == OP_RECV_FROM_WITHIN;
    const uint64_t from = of_one ? any_vm(ref, op->x) : MAILBOX_ANYBODY;
    const uint64_t size = any_buffer(op->z), delay = word_delay(op->y);
    const bool bad = any_bad(op->z);
    memset(machine_bytes(vm, BUFFER_ADDRESS), 0xee, BUFFER_SIZE);
    vm_push(vm, bad ? 0 : BUFFER_ADDRESS);
    vm_push(vm, size);
    if (of_one) {
        vm_push(vm, from);
    }
    if (within) {
        vm_push(vm, delay);
    }
    model_trace("VM %lu: at most %lu bytes from %ld", vm->id, size, (int64_t)from);
    const uint64_t deadline = within ? deadline_in(delay) : VM_NO_DEADLINE;
    if (op->kind == OP_TRY_RECV) {
        const int code = word_try_recv(vm);
        word(vm, ref, code, ref_try_recv(ref, size, bad));
    } else if (of_one) {
        const int code = within ? word_recv_from_within(vm) : word_recv_from(vm);
        word(vm, ref, code,
             from == MAILBOX_ANYBODY ? THROW_NO_SUCH_VM : ref_recv(ref, from, size, bad, deadline));
    } else {
        const int code = within ? word_recv_within(vm) : word_recv(vm);
        word(vm, ref, code, ref_recv(ref, from, size, bad, deadline));
    }
}

static void wait_word(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t id = any_vm(ref, op->x), delay = word_delay(op->y);
    const bool within = op->kind == OP_WAIT_VM_WITHIN;
    vm_push(vm, id);
    if (within) {
        vm_push(vm, delay);
    }
    model_trace("VM %lu: for VM %ld", vm->id, (int64_t)id);
    const int code = within ? word_wait_vm_within(vm) : word_wait_vm(vm);
    word(vm, ref, code, ref_wait_vm(ref, id, within ? deadline_in(delay) : VM_NO_DEADLINE));
}

static void rights_word(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t to = any_vm(ref, op->x),
                   kind = op->y % 16 == 15 ? 8 + op->y / 16 % 3 : op->y % 8;
    uint64_t low = op->z % 4 * 8, high = op->z / 4 % 4 * 16;
    if (op->z / 16 % 2 == 0) {
        low = 0;
        high = kind == CAP_SPAWN ? 100000 + op->z % 200000 : op->z / 32 % 33;
    }
    model_trace("VM %lu: kind %lu, VM %ld", vm->id, kind, (int64_t)to);
    if (op->kind == OP_GRANT_RANGE) {
        vm_push(vm, low);
        vm_push(vm, high);
    }
    vm_push(vm, kind);
    vm_push(vm, to);
    int code, expected;
    if (op->kind == OP_GRANT) {
        machine_fail_in = 0; /* a part may have been granted before memory fails */
        code = word_grant(vm);
        expected = ref_grant_kind(ref, to, kind);
    } else if (op->kind == OP_GRANT_RANGE) {
        code = word_grant_range(vm);
        expected = ref_grant(ref, to, kind, low, high);
    } else {
        code = word_revoke(vm);
        expected = ref_revoke(ref, to, kind);
    }
    word(vm, ref, code, expected);
}

static void steer_word(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t id = any_vm(ref, op->x);
    const uint64_t value = op->kind == OP_PRIORITY ? (op->y % 64 == 0 ? 32 + op->z : op->y % 32)
                           : op->y % 64 == 0       ? UINT64_MAX
                                                   : op->y % 30000000;
    model_trace("VM %lu: %lu to VM %ld", vm->id, value, (int64_t)id);
    if (op->kind != OP_CONSOLE_TO && op->kind != OP_KILL) {
        vm_push(vm, value);
    }
    vm_push(vm, id);
    int code, expected;
    switch (op->kind) {
    case OP_PRIORITY:
        code = word_priority_store(vm);
        expected = ref_priority(ref, id, value);
        break;
    case OP_QUANTUM:
        code = word_quantum_store(vm);
        expected = ref_quantum(
            ref, id, value > UINT64_C(31536000000000000) ? UINT64_C(31536000000000000) : value);
        break;
    case OP_CONSOLE_TO:
        code = word_console_to(vm);
        expected = ref_console_to(ref, id);
        break;
    default:
        code = word_kill_vm(vm);
        expected = ref_kill(ref, id);
        if (code == 0) {
            word_remember_dead(id);
        }
        break;
    }
    word(vm, ref, code, expected);
}

bool word_run(struct vm *vm, struct ref_vm *ref, const struct operation *op, bool *allocates) {
    *allocates = op->kind == OP_SPAWN || op->kind == OP_GRANT || op->kind == OP_GRANT_RANGE;
    switch (op->kind) {
    case OP_SPAWN:
        if (ref_count < VMS_MAX - 1) {
            spawn(vm, ref, op);
        }
        return true;
    case OP_SEND:
    case OP_SEND_WITHIN:
    case OP_TRY_SEND:
        send_word(vm, ref, op);
        return true;
    case OP_RECV:
    case OP_RECV_WITHIN:
    case OP_RECV_FROM:
    case OP_RECV_FROM_WITHIN:
    case OP_TRY_RECV:
        recv_word(vm, ref, op);
        return true;
    case OP_WAIT_VM:
    case OP_WAIT_VM_WITHIN:
        wait_word(vm, ref, op);
        return true;
    case OP_GRANT:
    case OP_GRANT_RANGE:
    case OP_REVOKE:
        rights_word(vm, ref, op);
        return true;
    case OP_PRIORITY:
    case OP_QUANTUM:
    case OP_CONSOLE_TO:
    case OP_KILL:
        steer_word(vm, ref, op);
        return true;
    case OP_ASK:
        ask(vm, ref, op);
        return true;
    default:
        return false;
    }
}

/* What a word leaves that is over at once. */
void word_check(struct vm *vm, struct ref_vm *ref) {
    word_results(vm, ref);
    machine_check_bytes(vm, ref);
}
