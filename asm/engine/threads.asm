; threads.asm - threaded code that is part of the engine: what CATCH, EVALUATE, INCLUDED and INTERPRET go through, and
; what a VM begins with.
;
; Role: data only, between engine_threads and engine_threads_end, where c/forth/clock.c finds out by the address what
; lies on the control stack above it. Each thread has its counter and its price in the cells before it and each
; branch has them as operands, as the compiler lays them (c/forth/price.c); verify.py looks at them again. A cell of 0
; ends a thread after which nothing comes.

%include "engine.inc"

section .data.rel.ro progbits alloc noexec write align=8

global engine_threads:hidden, engine_threads_end:hidden
global engine_source_threads:hidden, engine_source_threads_end:hidden
global engine_paths:hidden, engine_paths_end:hidden

%assign paths 0

; The counter of the path that begins at a label.
%macro COUNTER 1
    dq COUNTS_PAGE * PAGE + paths * CELL
    %xdefine path_%[paths] %1
    %assign paths paths + 1
%endmacro

%macro THREAD 2                 ; name, price
    COUNTER engine_%1_thread
    dq %2
global engine_%1_thread:data hidden
engine_%1_thread:
%endmacro

; Price and counter of each of the two ways on from a branch word.
%macro WAYS 4                   ; target, price, what follows, price
    dq %1, %2
    COUNTER %1
    dq %4
    COUNTER %3
%endmacro

engine_threads:

THREAD catch, 1
    dq prim_catch_exit

; The source lies on the control stack while these run.
engine_source_threads:
THREAD evaluate, 2
    dq prim_interpret, prim_source_exit
THREAD included, 3
    dq prim_include_open
included_line:
    dq prim_include_refill, prim_zero_branch
    WAYS included_end, 1, included_text, 2
included_text:
    dq prim_interpret
    dq prim_branch_back, included_line, 2
    COUNTER included_line
included_end:
    dq prim_source_exit
engine_source_threads_end:

THREAD interpret, 2
    dq prim_interpret_step, prim_interpret_dispatch

; A C word with more to do than one piece goes on with its own (c/forth/again.c). Each begins with a branch word, which
; looks whether the turn has come to its end.
%macro AGAIN 1                  ; name of the primitive
THREAD again_%1, 1
    dq prim_branch_back, again_%1_piece, 2
    COUNTER again_%1_piece
again_%1_piece:
    dq prim_%1, prim_exit
%endmacro

AGAIN type
AGAIN compare
AGAIN to_number
AGAIN allocate_on

; Nothing lies on the control stack while these run.
THREAD load, 2
    dq prim_include_refill, prim_zero_branch
    WAYS load_done, 1, load_text, 2
load_text:
    dq prim_interpret
    dq prim_branch_back, engine_load_thread, 2
    COUNTER engine_load_thread
load_done:
    dq prim_finish, 0
THREAD start, 2
    dq prim_execute, prim_finish, 0
THREAD quit, 1
    dq prim_quit, 0

engine_threads_end:

; Where the paths begin, in the order of their counters.
engine_paths:
%assign path 0
%rep paths
    dq path_%[path]
%assign path path + 1
%endrep
engine_paths_end:

extern prim_catch_exit, prim_interpret, prim_source_exit, prim_include_open, prim_include_refill
extern prim_zero_branch, prim_branch_back, prim_interpret_step, prim_interpret_dispatch
extern prim_execute, prim_finish, prim_quit
extern prim_type, prim_compare, prim_to_number, prim_allocate_on, prim_exit
