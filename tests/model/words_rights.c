/*
 * words_rights.c - the words of the arbiter that need capabilities: each carried out by it and by the reference, with
 * the same arguments.
 */
#include "model.h"
#include "primitives.h"

/* A kind that this VM has, to hand on; or one that another has from it, to revoke, and that VM. Left alone if there is
 * none. */
static void pick(const struct ref_vm *self, bool revoke, uint32_t which, uint64_t *to,
                 uint64_t *kind) {
    for (unsigned i = 0; i < ref_cap_count; i++) {
        const struct ref_cap *cap = &ref_caps[(which + i) % ref_cap_count];
        if (cap->gone) {
            continue;
        }
        if (!revoke && cap->owner == self->id) {
            *kind = cap->kind;
            return;
        }
        if (revoke && cap->source >= 0 && ref_caps[cap->source].owner == self->id) {
            *to = cap->owner;
            *kind = cap->kind;
            return;
        }
    }
}

void word_rights(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    uint64_t to = word_any_vm(ref, op->x);
    uint64_t kind = op->y % 16 == 15 ? 8 + op->y / 16 % 3 : op->y % 8;
    if (op->kind != OP_GRANT_RANGE && op->z % 2 == 0) {
        pick(ref, op->kind == OP_REVOKE, op->z / 2, &to, &kind);
    }
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
        code = word_grant(vm);
        expected = ref_grant_kind(ref, to, kind);
    } else if (op->kind == OP_GRANT_RANGE) {
        code = word_grant_range(vm);
        expected = ref_grant(ref, to, kind, low, high);
    } else {
        code = word_revoke(vm);
        expected = ref_revoke(ref, to, kind);
    }
    word_over(vm, ref, code, expected);
}

void word_steer(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t id = word_any_vm(ref, op->x);
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
    word_over(vm, ref, code, expected);
}

/* Few words in most cases, so that turns end, and often none, so that they are a matter of time. */
void word_counted(struct vm *vm, struct ref_vm *ref, const struct operation *op) {
    const uint64_t words = op->y % 3 == 0    ? 0
                           : op->y % 64 == 1 ? UINT64_MAX - op->z
                                             : 1 + op->z % (op->x % 2 == 0 ? 6 : 60);
    model_trace("VM %lu: %lu words in a turn", vm->id, words);
    vm_push(vm, words);
    const int code = word_counted_quantum(vm);
    word_over(vm, ref, code, ref_counted_quantum(ref, words));
}
