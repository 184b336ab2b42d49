/*
 * fuzz_life.c - one life: a VM is made, its lines are run and checked, it is destroyed.
 *
 * A line is put into the VM's terminal input buffer and EVALUATE, or INTERPRET, is run on it under CATCH, by a
 * thread of our own that then suspends the VM. A timer looks after lines that do not end: it sends what
 * Ctrl-C sends. In a life of storms it does so all the time. While another process has the processor
 * the ticks come together as one, so a busy machine breaks no line that would have ended.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "arbiter/vm_instance.h"
#include "forth/clock.h"
#include "forth/throw.h"
#include "fuzz.h"
#include "hal/hal_interrupt.h"
#include "primitives.h"

#define TICK_US      200
#define STORM_US     50
#define BREAK_TICKS  6u           /* a line that has run so long is broken */
#define FORCE_TICKS  60u          /* a program that catches every break is taken out of its CATCH */
#define HANG_TICKS   10000u       /* and this is a finding */
#define KEEP_DEPTH   64u          /* a deeper stack is not kept for the next line */
#define CODE_AT_ONCE (64u * 1024) /* larger code is looked at only at the end of its life */

/* What a life is like; follows from its seed. */
struct nature {
    uint64_t envelope;
    uint32_t lines;
    bool storm;    /* breaks come all the time */
    bool failures; /* memory runs out now and then */
};

/* Outside .data and .bss, which fuzz_outside.c watches. */
struct life {
    struct vm *vm;
    struct vm born;     /* as vm_create made it */
    uint64_t thread[4]; /* counter and price of what follows: CATCH, then out of the engine */
    uint32_t evaluate, interpret;
    bool failures; /* memory runs out now and then */
    bool broken;   /* by a break: what follows may differ from run to run */
    volatile sig_atomic_t running;
    volatile sig_atomic_t ticks;
    volatile sig_atomic_t storm;
    volatile sig_atomic_t forced;
    enum fuzz_plant plant;
    struct vm *idle;
};

static struct life *life;

/* In the fuzzer with a recording engine (tests/oracle) the comparison of the clock and the physics with the records: NULL or
 * what differs. Else not there. */
const char *oracle_line(struct vm *vm) __attribute__((weak));

static struct nature nature_of(uint64_t seed) {
    static const uint64_t envelopes[] = {0x10000, 0x10000, 0x40000, 0x100000, UINT64_C(16) << 20};
    uint64_t random = fuzz_random(&seed);
    return (struct nature){
        .envelope = envelopes[random % 5],
        .lines = 20 + (uint32_t)(random >> 8) % (FUZZ_LIFE_LINES - 20),
        .storm = (random >> 32) % 64 == 0,
        .failures = (random >> 40) % 32 == 0,
    };
}

uint32_t fuzz_life_lines(uint64_t seed, struct fuzz_text *text) {
    *text = (struct fuzz_text){.random = seed ^ UINT64_C(0x5eed)};
    return nature_of(seed).lines;
}

/* ---- the timer ---- */

/* Ends up as a SIGINT, which is blocked in here and so comes before the interrupted code goes on: to the
 * VM it is the same as Ctrl-C at that place. */
static void on_tick(int signal) {
    (void)signal;
    if (!life->running) {
        return;
    }
    life->ticks++;
    if (life->ticks < (sig_atomic_t)BREAK_TICKS && !life->storm) {
        return;
    }
    sig_atomic_t scale = life->storm ? TICK_US / STORM_US : 1;
    if (life->ticks > (sig_atomic_t)HANG_TICKS * scale) {
        fuzz_report(FUZZ_HANG, "breaks do not bring the VM back");
    }
    if (life->ticks > (sig_atomic_t)FORCE_TICKS * scale) {
        life->vm->handler = 0; /* no CATCH any more */
        life->forced = 1;
    }
    life->broken = true;
    raise(SIGINT);
}

static void set_timer(int us) {
    const struct itimerval interval = {{0, us}, {0, us}};
    setitimer(ITIMER_REAL, &interval, NULL);
}

static void start_timer(void) {
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_ONSTACK | SA_RESTART};
    sigfillset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    set_timer(TICK_US);
}

/* ---- lines ---- */

/* Where the stack pointer is, C is about to push: the pages must be there. */
static void make_room(const struct vm *vm) {
    uint64_t first = (vm->sp - VM_HEADROOM_CELLS * CELL) & ~(VM_PAGE - 1);
    uint64_t last = vm->sp & ~(VM_PAGE - 1);
    if (!fuzz_hal_commit(first, last - first + VM_PAGE)) {
        fuzz_report(FUZZ_STATE, "no page for the stack");
    }
}

static void empty_stack(struct vm *vm) {
    vm->sp = vm->data_base - CELL;
}

static void count_throw(int64_t code) {
    if (code == 0) {
        fuzz_record->ok++;
    } else if (code < 0 && code > -(int64_t)FUZZ_THROWS) {
        fuzz_record->thrown[-code]++;
    } else {
        fuzz_record->thrown_other++;
    }
}

/* What the prompt does after an error; some programs catch it and go on, so sometimes it is not done. */
static void after_error(struct vm *vm, int64_t code, bool report) {
    empty_stack(vm);
    if (report) {
        vm_push(vm, (uint64_t)code);
        word_report_error(vm);
    }
}

/* A program that spoils BASE or the search order makes most of its later lines undefined words, which is
 * dull: now and then they are put right. */
static void sober_up(struct vm *vm, uint64_t random) {
    if (random % 4 == 0) {
        vm_user_set(vm, VM_USER_BASE, 10);
        vm->order[0] = WORDLIST_FORTH;
        vm->order_count = 1;
        vm->current = WORDLIST_FORTH;
    }
}

/* Gives the line to the VM, and how it is to be run: as the terminal's line, or as a string. */
static void enter_line(struct vm *vm, const char *line, size_t size, bool terminal) {
    if (vm_depth(vm) > KEEP_DEPTH) {
        empty_stack(vm);
    }
    make_room(vm);
    memcpy((void *)(vm->window + VM_TIB), line, size);
    if (terminal) {
        vm->source_addr = VM_TIB;
        vm->source_size = size;
        vm->source_id = 0;
        vm_user_set(vm, VM_USER_TO_IN, 0);
        vm_push(vm, life->interpret);
    } else {
        vm_push(vm, VM_TIB);
        vm_push(vm, size);
        vm_push(vm, life->evaluate);
    }
    clock_enter(vm, &life->thread[2]);
    vm->attention = 0;
}

/* Runs the VM until it is through with its line. False when the VM has ended. */
static bool run_line(struct vm *vm, bool report) {
    int reason;
    life->ticks = 0;
    life->forced = 0;
    life->running = 1;
    do {
        reason = engine_run(vm);
    } while (reason == VM_EXIT_SLEEP || /* no time passes here */
             (reason == VM_EXIT_WAIT && vm->ip != (uint64_t)&life->thread[4]));
    life->running = 0;
    switch (reason) {
    case VM_EXIT_WAIT: {
        int64_t code = (int64_t)vm_pop(vm);
        count_throw(code);
        if (code != 0) {
            after_error(vm, code, report);
        }
        return true;
    }
    case VM_EXIT_UNCAUGHT:
        fuzz_record->uncaught++;
        vm_restart_at_prompt(vm);
        after_error(vm, vm->throw_code, true);
        return false;
    default:
        fuzz_record->bye++;
        return false;
    }
}

/* Without memory for counters the physics are not exact, nor are the sums of paths. */
static void ask_oracle(struct vm *vm) {
    const char *differs = &oracle_line != NULL && !life->failures ? oracle_line(vm) : NULL;
    if (differs != NULL) {
        fuzz_report(FUZZ_STATE, "%s, last THROW %ld", differs, vm->throw_code);
    }
}

/* One line and, when it is time, the checks. False when the life is over. */
static bool live_line(const char *line, size_t size, uint64_t random, bool check) {
    struct vm *vm = life->vm;
    fuzz_hal_line();
    sober_up(vm, random >> 8);
    enter_line(vm, line, size, random % 4 == 0);
    const bool sums = check || &oracle_line != NULL;
    if (sums) {
        fuzz_paths_begin(vm);
    }
    bool alive = run_line(vm, random % 5 != 0);
    fuzz_record->lines++;
    if (life->plant != PLANT_NONE) {
        life->running = 1;
        fuzz_plant_now(life->plant, vm, life->idle);
        life->running = 0;
    }
    fuzz_record->breaks += life->broken && !life->storm;
    fuzz_record->forced += life->forced != 0;
    if (alive && !life->broken) {
        ask_oracle(vm);
        if (sums && !life->failures) {
            fuzz_paths_check(vm);
        }
    }
    if (alive) {
        fuzz_validate_state(vm, &life->born);
    }
    if (check) {
        fuzz_outside_check();
        if (vm->own.code_used <= CODE_AT_ONCE) {
            fuzz_validate_dictionary(vm);
        }
    }
    return alive && (!life->broken || life->storm);
}

/* ---- a life ---- */

static size_t heap_in_use(void) {
#ifdef __SANITIZE_ADDRESS__
    return 0;
#else
    return mallinfo2().uordblks;
#endif
}

void fuzz_life(uint64_t seed, const char *const *lines, uint32_t count, uint32_t check_every,
               enum fuzz_plant planted) {
    struct nature nature = nature_of(seed);
    struct fuzz_text text;
    uint32_t generated = fuzz_life_lines(seed, &text);
    size_t heap = heap_in_use();

    fuzz_record->life_seed = seed;
    fuzz_record->line = 0;
    fuzz_hal_begin(seed, nature.failures);
    struct vm *vm = vm_create(2, nature.envelope, base_image.noop);
    if (vm == NULL) {
        fuzz_record->no_vm++;
        fuzz_hal_end();
        if (heap_in_use() != heap) {
            fuzz_report(FUZZ_LEAK, "vm_create failed and kept memory");
        }
        return;
    }
    empty_stack(vm);
    life->vm = vm;
    life->born = *vm;
    life->plant = planted;
    life->broken = false;
    life->storm = nature.storm;
    life->failures = nature.failures;
    vm_current = vm;
    if (nature.storm) {
        set_timer(STORM_US);
    }
    uint64_t turn = seed;
    bool alive = true;
    for (uint32_t i = 0; alive && i < (lines != NULL ? count : generated); i++) {
        const char *line = text.line;
        if (lines != NULL) {
            line = lines[i];
        } else {
            fuzz_generate(&text);
        }
        fuzz_record->line = i + 1;
        size_t size = lines != NULL ? strlen(line) : text.size;
        alive = live_line(line, size, fuzz_random(&turn), (i + 1) % check_every == 0);
    }
    if (nature.storm) {
        set_timer(TICK_US);
    }
    fuzz_hal_end();
    fuzz_outside_check();
    fuzz_validate_dictionary(vm);
    fuzz_outside_check_pages(vm);
    uint64_t slot = vm->slot;
    if (planted == PLANT_LEAK) {
        hal_space_create(&slot);
        hal_space_commit(slot, VM_PAGE);
    }
    vm_destroy(vm);
    fuzz_outside_check_gone(slot);
    if (heap_in_use() != heap) {
        fuzz_report(FUZZ_LEAK, "a destroyed VM keeps memory of the heap");
    }
    fuzz_record->lives++;
}

/* An idle VM with something in each of its regions. */
static struct vm *make_idle(void) {
    static const char *const lines[] = {
        "CREATE buffer 20000 ALLOT  buffer 20000 99 FILL",
        ": countdown BEGIN DUP WHILE 1- REPEAT DROP ; 1000 countdown 1 2 3",
        "VARIABLE v 5 v ! DEFER d ' countdown IS d : maker CREATE , DOES> @ ; 7 maker seven",
    };
    struct vm *vm = vm_create(1, UINT64_C(1) << 20, base_image.noop);
    if (vm == NULL) {
        fuzz_report(FUZZ_STATE, "no memory for the idle VM");
    }
    empty_stack(vm);
    life->vm = vm;
    vm_current = vm;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        enter_line(vm, lines[i], strlen(lines[i]), false);
        if (!run_line(vm, true)) {
            fuzz_report(FUZZ_STATE, "the idle VM cannot be prepared");
        }
    }
    return vm;
}

void fuzz_life_init(void) {
    life = mmap(NULL, sizeof *life, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    /* the last counter that the smallest VM has */
    life->thread[0] =
        VM_COUNTS + (base_image.dictionary.end_path + VM_CODE_MIN / (2 * CELL) - 1) * CELL;
    life->thread[1] = 2;
    life->thread[2] = (uint64_t)prim_catch;
    life->thread[3] = (uint64_t)prim_wait_input;
    fuzz_paths_init();
    fuzz_hal_begin(0, false);
    start_timer();

    struct vm *names = vm_create(1, UINT64_C(1) << 16, base_image.noop);
    if (names == NULL) {
        fuzz_report(FUZZ_STATE, "no memory for a VM");
    }
    life->evaluate = dictionary_find(names, "EVALUATE", 8);
    life->interpret = dictionary_find(names, "INTERPRET", 9);
    vm_destroy(names);
    life->idle = make_idle();
    fuzz_validate_init(life->idle);
    fuzz_outside_init(life->idle);
}
