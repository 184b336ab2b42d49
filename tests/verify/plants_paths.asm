; plants_paths.asm - primitives that do not count the way that they take, for the tests of the engine's verifier.
;
; Role: never runs; the form of the plant lines is told in plants_memory.asm; a fork is an inner primitive that ends
; in 0branch. Register contract: engine.inc.

%include "engine.inc"
%include "plants.inc"

section engine_text progbits alloc exec nowrite align=64

; plant VFY-521 uncounted inner ( -- ) counter: a call that is not counted
PRIM uncounted
    CALL
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-522 counted_twice inner ( -- ) counter: a call that is counted twice
PRIM counted_twice
    CALL
    COUNT -2 * CELL
    COUNT -2 * CELL
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-523 counts_other_arm fork ( -- ) counter: a branch goes on and counts the way to the target
PRIM counts_other_arm
    COUNT 2 * CELL
    lea rdx, [IP + 5 * CELL]
    mov [TRACE], rdx
    add TRACE, CELL
    sub WORDS, [IP + 3 * CELL]
    mov IP, rdx
    NEXT_END

; plant VFY-524 counts_by_price fork ( -- ) counter: a branch counts by the price instead of the counter
PRIM counts_by_price
    COUNT 3 * CELL
    lea rdx, [IP + 5 * CELL]
    mov [TRACE], rdx
    add TRACE, CELL
    sub WORDS, [IP + 3 * CELL]
    mov IP, rdx
    NEXT_END

; plant VFY-525 counts_by_number asm ( x -- ) unmasked: a number of the program's choice as a counter
PRIM counts_by_number
    mov rax, TOS
    DROP_TOS
    inc qword [WINDOW + rax]
    NEXT_END

; plant VFY-526 counts_in_window inner ( -- ) counter: the counter's place cut to 32 bits, so that it lies in the window
PRIM counts_in_window
    CALL
    mov rax, [IP - 2 * CELL]
    mov eax, eax
    inc qword [WINDOW + rax]
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-527 counts_two inner ( -- ) unmasked,counter: a call that counts for two
PRIM counts_two
    CALL
    mov rax, [IP - 2 * CELL]
    add qword [WINDOW + rax], 2
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-528 counts_half inner ( -- ) unmasked,counter: a counter of which half is used
PRIM counts_half
    CALL
    mov rax, [IP - 2 * CELL]
    inc dword [WINDOW + rax]
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-529 counts_beside inner ( -- ) unmasked,counter: the cell behind the counter raised
PRIM counts_beside
    CALL
    mov rax, [IP - 2 * CELL]
    inc qword [WINDOW + rax + CELL]
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-530 counts_unasked inner ( -- ) counter: what is no way on is counted
PRIM counts_unasked
    COUNT 0
    add IP, CELL
    NEXT_END

; plant VFY-531 uncounts inner ( -- ) unmasked,counter: a counter that is lowered
PRIM uncounts
    CALL
    mov rax, [IP - 2 * CELL]
    dec qword [WINDOW + rax]
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-532 shows_count inner ( -- x ) unmasked: a counter read
PRIM shows_count
    DUP_TOS
    mov rax, [IP]
    mov TOS, [WINDOW + rax]
    add IP, CELL
    NEXT_END

; plant VFY-533 sets_count inner ( x -- ) unmasked: a counter set
PRIM sets_count
    mov rax, [IP]
    mov rcx, TOS
    DROP_TOS
    mov [WINDOW + rax], rcx
    add IP, CELL
    NEXT_END

; plant VFY-534 counts_and_bye inner ( -- ) counter: out of the engine with a counter raised and no way taken
PRIM counts_and_bye
    COUNT 0
    mov eax, VM_EXIT_BYE
    jmp engine_leave
    PRIM_END

; plant VFY-535 counts_and_throws inner ( n -- ) counter: a throw with a counter raised and no way taken
PRIM counts_and_throws
    COUNT 0
    jmp engine_throw_plain
    PRIM_END

; plant VFY-536 counts_too_soon fork ( x -- ) counted-last: a branch that is counted before the stack is touched
PRIM counts_too_soon
    COUNT 4 * CELL
    DROP_TOS
    lea rdx, [IP + 5 * CELL]
    mov [TRACE], rdx
    add TRACE, CELL
    sub WORDS, [IP + 3 * CELL]
    mov IP, rdx
    NEXT_END

; plant VFY-537 pays_first fork ( -- ) paid-first: a branch that is paid for before it is counted and noted
PRIM pays_first
    lea rdx, [IP + 5 * CELL]
    sub WORDS, [IP + 3 * CELL]
    COUNT 4 * CELL
    mov [TRACE], rdx
    add TRACE, CELL
    mov IP, rdx
    NEXT_END

; plant VFY-538 pays_before_note inner ( -- ) paid-first: a call that is paid for before it is noted
PRIM pays_before_note
    CALL
    COUNT -2 * CELL
    sub WORDS, [IP - CELL]
    NOTE
    NEXT_END

; plant VFY-539 good_fork fork ( x -- ) none: a branch as it should be
PRIM good_fork
    mov rcx, TOS
    DROP_TOS
    test rcx, rcx
    jz .taken
    GO_ON 0
.taken:
    GO_TO_TARGET 0
    PRIM_END

; plant VFY-540 good_call inner ( -- ) none: a call as it should be, in another order
PRIM good_call
    mov rdx, [IP]
    add IP, CELL
    push IP
    mov IP, rdx
    NOTE
    COUNT -2 * CELL
    sub WORDS, [IP - CELL]
    NEXT_END

extern engine_leave, engine_throw_plain
