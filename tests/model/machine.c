/*
 * machine.c - the machine of the test: memory, VMs and the console.
 */
#include <stdlib.h>
#include <string.h>

#include "arbiter/device_irq.h"
#include "arbiter/vm_instance.h"
#include "forth/clock.h"
#include "forth/primitive_table.h"
#include "hal/hal_console.h"
#include "hal/hal_file.h"
#include "hal/hal_memory.h"
#include "hal/hal_panic.h"
#include "hal/hal_power.h"
#include "hal/hal_space.h"
#include "model.h"
#include "primitives.h"

uint64_t machine_now = 1000000;
unsigned machine_input;
uint64_t machine_input_time;
uint32_t machine_fail_in;
bool machine_failed;
uint64_t machine_blocks, machine_allocations;
uint32_t machine_late;
bool machine_break;
bool machine_interrupted;

volatile long hal_panic_current_vm = -1;
struct base_image base_image;

/* ---- memory ---- */

void *hal_mem_alloc(size_t size) {
    machine_allocations++;
    if (machine_fail_in != 0 && --machine_fail_in == 0) {
        machine_failed = true;
        return NULL;
    }
    machine_blocks++;
    return calloc(1, size);
}

void hal_mem_free(void *memory) {
    if (memory != NULL) {
        machine_blocks--;
    }
    free(memory);
}

hal_status hal_space_commit(uint64_t address, size_t size) {
    (void)address;
    (void)size;
    return HAL_OK;
}

#define STACK_CELLS 64u

struct vm_memory {
    struct vm vm; /* first */
    uint64_t stack[STACK_CELLS];
    unsigned char window[WINDOW_SIZE];
    unsigned char mailbox[VM_MAILBOX_SIZE];
    bool hurry;
};

bool *machine_hurry(struct vm *vm) {
    return &((struct vm_memory *)vm)->hurry;
}

unsigned char *machine_bytes(const struct vm *vm, uint64_t address) {
    return (unsigned char *)vm->window + address;
}

bool vm_has(const struct vm *vm, uint64_t address, uint64_t size) {
    const uint64_t start = (uint32_t)address;
    return start >= VM_USER_AREA && start <= vm->envelope && size <= vm->envelope - start;
}

void *vm_pointer(struct vm *vm, uint64_t address, uint64_t size) {
    return vm_has(vm, address, size) ? (void *)(vm->window + (uint32_t)address) : NULL;
}

void stack_clear(struct vm *vm) {
    vm->sp = vm->data_base - CELL;
}

/* The envelope that was asked for is not looked at: the window is as large as the test needs it. */
struct vm *vm_create(uint64_t id, uint64_t envelope, uint32_t start_xt) {
    (void)envelope;
    struct vm_memory *memory = hal_mem_alloc(sizeof *memory);
    if (memory == NULL) {
        return NULL;
    }
    struct vm *vm = &memory->vm;
    vm->id = id;
    vm->window = (uint64_t)memory->window;
    vm->mailbox = memory->mailbox;
    vm->envelope = WINDOW_SIZE;
    vm->data_base = (uint64_t)(memory->stack + STACK_CELLS);
    vm->control_base = UINT64_C(0x7000000000) + (id + 1) * VM_STACK_SIZE;
    vm->dp = WINDOW_SIZE - 4096;
    vm->top = WINDOW_SIZE;
    clock_start(vm);
    stack_clear(vm);
    vm_push(vm, start_xt);
    return vm;
}

void vm_destroy(struct vm *vm) {
    console_close(&vm->console);
    memset(vm, 0xdd, sizeof *vm);
    hal_mem_free(vm);
}

void vm_restart_at_prompt(struct vm *vm) {
    stack_clear(vm);
}

int base_dictionary_build(void) {
    return 0;
}

uint32_t dictionary_find(const struct vm *vm, const char *name, size_t size) {
    (void)vm;
    (void)name;
    (void)size;
    return 1;
}

int (*block_permit)(struct vm *vm, uint64_t block);

int word_report_error(struct vm *vm) {
    (void)vm_pop(vm);
    return 0;
}

/* ---- the console ---- */

static struct console_stream *owner;

struct console_stream *console_selected;

void console_own(struct console_stream *stream) {
    owner = stream;
}

void console_close(struct console_stream *stream) {
    if (owner == stream) {
        model_fail("a VM that ends still has the console");
    }
}

void console_char(char c) {
    (void)c;
}

void console_text(const char *text) {
    (void)text;
}

void console_bytes(const char *bytes, size_t size) {
    (void)bytes;
    (void)size;
}

void console_sink(void *context, const char *text, size_t size) {
    (void)context;
    (void)text;
    (void)size;
}

void console_fresh_line(void) {}

bool hal_console_has_input(void) {
    machine_point();
    return machine_input > 0;
}

void (*machine_listener)(void);

void hal_console_set_listener(void (*listener)(void)) {
    machine_listener = listener;
}

void hal_console_flush(void) {}

/* There are no devices here. */
void device_irqs_deliver(void) {}
void device_irqs_check(void) {}

bool hal_console_is_terminal(void) {
    return true;
}

const char *hal_file_startup(unsigned index) {
    (void)index;
    return NULL;
}

_Noreturn void hal_power_off(int status) {
    (void)status;
    model_fail("the machine was powered off");
}

_Noreturn void hal_panic(const char *message) {
    model_fail("panic: %s", message);
}
