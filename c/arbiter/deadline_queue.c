/*
 * deadline_queue.c - the VMs that wait for a moment, the earliest first.
 */
#include "arbiter/deadline_queue.h"

#include <stddef.h>

#include "hal/hal_memory.h"

static bool is_before(const struct vm_control *a, const struct vm_control *b) {
    return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->id < b->id;
}

static void put(struct deadline_queue *queue, uint32_t at, struct vm_control *control) {
    queue->heap[at] = control;
    control->deadline_at = at;
}

static void move_up(struct deadline_queue *queue, uint32_t at, struct vm_control *control) {
    while (at > 1 && is_before(control, queue->heap[at / 2])) {
        put(queue, at, queue->heap[at / 2]);
        at /= 2;
    }
    put(queue, at, control);
}

static void move_down(struct deadline_queue *queue, uint32_t at, struct vm_control *control) {
    for (;;) {
        uint32_t child = at * 2;
        if (child > queue->count) {
            break;
        }
        if (child < queue->count && is_before(queue->heap[child + 1], queue->heap[child])) {
            child++;
        }
        if (!is_before(queue->heap[child], control)) {
            break;
        }
        put(queue, at, queue->heap[child]);
        at = child;
    }
    put(queue, at, control);
}

bool deadline_queue_reserve(struct deadline_queue *queue, uint32_t count) {
    if (count <= queue->room) {
        return true;
    }
    const uint32_t room = count < 32 ? 64 : count * 2;
    struct vm_control **heap = hal_mem_alloc((room + 1) * sizeof(struct vm_control *));
    if (heap == NULL) {
        return false;
    }
    for (uint32_t i = 1; i <= queue->count; i++) {
        heap[i] = queue->heap[i];
    }
    hal_mem_free(queue->heap);
    queue->heap = heap;
    queue->room = room;
    return true;
}

void deadline_queue_add(struct deadline_queue *queue, struct vm_control *control) {
    queue->count++;
    move_up(queue, queue->count, control);
}

void deadline_queue_remove(struct deadline_queue *queue, struct vm_control *control) {
    const uint32_t at = control->deadline_at;
    if (at == 0) {
        return;
    }
    control->deadline_at = 0;
    struct vm_control *last = queue->heap[queue->count--];
    if (last == control) {
        return;
    }
    if (at > 1 && is_before(last, queue->heap[at / 2])) {
        move_up(queue, at, last);
    } else {
        move_down(queue, at, last);
    }
}

uint64_t deadline_queue_next(const struct deadline_queue *queue) {
    return queue->count == 0 ? VM_NO_DEADLINE : queue->heap[1]->deadline_ns;
}

struct vm_control *deadline_queue_expired(struct deadline_queue *queue, uint64_t now_ns) {
    if (queue->count == 0 || queue->heap[1]->deadline_ns > now_ns) {
        return NULL;
    }
    struct vm_control *control = queue->heap[1];
    deadline_queue_remove(queue, control);
    return control;
}
