/*
 * stack_full.c - a VM that must leave while its data stack is full, and the top item has no place in memory.
 *
 * The Linux program with its own loop. A VM fills its data stack to the last cell and then comes to a branch or call
 * with no words left, to the end of a THROW, or to that of QUIT, just when the arbiter wants the processor and perhaps
 * has something to throw. It must leave and go on as if nothing had been: no stack overflow, and the exception, if
 * there is one, comes as it is.
 *
 * What is asked of the VM is written into its attention where an interrupt could: when a page is touched for the first
 * time, and while clock_unwind is carried out.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arbiter/vm_arbiter.h"
#include "arbiter/vm_instance.h"
#include "forth/clock.h"
#include "forth/throw.h"

#define ENVELOPE  (UINT64_C(1) << 20)
#define UNTOUCHED UINT64_C(524288) /* a page that nothing else uses */
#define RESULT    UINT64_C(589824) /* where a program that comes to its end puts this: */
#define DONE      UINT64_C(4711)
#define EXITS_MAX 1000000u
#define PENDING   (-57)
/* `done` makes room for what the engine's C words need. */
#define DEFINITIONS                                                                                \
    ": n ; defer d ' n is d : b 5 throw ; : fill 0 do i loop ; "                                   \
    ": done 2drop 2drop 99 0 do drop loop 4711 589824 ! ; "

_Noreturn void __wrap_vm_arbiter_loop(void);
void __real_clock_unwind(struct vm *vm);
void __wrap_clock_unwind(struct vm *vm);
void __real_clock_unwind_all(struct vm *vm);
void __wrap_clock_unwind_all(struct vm *vm);

/* Where the VM is asked, and for what. */
enum place { NOWHERE, AT_TOUCH, IN_THROW, IN_QUIT };
static enum place place;
static uint32_t asked;

static void ask(struct vm *vm, enum place here) {
    if (place == here) {
        place = NOWHERE;
        vm->attention_code = PENDING;
        vm->attention |= asked;
    }
}

static hal_fault_action on_fault(struct hal_fault *fault) {
    if (fault->kind == HAL_FAULT_MEMORY && vm_current != NULL &&
        fault->address - vm_current->window == UNTOUCHED) {
        ask(vm_current, AT_TOUCH);
    }
    return vm_fault(fault);
}

void __wrap_clock_unwind(struct vm *vm) {
    __real_clock_unwind(vm);
    ask(vm, IN_THROW);
}

void __wrap_clock_unwind_all(struct vm *vm) {
    __real_clock_unwind_all(vm);
    ask(vm, IN_QUIT);
}

static struct vm *begin(const char *program) {
    struct vm *vm = vm_create(1, ENVELOPE, base_image.evaluate);
    const uint64_t size = strlen(program), text = ENVELOPE - size;
    void *copy = vm == NULL ? NULL : vm_pointer(vm, text, size);
    if (copy == NULL) {
        fputs("stack_full: no memory\n", stderr);
        exit(2);
    }
    memcpy(copy, program, size);
    vm->top = text;
    const uint64_t start_xt = vm_pop(vm);
    vm_push(vm, text);
    vm_push(vm, size);
    vm_push(vm, start_xt);
    return vm;
}

static unsigned preemptions;

/* Carries out a program in turns of `words` until it ends or `stop` is the reason; returns the last one. With none it
 * leaves at each call and each branch back. */
static int carry_out(struct vm *vm, int64_t words, int stop) {
    int reason = VM_EXIT_WORDS;
    vm_current = vm;
    for (unsigned i = 0; i < EXITS_MAX && (reason == VM_EXIT_WORDS || reason == VM_EXIT_PREEMPTED);
         i++) {
        clock_set_target(vm, clock_paid(vm) + (uint64_t)words);
        reason = engine_run(vm);
        preemptions += reason == VM_EXIT_PREEMPTED;
        if (reason == stop) {
            break;
        }
    }
    vm_current = NULL;
    return reason;
}

static bool is_done(struct vm *vm) {
    return *(const uint64_t *)vm_pointer(vm, RESULT, CELL) == DONE;
}

/* The cells that `fill` may leave, so that the stack is full when one item more is pushed. */
static unsigned room(void) {
    for (unsigned cells = (unsigned)(VM_STACK_SIZE / CELL) + 2; cells > 0; cells--) {
        char program[256];
        snprintf(program, sizeof program, DEFINITIONS ": t %u fill 1 n done ; t", cells);
        struct vm *vm = begin(program);
        (void)carry_out(vm, CLOCK_FAR, -1);
        const bool fits = is_done(vm);
        vm_destroy(vm);
        if (fits) {
            return cells;
        }
    }
    return 0;
}

static unsigned passed, failed;

static void report(const char *id, const char *what, bool right, const struct vm *vm, int reason) {
    printf("%s stack-full-%s: %s\n", right ? "PASS" : "FAIL", id, what);
    if (!right) {
        printf("  left with %d, attention %u, THROW %" PRId64 "\n", reason, vm->attention,
               vm->throw_code);
    }
    passed += right;
    failed += !right;
}

/* The program runs, is asked, and ends with `code`, 0 for a good end; it must have left on being asked to. */
static void run(const char *id, const char *what, const char *body, unsigned cells,
                enum place where, uint32_t attention, int64_t code) {
    char program[512];
    snprintf(program, sizeof program, DEFINITIONS ": t %u fill %s ; t", cells, body);
    struct vm *vm = begin(program);
    place = where;
    asked = attention;
    /* with nothing to throw its turn is over, and it says so whether it must leave or not */
    const bool turn_over = where == AT_TOUCH && (attention & ~(uint32_t)VM_ATTENTION_LEAVE) == 0;
    preemptions = 0;
    const int64_t words = where == AT_TOUCH ? 0 : CLOCK_FAR;
    int reason = -1;
    bool left = true;
    if ((attention & VM_ATTENTION_LEAVE) != 0 && !turn_over) {
        reason = carry_out(vm, words, VM_EXIT_PREEMPTED);
        left = reason == VM_EXIT_PREEMPTED && vm->preempted != 0 &&
               vm->attention == (attention & ~(uint32_t)VM_ATTENTION_LEAVE);
    }
    if (left && where != IN_QUIT) {
        reason = carry_out(vm, words, -1);
        left = code == 0 ? reason == VM_EXIT_FINISHED && is_done(vm)
                         : reason == VM_EXIT_UNCAUGHT && vm->throw_code == code;
    }
    const bool right = left && place == NOWHERE && !(turn_over && preemptions != 0);
    report(id, what, right, vm, reason);
    vm_destroy(vm);
}

_Noreturn void __wrap_vm_arbiter_loop(void) {
    enum { LEAVE = VM_ATTENTION_LEAVE, BREAK = VM_ATTENTION_BREAK, THROW = VM_ATTENTION_THROW };
    hal_fault_set_handler(on_fault);
    const unsigned cells = room();
    static const char call[] = "524288 c@ n done", execute[] = "524288 c@ d done";
    static const char catches[] = "['] b catch 1- 1- 1- 1- 1- if 99 throw then done";
    if (cells < VM_STACK_SIZE / CELL / 2) {
        fputs("stack_full: the stack was never full\n", stderr);
        exit(2);
    }
    run("call", "a call with no words left", call, cells, AT_TOUCH, 0, 0);
    run("leave", "and the VM must leave", call, cells, AT_TOUCH, LEAVE, 0);
    run("break", "and a break is pending", call, cells, AT_TOUCH, BREAK, THROW_USER_INTERRUPT);
    run("leave-break", "and it must leave with a break pending", call, cells, AT_TOUCH,
        LEAVE | BREAK, THROW_USER_INTERRUPT);
    run("leave-throw", "and it must leave with an exception pending", call, cells, AT_TOUCH,
        LEAVE | THROW, PENDING);
    run("execute", "the same before a word that is executed", execute, cells, AT_TOUCH,
        LEAVE | BREAK, THROW_USER_INTERRUPT);
    run("caught", "a THROW is caught, and the VM must leave", catches, cells, IN_THROW, LEAVE, 0);
    run("caught-throw", "and it must leave with an exception pending", catches, cells, IN_THROW,
        LEAVE | THROW, PENDING);
    run("quit", "QUIT, and the VM must leave", "1 quit", cells, IN_QUIT, LEAVE, 0);
    printf("stack-full: %u passed, %u failed\n", passed, failed);
    fflush(stdout);
    _Exit(failed != 0);
}
