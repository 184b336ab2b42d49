/*
 * vm_memory.c - from Forth addresses to C pointers, and the pages behind both.
 */
#include "forth/vm.h"

#include <string.h>

static bool is_present(const struct vm *vm, uint64_t page) {
    return vm->present[page % VM_PRESENT] == page;
}

static __attribute__((noinline)) void *make_present(struct vm *vm, uint64_t start, uint64_t first,
                                                    uint64_t last) {
    if (hal_space_commit(vm->window + first * VM_PAGE, (last - first + 1) * VM_PAGE) != HAL_OK) {
        return NULL;
    }
    vm->present[first % VM_PRESENT] = (uint32_t)first;
    vm->present[last % VM_PRESENT] = (uint32_t)last;
    return (void *)(vm->window + start);
}

bool vm_has(const struct vm *vm, uint64_t address, uint64_t size) {
    const uint64_t start = (uint32_t)address;
    return start >= VM_USER_AREA && start <= vm->envelope && size <= vm->envelope - start;
}

/* What C words look at is mostly in the same few pages, which are remembered: to ask the HAL each time costs more than
 * to send a message. */
void *vm_pointer(struct vm *vm, uint64_t address, uint64_t size) {
    if (!vm_has(vm, address, size)) {
        return NULL;
    }
    const uint64_t start = (uint32_t)address;
    if (size > 0) {
        const uint64_t first = start / VM_PAGE, last = (start + size - 1) / VM_PAGE;
        if (!is_present(vm, first) ||
            (last != first && (last != first + 1 || !is_present(vm, last)))) {
            return make_present(vm, start, first, last);
        }
    }
    return (void *)(vm->window + start);
}

void vm_pages_moved(struct vm *vm) {
    memset(vm->present, 0, sizeof vm->present); /* page 0 is never present */
}

static uint64_t page_down(uint64_t address) {
    return address & ~(VM_PAGE - 1);
}

static bool commit(const void *memory, uint64_t size) {
    const uint64_t first = page_down((uint64_t)memory);
    const uint64_t end = page_down((uint64_t)memory + size + VM_PAGE - 1);
    return hal_space_commit(first, end - first) == HAL_OK;
}

bool vm_prepare_definition(const struct vm *vm) {
    return commit(vm->definition.control, sizeof(struct control_entry[VM_CONTROL_DEPTH]) +
                                              sizeof(struct local[VM_LOCALS_MAX]));
}

bool vm_prepare_file(const struct vm *vm) {
    return commit(&vm->file[vm->file_depth], sizeof vm->file[0]);
}

uint64_t vm_user_get(const struct vm *vm, uint64_t address) {
    return *(const uint64_t *)(vm->window + address);
}

void vm_user_set(struct vm *vm, uint64_t address, uint64_t value) {
    *(uint64_t *)(vm->window + address) = value;
}
