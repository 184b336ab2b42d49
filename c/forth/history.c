/*
 * history.c - the room of the trace.
 *
 * Two halves are written in turns, so what lies before the newest entry is always at least one half. Each entry stands
 * for two thirds of an executed word or more: all but one of the ways in which one is made execute a word, and
 * that one, CATCH, makes three for two. So a half with one and a half times as many entries as a window has words
 * covers the window. The engine looks up only now and then (CLOCK_CHUNK), so a half has room for more than that.
 */
#include "forth/history.h"

const struct history_listener *history_listener;

_Static_assert(HISTORY_WORDS_MAX *CELL * 3 / 2 <= VM_TRACE_HALF / 2, "a half is too small");

void history_start(struct vm *vm, uint64_t words) {
    vm->trace_begin = vm->slot + VM_TRACE;
    vm->trace = vm->trace_begin;
    vm->trace_other = vm->slot + VM_TRACE_SECOND;
    vm->trace_other_end = vm->trace_other;
    history_set_window(vm, words);
}

void history_set_window(struct vm *vm, uint64_t words) {
    vm->trace_full = words * 3 / 2 * CELL;
}

void history_clear(struct vm *vm) {
    vm->trace = vm->trace_begin;
    vm->trace_other_end = vm->trace_other;
    history_note(vm, vm->ip);
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
