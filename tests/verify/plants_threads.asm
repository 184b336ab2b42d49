; plants_threads.asm - static threads that break a rule, for the tests of the engine's verifier.
;
; Role: never runs; run_verify.py puts it into threads.asm, behind the threads of the engine, because the counters of
; all static threads have their beginnings in one table. The form of the plant lines is told in plants_memory.asm.

section .data.writable progbits alloc noexec write align=8

; plant VFY-350 engine_writable_thread thread ( -- ) thread: a static thread that the program could change
engine_writable_thread:
    dq prim_exit

section .data.rel.ro

; plant VFY-351 engine_wild_thread thread ( -- ) thread: a static thread with a cell that is no primitive
engine_wild_thread:
    dq prim_dup, prim_fetch + 2

; plant VFY-352 engine_good_thread thread ( -- ) none: a static thread with a literal and a branch
%assign sharing paths
    COUNTER engine_good_thread
    dq 3
engine_good_thread:
    dq prim_lit, 7, prim_drop
    dq prim_branch_back, engine_good_thread, 3
    COUNTER engine_good_thread

; plant VFY-517 engine_cheap_thread thread ( -- ) thread: a static thread with a wrong price before it
    COUNTER engine_cheap_thread
    dq 1
engine_cheap_thread:
    dq prim_noop, prim_exit

; plant VFY-518 engine_dear_thread thread ( -- ) thread: a static thread with a wrong price in it
    COUNTER engine_dear_thread
    dq 2
engine_dear_thread:
    dq prim_noop
    dq prim_branch_back, engine_dear_thread, 3
    COUNTER engine_dear_thread

; plant VFY-519 engine_miscounted_thread thread ( -- ) thread: a static thread with the counter of another before it
    COUNTER engine_good_thread
    dq 2
engine_miscounted_thread:
    dq prim_noop, prim_exit

; plant VFY-520 engine_crossed_thread thread ( -- ) thread: a branch with the counters of its two ways exchanged
    COUNTER engine_crossed_thread
    dq 2
engine_crossed_thread:
    dq prim_noop, prim_zero_branch, crossed_there, 1
    COUNTER crossed_here
    dq 2
    COUNTER crossed_there
crossed_here:
    dq prim_noop
crossed_there:
    dq prim_exit

; plant VFY-590 engine_sharing_thread thread ( -- ) thread: a static thread that counts what another counts
    dq COUNTS_PAGE * PAGE + sharing * CELL, 2
engine_sharing_thread:
    dq prim_noop, prim_exit

; plant VFY-591 engine_beyond_thread thread ( -- ) thread: a static thread with a counter that is not in the table
    dq COUNTS_PAGE * PAGE - CELL, 2
engine_beyond_thread:
    dq prim_noop, prim_exit

; plant VFY-592 engine_paths thread ( -- ) thread: a path in the table that nothing counts
%xdefine path_%[paths] engine_good_thread
%assign paths paths + 1

extern prim_fetch, prim_exit, prim_dup, prim_lit, prim_drop, prim_noop
