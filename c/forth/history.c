/*
 * history.c - the tables above the window, and the room of the trace.
 *
 * The trace has two halves, which are written in turns, so what lies before the newest entry is always at least one
 * half. A word that is executed makes three entries at the most: CATCH of what is no token notes its thread, the cut
 * and the return. So a half with three times as many entries as a window has words covers the window. The engine
 * looks up only now and then (CLOCK_CHUNK), so a half has room for more than that.
 */
#include "forth/history.h"

const struct history_listener *history_listener;

_Static_assert(3 * CELL * HISTORY_WORDS_MAX < VM_TRACE_HALF, "a half is too small");

static uint64_t whole_pages(uint64_t bytes) {
    return (bytes + VM_PAGE - 1) & ~(VM_PAGE - 1);
}

static void place_tables(struct vm *vm) {
    const struct dictionary *own = &vm->own;
    struct vm_tables *tables = &vm->tables;
    const uint64_t words = own->first + own->words_size / sizeof(struct word);
    tables->counts = vm->window + VM_COUNTS;
    tables->counts_size = whole_pages(own->first_path * CELL + own->code_size / 2);
    vm->executed = tables->counts + tables->counts_size;
    tables->executed_size = whole_pages(words * CELL);
    tables->trace = vm->executed + tables->executed_size + VM_GUARD;
    tables->settled = tables->trace + 2 * (VM_TRACE_HALF + VM_GUARD);
    tables->settled_tokens = tables->settled + tables->counts_size;
    tables->heat = tables->settled_tokens + tables->executed_size;
    tables->heat_size = whole_pages((words + HISTORY_WORDS_BESIDES) * HISTORY_RECORD);
    tables->transitions = tables->heat + tables->heat_size;
}

void history_start(struct vm *vm, uint64_t words) {
    place_tables(vm);
    vm->trace_begin = vm->tables.trace;
    vm->trace = vm->trace_begin;
    vm->trace_other = vm->trace_begin + VM_TRACE_HALF + VM_GUARD;
    vm->trace_other_end = vm->trace_other;
    history_set_window(vm, words);
}

void history_set_window(struct vm *vm, uint64_t words) {
    vm->trace_full = words * 3 * CELL;
}

void history_clear(struct vm *vm) {
    vm->trace = vm->trace_begin;
    vm->trace_other_end = vm->trace_other;
    if (vm->ip != 0) {
        history_note(vm, vm->ip);
    }
}

bool history_executed(const struct vm *vm, uint32_t xt) {
    const uint64_t counter = vm->executed + xt * CELL;
    return hal_space_commit(counter & ~(VM_PAGE - 1), VM_PAGE) == HAL_OK &&
           *(const uint64_t *)counter != 0;
}

void history_note(struct vm *vm, uint64_t entry) {
    uint64_t at = vm->trace;
    if (at == vm->trace_begin + VM_TRACE_HALF) {
        at = history_turn(vm, at);
    }
    if (hal_space_commit(at & ~(VM_PAGE - 1), VM_PAGE) == HAL_OK) {
        *(uint64_t *)at = entry;
        at += CELL;
    }
    vm->trace = at;
}

void history_enter(struct vm *vm, const uint64_t *thread) {
    const uint64_t counter = vm->window + thread[-2];
    if (hal_space_commit(counter & ~(VM_PAGE - 1), VM_PAGE) == HAL_OK) {
        ++*(uint64_t *)counter;
    }
    history_note(vm, (uint64_t)thread);
}

uint64_t history_turn(struct vm *vm, uint64_t end) {
    const uint64_t begin = vm->trace_begin;
    vm->trace_begin = vm->trace_other;
    vm->trace_other = begin;
    vm->trace_other_end = end;
    return vm->trace_begin;
}
