/* test_arbiter_parts.c - the arbiter's mailbox, queues, table and capabilities, each on its own, at their
 * edges */
/* uses: c/arbiter/mailbox.c */

/* These allocate: here from a heap of the test's, under names of the test's. */
#define hal_mem_alloc   parts_alloc
#define hal_mem_free    parts_free
#define hal_time_now_ns parts_now
#define count           audit_entries_made
#include "../../c/arbiter/audit.c"
#undef count
#include "../../c/arbiter/vm_table.c"
#include "../../c/arbiter/deadline_queue.c"
#include "../../c/arbiter/capability.c"

#include <stdlib.h>
#include <string.h>

#include "arbiter/device_irq.h"
#include "arbiter/mailbox.h"
#include "arbiter/run_queue.h"
#include "unit.h"

static unsigned blocks;
static bool no_memory;

void *parts_alloc(size_t size) {
    blocks += !no_memory;
    return no_memory ? NULL : calloc(1, size);
}

void parts_free(void *memory) {
    blocks -= memory != NULL;
    free(memory);
}

/* No VM has an interrupt line here. */
void device_irqs_check(void) {}

uint64_t parts_now(void) {
    return 7;
}

/* ---- mailbox ---- */

static unsigned char ring[MAILBOX_SIZE], bytes[MESSAGE_MAX + 1], received[MESSAGE_MAX];

static struct mailbox new_mailbox(void) {
    struct mailbox mailbox;
    mailbox_init(&mailbox, ring);
    for (unsigned i = 0; i < sizeof bytes; i++) {
        bytes[i] = (unsigned char)(i * 7 + i / 256);
    }
    return mailbox;
}

/* Takes the oldest of `sender`; its size, or -1. */
static int64_t take_one(struct mailbox *mailbox, uint64_t sender, uint64_t *from) {
    uint32_t place, size;
    if (!mailbox_find(mailbox, sender, &place, &size, from)) {
        return -1;
    }
    mailbox_take(mailbox, place, received);
    return size;
}

UNIT_TEST(mailbox_full, "a mailbox takes messages to its last byte, and none more") {
    struct mailbox mailbox = new_mailbox();
    for (unsigned i = 0; i < MAILBOX_SIZE / 16; i++) {
        CHECK(mailbox_put(&mailbox, i, bytes, 0));
    }
    CHECK(!mailbox_put(&mailbox, 1, bytes, 0));
    CHECK_EQ_U64(mailbox.count, 1024);
    uint64_t from;
    CHECK_EQ_I64(take_one(&mailbox, MAILBOX_ANYBODY, &from), 0);
    CHECK_EQ_U64(from, 0);
    CHECK(!mailbox_put(&mailbox, 1, bytes, 1)); /* the record and a byte need two */
    CHECK(mailbox_put(&mailbox, 1, bytes, 0));
}

UNIT_TEST(mailbox_extent, "a mailbox that is emptied needs no more of its ring than it has had") {
    struct mailbox mailbox = new_mailbox();
    uint64_t from;
    CHECK_EQ_U64(mailbox_extent(&mailbox, 0), 16);
    for (unsigned i = 0; i < 2000; i++) { /* more than the ring holds, were it not begun again */
        CHECK_EQ_U64(mailbox_extent(&mailbox, 17), 48);
        CHECK(mailbox_put(&mailbox, i, bytes, 17));
        CHECK_EQ_U64(mailbox_extent(&mailbox, MESSAGE_MAX), 48 + 16 + MESSAGE_MAX);
        CHECK_EQ_I64(take_one(&mailbox, MAILBOX_ANYBODY, &from), 17);
    }
    while (mailbox_put(&mailbox, 1, bytes, MESSAGE_MAX)) {
    }
    CHECK_EQ_U64(mailbox_extent(&mailbox, MESSAGE_MAX), MAILBOX_SIZE);
}

UNIT_TEST(mailbox_wrap,
          "bytes are the same at every place of the ring, and when the counters wrap") {
    struct mailbox mailbox = new_mailbox();
    mailbox.head = mailbox.tail = UINT32_MAX - MAILBOX_SIZE + 1;
    uint64_t from;
    for (unsigned i = 0; i < 4096; i++) {
        const uint32_t size = i * 37 % (MESSAGE_MAX + 1);
        CHECK(mailbox_put(&mailbox, i, bytes, size));
        CHECK_EQ_I64(take_one(&mailbox, MAILBOX_ANYBODY, &from), size);
        CHECK_EQ_U64(from, i);
        CHECK_MEM(received, bytes, size);
        CHECK_EQ_U64(mailbox.head, mailbox.tail);
    }
}

UNIT_TEST(mailbox_holes, "a message taken from the middle leaves room once it is the oldest") {
    struct mailbox mailbox = new_mailbox();
    uint64_t from;
    for (uint64_t sender = 1; sender <= 3; sender++) {
        CHECK(mailbox_put(&mailbox, sender, bytes, MESSAGE_MAX));
    }
    CHECK(!mailbox_put(&mailbox, 4, bytes, MESSAGE_MAX));
    CHECK_EQ_I64(take_one(&mailbox, 2, &from), MESSAGE_MAX);
    CHECK_EQ_I64(take_one(&mailbox, 2, &from), -1);
    CHECK(!mailbox_put(&mailbox, 4, bytes, MESSAGE_MAX)); /* a hole is no room yet */
    CHECK_EQ_I64(take_one(&mailbox, MAILBOX_ANYBODY, &from), MESSAGE_MAX);
    CHECK_EQ_U64(from, 1);
    CHECK_EQ_U64(mailbox.tail - mailbox.head, MESSAGE_MAX + 16);
    CHECK(mailbox_put(&mailbox, 4, bytes, MESSAGE_MAX));
    CHECK_EQ_I64(take_one(&mailbox, 4, &from), MESSAGE_MAX);
    CHECK_EQ_I64(take_one(&mailbox, 3, &from), MESSAGE_MAX);
    CHECK_EQ_U64(mailbox.count, 0);
    CHECK_EQ_U64(mailbox.head, mailbox.tail);
}

UNIT_TEST(mailbox_order, "of one sender the oldest is found first, whoever else has sent between") {
    struct mailbox mailbox = new_mailbox();
    uint64_t from;
    for (uint32_t i = 0; i < 12; i++) {
        CHECK(mailbox_put(&mailbox, i % 3, bytes, i));
    }
    static const int64_t expected[] = {1, 4, 7, 10, -1};
    for (unsigned i = 0; i < 5; i++) {
        CHECK_EQ_I64(take_one(&mailbox, 1, &from), expected[i]);
    }
    CHECK_EQ_I64(take_one(&mailbox, MAILBOX_ANYBODY, &from), 0);
    CHECK_EQ_I64(take_one(&mailbox, MAILBOX_ANYBODY, &from), 2);
}

/* ---- run queue ---- */

static struct vm_control vms[64];

static struct vm_control *vm_of(unsigned number, uint8_t priority) {
    vms[number] = (struct vm_control){.id = number, .priority = priority};
    return &vms[number];
}

UNIT_TEST(run_queue_turns, "the highest priority first, and in one priority in turn") {
    struct run_queue queue = {0};
    CHECK_EQ_I64(run_queue_highest(&queue), -1);
    CHECK(run_queue_take(&queue) == NULL);
    run_queue_append(&queue, vm_of(1, 0));
    run_queue_append(&queue, vm_of(2, 31));
    run_queue_append(&queue, vm_of(3, 31));
    run_queue_prepend(&queue, vm_of(4, 31));
    run_queue_append(&queue, vm_of(5, 16));
    CHECK_EQ_I64(run_queue_highest(&queue), 31);
    static const unsigned expected[] = {4, 2, 3, 5, 1};
    for (unsigned i = 0; i < 5; i++) {
        CHECK_EQ_U64(run_queue_take(&queue)->id, expected[i]);
    }
    CHECK_EQ_U64(queue.occupied, 0);
}

UNIT_TEST(run_queue_remove, "the first, the last and the only one of a priority can be taken out") {
    struct run_queue queue = {0};
    for (unsigned i = 1; i <= 4; i++) {
        run_queue_append(&queue, vm_of(i, 9));
    }
    run_queue_remove(&queue, &vms[1]);
    run_queue_remove(&queue, &vms[4]);
    CHECK_EQ_U64(run_queue_take(&queue)->id, 2);
    CHECK_EQ_I64(run_queue_highest(&queue), 9);
    run_queue_remove(&queue, &vms[3]);
    CHECK_EQ_I64(run_queue_highest(&queue), -1);
    CHECK(vms[3].next == NULL && vms[3].previous == NULL);
}

/* ---- queue of deadlines ---- */

static struct vm_control *vm_due(unsigned number, uint64_t deadline_ns) {
    vms[number] = (struct vm_control){.id = number, .deadline_ns = deadline_ns};
    return &vms[number];
}

UNIT_TEST(deadline_queue_equal,
          "equal deadlines come in the order of IDs, not a nanosecond early") {
    struct deadline_queue queue = {0};
    CHECK(deadline_queue_reserve(&queue, 64));
    for (unsigned i = 64; i-- > 0;) {
        deadline_queue_add(&queue, vm_due(i, 100 + i / 32));
    }
    CHECK(deadline_queue_expired(&queue, 99) == NULL);
    for (unsigned i = 0; i < 32; i++) {
        CHECK_EQ_U64(deadline_queue_expired(&queue, 100)->id, i);
    }
    CHECK(deadline_queue_expired(&queue, 100) == NULL);
    CHECK_EQ_U64(deadline_queue_next(&queue), 101);
    for (unsigned i = 32; i < 64; i++) {
        deadline_queue_remove(&queue, &vms[i]);
        deadline_queue_remove(&queue, &vms[i]); /* once more does nothing */
    }
    CHECK_EQ_U64(deadline_queue_next(&queue), VM_NO_DEADLINE);
    parts_free(queue.heap);
}

UNIT_TEST(deadline_queue_random, "whatever is put in and taken out, the earliest comes first") {
    struct deadline_queue queue = {0};
    uint64_t random = 1;
    CHECK(deadline_queue_reserve(&queue, 64));
    for (unsigned i = 0; i < 64; i++) {
        (void)vm_due(i, VM_NO_DEADLINE);
    }
    for (unsigned round = 0; round < 20000; round++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        struct vm_control *vm = &vms[random >> 58];
        if (vm->deadline_at != 0) {
            deadline_queue_remove(&queue, vm);
            vm->deadline_ns = VM_NO_DEADLINE;
        } else {
            vm->deadline_ns = random >> 40 & 63;
            deadline_queue_add(&queue, vm);
        }
        uint64_t earliest = VM_NO_DEADLINE;
        for (unsigned i = 0; i < 64; i++) {
            earliest = vms[i].deadline_ns < earliest ? vms[i].deadline_ns : earliest;
        }
        CHECK_EQ_U64(deadline_queue_next(&queue), earliest);
    }
    parts_free(queue.heap);
}

UNIT_TEST(deadline_queue_memory, "room is made for all or nothing, and who is in it stays") {
    struct deadline_queue queue = {0};
    no_memory = true;
    CHECK(!deadline_queue_reserve(&queue, 1));
    no_memory = false;
    CHECK(deadline_queue_reserve(&queue, 1));
    deadline_queue_add(&queue, vm_due(1, 5));
    no_memory = true;
    CHECK(!deadline_queue_reserve(&queue, 1000));
    no_memory = false;
    CHECK(deadline_queue_reserve(&queue, 1000));
    CHECK_EQ_U64(deadline_queue_expired(&queue, 5)->id, 1);
    parts_free(queue.heap);
}

/* ---- table ---- */

UNIT_TEST(vm_table_whole, "the table grows to its maximum and no further, and no ID comes twice") {
    struct vm_control *all = calloc(VM_TABLE_MAX + 1, sizeof *all);
    for (unsigned i = 0; i < VM_TABLE_MAX; i++) {
        CHECK_EQ_I64(vm_table_add(&all[i]), 0);
        CHECK_EQ_U64(all[i].id, i);
    }
    CHECK_EQ_I64(vm_table_add(&all[VM_TABLE_MAX]), THROW_TOO_MANY_VMS);
    CHECK_EQ_U64(vm_table_count(), VM_TABLE_MAX);
    CHECK(vm_table_find(0xffff) == &all[0xffff]);
    CHECK(vm_table_find(MAILBOX_ANYBODY) == NULL);
    CHECK(vm_table_find(0x10000) == NULL);
    const uint64_t old = all[5].id;
    vm_table_remove(&all[5]);
    CHECK(vm_table_find(old) == NULL);
    CHECK(vm_table_from(5) == &all[6]);
    CHECK_EQ_I64(vm_table_add(&all[VM_TABLE_MAX]), 0);
    CHECK_EQ_U64(all[VM_TABLE_MAX].id, 0x10005);
    CHECK(vm_table_find(old) == NULL);
    CHECK(vm_table_find(0x10005) == &all[VM_TABLE_MAX]);
    CHECK(vm_table_from(VM_TABLE_MAX) == NULL);
    all[5] = all[VM_TABLE_MAX];
    places[5].control = &all[5];
    for (unsigned i = 0; i < VM_TABLE_MAX; i++) {
        vm_table_remove(&all[i]);
    }
    CHECK_EQ_U64(vm_table_count(), 0);
    CHECK(vm_table_from(0) == NULL);
    /* the place that has been free for longest is the next one: its generations last */
    CHECK(vm_table_add(&all[0]) == 0 && vm_table_add(&all[1]) == 0);
    CHECK_EQ_U64(all[0].id, 0x10000);
    CHECK_EQ_U64(all[1].id, 0x10001);
    vm_table_remove(&all[0]);
    vm_table_remove(&all[1]);
    free(all);
}

/* ---- capabilities ---- */

static struct vm_control *new_holder(unsigned number) {
    vms[number] = (struct vm_control){.id = number};
    return &vms[number];
}

UNIT_TEST(capability_part, "a part can be handed on, never more, and two parts are not their sum") {
    struct vm_control *root = new_holder(0), *a = new_holder(1), *b = new_holder(2);
    CHECK(capability_give_all(root));
    CHECK_EQ_I64(capability_grant(root, a, CAP_PORT, 10, 19), 0);
    CHECK_EQ_I64(capability_grant(root, a, CAP_PORT, 20, 29), 0);
    CHECK(capability_holds(a, CAP_PORT, 20, 20));
    CHECK(!capability_holds(a, CAP_PORT, 19, 20));
    CHECK_EQ_I64(capability_grant(a, b, CAP_PORT, 10, 20), THROW_NOT_PERMITTED);
    CHECK_EQ_I64(capability_grant(a, b, CAP_PORT, 15, 14), THROW_INVALID_ARGUMENT);
    CHECK_EQ_I64(capability_grant(a, b, CAP_KINDS, 0, 0), THROW_INVALID_ARGUMENT);
    CHECK_EQ_I64(capability_demand(b, CAP_PORT, 10, 10), THROW_NOT_PERMITTED);
    no_memory = true;
    CHECK_EQ_I64(capability_grant(a, b, CAP_PORT, 15, 15), THROW_NO_MEMORY);
    no_memory = false;
    const unsigned before = blocks;
    CHECK_EQ_I64(capability_grant(a, b, CAP_PORT, 15, 15), 0);
    CHECK_EQ_U64(capability_revoke(root, a, CAP_PORT), 2);
    CHECK(b->capabilities == NULL);
    CHECK_EQ_U64(blocks, before - 2);
    capability_drop_all(root);
}

UNIT_TEST(capability_kind_whole, "a whole kind is handed on, or none of it") {
    struct vm_control *root = new_holder(0), *a = new_holder(1), *b = new_holder(2);
    b->parent = a->id;
    CHECK(capability_give_all(root));
    for (uint64_t line = 0; line < 3; line++) {
        CHECK_EQ_I64(capability_grant(root, a, CAP_IRQ, line, line), 0);
    }
    for (uint64_t port = 0; port < CAPABILITIES_MAX - 2; port++) {
        CHECK_EQ_I64(capability_grant(root, b, CAP_PORT, port * 2, port * 2), 0);
    }
    const unsigned before = blocks;
    CHECK_EQ_I64(capability_grant_kind(a, b, CAP_IRQ), THROW_TOO_MANY_CAPABILITIES);
    CHECK_EQ_U64(b->capability_count, CAPABILITIES_MAX - 2);
    CHECK_EQ_U64(blocks, before);
    CHECK(!capability_holds(b, CAP_IRQ, 0, 0) && !capability_holds(b, CAP_IRQ, 2, 2));
    CHECK_EQ_U64(capability_revoke(root, b, CAP_PORT), CAPABILITIES_MAX - 2);
    CHECK_EQ_I64(capability_grant_kind(a, b, CAP_IRQ), 0);
    CHECK_EQ_U64(b->capability_count, 3);
    capability_drop_all(root);
    CHECK_EQ_U64(blocks, before + 2 - CAPABILITIES_MAX - CAP_KINDS - 3);
}

UNIT_TEST(capability_limit,
          "a VM holds so many, the last of them from its parent or VM[0], and none twice") {
    struct vm_control *root = new_holder(0), *a = new_holder(1), *b = new_holder(2);
    b->parent = 77;
    CHECK(capability_give_all(root));
    CHECK_EQ_I64(capability_grant_kind(root, a, CAP_PORT), 0);
    const unsigned before = blocks;
    uint64_t port = 0;
    while (capability_grant(a, b, CAP_PORT, port * 2, port * 2) == 0 && port < 1000) {
        port++;
    }
    CHECK_EQ_U64(port, CAPABILITIES_OF_STRANGERS);
    CHECK_EQ_I64(capability_grant(a, b, CAP_PORT, 1, 1), THROW_TOO_MANY_CAPABILITIES);
    CHECK_EQ_I64(capability_grant(a, b, CAP_PORT, 2, 2), 0); /* it has that */
    CHECK_EQ_I64(capability_grant(root, b, CAP_PORT, 0x8000, 0x8000), 0);
    b->parent = a->id;
    while (capability_grant(a, b, CAP_PORT, port * 2, port * 2) == 0 && port < 1000) {
        port++;
    }
    CHECK_EQ_U64(port, CAPABILITIES_MAX - 1);
    CHECK_EQ_U64(b->capability_count, CAPABILITIES_MAX);
    CHECK_EQ_U64(blocks, before + CAPABILITIES_MAX);
    CHECK_EQ_I64(capability_grant(root, b, CAP_IRQ, 1, 1), THROW_TOO_MANY_CAPABILITIES);
    CHECK_EQ_U64(capability_revoke(a, b, CAP_PORT), CAPABILITIES_MAX - 1);
    CHECK_EQ_I64(capability_grant(root, b, CAP_IRQ, 1, 1), 0);
    CHECK_EQ_U64(b->capability_count, 2);
    capability_drop_all(root);
    CHECK_EQ_U64(b->capability_count, 0);
}

UNIT_TEST(capability_circle,
          "who has it already gets nothing from those that it was handed on to") {
    struct vm_control *root = new_holder(0), *a = new_holder(1), *b = new_holder(2);
    CHECK(capability_give_all(root));
    CHECK_EQ_I64(capability_grant_kind(root, a, CAP_IRQ), 0);
    CHECK_EQ_I64(capability_grant_kind(a, b, CAP_IRQ), 0);
    const unsigned before = blocks;
    CHECK_EQ_I64(capability_grant_kind(b, root, CAP_IRQ), 0);
    CHECK_EQ_I64(capability_grant_kind(b, a, CAP_IRQ), 0);
    CHECK_EQ_I64(capability_grant(b, b, CAP_IRQ, 1, 2), 0);
    CHECK_EQ_U64(blocks, before);
    CHECK_EQ_U64(capability_revoke(b, a, CAP_IRQ), 0);
    CHECK(capability_holds(a, CAP_IRQ, 0, 255));
    CHECK_EQ_U64(capability_revoke(root, b, CAP_IRQ), 1);
    capability_drop_all(root);
    CHECK(a->capabilities == NULL);
}

UNIT_TEST(capability_nearest, "nobody gets between two VMs by handing on what they have anyway") {
    struct vm_control *root = new_holder(0), *a = new_holder(1), *middle = new_holder(2),
                      *b = new_holder(3);
    CHECK(capability_give_all(root));
    CHECK_EQ_I64(capability_grant_kind(root, a, CAP_IRQ), 0);
    CHECK_EQ_I64(capability_grant_kind(root, middle, CAP_IRQ), 0);
    CHECK_EQ_I64(capability_grant_kind(middle, a, CAP_IRQ), 0);
    CHECK_EQ_I64(capability_grant(a, b, CAP_IRQ, 4, 5), 0);
    CHECK_EQ_U64(capability_revoke(middle, a, CAP_IRQ), 1);
    CHECK(capability_holds(b, CAP_IRQ, 4, 5));
    capability_drop_all(root);
    CHECK(b->capabilities == NULL);
}

UNIT_TEST(capability_chain, "a long chain of grants goes when its beginning does") {
    struct vm_control *root = new_holder(0);
    CHECK(capability_give_all(root));
    const unsigned before = blocks;
    for (unsigned i = 1; i < 64; i++) {
        CHECK_EQ_I64(capability_grant(&vms[i - 1], new_holder(i), CAP_MMIO, i, 1000 - i), 0);
    }
    CHECK_EQ_U64(blocks, before + 63);
    CHECK_EQ_U64(capability_revoke(root, &vms[1], CAP_MMIO), 1);
    CHECK_EQ_U64(blocks, before);
    CHECK(vms[63].capabilities == NULL);
    capability_drop_all(root);
}

UNIT_TEST(audit_overwrites, "the audit keeps the last entries, and tells which are gone") {
    const uint64_t before = audit_count();
    for (unsigned i = 0; i < AUDIT_SIZE + 3; i++) {
        audit(AUDIT_USE, i, 0, CAP_IRQ, i, i);
    }
    CHECK_EQ_U64(audit_count(), before + AUDIT_SIZE + 3);
    CHECK(audit_entry(before + 3) == NULL);
    CHECK_EQ_U64(audit_entry(before + 4)->vm, 3);
    CHECK_EQ_U64(audit_entry(audit_count())->low, AUDIT_SIZE + 2);
    CHECK(audit_entry(audit_count() + 1) == NULL);
    CHECK(audit_entry(0) == NULL);
}
