; pairs.asm - primitives that do the work of two that often follow each other.
;
; Role: the compiler lays one of these in place of the two when no branch can arrive between them
; (c/forth/pairs.c), which saves a dispatch and often a trip through the memory stack. In meaning, in
; exceptions and in the count of executed words a pair is its two parts. Operands stand in the order of the
; parts. Register contract: engine.inc. Interrupts: any state.
; Stack picture: as in the files of the parts: [SP] is the second item, [IP] the first operand.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; ---- a number, then an operator ----

%macro LIT_BINARY 2
PRIM lit_%1, 2                  ; ( n1 -- n2 ) operand: number
    %2 TOS, [IP]
    add IP, CELL
    NEXT_END
%endmacro

LIT_BINARY plus, add
LIT_BINARY minus, sub
LIT_BINARY star, imul
LIT_BINARY and, and

%macro LIT_COMPARE 2
PRIM lit_%1, 2                  ; ( n -- flag ) operand: number
    xor eax, eax
    cmp TOS, [IP]
    set%2 al
    neg rax
    mov TOS, rax
    add IP, CELL
    NEXT_END
%endmacro

LIT_COMPARE equals, e
LIT_COMPARE less, l
LIT_COMPARE greater, g

%macro LIT_COMPARE_BRANCH 2
PRIM lit_%1_branch, 3           ; ( n -- ) operands: number, target if the comparison is false
    cmp TOS, [IP]
    mov TOS, [SP]
    lea SP, [SP + CELL]         ; keeps the flags
    j%2 .true
    GO_TO_TARGET 1
.true:
    GO_ON 1
    PRIM_END
%endmacro

LIT_COMPARE_BRANCH equals, e
LIT_COMPARE_BRANCH less, l
LIT_COMPARE_BRANCH greater, g

PRIM lit_fetch, 2               ; ( -- x ) operand: address
    mov rax, [IP]
    TO_WINDOW eax
    DUP_TOS
    mov TOS, [WINDOW + rax]
    add IP, CELL
    NEXT_END

PRIM lit_store, 2               ; ( x -- ) operand: address
    mov rax, [IP]
    TO_WINDOW eax
    mov rcx, [SP]
    mov [WINDOW + rax], TOS
    mov TOS, rcx
    add SP, CELL
    add IP, CELL
    NEXT_END

PRIM lit_plus_store, 2          ; ( n -- ) operand: address
    mov rax, [IP]
    TO_WINDOW eax
    mov rcx, [SP]
    add [WINDOW + rax], TOS
    mov TOS, rcx
    add SP, CELL
    add IP, CELL
    NEXT_END

PRIM plus_loop_lit, 2           ; operands: step, loop body
    add INDEX, [IP]
    LOOP_TAIL o, 1

; ---- a test, then a branch if it fails ----

%macro COMPARE_BRANCH 2
PRIM %1_branch, 2               ; ( n1 n2 -- ) operand: target
    cmp [SP], TOS
    mov TOS, [SP + CELL]
    lea SP, [SP + 2 * CELL]
    j%2 .true
    GO_TO_TARGET 0
.true:
    GO_ON 0
    PRIM_END
%endmacro

COMPARE_BRANCH equals, e
COMPARE_BRANCH not_equals, ne
COMPARE_BRANCH less, l
COMPARE_BRANCH greater, g
COMPARE_BRANCH u_less, b

%macro TEST_BRANCH 2
PRIM %1_branch, 2               ; ( x -- ) operand: target
    test TOS, TOS
    mov TOS, [SP]
    lea SP, [SP + CELL]
    j%2 .true
    GO_TO_TARGET 0
.true:
    GO_ON 0
    PRIM_END
%endmacro

TEST_BRANCH zero_equals, z
TEST_BRANCH zero_less, s

PRIM dup_branch, 2              ; ( x -- x ) operand: target
    mov [SP - CELL], TOS        ; what DUP would store: finds a full stack
    test TOS, TOS
    jz .taken
    GO_ON 0
.taken:
    GO_TO_TARGET 0
    PRIM_END

; ---- the loop index as an address or a number ----

PRIM i_plus, 2                  ; ( n1 -- n2 )
    lea rax, [INDEX + LIMIT]
    add TOS, rax
    NEXT_END

PRIM i_fetch, 2                 ; ( -- x )
    lea eax, [INDEX + LIMIT]
    DUP_TOS
    mov TOS, [WINDOW + rax]
    NEXT_END

PRIM i_c_fetch, 2               ; ( -- char )
    lea eax, [INDEX + LIMIT]
    DUP_TOS
    movzx TOSd, byte [WINDOW + rax]
    NEXT_END

PRIM i_two_fetch, 2             ; ( -- x1 x2 )
    lea eax, [INDEX + LIMIT]
    DUP_TOS
    mov rcx, [WINDOW + rax + CELL]
    mov TOS, [WINDOW + rax]
    sub SP, CELL
    mov [SP], rcx
    NEXT_END

PRIM i_store, 2                 ; ( x -- )
    lea eax, [INDEX + LIMIT]
    mov rcx, [SP]
    mov [WINDOW + rax], TOS
    mov TOS, rcx
    add SP, CELL
    NEXT_END

PRIM i_c_store, 2               ; ( char -- )
    lea eax, [INDEX + LIMIT]
    mov rcx, [SP]
    mov [WINDOW + rax], TOSb
    mov TOS, rcx
    add SP, CELL
    NEXT_END

PRIM i_two_store, 2             ; ( x1 x2 -- )
    lea eax, [INDEX + LIMIT]
    mov rcx, [SP]
    mov rdx, [SP + CELL]
    mov [WINDOW + rax], TOS
    mov [WINDOW + rax + CELL], rcx
    mov TOS, rdx
    add SP, 2 * CELL
    NEXT_END

; ---- DUP, OVER and SWAP before what uses the copy ----

PRIM dup_fetch, 2               ; ( addr -- addr x )
    TO_WINDOW TOSd
    DUP_TOS
    mov TOS, [WINDOW + rax]
    NEXT_END

PRIM dup_c_fetch, 2             ; ( addr -- addr char )
    TO_WINDOW TOSd
    DUP_TOS
    movzx TOSd, byte [WINDOW + rax]
    NEXT_END

PRIM dup_one_plus, 2            ; ( n -- n n+1 )
    DUP_TOS
    inc TOS
    NEXT_END

PRIM dup_one_minus, 2           ; ( n -- n n-1 )
    DUP_TOS
    dec TOS
    NEXT_END

PRIM plus_loop_dup, 2           ; ( n -- n ) operand: loop body
    mov [SP - CELL], TOS        ; what DUP would store: finds a full stack
    add INDEX, TOS
    LOOP_TAIL o, 0

PRIM over_fetch, 2              ; ( addr x1 -- addr x1 x2 )
    mov eax, [SP]
    DUP_TOS
    mov TOS, [WINDOW + rax]
    NEXT_END

PRIM over_plus, 2               ; ( n1 n2 -- n1 n3 )
    mov rax, [SP]
    mov [SP - CELL], TOS        ; what OVER would store: finds a full stack
    add TOS, rax
    NEXT_END

PRIM swap_minus, 2              ; ( n1 n2 -- n2-n1 )
    sub TOS, [SP]
    add SP, CELL
    NEXT_END

PRIM swap_store, 2              ; ( addr x -- )
    mov eax, [SP]
    mov rcx, [SP + CELL]
    mov [WINDOW + rax], TOS
    mov TOS, rcx
    add SP, 2 * CELL
    NEXT_END

PRIM swap_cell_plus, 2          ; ( addr x -- x addr+8 )
    mov rax, [SP]
    mov [SP], TOS
    lea TOS, [rax + CELL]
    NEXT_END

PRIM cell_plus_swap, 2          ; ( x addr -- addr+8 x )
    mov rax, [SP]
    add TOS, CELL
    mov [SP], TOS
    mov TOS, rax
    NEXT_END

; ---- a sum as an address, and sums ----

PRIM plus_fetch, 2              ; ( n1 n2 -- x )
    add TOS, [SP]
    TO_WINDOW TOSd
    mov TOS, [WINDOW + rax]
    add SP, CELL
    NEXT_END

PRIM plus_c_fetch, 2            ; ( n1 n2 -- char )
    add TOS, [SP]
    TO_WINDOW TOSd
    movzx TOSd, byte [WINDOW + rax]
    add SP, CELL
    NEXT_END

PRIM plus_store_sum, 2          ; ( x n1 n2 -- )
    add TOS, [SP]
    TO_WINDOW TOSd
    mov rcx, [SP + CELL]
    mov TOS, [SP + 2 * CELL]
    mov [WINDOW + rax], rcx
    add SP, 3 * CELL
    NEXT_END

PRIM plus_c_store, 2            ; ( char n1 n2 -- )
    add TOS, [SP]
    TO_WINDOW TOSd
    mov rcx, [SP + CELL]
    mov TOS, [SP + 2 * CELL]
    mov [WINDOW + rax], cl
    add SP, 3 * CELL
    NEXT_END

PRIM fetch_plus, 2              ; ( n1 addr -- n2 )
    TO_WINDOW TOSd
    mov rcx, [SP]
    mov TOS, [WINDOW + rax]
    add TOS, rcx
    add SP, CELL
    NEXT_END

PRIM r_from_plus, 2             ; ( n1 -- n2 ) ( R: n -- )
    mov [SP - CELL], TOS        ; what R> would store: finds a full stack
    add TOS, [RP]
    add RP, CELL
    NEXT_END

; ---- the end of a definition ----

PRIM plus_exit, 2               ; ( n1 n2 -- n3 )
    add TOS, [SP]
    add SP, CELL
    RETURN
    NEXT_END

PRIM drop_exit, 2               ; ( x -- )
    DROP_TOS
    RETURN
    NEXT_END
