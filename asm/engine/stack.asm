; stack.asm - data stack and return stack words.
;
; Role: Forth-2012 6.1 and 6.2 stack words. Register contract: engine.inc. Interrupts: any state.
; Stack picture: [SP] is the second item, [SP + 8] the third; [RP] the top of the return stack.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

PRIM dup                        ; ( x -- x x )
    DUP_TOS
    NEXT_END

PRIM drop                       ; ( x -- )
    DROP_TOS
    NEXT_END

PRIM swap                       ; ( x1 x2 -- x2 x1 )
    mov rax, [SP]
    mov [SP], TOS
    mov TOS, rax
    NEXT_END

PRIM over                       ; ( x1 x2 -- x1 x2 x1 )
    mov rax, [SP]
    DUP_TOS
    mov TOS, rax
    NEXT_END

PRIM rot                        ; ( x1 x2 x3 -- x2 x3 x1 )
    mov rax, [SP]
    mov rcx, [SP + CELL]
    mov [SP + CELL], rax
    mov [SP], TOS
    mov TOS, rcx
    NEXT_END

PRIM minus_rot                  ; ( x1 x2 x3 -- x3 x1 x2 )
    mov rax, [SP]
    mov rcx, [SP + CELL]
    mov [SP + CELL], TOS
    mov [SP], rcx
    mov TOS, rax
    NEXT_END

PRIM nip                        ; ( x1 x2 -- x2 )
    mov rax, [SP]               ; the read is what finds an empty stack
    add SP, CELL
    NEXT_END

PRIM tuck                       ; ( x1 x2 -- x2 x1 x2 )
    mov rax, [SP]
    mov [SP], TOS
    sub SP, CELL
    mov [SP], rax
    NEXT_END

PRIM question_dup               ; ( x -- 0 | x x )
    test TOS, TOS
    jz .zero
    DUP_TOS
    NEXT
.zero:
    NEXT_END

PRIM two_dup                    ; ( x1 x2 -- x1 x2 x1 x2 )
    mov rax, [SP]
    sub SP, 2 * CELL
    mov [SP + CELL], TOS
    mov [SP], rax
    NEXT_END

PRIM two_drop                   ; ( x1 x2 -- )
    mov TOS, [SP + CELL]
    add SP, 2 * CELL
    NEXT_END

PRIM two_swap                   ; ( x1 x2 x3 x4 -- x3 x4 x1 x2 )
    mov rax, [SP]
    mov rcx, [SP + CELL]
    mov rdx, [SP + 2 * CELL]
    mov [SP + 2 * CELL], rax
    mov [SP + CELL], TOS
    mov [SP], rdx
    mov TOS, rcx
    NEXT_END

PRIM two_over                   ; ( x1 x2 x3 x4 -- x1 x2 x3 x4 x1 x2 )
    mov rax, [SP + 2 * CELL]
    mov rcx, [SP + CELL]
    sub SP, 2 * CELL
    mov [SP + CELL], TOS
    mov [SP], rax
    mov TOS, rcx
    NEXT_END

PRIM depth                      ; ( -- +n )
    mov rax, [VM + VM_DATA_BASE]
    sub rax, SP
    shr rax, 3
    DUP_TOS
    mov TOS, rax
    NEXT_END

PRIM clear_stack                ; ( i*x -- )
    mov SP, [VM + VM_DATA_BASE]
    NEXT_END

; PICK and ROLL index the stack with a number of the program's choice, so they check it: u must be less
; than the number of items below u.
%macro CHECK_PICK 0
    mov rax, [VM + VM_DATA_BASE]
    sub rax, SP
    shr rax, 3                  ; items, u included
    jz .underflow
    dec rax
    cmp TOS, rax
    jae .underflow
%endmacro

PRIM pick                       ; ( xu ... x0 u -- xu ... x0 xu )
    CHECK_PICK
    mov TOS, [SP + TOS * CELL]
    NEXT
.underflow:
    jmp engine_throw_underflow
    PRIM_END

PRIM roll                       ; ( xu xu-1 ... x0 u -- xu-1 ... x0 xu )
    CHECK_PICK
    mov rcx, TOS
    mov TOS, [SP + rcx * CELL]
    test rcx, rcx
    jz .done
.shift:
    mov rax, [SP + rcx * CELL - CELL]
    mov [SP + rcx * CELL], rax
    dec rcx
    jnz .shift
.done:
    add SP, CELL
    NEXT
.underflow:
    jmp engine_throw_underflow
    PRIM_END

PRIM to_r                       ; ( x -- ) ( R: -- x )
    mov rax, [SP]
    sub RP, CELL
    mov [RP], TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

PRIM r_from                     ; ( -- x ) ( R: x -- )
    mov rax, [RP]
    DUP_TOS
    mov TOS, rax
    add RP, CELL
    NEXT_END

PRIM r_fetch                    ; ( -- x ) ( R: x -- x )
    mov rax, [RP]
    DUP_TOS
    mov TOS, rax
    NEXT_END

PRIM two_to_r                   ; ( x1 x2 -- ) ( R: -- x1 x2 )
    mov rax, [SP]
    mov rcx, [SP + CELL]
    sub RP, 2 * CELL
    mov [RP + CELL], rax
    mov [RP], TOS
    mov TOS, rcx
    add SP, 2 * CELL
    NEXT_END

PRIM two_r_from                 ; ( -- x1 x2 ) ( R: x1 x2 -- )
    mov rax, [RP + CELL]
    mov rcx, [RP]
    sub SP, 2 * CELL
    mov [SP + CELL], TOS
    mov [SP], rax
    mov TOS, rcx
    add RP, 2 * CELL
    NEXT_END

PRIM two_r_fetch                ; ( -- x1 x2 ) ( R: x1 x2 -- x1 x2 )
    mov rax, [RP + CELL]
    mov rcx, [RP]
    sub SP, 2 * CELL
    mov [SP + CELL], TOS
    mov [SP], rax
    mov TOS, rcx
    NEXT_END

extern engine_throw_underflow
