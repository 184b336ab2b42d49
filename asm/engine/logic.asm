; logic.asm - bits, shifts and comparisons.
;
; Role: Forth-2012 6.1 and 6.2 logic and comparison; true is all bits set.
; Register contract: engine.inc. Interrupts: any state. Stack picture: [SP] is the second item.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

%macro BINARY 2
PRIM %1
    %2 TOS, [SP]
    add SP, CELL
    NEXT_END
%endmacro

BINARY and, and                 ; ( x1 x2 -- x3 )
BINARY or, or                   ; ( x1 x2 -- x3 )
BINARY xor, xor                 ; ( x1 x2 -- x3 )

PRIM invert                     ; ( x -- ~x )
    not TOS
    NEXT_END

; A shift of 64 or more gives 0, which the processor's masked count does not.
%macro SHIFT 2
PRIM %1
    mov rcx, TOS
    mov TOS, [SP]
    add SP, CELL
    xor eax, eax
    %2 TOS, cl
    cmp rcx, 64
    cmovae TOS, rax
    NEXT_END
%endmacro

SHIFT lshift, shl               ; ( x u -- x<<u )
SHIFT rshift, shr               ; ( x u -- x>>u )

%macro COMPARE 2                ; name, condition of second against top
PRIM %1
    xor eax, eax
    cmp [SP], TOS
    set%2 al
    neg rax
    mov TOS, rax
    add SP, CELL
    NEXT_END
%endmacro

COMPARE equals, e               ; ( x1 x2 -- flag )
COMPARE not_equals, ne          ; ( x1 x2 -- flag )
COMPARE less, l                 ; ( n1 n2 -- flag )
COMPARE greater, g              ; ( n1 n2 -- flag )
COMPARE less_equal, le          ; ( n1 n2 -- flag )
COMPARE greater_equal, ge       ; ( n1 n2 -- flag )
COMPARE u_less, b               ; ( u1 u2 -- flag )
COMPARE u_greater, a            ; ( u1 u2 -- flag )

PRIM zero_equals                ; ( x -- flag )
    cmp TOS, 1
    sbb TOS, TOS
    NEXT_END

PRIM zero_not_equals            ; ( x -- flag )
    neg TOS
    sbb TOS, TOS
    NEXT_END

PRIM zero_less                  ; ( n -- flag )
    sar TOS, 63
    NEXT_END

PRIM zero_greater               ; ( n -- flag )
    xor eax, eax
    test TOS, TOS
    setg al
    neg rax
    mov TOS, rax
    NEXT_END

PRIM within                     ; ( x low high -- flag ) low <= x < high, circular
    mov rax, [SP]
    mov rcx, [SP + CELL]
    sub rcx, rax                ; x - low
    sub TOS, rax                ; high - low
    cmp rcx, TOS
    sbb TOS, TOS
    add SP, 2 * CELL
    NEXT_END
