; plants_paths.asm - primitives that do not count or note the way they take, for the tests of the engine's verifier.
;
; Role: never runs; the form of the plant lines is told in plants_memory.asm; a fork is an inner primitive that ends
; in 0branch. Register contract: engine.inc.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; A call, up to the payment.
%macro CALL 0
    mov rax, [IP]
    add IP, CELL
    push IP
    mov IP, rax
%endmacro

; Counts by the cell at an offset from IP.
%macro COUNT 1
    mov rax, [IP + %1]
    inc qword [WINDOW + rax]
%endmacro

; Takes a token from the stack, which must be one of the base dictionary, and pays for it.
%macro TAKE_TOKEN 0
    mov WORD, TOS
    DROP_TOS
    cmp WORD, [VM + VM_BASE_END]
    jae engine_throw_plain
    PAY_JUMP
%endmacro

%macro NOTE_TOKEN 0
    mov [TRACE], WORD
    add TRACE, CELL
%endmacro

%macro ENTER_TOKEN 0
    shl WORD, WORD_SHIFT
    add WORD, [VM + VM_BASE_WORDS]
    mov ARG, [WORD + WORD_ARG]
    jmp [WORD + WORD_HANDLER]
    PRIM_END
%endmacro

; ---- counters ----

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

; ---- history ----

; plant VFY-541 unnoted inner ( -- ) history: a call that is not noted
PRIM unnoted
    CALL
    COUNT -2 * CELL
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-542 noted_twice inner ( -- ) history: a call that is noted twice
PRIM noted_twice
    CALL
    COUNT -2 * CELL
    NOTE
    NOTE
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-543 notes_caller inner ( -- ) history: a call that notes the caller
PRIM notes_caller
    mov rax, [IP]
    add IP, CELL
    push IP
    NOTE
    mov IP, rax
    COUNT -2 * CELL
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-544 notes_other_arm fork ( -- ) history: a branch goes on and notes its target
PRIM notes_other_arm
    COUNT 4 * CELL
    mov rdx, [IP]
    mov [TRACE], rdx
    add TRACE, CELL
    sub WORDS, [IP + 3 * CELL]
    lea IP, [IP + 5 * CELL]
    NEXT_END

; plant VFY-545 notes_number asm ( x -- x ) history: a number of the program's choice in the history
PRIM notes_number
    mov [TRACE], TOS
    add TRACE, CELL
    NEXT_END

; plant VFY-546 notes_in_place inner ( -- ) trace-register: a return is noted and r9 stays
PRIM notes_in_place
    pop IP
    mov [TRACE], IP
    NEXT_END

; plant VFY-547 notes_over inner ( -- ) history,trace-register: one note written over another
PRIM notes_over
    pop IP
    mov [TRACE], IP
    mov [TRACE], IP
    add TRACE, CELL
    NEXT_END

; plant VFY-548 notes_before inner ( -- ) history: a note where the last one is
PRIM notes_before
    pop IP
    mov [TRACE - CELL], IP
    add TRACE, CELL
    NEXT_END

; plant VFY-549 reads_history asm ( -- x ) memory-base: the history read
PRIM reads_history
    DUP_TOS
    mov TOS, [TRACE - CELL]
    NEXT_END

; plant VFY-550 new_trace asm ( x -- ) trace-register: r9 set by the program
PRIM new_trace
    mov TRACE, TOS
    DROP_TOS
    NEXT_END

; plant VFY-551 borrowed_trace asm ( -- ) trace-register: r9 borrowed and given back: a break may come between
PRIM borrowed_trace
    mov rax, TRACE
    xor r9d, r9d
    mov TRACE, rax
    NEXT_END

; plant VFY-552 shows_trace asm ( -- x ) leak: where the history lies, given to the program
PRIM shows_trace
    DUP_TOS
    mov TOS, TRACE
    NEXT_END

; plant VFY-553 returns_unnoted inner ( -- ) history: a return that is not noted
PRIM returns_unnoted
    pop IP
    NEXT_END

; plant VFY-554 loses_note inner ( -- ) trace-register: a note forgotten by taking the saved copy of r9
PRIM loses_note
    RETURN
    mov TRACE, [VM + VM_TRACE]
    NEXT_END

; plant VFY-555 sets_trace asm ( -- ) vm-write: the copy of r9 set to a number
PRIM sets_trace
    mov qword [VM + VM_TRACE], 0
    NEXT_END

; plant VFY-556 saves_early inner ( -- ) vm-write: a copy of r9 that does not have what was noted
PRIM saves_early
    pop IP
    mov [TRACE], IP
    mov [VM + VM_TRACE], TRACE
    add TRACE, CELL
    NEXT_END

; plant VFY-557 shows_half asm ( -- x ) leak: where a half of the history begins, given to the program
PRIM shows_half
    DUP_TOS
    mov TOS, [VM + VM_TRACE_BEGIN]
    NEXT_END

; plant VFY-558 shows_frame asm ( -- x ) leak: a register of the VM when it was preempted, given to the program
PRIM shows_frame
    DUP_TOS
    mov TOS, [VM + VM_FRAME_RSP]
    NEXT_END

; plant VFY-559 skips_note asm ( -- ) trace-register: r9 moved by a cell with nothing noted
PRIM skips_note
    add TRACE, CELL
    NEXT_END

; plant VFY-560 notes_straight asm ( -- ) history: a note where execution goes straight on
PRIM notes_straight
    NOTE
    NEXT_END

; plant VFY-561 rewinds asm ( -- ) trace-register: r9 moved back
PRIM rewinds
    sub TRACE, CELL
    NEXT_END

; plant VFY-562 notes_and_throws inner ( n -- ) history: a throw with a place noted that nothing goes on at
PRIM notes_and_throws
    NOTE
    jmp engine_throw_plain
    PRIM_END

; plant VFY-563 other_register inner ( -- ) memory-base,history: a note by another register
PRIM other_register
    pop IP
    mov rax, TRACE
    mov [rax], IP
    NEXT_END

; ---- tokens ----

; plant VFY-571 token_uncounted asm ( i*x xt -- j*x ) counter: a word executed and not counted
PRIM token_uncounted
    TAKE_TOKEN
    NOTE_TOKEN
    ENTER_TOKEN

; plant VFY-572 token_unnoted asm ( i*x xt -- j*x ) history: a word executed and not noted
PRIM token_unnoted
    TAKE_TOKEN
    mov rax, [VM + VM_EXECUTED]
    inc qword [rax + WORD * CELL]
    ENTER_TOKEN

; plant VFY-573 token_twice asm ( i*x xt -- j*x ) counter: a word executed once and counted twice
PRIM token_twice
    TAKE_TOKEN
    mov rax, [VM + VM_EXECUTED]
    inc qword [rax + WORD * CELL]
    inc qword [rax + WORD * CELL]
    NOTE_TOKEN
    ENTER_TOKEN

; plant VFY-574 token_unchecked asm ( i*x xt -- j*x ) memory-base,counter: a counter by a token that was not compared
PRIM token_unchecked
    mov WORD, TOS
    DROP_TOS
    mov rax, [VM + VM_EXECUTED]
    inc qword [rax + WORD * CELL]
    cmp WORD, [VM + VM_BASE_END]
    jae engine_throw_plain
    PAY_JUMP
    NOTE_TOKEN
    ENTER_TOKEN

; plant VFY-575 token_unscaled asm ( i*x xt -- j*x ) memory-base,counter: a token as a number of bytes
PRIM token_unscaled
    TAKE_TOKEN
    mov rax, [VM + VM_EXECUTED]
    inc qword [rax + WORD]
    NOTE_TOKEN
    ENTER_TOKEN

; plant VFY-576 other_token asm ( i*x xt1 xt2 -- j*x ) counter,history: one word executed, another counted and noted
PRIM other_token
    mov rdx, [SP]
    mov WORD, TOS
    mov TOS, [SP + CELL]
    add SP, 2 * CELL
    cmp WORD, [VM + VM_BASE_END]
    jae engine_throw_plain
    cmp rdx, [VM + VM_BASE_END]
    jae engine_throw_plain
    PAY_JUMP
    mov rax, [VM + VM_EXECUTED]
    inc qword [rax + rdx * CELL]
    mov [TRACE], rdx
    add TRACE, CELL
    ENTER_TOKEN

; plant VFY-577 shows_executed asm ( -- x ) leak: where the counters of the words lie, given to the program
PRIM shows_executed
    DUP_TOS
    mov TOS, [VM + VM_EXECUTED]
    NEXT_END

; plant VFY-578 good_token asm ( i*x xt -- j*x ) none: a word executed, counted and noted
PRIM good_token
    TAKE_TOKEN
    mov rax, [VM + VM_EXECUTED]
    inc qword [rax + WORD * CELL]
    NOTE_TOKEN
    ENTER_TOKEN

extern engine_leave, engine_throw_plain
