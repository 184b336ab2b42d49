; exception.asm - CATCH and THROW, and the places where errors enter them.
;
; Role: Forth-2012 9.6.1. Register contract: engine.inc. Interrupts: any state.
;
; Stack picture: an exception frame on the control stack, from VM_HANDLER upward:
;
;   outer frame (VM_HANDLER), INDEX, LIMIT, RP, LP, SP,
;   source address, source size, source id, >IN, files open, end of free data space,
;   IP after CATCH
;
; The frame is laid and taken by push and pop in mirrored order, so that no offset is written down.
; Being on the control stack, it cannot be forged. The input source is part of it (9.6.1.2275), and so is
; the number of files open, which closes files that a THROW leaves behind.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; VM_THROW_CS tells clock_unwind where a frame begins that is not whole yet because the control stack is full.

; The input source as saved by CATCH, EVALUATE and INCLUDED.
%macro PUSH_SOURCE 0
    push qword [VM + VM_TOP]
    push qword [VM + VM_FILE_DEPTH]
    push qword [WINDOW + USER_TO_IN]
    push qword [VM + VM_SOURCE_ID]
    push qword [VM + VM_SOURCE_SIZE]
    push qword [VM + VM_SOURCE_ADDR]
%endmacro

%macro POP_SOURCE 0
    pop qword [VM + VM_SOURCE_ADDR]
    pop qword [VM + VM_SOURCE_SIZE]
    pop qword [VM + VM_SOURCE_ID]
    pop qword [WINDOW + USER_TO_IN]
    pop qword [VM + VM_FILE_DEPTH]
    pop qword [VM + VM_TOP]
%endmacro

PRIM catch                      ; ( i*x xt -- j*x 0 | i*x n )
    mov WORD, TOS
    mov rax, [SP]
    mov [VM + VM_THROW_CS], rsp
    push IP
    PUSH_SOURCE
    push SP
    push LP
    push RP
    push LIMIT
    push INDEX
    push qword [VM + VM_HANDLER]
    mov [VM + VM_HANDLER], rsp
    mov qword [VM + VM_THROW_CS], 0
    lea IP, [engine_catch_thread]
    mov TOS, rax
    add SP, CELL
    PAY_AHEAD
    jmp execute_xt
    PRIM_END

PRIM catch_exit                 ; the word under CATCH has returned
    pop qword [VM + VM_HANDLER]
    pop INDEX                   ; back to what they were at CATCH, even if that word has left the
    pop LIMIT                   ; return stack unbalanced: the damage ends here
    pop RP
    pop LP
    add rsp, (VM_SOURCE_CELLS + 1) * CELL ; SP and the source, which the word may have changed
    RETURN
    DUP_TOS
    xor TOSd, TOSd
    NEXT_END

PRIM throw                      ; ( k*x n -- k*x | i*x n )
    test TOS, TOS
    jnz engine_throw_plain
    DROP_TOS
    NEXT_END

; Errors found by primitives. Each sets TOS to the THROW code and falls into engine_throw_plain.
global engine_throw_underflow:hidden, engine_throw_address:hidden, engine_throw_dictionary:hidden
global engine_throw_plain:hidden, engine_throw:hidden, engine_throw_range:hidden, engine_unwound:hidden

align 64, int3
engine_throw_underflow:
    mov TOS, THROW_STACK_UNDERFLOW
    jmp engine_throw_plain
engine_throw_address:
    mov TOS, THROW_BAD_ADDRESS
    jmp engine_throw_plain
engine_throw_range:
    mov TOS, THROW_RESULT_OUT_OF_RANGE
    jmp engine_throw_plain
engine_throw_dictionary:
    mov TOS, THROW_DICTIONARY_OVERFLOW

; In: TOS = code, not 0.
engine_throw_plain:
    mov qword [VM + VM_FAULT_KNOWN], 0
    mov qword [VM + VM_THROW_RIP], 0

; In: TOS = code, r12; nothing else is needed: fault handlers and breaks come here from anywhere in the engine. What
; the other registers say about the words that were paid for in vain goes to engine_unwind as it is.
engine_throw:
    cld
    mov [VM + VM_THROW_CODE], TOS
    mov rax, [VM + VM_WORD_ADDR]
    mov [VM + VM_THROW_WORD_ADDR], rax
    mov rax, [VM + VM_WORD_SIZE]
    mov [VM + VM_THROW_WORD_SIZE], rax
    mov rax, [VM + VM_SOURCE_ID]
    mov [VM + VM_THROW_SOURCE_ID], rax
    jmp engine_unwind

; In: r12, and the words are given back that the frames to be dropped have paid for.
engine_unwound:
    mov WINDOW, [VM + VM_WINDOW]
    mov WORDS, [VM + VM_WORDS_LEFT]
    mov TRACE, [VM + VM_TRACE]
    mov rax, [VM + VM_HANDLER]
    test rax, rax
    jz .uncaught
    mov rsp, rax
    pop qword [VM + VM_HANDLER]
    pop INDEX
    pop LIMIT
    pop RP
    pop LP
    pop SP
    POP_SOURCE
    RETURN
    cmp dword [VM + VM_ATTENTION], 0
    jne engine_words_out        ; what came while C was giving back; the stack may be full
    NEXT
.uncaught:
    mov eax, VM_EXIT_UNCAUGHT
    jmp engine_leave
engine_throw_end:

; ---- nested input sources ----

; EVALUATE and INCLUDED save the source on the control stack and go through a thread of their own,
; which ends in source_exit; on a THROW the frame of CATCH brings the source back instead.
PRIM evaluate                   ; ( i*x c-addr u -- j*x )
    mov rcx, [SP]               ; c-addr
    mov rax, [SP + CELL]
    mov [VM + VM_THROW_CS], rsp
    push IP
    PUSH_SOURCE
    mov qword [VM + VM_THROW_CS], 0
    mov [VM + VM_SOURCE_ADDR], rcx
    mov [VM + VM_SOURCE_SIZE], TOS
    mov qword [VM + VM_SOURCE_ID], -1
    mov qword [WINDOW + USER_TO_IN], 0
    mov TOS, rax
    add SP, 2 * CELL
    lea IP, [engine_evaluate_thread]
    PAY_ENTRY
    NEXT_END

PRIM included                   ; ( i*x c-addr u -- j*x )
    mov rax, [SP + CELL]        ; finds an underflow before the frame is begun
    mov [VM + VM_THROW_CS], rsp
    push IP
    PUSH_SOURCE
    mov qword [VM + VM_THROW_CS], 0
    lea IP, [engine_included_thread]
    PAY_ENTRY
    NEXT_END

PRIM source_exit
    POP_SOURCE
    RETURN
    NEXT_END

; The text interpreter: a C word takes words from the source and compiles or pushes as far as it can;
; it comes back with the xt of a word that must be executed, or 0 at the end of the source.
PRIM interpret                  ; ( i*x -- j*x )
    push IP
    lea IP, [engine_interpret_thread]
    PAY_ENTRY
    NEXT_END

PRIM interpret_dispatch         ; ( i*x xt -- j*x | i*x 0 -- i*x )
    mov WORD, TOS
    DROP_TOS
    test WORD, WORD
    jz .end_of_source
    lea IP, [engine_interpret_thread]
    PAY_AHEAD
    jmp execute_xt
.end_of_source:
    RETURN
    NEXT_END

; Starts the outer interpreter afresh: QUIT, and the engine after an uncaught error.
PRIM quit                       ; ( -- ) ( R: i*x -- )
    jmp engine_unwind_all
.unwound:                       ; In: TOS, SP, r12
    mov WINDOW, [VM + VM_WINDOW]
    mov WORDS, [VM + VM_WORDS_LEFT]
    mov TRACE, [VM + VM_TRACE]
    mov rsp, [VM + VM_CONTROL_BASE]
    mov RP, [VM + VM_RETURN_BASE]
    mov LP, [VM + VM_LOCALS_BASE]
    xor eax, eax
    mov [VM + VM_HANDLER], rax
    mov [VM + VM_FILE_DEPTH], rax
    mov [VM + VM_SOURCE_ID], rax
    mov [WINDOW + USER_STATE], rax
    mov rax, [VM + VM_ENVELOPE]
    mov [VM + VM_TOP], rax
    mov IP, [VM + VM_QUIT_CODE]
    PAY_AHEAD
    js engine_words_out
    cmp dword [VM + VM_ATTENTION], 0
    jne engine_words_out        ; what came while C was giving back; the stack may be full
    NEXT_END
global engine_quit_unwound:hidden
engine_quit_unwound equ prim_quit.unwound

extern execute_xt, engine_leave, engine_unwind, engine_unwind_all
extern engine_catch_thread, engine_evaluate_thread, engine_included_thread, engine_interpret_thread
