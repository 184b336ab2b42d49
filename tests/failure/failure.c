/*
 * failure.c - whichever allocation fails, a VM ends in good order and the machine has lost nothing.
 *
 * Linked with the whole product, on either machine, in place of the arbiter's loop (--wrap). A VM is made,
 * compiles and runs a program, and is destroyed; first with all the memory that it wants, then with the
 * first allocation refused, then with the second, and so on until none is left to refuse. After each, all
 * memory must be back, and the same life without a failure must give the same result.
 *
 * On Linux `failure_test fail-alloc=N` fails allocation N of the start itself, as the kernel's command line
 * does.
 */
#include <stdbool.h>
#include <string.h>

#include "arbiter/vm_arbiter.h"
#include "arbiter/vm_instance.h"
#include "arbiter/vm_life.h"
#include "arbiter/vm_table.h"
#include "forth/clock.h"
#include "forth/throw.h"
#include "hal/hal_console.h"
#include "hal/hal_file.h"
#include "hal/hal_interrupt.h"
#include "hal/hal_memory.h"
#include "hal/hal_power.h"
#include "primitives.h"
#include "attention.h"
#include "shared/format.h"

#define ENVELOPE    (UINT64_C(4) << 20)
#define KIND_WORD   "fail-alloc="
#define RESULT_WORD "outcome"
#define IOR_ALLOCATE                                                                               \
    (-59) /* Forth-2012, table 9.1: what the program throws when the heap refuses it */
#define IOR_RESIZE (-61)
/* Allocations that a life surely has, or the test would test nothing. */
#define VM_ALLOCATIONS    50u
#define CHILD_ALLOCATIONS 8u

extern const char failure_program[], failure_program_end[];

/* How a life ended. */
struct ending {
    int64_t throw_code; /* 0: it came to its end */
    uint64_t result;
    struct hal_mem_stats stats; /* afterwards */
};

int __real_vm_arbiter_init(void);
int __wrap_vm_arbiter_init(void);
_Noreturn void __wrap_vm_arbiter_loop(void);

static void write(void *context, const char *text, size_t size) {
    (void)context;
    hal_console_write(text, size);
}

/* N of a start-up file called fail-alloc=N; 0 without one. */
static uint64_t planned_failure(void) {
    const char *word = hal_file_startup(0);
    uint64_t nth = 0;
    if (word == NULL || strlen(word) < sizeof KIND_WORD ||
        memcmp(word, KIND_WORD, sizeof KIND_WORD - 1) != 0) {
        return 0;
    }
    for (word += sizeof KIND_WORD - 1; *word >= '0' && *word <= '9'; word++) {
        nth = nth * 10 + (uint64_t)(*word - '0');
    }
    return nth;
}

int __wrap_vm_arbiter_init(void) {
    const uint64_t nth = planned_failure();
    if (nth != 0) {
        hal_mem_fail_at(nth);
    }
    return __real_vm_arbiter_init();
}

/* Makes the program the file that the VM is including. */
static bool open_program(struct vm *vm) {
    const uint64_t size = (uint64_t)(failure_program_end - failure_program);
    const uint64_t text = vm->envelope - size;
    void *copy = vm_pointer(vm, text, size);
    if (copy == NULL || !vm_prepare_file(vm)) {
        return false;
    }
    memcpy(copy, failure_program, size);
    vm->top = text;
    vm->file[0] = (struct vm_file){.text = text, .size = size, .name = "program.fs"};
    vm->file_depth = 1;
    vm->source_id = 1;
    vm->source_addr = text;
    clock_enter(vm, engine_load_thread);
    return true;
}

/* The value of the constant that the program has left. */
static uint64_t result_of(struct vm *vm) {
    const uint32_t xt = dictionary_find(vm, RESULT_WORD, sizeof RESULT_WORD - 1);
    return xt == 0 ? 0 : dictionary_word(vm, xt)->arg;
}

static struct ending live(void) {
    struct ending ending = {.throw_code = THROW_NO_MEMORY};
    struct vm *vm = vm_create(1, ENVELOPE, base_image.noop);
    if (vm != NULL) {
        if (open_program(vm)) {
            vm_current = vm;
            const int reason = engine_run(vm);
            vm_current = NULL;
            ending.throw_code = reason == VM_EXIT_FINISHED ? 0 : vm->throw_code;
        }
        if (ending.throw_code == 0) {
            ending.result = result_of(vm);
        }
        vm_destroy(vm);
    }
    ending.stats = hal_mem_get_stats();
    return ending;
}

/* Sends a message as VM[0], which waits in the child's mailbox. */
static int send_to(struct vm_control *parent, uint64_t id) {
    vm_push(parent->vm, VM_PAD);
    vm_push(parent->vm, MESSAGE_MAX);
    vm_push(parent->vm, id);
    const int code = word_try_send(parent->vm);
    if (code == 0) {
        (void)vm_pop(parent->vm);
    }
    return code;
}

/* The same for a child of VM[0], as SPAWN-VM makes it; it never runs, but is sent to and ended. */
static struct ending live_as_child(void) {
    static const char text[] = ": greet S\" a child\" TYPE ; greet";
    struct vm_control *parent = vm_table_find(0);
    struct ending ending = {0};
    uint64_t id;
    ending.throw_code = vm_spawn(parent, text, sizeof text - 1, VM_ENVELOPE_MIN, &id);
    if (ending.throw_code == 0) {
        enum vm_end how;
        int64_t code;
        ending.throw_code = send_to(parent, id);
        vm_end(vm_table_find(id), VM_END_KILLED, 0);
        ending.result = vm_table_find(id) == NULL && vm_take_notice(parent, id, &how, &code) &&
                        how == VM_END_KILLED;
    }
    ending.stats = hal_mem_get_stats();
    return ending;
}

static bool same_stats(const struct hal_mem_stats *a, const struct hal_mem_stats *b) {
    return a->total_pages == b->total_pages && a->free_pages == b->free_pages &&
           a->heap_blocks == b->heap_blocks && a->heap_bytes == b->heap_bytes;
}

/* What is wrong with a life whose allocation `k` failed, NULL when all is right. `good` is the life without a
 * failure. */
static const char *judge(const struct ending *ending, const struct ending *good, bool failed) {
    if (!same_stats(&ending->stats, &good->stats)) {
        return "memory is not back";
    }
    if (!hal_mem_check()) {
        return "the heap is damaged";
    }
    if (ending->throw_code == 0) {
        /* a refusal may be survived without a trace, where something was merely kept for later */
        return ending->result == good->result ? NULL : "the result is wrong";
    }
    if (!failed) {
        return "it failed although no allocation was refused";
    }
    return ending->throw_code == THROW_NO_MEMORY || ending->throw_code == IOR_ALLOCATE ||
                   ending->throw_code == IOR_RESIZE
               ? NULL
               : "the error does not name memory";
}

static unsigned passed, failed;

/* Refuses every allocation of a life in turn. */
static void fail_each(const char *what, struct ending (*life)(void), uint64_t least) {
    hal_mem_fail_at(0);
    (void)life(); /* what the managers of memory keep, they keep from here on */
    hal_mem_fail_at(0);
    const struct ending good = life();
    const uint64_t wanted = hal_mem_fail_count();
    bool right = good.throw_code == 0 && good.result != 0 && wanted >= least;
    if (!right) {
        format(write, NULL, "  without a failure: error %ld, result %lu, %lu allocations\n",
               (long)good.throw_code, good.result, wanted);
    }
    uint64_t k = 1;
    bool was_refused;
    do {
        hal_mem_fail_at(k);
        const struct ending ending = life();
        was_refused = hal_mem_fail_count() >= k;
        hal_mem_fail_at(0);
        const struct ending next = life();
        const char *complaint = judge(&ending, &good, was_refused);
        if (complaint == NULL) {
            complaint = judge(&next, &good, false);
        }
        if (complaint != NULL) {
            right = false;
            format(write, NULL, "  allocation %lu of %lu: %s (error %ld)\n", k, wanted, complaint,
                   (long)ending.throw_code);
        }
        k++;
    } while (was_refused);
    format(
        write, NULL,
        "%s failure-%s: each of %lu allocations fails, nothing is lost, the next life is whole\n",
        right ? "PASS" : "FAIL", what, wanted);
    passed += right;
    failed += !right;
}

_Noreturn void __wrap_vm_arbiter_loop(void) {
    hal_irq_enable();
    if (planned_failure() != 0) {
        format(write, NULL, "started with %lu allocations\n", hal_mem_fail_count());
        hal_power_off(0);
    }
    fail_each("vm", live, VM_ALLOCATIONS);
    fail_each("child", live_as_child, CHILD_ALLOCATIONS);
    const bool gone = attention_is_gone();
    format(write, NULL, "%s failure-attention: a VM that has left on its way to leave goes on\n",
           gone ? "PASS" : "FAIL");
    passed += gone;
    failed += !gone;
    format(write, NULL, "failure: %u passed, %u failed\n", passed, failed);
    hal_power_off(failed != 0);
}
