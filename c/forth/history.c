/*
 * history.c - the room of the trace.
 *
 * Two halves are written in turns, so what lies before the newest entry is always at least one half. Each entry stands
 * for two thirds of an executed word or more: all but one of the ways in which one is made execute a word, and
 * that one, CATCH, makes three for two. So a half with one and a half times as many entries as a window has words
 * covers the window. The engine looks up only now and then (CLOCK_CHUNK), so a half has room for more than that.
 */
#include "forth/history.h"

_Static_assert(HISTORY_WORDS_MAX * CELL * 3 / 2 <= VM_TRACE_HALF / 2, "a half is too small");

void history_start(struct vm *vm, uint64_t words) {
    vm->trace_begin = vm->slot + VM_TRACE;
    vm->trace = vm->trace_begin;
    vm->trace_other = vm->slot + VM_TRACE_SECOND;
    vm->trace_other_end = vm->trace_other;
    vm->trace_full = words * 3 / 2 * CELL;
}

uint64_t history_turn(struct vm *vm, uint64_t end) {
    const uint64_t begin = vm->trace_begin;
    vm->trace_begin = vm->trace_other;
    vm->trace_other = begin;
    vm->trace_other_end = end;
    return vm->trace_begin;
}
