/*
 * plants.c - faults planted between the parts of the arbiter: the linker sends some of its calls through
 * here.
 */
#include "arbiter/capability.h"
#include "arbiter/deadline_queue.h"
#include "arbiter/mailbox.h"
#include "arbiter/scheduler.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "forth/clock.h"
#include "hal/hal_memory.h"
#include "model.h"

enum plant plant;

static bool now_and_then(enum plant which, unsigned every) {
    static unsigned count;
    return plant == which && ++count % every == 0;
}

void __real_scheduler_wake(struct vm_control *control, int code);
void __wrap_scheduler_wake(struct vm_control *control, int code);
void __wrap_scheduler_wake(struct vm_control *control, int code) {
    if (now_and_then(PLANT_LOST_WAKE, 16)) {
        control->state = VM_SLEEPING;
        return;
    }
    __real_scheduler_wake(control, code);
}

void __real_scheduler_lend(struct vm_control *control);
void __wrap_scheduler_lend(struct vm_control *control);
void __wrap_scheduler_lend(struct vm_control *control) {
    if (plant != PLANT_NO_LENDING) {
        __real_scheduler_lend(control);
    }
}

bool __real_mailbox_put(struct mailbox *mailbox, uint64_t sender, const void *bytes, uint32_t size);
bool __wrap_mailbox_put(struct mailbox *mailbox, uint64_t sender, const void *bytes, uint32_t size);
bool __wrap_mailbox_put(struct mailbox *mailbox, uint64_t sender, const void *bytes,
                        uint32_t size) {
    return __real_mailbox_put(mailbox, sender, bytes,
                              plant == PLANT_MAIL_SHORT && size > 0 ? size - 1 : size);
}

bool __real_mailbox_find(const struct mailbox *mailbox, uint64_t sender, uint32_t *place,
                         uint32_t *size, uint64_t *from);
bool __wrap_mailbox_find(const struct mailbox *mailbox, uint64_t sender, uint32_t *place,
                         uint32_t *size, uint64_t *from);
bool __wrap_mailbox_find(const struct mailbox *mailbox, uint64_t sender, uint32_t *place,
                         uint32_t *size, uint64_t *from) {
    const bool found = __real_mailbox_find(mailbox, sender, place, size, from);
    if (found && plant == PLANT_MAIL_ORDER && mailbox->count > 1) {
        struct mailbox rest = *mailbox;
        rest.head = *place + 16 + ((*size + 15) & ~UINT32_C(15));
        (void)__real_mailbox_find(&rest, sender, place, size, from);
    }
    return found;
}

unsigned __real_capability_revoke(struct vm_control *from, struct vm_control *to, uint64_t kind);
unsigned __wrap_capability_revoke(struct vm_control *from, struct vm_control *to, uint64_t kind);
unsigned __wrap_capability_revoke(struct vm_control *from, struct vm_control *to, uint64_t kind) {
    for (struct capability *at = to->capabilities; plant == PLANT_KEEP_DERIVED && at != NULL;
         at = at->next) {
        if (at->kind == kind && at->source != NULL && at->derived != NULL) {
            at->derived->source = NULL;
            at->derived = NULL;
        }
    }
    return __real_capability_revoke(from, to, kind);
}

void __real_deadline_queue_remove(struct deadline_queue *queue, struct vm_control *control);
void __wrap_deadline_queue_remove(struct deadline_queue *queue, struct vm_control *control);
void __wrap_deadline_queue_remove(struct deadline_queue *queue, struct vm_control *control) {
    if (plant != PLANT_KEEP_DEADLINE) {
        __real_deadline_queue_remove(queue, control);
    }
}

struct vm_control *__real_vm_table_find(uint64_t id);
struct vm_control *__wrap_vm_table_find(uint64_t id);
struct vm_control *__wrap_vm_table_find(uint64_t id) {
    return plant == PLANT_STALE_ID && __real_vm_table_find(id) == NULL && id < UINT64_C(1) << 32
               ? vm_table_from((uint32_t)(id & 0xffff))
               : __real_vm_table_find(id);
}

void __real_hal_mem_free(void *memory);
void __wrap_hal_mem_free(void *memory);
void __wrap_hal_mem_free(void *memory) {
    if (!now_and_then(PLANT_LEAK, 50)) {
        __real_hal_mem_free(memory);
    }
}

struct vm_control *__real_deadline_queue_expired(struct deadline_queue *queue, uint64_t now_ns);
struct vm_control *__wrap_deadline_queue_expired(struct deadline_queue *queue, uint64_t now_ns);
struct vm_control *__wrap_deadline_queue_expired(struct deadline_queue *queue, uint64_t now_ns) {
    return __real_deadline_queue_expired(queue, plant == PLANT_EARLY ? now_ns + 100000 : now_ns);
}

static const struct vm *waiting; /* the last VM that waited, for PLANT_OLD_TURN */

void __real_clock_set_target(struct vm *vm, uint64_t words);
void __wrap_clock_set_target(struct vm *vm, uint64_t words);
void __wrap_clock_set_target(struct vm *vm, uint64_t words) {
    if (plant == PLANT_OLD_TURN && vm == waiting) {
        waiting = NULL;
        return;
    }
    __real_clock_set_target(vm, plant == PLANT_LONG_TURN ? words + 1 : words);
}

void __real_scheduler_block(struct vm_control *control, enum vm_state state, uint64_t deadline_ns);
void __wrap_scheduler_block(struct vm_control *control, enum vm_state state, uint64_t deadline_ns);
void __wrap_scheduler_block(struct vm_control *control, enum vm_state state, uint64_t deadline_ns) {
    waiting = control->vm;
    __real_scheduler_block(control, state, deadline_ns);
}

bool __real_vm_has_notice(const struct vm_control *parent, uint64_t id);
bool __wrap_vm_has_notice(const struct vm_control *parent, uint64_t id);
bool __wrap_vm_has_notice(const struct vm_control *parent, uint64_t id) {
    return plant != PLANT_NOTICE && __real_vm_has_notice(parent, id);
}
