; plants_clock.asm - primitives that cheat the virtual clock, for the tests of the engine's verifier.
;
; Role: never runs; the form of the plant lines is told in plants_memory.asm. Register contract: engine.inc.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; plant VFY-501 calls_for_nothing inner ( -- ) payment: a call that does not pay for the callee
PRIM calls_for_nothing
    mov rax, [IP]
    add IP, CELL
    push IP
    mov IP, rax
    mov rax, [IP - 2 * CELL]
    inc qword [WINDOW + rax]
    NOTE
    NEXT_END

; plant VFY-502 pays_twice inner ( -- ) payment: a call that pays for the callee twice
PRIM pays_twice
    mov rax, [IP]
    add IP, CELL
    push IP
    mov IP, rax
    PAY_AHEAD
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-503 pays_its_own inner ( -- ) clock: a price that is a constant
PRIM pays_its_own
    sub WORDS, 1
    NEXT_END

; plant VFY-504 pays_number asm ( x -- x ) clock: a price from the data stack
PRIM pays_number
    sub WORDS, TOS
    NEXT_END

; plant VFY-505 earns asm ( -- ) clock: the clock put back by a number
PRIM earns
    add WORDS, 100
    NEXT_END

; plant VFY-506 earns_one asm ( -- ) clock: the clock put back by one, with nothing paid
PRIM earns_one
    inc WORDS
    NEXT_END

; plant VFY-507 pays_operand asm ( -- ) operand,operand-executed,payment: a word that takes the next cell for a price
PRIM pays_operand
    sub WORDS, [IP]
    NEXT_END

; plant VFY-508 pays_other_way inner ( -- ) clock,payment: code entered for the price of its counter
PRIM pays_other_way
    mov IP, [IP]
    mov rax, [IP - 2 * CELL]
    inc qword [WINDOW + rax]
    NOTE
    sub WORDS, [IP - 2 * CELL]
    NEXT_END

; plant VFY-509 pays_for_self asm ( -- ) payment: one word paid for, and none entered by a jump
PRIM pays_for_self
    dec WORDS
    NEXT_END

; plant VFY-510 jumps_unpaid asm ( x -- x x ) payment: another word entered by a jump that is not paid for
PRIM jumps_unpaid
    jmp prim_dup
    PRIM_END

; plant VFY-511 shows_clock asm ( -- x ) leak: what the clock has left, given to the program
PRIM shows_clock
    DUP_TOS
    mov TOS, WORDS
    NEXT_END

; plant VFY-512 sets_clock asm ( -- ) clock: the clock set from a field that is not its copy
PRIM sets_clock
    mov WORDS, [VM + VM_SOURCE_SIZE]
    NEXT_END

; plant VFY-513 sets_copy asm ( -- ) vm-write: the copy of the clock set to a number
PRIM sets_copy
    mov qword [VM + VM_WORDS_LEFT], 0
    NEXT_END

; plant VFY-514 leaves_unpaid inner ( -- ) payment: out at the end of the words with the way not paid for
PRIM leaves_unpaid
    mov IP, [IP]
    mov rax, [IP - 2 * CELL]
    inc qword [WINDOW + rax]
    NOTE
    js engine_words_out
    sub WORDS, [IP - CELL]
    NEXT_END

; plant VFY-515 half_price inner ( -- ) clock: half a price
PRIM half_price
    sub r11d, [IP]
    add IP, CELL
    NEXT_END

; plant VFY-516 enters_paid asm ( i*x xt -- j*x ) jump-target: past the payment into a word
PRIM enters_paid
    mov WORD, TOS
    DROP_TOS
    jmp execute_paid
    PRIM_END

extern prim_dup, execute_paid
