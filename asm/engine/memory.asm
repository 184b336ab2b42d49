; memory.asm - the data window: fetch, store, blocks of memory, data space.
;
; Role: Forth-2012 6.1 memory words. Register contract: engine.inc. Interrupts: any state.
; Stack picture: the address is on top, [SP] is the second item.
;
; A Forth address counts only by its low 32 bits (TO_WINDOW), so an access can reach nothing but the
; window and, for the bytes above its last address, the guard pages that follow it.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

PRIM fetch                      ; ( addr -- x )
    TO_WINDOW TOSd
    mov TOS, [WINDOW + rax]
    NEXT_END

PRIM store                      ; ( x addr -- )
    TO_WINDOW TOSd
    mov rcx, [SP]
    mov TOS, [SP + CELL]
    mov [WINDOW + rax], rcx
    add SP, 2 * CELL
    NEXT_END

PRIM c_fetch                    ; ( addr -- char )
    TO_WINDOW TOSd
    movzx TOSd, byte [WINDOW + rax]
    NEXT_END

PRIM c_store                    ; ( char addr -- )
    TO_WINDOW TOSd
    mov rcx, [SP]
    mov TOS, [SP + CELL]
    mov [WINDOW + rax], cl
    add SP, 2 * CELL
    NEXT_END

PRIM plus_store                 ; ( n addr -- )
    TO_WINDOW TOSd
    mov rcx, [SP]
    mov TOS, [SP + CELL]
    add [WINDOW + rax], rcx
    add SP, 2 * CELL
    NEXT_END

PRIM two_fetch                  ; ( addr -- x1 x2 )
    TO_WINDOW TOSd
    mov rcx, [WINDOW + rax + CELL]
    mov TOS, [WINDOW + rax]
    sub SP, CELL
    mov [SP], rcx
    NEXT_END

PRIM two_store                  ; ( x1 x2 addr -- )
    TO_WINDOW TOSd
    mov rcx, [SP]
    mov rdx, [SP + CELL]
    mov TOS, [SP + 2 * CELL]
    mov [WINDOW + rax], rcx
    mov [WINDOW + rax + CELL], rdx
    add SP, 3 * CELL
    NEXT_END

PRIM count                      ; ( c-addr -- c-addr+1 u )
    TO_WINDOW TOSd
    movzx ecx, byte [WINDOW + rax]
    inc TOS
    DUP_TOS
    mov TOS, rcx
    NEXT_END

; In: eax = offset of a block, rcx = its length. Leaves for -9 when it does not lie in the window.
%macro CHECK_BLOCK 0
    mov edx, 0xffffffff
    sub rdx, rax
    inc rdx                     ; bytes from the offset to the end of the window
    cmp rcx, rdx
    ja engine_throw_address
%endmacro

; The block words borrow rsi and rdi for the string instructions: r8 keeps IP. A fault in the middle goes
; to engine_throw, which needs neither.
%macro BLOCK_END 0
    mov TOS, [SP + 2 * CELL]
    add SP, 3 * CELL
    mov IP, r8
    mov WINDOW, [VM + VM_WINDOW]
%endmacro

; Common entry of the copies. Out: rcx = length, rsi = source, rdi = destination.
%macro BLOCK_COPY 0
    mov rcx, TOS
    mov TOS, [SP + 2 * CELL]    ; finds an underflow before anything is written
    mov TOS, rcx
    mov eax, [SP + CELL]
    CHECK_BLOCK
    mov r8, IP
    lea rsi, [WINDOW + rax]
    mov eax, [SP]
    CHECK_BLOCK
    lea rdi, [WINDOW + rax]
%endmacro

%macro COPY_DOWN 0              ; from the last byte to the first
    lea rsi, [rsi + rcx - 1]
    lea rdi, [rdi + rcx - 1]
    std
    rep movsb
    cld
%endmacro

PRIM move                       ; ( src dest u -- ) right for overlapping blocks
    BLOCK_COPY
    mov rax, rdi
    sub rax, rsi
    cmp rax, rcx
    jb .down                    ; destination begins inside the source
    rep movsb
    BLOCK_END
    NEXT
.down:
    COPY_DOWN
    BLOCK_END
    NEXT_END

PRIM cmove                      ; ( src dest u -- ) byte by byte, upward
    BLOCK_COPY
    rep movsb
    BLOCK_END
    NEXT_END

PRIM cmove_down                 ; ( src dest u -- ) byte by byte, downward
    BLOCK_COPY
    COPY_DOWN
    BLOCK_END
    NEXT_END

PRIM fill                       ; ( addr u char -- )
    mov rcx, [SP]
    mov rdx, [SP + 2 * CELL]    ; finds an underflow before anything is written
    mov eax, [SP + CELL]
    CHECK_BLOCK
    lea rdi, [WINDOW + rax]
    mov eax, TOSd
    rep stosb
    mov TOS, [SP + 2 * CELL]
    add SP, 3 * CELL
    mov WINDOW, [VM + VM_WINDOW]
    NEXT_END

PRIM here                       ; ( -- addr )
    DUP_TOS
    mov TOS, [VM + VM_DP]
    NEXT_END

PRIM unused                     ; ( -- u )
    DUP_TOS
    mov TOS, [VM + VM_TOP]
    sub TOS, [VM + VM_DP]
    NEXT_END

PRIM allot                      ; ( n -- )
    mov rax, [VM + VM_DP]
    add rax, TOS
    mov rcx, [SP]
    cmp rax, DATA_SPACE_START
    jb engine_throw_dictionary
    cmp rax, [VM + VM_TOP]
    ja engine_throw_dictionary
    mov [VM + VM_DP], rax
    mov TOS, rcx
    add SP, CELL
    NEXT_END

%macro COMMA 2                  ; size, register
    mov rax, [VM + VM_DP]
    mov rdx, [SP]
    lea rcx, [rax + %1]
    cmp rcx, [VM + VM_TOP]
    ja engine_throw_dictionary
    mov [WINDOW + rax], %2
    mov [VM + VM_DP], rcx
    mov TOS, rdx
    add SP, CELL
    NEXT_END
%endmacro

PRIM comma                      ; ( x -- )
    COMMA CELL, TOS

PRIM c_comma                    ; ( char -- )
    COMMA 1, TOSb

extern engine_throw_address, engine_throw_dictionary
