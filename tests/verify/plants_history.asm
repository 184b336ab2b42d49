; plants_history.asm - primitives that spoil the history, or execute a word unseen, for the verifier's tests.
;
; Role: never runs; the form of the plant lines is told in plants_memory.asm; a fork is an inner primitive that ends
; in 0branch. Register contract: engine.inc.

%include "engine.inc"
%include "plants.inc"

section engine_text progbits alloc exec nowrite align=64

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

extern engine_throw_plain
