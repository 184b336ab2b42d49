; arithmetic.asm - single, mixed and double precision arithmetic.
;
; Role: Forth-2012 6.1 and 8.6.1 arithmetic on 64-bit cells and 128-bit doubles; division truncates
; toward zero (symmetric). Register contract: engine.inc. Interrupts: any state.
; Stack picture: [SP] is the second item; a double has its high cell on top.
;
; Division leaves the divisor in TOS until the divide instruction is past: from that the fault handler
; tells division by zero (-10) from a quotient that does not fit (-11).

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

%macro BINARY 2                 ; name, commutative instruction
PRIM %1
    %2 TOS, [SP]
    add SP, CELL
    NEXT_END
%endmacro

BINARY plus, add                ; ( n1 n2 -- n1+n2 )
BINARY star, imul               ; ( n1 n2 -- n1*n2 )

PRIM minus                      ; ( n1 n2 -- n1-n2 )
    mov rax, [SP]
    sub rax, TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

PRIM one_plus                   ; ( n -- n+1 )
    inc TOS
    NEXT_END

PRIM one_minus                  ; ( n -- n-1 )
    dec TOS
    NEXT_END

PRIM negate                     ; ( n -- -n )
    neg TOS
    NEXT_END

PRIM abs                        ; ( n -- u )
    mov rax, TOS
    neg rax
    cmovns TOS, rax
    NEXT_END

PRIM min                        ; ( n1 n2 -- n3 )
    mov rax, [SP]
    add SP, CELL
    cmp rax, TOS
    cmovl TOS, rax
    NEXT_END

PRIM max                        ; ( n1 n2 -- n3 )
    mov rax, [SP]
    add SP, CELL
    cmp rax, TOS
    cmovg TOS, rax
    NEXT_END

PRIM two_star                   ; ( x -- x*2 )
    add TOS, TOS
    NEXT_END

PRIM two_slash                  ; ( n -- n/2 ) rounds toward minus infinity
    sar TOS, 1
    NEXT_END

PRIM cell_plus                  ; ( a -- a+8 )
    add TOS, CELL
    NEXT_END

PRIM cells                      ; ( n -- n*8 )
    shl TOS, 3
    NEXT_END

PRIM slash                      ; ( n1 n2 -- quotient )
    mov rax, [SP]
    cqo
    idiv TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

PRIM mod                        ; ( n1 n2 -- remainder )
    mov rax, [SP]
    cqo
    idiv TOS
    mov TOS, rdx
    add SP, CELL
    NEXT_END

PRIM slash_mod                  ; ( n1 n2 -- remainder quotient )
    mov rax, [SP]
    cqo
    idiv TOS
    mov [SP], rdx
    mov TOS, rax
    NEXT_END

PRIM star_slash                 ; ( n1 n2 n3 -- n1*n2/n3 )
    mov rax, [SP + CELL]
    imul qword [SP]
    idiv TOS
    mov TOS, rax
    add SP, 2 * CELL
    NEXT_END

PRIM star_slash_mod             ; ( n1 n2 n3 -- remainder quotient )
    mov rax, [SP + CELL]
    imul qword [SP]
    idiv TOS
    add SP, CELL
    mov [SP], rdx
    mov TOS, rax
    NEXT_END

PRIM m_star                     ; ( n1 n2 -- d )
    mov rax, TOS
    imul qword [SP]
    mov [SP], rax
    mov TOS, rdx
    NEXT_END

PRIM um_star                    ; ( u1 u2 -- ud )
    mov rax, TOS
    mul qword [SP]
    mov [SP], rax
    mov TOS, rdx
    NEXT_END

PRIM um_slash_mod               ; ( ud u -- remainder quotient )
    mov rdx, [SP]
    mov rax, [SP + CELL]
    div TOS
    add SP, CELL
    mov [SP], rdx
    mov TOS, rax
    NEXT_END

PRIM sm_slash_rem               ; ( d n -- remainder quotient ) truncates
    mov rdx, [SP]
    mov rax, [SP + CELL]
    idiv TOS
    add SP, CELL
    mov [SP], rdx
    mov TOS, rax
    NEXT_END

PRIM fm_slash_mod               ; ( d n -- remainder quotient ) floors
    mov rdx, [SP]
    mov rax, [SP + CELL]
    mov r8, rdx
    xor r8, TOS                 ; sign of the quotient
    idiv TOS
    test rdx, rdx
    jz .exact
    test r8, r8
    jns .exact
    add rdx, TOS
    sub rax, 1
    jo engine_throw_range
.exact:
    add SP, CELL
    mov [SP], rdx
    mov TOS, rax
    NEXT_END

PRIM s_to_d                     ; ( n -- d )
    DUP_TOS
    sar TOS, 63
    NEXT_END

PRIM d_plus                     ; ( d1 d2 -- d3 )
    mov rax, [SP]
    add [SP + 2 * CELL], rax
    adc TOS, [SP + CELL]
    add SP, 2 * CELL
    NEXT_END

PRIM d_minus                    ; ( d1 d2 -- d3 )
    mov rax, [SP]
    mov rcx, [SP + CELL]
    sub [SP + 2 * CELL], rax
    sbb rcx, TOS
    mov TOS, rcx
    add SP, 2 * CELL
    NEXT_END

PRIM dnegate                    ; ( d -- -d )
    xor eax, eax
    neg qword [SP]
    sbb rax, TOS
    mov TOS, rax
    NEXT_END

; ud/mod divides a double by a single with a double quotient: what pictured numeric output needs.
PRIM ud_slash_mod               ; ( ud1 u -- remainder ud2 )
    mov r8, [SP + CELL]         ; low
    mov rax, [SP]               ; high
    xor edx, edx
    div TOS
    mov rcx, rax                ; high quotient
    mov rax, r8
    div TOS
    mov [SP + CELL], rdx
    mov [SP], rax
    mov TOS, rcx
    NEXT_END

extern engine_throw_range
