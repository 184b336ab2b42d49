/*
 * price.c - how many words threaded code executes up to where it is paid for again.
 *
 * Words are paid for in advance, by the primitives that end a straight path: branch words pay for the way that they
 * take, calls for the beginning of the callee. A path goes on through joins, branches ahead and calls, whose callee
 * pays for itself. So the price of an instruction is its words plus, unless it ends the path, the price of what
 * comes next, which always lies ahead: one pass from the last instruction to the first finds all. They stay in a
 * region of their own, where a THROW and VM-CLOCK look up how much of what was paid for is not executed.
 */
#include "forth/price.h"

#include "forth/thread.h"
#include "primitives.h"

/* Static threads of the engine: asm/engine/threads.asm */
extern const uint64_t engine_threads[], engine_threads_end[];

static uint64_t cell(uint64_t address) {
    return *(const uint64_t *)address;
}

static void put(uint64_t address, uint64_t value) {
    *(uint64_t *)address = value;
}

static uint32_t *price_of(const struct dictionary *dictionary, uint64_t address) {
    return (uint32_t *)dictionary->prices + (address - dictionary->code) / CELL;
}

/* Leaves at each instruction the number of cells back to the one before it. Returns the last one. */
static uint64_t link_back(const struct dictionary *own, uint64_t first, uint64_t end) {
    uint64_t last = first;
    for (uint64_t at = first; at < end; at = thread_behind(at, thread_info(cell(at)))) {
        *price_of(own, at) = (uint32_t)((at - last) / CELL);
        last = at;
        if (cell(at) ==
            (uint64_t)prim_does) { /* its part begins a path of its own behind the price cell */
            *price_of(own, at + CELL) = 1;
        }
    }
    return last;
}

static void sum_up(const struct dictionary *own, uint64_t first, uint64_t last) {
    for (uint64_t at = last;;) {
        const struct thread_info info = thread_info(cell(at));
        const uint64_t back = *price_of(own, at) * CELL;
        uint32_t price = info.words;
        if (!info.ends) {
            price += *price_of(own, thread_next(at, info));
        }
        *price_of(own, at) = price;
        if (at == first) {
            return;
        }
        at -= back;
    }
}

/* Makes a path of `word` that begins at `start`. Returns the offset of its counter from the window. */
static uint64_t new_path(struct dictionary *own, uint32_t word, uint64_t start) {
    ((struct path *)own->paths)[own->end_path - own->first_path] =
        (struct path){.cell = (uint32_t)((start - own->code) / CELL), .word = word};
    return VM_COUNTS + own->end_path++ * CELL;
}

/* Writes into the code what the engine pays, and where it counts. */
static void fill_in(struct dictionary *own, uint32_t word, uint64_t first, uint64_t end) {
    put(first - CELL, *price_of(own, first));
    put(first - 2 * CELL, new_path(own, word, first));
    for (uint64_t at = first; at < end;) {
        const struct thread_info info = thread_info(cell(at));
        const uint64_t next = thread_behind(at, info);
        if (thread_is_fork(info)) {
            const uint64_t target = cell(next - 5 * CELL);
            put(next - 4 * CELL, *price_of(own, target));
            put(next - 3 * CELL, new_path(own, word, target));
            put(next - 2 * CELL, *price_of(own, next));
            put(next - CELL, new_path(own, word, next));
        } else if (cell(at) == (uint64_t)prim_branch_back) {
            const uint64_t target = cell(next - 3 * CELL);
            put(next - 2 * CELL, *price_of(own, target));
            put(next - CELL, new_path(own, word, target));
        } else if (cell(at) == (uint64_t)prim_does) {
            put(next - CELL, *price_of(own, next));
            put(next - 2 * CELL, new_path(own, word, next));
        }
        at = next;
    }
}

int price_definition(struct vm *vm, uint64_t first, uint64_t end) {
    struct dictionary *own = &vm->own;
    const int code = dictionary_reserve_paths(vm, 1 + (end - first) / (2 * CELL));
    if (code == 0) {
        sum_up(own, first, link_back(own, first, end));
        fill_in(own, vm->definition.xt, first, end);
    }
    return code;
}

/* The threads of the engine are short and have no branches ahead. */
static uint64_t static_price(uint64_t ip) {
    uint64_t price = 0;
    for (;;) {
        const struct thread_info info = thread_info(cell(ip));
        price += info.words;
        if (info.ends || info.words == 0) {
            return price;
        }
        ip = thread_behind(ip, info);
    }
}

uint64_t price_from(const struct vm *vm, uint64_t ip) {
    const struct dictionary *base = &base_image.dictionary;
    if (ip % CELL != 0) {
        return 0;
    }
    if (dictionary_has_code(&vm->own, ip)) {
        return *price_of(&vm->own, ip);
    }
    if (dictionary_has_code(base, ip)) {
        return *price_of(base, ip);
    }
    return ip >= (uint64_t)engine_threads && ip < (uint64_t)engine_threads_end ? static_price(ip)
                                                                               : 0;
}
