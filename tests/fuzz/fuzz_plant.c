/*
 * fuzz_plant.c - does the fuzzer notice? Plants one violation of each kind and runs the checks.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>

#include "fuzz.h"

struct planted {
    const char *what;
    enum fuzz_finding expected;
};

static const struct planted planted[PLANTS] = {
    [PLANT_NONE] = {"a program without fault", FUZZ_CLEAN},
    [PLANT_IDLE_WINDOW] = {"a byte in another VM's window", FUZZ_OUTSIDE},
    [PLANT_IDLE_VM] = {"a field of another VM's struct vm", FUZZ_OUTSIDE},
    [PLANT_STATIC] = {"a static variable", FUZZ_OUTSIDE},
    [PLANT_GUARD] = {"a guard page that can be written", FUZZ_OUTSIDE},
    [PLANT_BRANCH] = {"a branch into an instruction", FUZZ_CODE},
    [PLANT_CELL] = {"a cell that is no primitive", FUZZ_CODE},
    [PLANT_PRICE] = {"a price of the virtual clock", FUZZ_CODE},
    [PLANT_COUNTER] = {"a counter of another path", FUZZ_CODE},
    [PLANT_PATH] = {"the beginning of a path", FUZZ_CODE},
    [PLANT_COUNT] = {"a path counted too often", FUZZ_STATE},
    [PLANT_TRACE] = {"a trace beyond its room", FUZZ_STATE},
    [PLANT_CHAIN] = {"a dictionary chain in a circle", FUZZ_CODE},
    [PLANT_STACK] = {"a stack pointer below its stack", FUZZ_STATE},
    [PLANT_LEAK] = {"pages that stay", FUZZ_LEAK},
    [PLANT_HANG] = {"a loop in C", FUZZ_HANG},
    [PLANT_CRASH] = {"a wild store in C", FUZZ_CRASH},
};

void fuzz_plant_now(enum fuzz_plant plant, struct vm *vm, struct vm *idle) {
    uint64_t *code = (uint64_t *)vm->own.code;
    struct word *word = (struct word *)vm->own.words;
    switch (plant) {
    case PLANT_IDLE_WINDOW:
        *(char *)(idle->window + VM_PAD) ^= 1;
        break;
    case PLANT_IDLE_VM:
        idle->dp++;
        break;
    case PLANT_STATIC:
        base_image.cold++;
        break;
    case PLANT_GUARD:
        mprotect((void *)(vm->window + VM_WINDOW), VM_PAGE, PROT_READ | PROT_WRITE);
        break;
    case PLANT_BRANCH:
        code[3] += CELL;
        break;
    case PLANT_CELL:
        code[2] += 1;
        break;
    case PLANT_PRICE:
        code[4] += 1;
        break;
    case PLANT_COUNTER:
        code[5] = code[7];
        break;
    case PLANT_PATH:
        ((struct path *)vm->own.paths)[1].cell++;
        break;
    case PLANT_COUNT:
        fuzz_hal_commit((vm->window + code[5]) & ~(VM_PAGE - 1), VM_PAGE);
        ++*(uint64_t *)(vm->window + code[5]);
        break;
    case PLANT_TRACE:
        vm->trace = vm->trace_begin + VM_TRACE_HALF + CELL;
        break;
    case PLANT_CHAIN:
        word->link = vm->own.first;
        break;
    case PLANT_STACK:
        vm->sp = vm->data_base;
        break;
    case PLANT_HANG:
        for (;;) {
        }
        break;
    case PLANT_CRASH:
        *(volatile char *)(vm->window + VM_WINDOW) = 1;
        break;
    case PLANT_NONE:
    case PLANT_LEAK: /* when the VM is destroyed */
    case PLANTS:
        break;
    }
}

int fuzz_self_test(void) {
    static const char *const lines[] = {": T IF 1 THEN ;"};
    unsigned missed = 0;
    for (int plant = PLANT_NONE; plant < PLANTS; plant++) {
        enum fuzz_finding finding = fuzz_try(0, lines, 1, (enum fuzz_plant)plant);
        bool right = finding == planted[plant].expected;
        missed += !right;
        printf("%s fuzz-plant-%d: %s is %s%s%s\n", right ? "pass" : "FAIL", plant,
               planted[plant].what, fuzz_finding_name(finding), finding != FUZZ_CLEAN ? ": " : "",
               fuzz_record->message);
    }
    printf("%d passed, %u failed\n", PLANTS - (int)missed, missed);
    return missed == 0 ? 0 : 1;
}
