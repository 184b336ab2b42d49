/*
 * vm_memory.c - from Forth addresses to C pointers, and the pages behind both.
 */
#include "forth/vm.h"

static uint64_t page_down(uint64_t address) {
    return address & ~(VM_PAGE - 1);
}

bool vm_has(const struct vm *vm, uint64_t address, uint64_t size) {
    const uint64_t start = (uint32_t)address;
    return start >= VM_USER_AREA && start <= vm->envelope && size <= vm->envelope - start;
}

void *vm_pointer(struct vm *vm, uint64_t address, uint64_t size) {
    if (!vm_has(vm, address, size)) {
        return NULL;
    }
    const uint64_t start = (uint32_t)address;
    if (size > 0) {
        uint64_t first = page_down(vm->window + start);
        uint64_t last = page_down(vm->window + start + size - 1);
        if (hal_space_commit(first, last - first + VM_PAGE) != HAL_OK) {
            return NULL;
        }
    }
    return (void *)(vm->window + start);
}

static bool make_present(const void *memory, uint64_t size) {
    const uint64_t first = page_down((uint64_t)memory);
    const uint64_t end = page_down((uint64_t)memory + size + VM_PAGE - 1);
    return hal_space_commit(first, end - first) == HAL_OK;
}

bool vm_prepare_definition(const struct vm *vm) {
    return make_present(vm->definition.control, sizeof(struct control_entry[VM_CONTROL_DEPTH]) +
                                                    sizeof(struct local[VM_LOCALS_MAX]));
}

bool vm_prepare_file(const struct vm *vm) {
    return make_present(&vm->file[vm->file_depth], sizeof vm->file[0]);
}

uint64_t vm_user_get(const struct vm *vm, uint64_t address) {
    return *(const uint64_t *)(vm->window + address);
}

void vm_user_set(struct vm *vm, uint64_t address, uint64_t value) {
    *(uint64_t *)(vm->window + address) = value;
}
