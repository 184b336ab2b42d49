/*
 * arbiter_cases.c - what switches, messages, VMs and quanta cost, measured from VM[0] while the arbiter's loop runs.
 *
 * compare.fs asks by ENVIRONMENT?, which is wrapped: names that begin with "compare:" are for this file, and it takes
 * and gives items on the stack besides. Between compare:start and compare:stop interrupts are held back, so that a
 * sample is the work of the VMs alone; the distributions of quanta and sleeps, which are about interrupts, are taken
 * outside of that.
 */
#include <string.h>

#include "compare.h"
#include "forth/throw.h"
#include "forth/vm.h"
#include "hal/hal_interrupt.h"
#include "machine.h"

#define ATTEMPTS 10u
#define PREFIX   "compare:"
#define ROOM     256u /* bytes of the buffer of compare.fs that takes a line */

int __real_word_environment_query(struct vm *vm);
int __wrap_word_environment_query(struct vm *vm);

static unsigned first;    /* the cases of this file are compare.cases from here on */
static unsigned done;     /* of all repetitions */
static unsigned current;  /* index of the case that is under way */
static unsigned run;      /* its repetition */
static uint64_t overhead; /* cycles of a measurement of nothing */

void arbiter_cases_add(void) {
    first = compare.case_count;
    overhead = UINT64_MAX;
    for (const struct compare_arbiter *it = compare_arbiters; it->name != NULL; it++) {
        compare_add(&(struct compare_case){
            .group = it->group, .name = it->name, .attempts = ATTEMPTS, .detail = it});
    }
}

/* Writes text where Forth has a buffer for it; returns the number of bytes. */
static uint64_t tell(char *buffer, const char *text, uint64_t at) {
    for (; *text != '\0' && at < ROOM; text++) {
        buffer[at++] = *text;
    }
    return at;
}

static uint64_t tell_number(char *buffer, uint64_t number, uint64_t at) {
    char digits[21] = "";
    unsigned from = sizeof digits - 1;
    do {
        digits[--from] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    return tell(buffer, digits + from, at);
}

/* ( addr -- u ) The line that measures the next case; 0 bytes when all has been measured. In random order, one
 * repetition of all cases after the other. */
static int next_case(struct vm *vm) {
    static uint16_t order[COMPARE_CASES];
    const unsigned count = compare.case_count - first;
    char *line = vm_pointer(vm, vm_pop(vm), ROOM);
    if (line == NULL) {
        return THROW_BAD_ADDRESS;
    }
    if (done == 0) {
        for (unsigned i = 0; i < count; i++) {
            order[i] = (uint16_t)(first + i);
        }
    }
    if (count == 0 || done == count * compare.repetitions) {
        vm_push(vm, 0);
        return 0;
    }
    const unsigned at = done % count, from = at + (unsigned)compare_random(count - at);
    current = order[from];
    order[from] = order[at];
    order[at] = (uint16_t)current;
    run = done / count;
    done++;
    const struct compare_arbiter *it = compare.cases[current].detail;
    compare_say("compare: %s/%s, %u of %u\n", it->group, it->name, run + 1, compare.repetitions);
    uint64_t size = tell(line, "1 ", 0); /* samples, rounds, name: bench/arbiter.fs */
    size = tell_number(line, compare_counted() ? it->counted_rounds : it->rounds, size);
    size = tell(line, " CASE: x ", size);
    size = tell(line, it->forth, size);
    vm_push(vm, size);
    return 0;
}

/* ( ops cycles -- flag ) The end of a sample; true when no other is wanted. What interrupts were before is no matter
 * here: a VM's saved flags may hold either. */
static int stop(struct vm *vm) {
    const uint64_t cycles = vm_pop(vm), ops = vm_pop(vm);
    struct compare_case *it = &compare.cases[current];
    it->ops = ops;
    const bool enough =
        compare_close(current, cycles > overhead ? cycles - overhead : 0, it->attempts);
    hal_irq_enable();
    vm_push(vm, enough ? UINT64_MAX : 0);
    return 0;
}

/* ( cycles -- ) What a measurement of nothing took: the least of those that are told. */
static int set_overhead(struct vm *vm) {
    const uint64_t cycles = vm_pop(vm);
    overhead = cycles < overhead ? cycles : overhead;
    hal_irq_enable();
    return 0;
}

/* ( u -- ) A moment of the case's distribution. */
static int moment(struct vm *vm) {
    compare_note(current, run, vm_pop(vm));
    return 0;
}

static int start(struct vm *vm) {
    (void)vm;
    compare_open();
    return 0;
}

/* The machine has no room for so many VMs: the case stays without samples. */
static int none(struct vm *vm) {
    (void)vm;
    compare_say("compare: %s/%s: no room for so many VMs\n", compare.cases[current].group,
                compare.cases[current].name);
    return 0;
}

static int end(struct vm *vm) {
    (void)vm;
    compare_report(NULL);
    machine_end(0);
}

static const struct {
    const char *name;
    int (*word)(struct vm *vm);
} words[] = {{"next", next_case}, {"start", start}, {"stop", stop}, {"overhead", set_overhead},
             {"moment", moment},  {"none", none},   {"end", end}};

int __wrap_word_environment_query(struct vm *vm) {
    const uint64_t size = *vm_item(vm, 0), addr = *vm_item(vm, 1);
    const size_t skip = sizeof PREFIX - 1;
    const char *text = vm_pointer(vm, addr, size);
    if (text == NULL || size <= skip || memcmp(text, PREFIX, skip) != 0) {
        return __real_word_environment_query(vm);
    }
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].name) == size - skip &&
            memcmp(words[i].name, text + skip, size - skip) == 0) {
            (void)vm_pop(vm);
            (void)vm_pop(vm);
            return words[i].word(vm);
        }
    }
    return THROW_UNDEFINED_WORD;
}
