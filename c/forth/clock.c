/*
 * clock.c - a VM's virtual clock: the number of words that it has executed.
 *
 * The engine counts words when it pays for them, in advance. What it has paid for and not executed yet follows from the
 * places where execution will go on, which is the instruction pointer and the return addresses on the control
 * stack: the price of each is known (price.c).
 *
 * Which cells of the control stack are return addresses is decided by where the code runs that will take them
 * off: the thread of CATCH takes an exception frame, those of EVALUATE and INCLUDED an input source, all others one
 * address. No cell is judged by its contents, which may be any number.
 */
#include "forth/clock.h"

#include "forth/history.h"
#include "forth/price.h"
#include "forth/thread.h"
#include "primitives.h"

#define HURRY (INT64_C(1) << 62) /* what clock_hurry takes away: more than there can be */

extern const uint64_t engine_threads[], engine_threads_end[];
extern const uint64_t engine_source_threads[], engine_source_threads_end[];
extern const char execute_paid[];

/* Words that are left, without what clock_hurry has done. */
static int64_t true_words(int64_t words) {
    return words < -CLOCK_FAR ? words + HURRY : words;
}

static int64_t first_words(const struct vm *vm) {
    return true_words(vm->preempted != 0 ? (int64_t)vm->frame.r11 : vm->words_left);
}

static int64_t words_of(const struct vm *vm) {
    return first_words(vm) + vm->words_later;
}

static void set_first(struct vm *vm, int64_t words) {
    if (vm->preempted != 0) {
        vm->frame.r11 = (uint64_t)words;
    } else {
        vm->words_left = words;
    }
}

static void set_words(struct vm *vm, int64_t words) {
    const int64_t first = words < CLOCK_CHUNK ? words : CLOCK_CHUNK;
    set_first(vm, first);
    vm->words_later = words - first;
}

/* ---- what is paid for and not executed ---- */

/* Cells that the code at `ip` will take off the control stack, a return address on top of them included; 0: none, it is
 * where the VM began. */
static uint64_t frame_of(const struct vm *vm, uint64_t ip) {
    if (ip < (uint64_t)engine_threads || ip >= (uint64_t)engine_threads_end) {
        return price_from(vm, ip) != 0 ? 1 : 0;
    }
    if (ip < (uint64_t)engine_source_threads) {
        return VM_CATCH_CELLS + 1;
    }
    if (ip < (uint64_t)engine_source_threads_end) {
        return VM_SOURCE_CELLS + 1;
    }
    return ip < (uint64_t)engine_load_thread ? 1 : 0;
}

/* Goes to the next frame outwards of which something is not executed; its place on the control stack is below
 * `limit`. `ip` is where the frame goes on, `cs` the stack above it. Returns how many words, 0: there is
 * none. */
static uint64_t outwards(const struct vm *vm, uint64_t *ip, uint64_t *cs, uint64_t limit) {
    uint64_t price = 0;
    while (price == 0) {
        const uint64_t cells = frame_of(vm, *ip);
        if (cells == 0 || *cs >= limit || cells * CELL > limit - *cs) {
            return 0;
        }
        *cs += cells * CELL;
        *ip = *(const uint64_t *)(*cs - CELL);
        price = price_from(vm, *ip);
    }
    return price;
}

static void undone(struct vm *vm, uint64_t ip) {
    if (history_listener != NULL) {
        history_listener->undone(vm, ip);
    }
}

/* The words of all frames below `limit`, which are not going to be executed; `here` is what is left of the
 * innermost. */
static uint64_t drop(struct vm *vm, uint64_t ip, uint64_t cs, uint64_t limit, uint64_t here) {
    uint64_t words = here, price;
    if (here != 0) {
        undone(vm, ip);
    }
    while ((price = outwards(vm, &ip, &cs, limit)) != 0) {
        words += price;
        undone(vm, ip);
    }
    return words;
}

static bool is_code(const struct vm *vm, uint64_t ip) {
    return price_from(vm, ip) != 0 || price_from(vm, ip - CELL) != 0;
}

/* The engine was stopped at `rip`, perhaps inside a primitive. The instruction pointer `*ip` may be among its operands:
 * puts it behind them, or back to the primitive if that ends its path, and so has not paid yet. Returns how many
 * words are paid for from there on. */
static uint64_t rest_of_path(const struct vm *vm, uint64_t rip, uint64_t *ip) {
    const uint64_t primitive = thread_primitive_of(rip);
    const struct thread_info info = thread_info(primitive);
    for (uint64_t passed = 0; passed <= info.operands && info.words != 0; passed++) {
        const uint64_t at = *ip - (1 + passed) * CELL;
        if (price_from(vm, at) != 0 && *(const uint64_t *)at == primitive) {
            *ip = info.ends ? at : thread_behind(at, info);
            return info.ends ? 0 : price_from(vm, *ip);
        }
    }
    return price_from(vm, *ip);
}

static void give_back(struct vm *vm, uint64_t limit) {
    uint64_t ip = is_code(vm, vm->ip) ? vm->ip : vm->block_ip;
    const uint64_t cs = vm->throw_cs != 0 ? vm->throw_cs : vm->cs;
    uint64_t here = vm->throw_rip != 0 ? rest_of_path(vm, vm->throw_rip, &ip) : price_from(vm, ip);
    uint64_t cut = ip, besides = 0;
    if (vm->throw_uncounted != 0) {
        here = vm->throw_uncounted == VM_UNCOUNTED_PATH ? 0 : here;
        besides = vm->throw_uncounted == VM_UNCOUNTED_TOKEN;
        vm->throw_uncounted = 0;
    } else if (vm->throw_rip != 0 && here == 0 && is_code(vm, ip)) {
        const struct thread_info info = thread_info(*(const uint64_t *)ip);
        cut = info.ends ? thread_behind(ip, info) : ip; /* it has been begun, too */
    }
    history_note(vm, cut | HISTORY_CUT);
    vm->words_left =
        true_words(vm->words_left) + (int64_t)(besides + drop(vm, ip, cs, limit, here));
    vm->throw_rip = 0;
    vm->throw_cs = 0;
}

void clock_unwind(struct vm *vm) {
    /* The frame of CATCH itself is dropped too, but its return address goes on. */
    give_back(vm, vm->handler != 0 ? vm->handler : vm->control_base);
    if (vm->handler == 0) {
        vm->ip = 0; /* nothing is paid for any more */
    }
}

void clock_unwind_all(struct vm *vm) {
    vm->throw_rip = 0;
    give_back(vm, vm->control_base);
}

/* ---- reading and setting ---- */

void clock_start(struct vm *vm) {
    set_words(vm, CLOCK_FAR);
    vm->clock_target = CLOCK_FAR;
    vm->next_beat = CLOCK_FAR;
    vm->ip = 0;
}

/* Where the VM is, and how many words are paid for from there on. */
static uint64_t innermost(const struct vm *vm, uint64_t *ip, uint64_t *cs) {
    if (vm->preempted == 0) {
        *ip = vm->ip;
        *cs = vm->cs;
        return price_from(vm, vm->ip);
    }
    const struct vm_frame *frame = &vm->frame;
    *ip = is_code(vm, frame->rsi) ? frame->rsi : frame->r8;
    *cs = vm->throw_cs != 0 ? vm->throw_cs : frame->rsp;
    const uint64_t here = rest_of_path(vm, frame->rip, ip);
    /* the word that EXECUTE is about to enter */
    return frame->rip == (uint64_t)execute_paid ? here + 1 : here;
}

bool clock_next_place(const struct vm *vm, struct clock_place *place) {
    if (!place->begun) {
        place->begun = true;
        if (innermost(vm, &place->ip, &place->cs) != 0) {
            return true;
        }
    }
    return outwards(vm, &place->ip, &place->cs, vm->control_base) != 0;
}

static uint64_t owed(const struct vm *vm) {
    uint64_t ip, cs, price;
    uint64_t words = innermost(vm, &ip, &cs);
    while ((price = outwards(vm, &ip, &cs, vm->control_base)) != 0) {
        words += price;
    }
    return words;
}

void clock_enter(struct vm *vm, const uint64_t *thread) {
    uint64_t ip, cs;
    const uint64_t here = innermost(vm, &ip, &cs);
    const int64_t back = (int64_t)drop(vm, ip, cs, vm->control_base, here);
    vm->words_left = true_words(vm->words_left) + back - (int64_t)thread[-1];
    if (vm->ip != 0) {
        history_note(vm, vm->ip | HISTORY_CUT);
    }
    vm->ip = (uint64_t)thread;
    history_enter(vm, thread);
}

void clock_call(struct vm *vm, const uint64_t *thread) {
    vm->words_left -= (int64_t)thread[-1];
    vm->ip = (uint64_t)thread;
    history_enter(vm, thread);
}

void clock_again(struct vm *vm, const uint64_t *thread) {
    vm->words_left += (int64_t)price_from(vm, vm->ip);
    undone(vm, vm->ip);
    history_note(vm, vm->ip | HISTORY_CUT);
    clock_call(vm, thread);
}

uint64_t clock_words(const struct vm *vm) {
    return (uint64_t)(vm->clock_target - words_of(vm)) - owed(vm);
}

uint64_t clock_paid(const struct vm *vm) {
    return (uint64_t)(vm->clock_target - words_of(vm));
}

void clock_set_target(struct vm *vm, uint64_t paid) {
    const int64_t words = (int64_t)(paid - clock_paid(vm));
    vm->clock_target = (int64_t)paid;
    set_words(vm, words);
}

void clock_hurry(struct vm *vm) {
    const int64_t words = first_words(vm);
    if (words >= 0) {
        set_first(vm, words - HURRY);
    }
}
