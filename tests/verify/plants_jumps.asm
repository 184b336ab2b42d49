; plants_jumps.asm - primitives that leave in a wrong way, for the tests of the engine's verifier.
;
; Role: never runs; the form of the plant lines is told in plants_memory.asm. Kind `unlisted` gives no line of the
; table. Register contract: engine.inc.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; Counts and notes the token in WORD, which has been compared.
%macro COUNT_TOKEN 0
    mov rax, [VM + VM_EXECUTED]
    inc qword [rax + WORD * CELL]
    mov [TRACE], WORD
    add TRACE, CELL
%endmacro

; plant VFY-301 returns asm ( -- ) instruction: ret
PRIM returns
    ret
    NEXT_END

; plant VFY-302 system_call asm ( -- ) instruction: syscall
PRIM system_call
    syscall
    NEXT_END

; plant VFY-303 interrupts asm ( -- ) instruction: int
PRIM interrupts
    int 0x80
    NEXT_END

; plant VFY-304 reads_port asm ( -- ) instruction: in
PRIM reads_port
    in al, dx
    NEXT_END

; plant VFY-305 writes_port asm ( -- ) instruction: out
PRIM writes_port
    out dx, al
    NEXT_END

; plant VFY-306 halts asm ( -- ) instruction: hlt
PRIM halts
    hlt
    NEXT_END

; plant VFY-307 writes_cr3 asm ( -- ) instruction: a control register
PRIM writes_cr3
    mov cr3, rax
    NEXT_END

; plant VFY-308 writes_ds asm ( -- ) instruction: a segment register
PRIM writes_ds
    mov ds, eax
    NEXT_END

; plant VFY-309 writes_msr asm ( -- ) instruction: a model-specific register
PRIM writes_msr
    wrmsr
    NEXT_END

; plant VFY-310 loads_gdt asm ( -- ) instruction: a descriptor table
PRIM loads_gdt
    lgdt [SP]
    NEXT_END

; plant VFY-311 uses_sse asm ( -- ) instruction: SSE
PRIM uses_sse
    movq xmm0, TOS
    NEXT_END

; plant VFY-312 disables asm ( -- ) instruction: cli
PRIM disables
    cli
    NEXT_END

; plant VFY-313 jumps_to_data asm ( x -- x ) next: a jump to an address of the program's choice
PRIM jumps_to_data
    jmp TOS
    PRIM_END

; plant VFY-314 jumps_through_data asm ( x -- x ) execute: a jump through memory of the program's choice
PRIM jumps_through_data
    PAY_JUMP
    jmp [TOS]
    PRIM_END

; plant VFY-315 pushed_jump asm ( x -- ) next,control-frame: data pushed and jumped to as ret would
PRIM pushed_jump
    push TOS
    DROP_TOS
    pop rax
    jmp rax
    PRIM_END

; plant VFY-316 no_next asm ( x -- x ) falls-through: a primitive without NEXT
PRIM no_next
    inc TOS
    PRIM_END

; plant VFY-317 next_stays asm ( -- ) next: NEXT that does not advance rsi
PRIM next_stays
    mov rax, [IP]
    jmp rax
    PRIM_END

; plant VFY-318 next_replaced asm ( x -- x ) next: the cell for NEXT replaced by data
PRIM next_replaced
    mov rax, [IP]
    add IP, CELL
    mov rax, TOS
    jmp rax
    PRIM_END

; plant VFY-319 next_shortened asm ( -- ) next: the cell for NEXT cut to 32 bits
PRIM next_shortened
    mov rax, [IP]
    add IP, CELL
    mov eax, eax
    jmp rax
    PRIM_END

; plant VFY-320 into_other asm ( x -- x ) jump-target: a jump into the middle of another primitive
PRIM into_other
    jmp prim_fetch + 2
    PRIM_END

; plant VFY-321 into_instruction asm ( -- ) jump-target: a jump into the middle of an instruction
PRIM into_instruction
    test TOS, TOS
    jz .number + 2
.number:
    mov eax, 0xc3c3c3c3
    NEXT_END

; plant VFY-322 to_inner asm ( -- ) jump-target: a word with a token goes to a primitive without one
PRIM to_inner
    PAY_JUMP
    jmp prim_exit
    PRIM_END

; plant VFY-323 to_c asm ( -- ) jump-target: a jump into C
PRIM to_c
    jmp engine_run
    PRIM_END

; plant VFY-324 conditional_to_c asm ( x -- x ) jump-target: a conditional jump into C
PRIM conditional_to_c
    test TOS, TOS
    jz engine_run
    NEXT_END

; plant VFY-325 calls asm ( -- ) call: a call of a C function
PRIM calls
    call engine_run
    NEXT_END

; plant VFY-326 calls_data asm ( x -- x ) call: a call of an address of the program's choice
PRIM calls_data
    call TOS
    NEXT_END

; plant VFY-327 execute_unchecked asm ( i*x xt -- j*x ) memory-base,execute: an execution token that was not compared
PRIM execute_unchecked
    PAY_JUMP
    mov WORD, TOS
    DROP_TOS
    shl WORD, WORD_SHIFT
    add WORD, [VM + VM_BASE_WORDS]
    mov ARG, [WORD + WORD_ARG]
    jmp [WORD + WORD_HANDLER]
    PRIM_END

; plant VFY-328 execute_own_only asm ( i*x xt -- j*x ) memory-base,execute: own words compared with one end alone
PRIM execute_own_only
    mov WORD, TOS
    DROP_TOS
    cmp WORD, [VM + VM_OWN_END]
    jae engine_throw_plain
    PAY_JUMP
    shl WORD, WORD_SHIFT
    add WORD, [VM + VM_OWN_WORDS]
    mov ARG, [WORD + WORD_ARG]
    jmp [WORD + WORD_HANDLER]
    PRIM_END

; plant VFY-329 execute_wrong_table asm ( i*x xt -- j*x ) memory-base,execute: a base word looked up among the own ones
PRIM execute_wrong_table
    mov WORD, TOS
    DROP_TOS
    cmp WORD, [VM + VM_BASE_END]
    jae engine_throw_plain
    PAY_JUMP
    shl WORD, WORD_SHIFT
    add WORD, [VM + VM_OWN_WORDS]
    mov ARG, [WORD + WORD_ARG]
    jmp [WORD + WORD_HANDLER]
    PRIM_END

; plant VFY-330 execute_arg asm ( i*x xt -- j*x ) execute: a jump through the arg of a word
PRIM execute_arg
    mov WORD, TOS
    DROP_TOS
    cmp WORD, [VM + VM_BASE_END]
    jae engine_throw_plain
    PAY_JUMP
    COUNT_TOKEN
    shl WORD, WORD_SHIFT
    add WORD, [VM + VM_BASE_WORDS]
    mov ARG, [WORD + WORD_ARG]
    jmp [WORD + WORD_ARG]
    PRIM_END

; plant VFY-331 takes_operand asm ( -- x ) operand: a word with a token takes the next cell as operand
PRIM takes_operand
    DUP_TOS
    mov TOS, [IP]
    add IP, CELL
    NEXT_END

; plant VFY-332 skips_cell asm ( -- ) operand: a word with a token skips a cell
PRIM skips_cell
    add IP, CELL
    NEXT_END

; plant VFY-333 runs_operand inner ( -- x ) operand-executed: NEXT jumps to the operand
PRIM runs_operand
    DUP_TOS
    mov TOS, [IP]
    NEXT_END

; plant VFY-334 runs_operand_once inner ( x -- x ) operand-executed: one of two paths does not skip the operand
PRIM runs_operand_once
    test TOS, TOS
    jz .zero
    add IP, CELL
.zero:
    NEXT_END

; plant VFY-353 returns_to_operand inner ( -- ) operand-executed: a call that returns to its operand
PRIM returns_to_operand
    mov rax, [IP]
    push IP
    mov IP, rax
    PAY_ENTRY
    NEXT_END

; plant VFY-354 keeps_operand inner ( i*x -- j*x ) operand-executed: EXECUTE with rsi still at the operand
PRIM keeps_operand
    mov eax, [IP]
    mov WORD, [WINDOW + rax]
    jmp execute_xt
    PRIM_END

; plant VFY-356 reads_beyond inner ( x -- x ) operand-executed: one path takes the cell behind the operand as its own
PRIM reads_beyond
    test TOS, TOS
    jz .taken
    add IP, CELL
    NEXT
.taken:
    mov IP, [IP + CELL]
    PAY_ENTRY
    NEXT_END

; plant VFY-357 to_handler inner ( -- x ) jump-target: a handler entered without a word
PRIM to_handler
    PAY_JUMP
    jmp prim_enter_constant
    PRIM_END

; plant VFY-335 dead_code asm ( -- ) unreached: code that no path reaches
PRIM dead_code
    NEXT
    mov TOS, [TOS]
    NEXT_END

; plant VFY-336 data_in_code asm ( -- ) unreached: data between the instructions
PRIM data_in_code
    NEXT
    dq 0x0102030405060708
    PRIM_END

; plant VFY-337 effect_of_word asm ( xt -- ) effect: a word of fixed effect executes another
PRIM effect_of_word
    mov WORD, TOS
    DROP_TOS
    jmp execute_xt
    PRIM_END

; plant VFY-338 wrong_depth c ( x1 x2 -- ) c-word: a C word's stub asks for fewer cells than the comment
PRIM wrong_depth
    lea rax, [word_wrong_depth]
    mov ecx, CELL
    jmp engine_call_c
    PRIM_END

; plant VFY-339 wrong_function c ( -- ) c-word: a C word's stub passes the function of another
PRIM wrong_function
    lea rax, [word_wrong_depth]
    xor ecx, ecx
    jmp engine_call_c
    PRIM_END

; plant VFY-340 chosen_function asm ( x -- x ) c-word: a C function of the program's choice
PRIM chosen_function
    mov rax, TOS
    mov ecx, CELL
    jmp engine_call_c
    PRIM_END

; plant VFY-341 free_exit asm ( x -- x ) exit-reason: an exit reason of the program's choice
PRIM free_exit
    mov eax, TOSd
    jmp engine_leave
    PRIM_END

; plant VFY-355 suspended_unsaved asm ( -- ) exit-reason: suspended without saving the registers
PRIM suspended_unsaved
    mov eax, VM_EXIT_WAIT
    jmp engine_leave
    PRIM_END

; plant VFY-342 thread_of_nothing asm ( -- ) rip-address,ip-register: rsi set to data that is no static thread
PRIM thread_of_nothing
    push IP
    lea IP, [no_threaded_code]
    NEXT_END

; plant VFY-343 misplaced asm ( -- ) alignment: a primitive that does not begin a cache line
align 64, int3
    int3
global prim_misplaced:function hidden (prim_misplaced.end - prim_misplaced)
prim_misplaced:
    NEXT_END

; plant VFY-344 unlisted unlisted ( -- ) unknown-function: a primitive that the table does not know
PRIM unlisted
    NEXT_END

; plant VFY-345 absent asm ( -- ) missing: a line of the table without code

; plant VFY-346 good_early_next asm ( x1 x2 -- x2 ) none: NEXT mixed with other instructions
PRIM good_early_next
    mov rax, [IP]
    mov rcx, [SP]
    add IP, CELL
    add SP, CELL
    jmp rax
    PRIM_END

; plant VFY-347 good_operands inner ( -- x1 x2 ) none: two operands, both skipped
PRIM good_operands
    DUP_TOS
    mov rax, [IP]
    sub SP, CELL
    mov [SP], rax
    mov TOS, [IP + CELL]
    add IP, 2 * CELL
    NEXT_END

; plant VFY-348 good_tail asm ( addr -- x x ) none: a jump to another primitive adds its effect
PRIM good_tail
    PAY_JUMP
    TO_WINDOW TOSd
    mov TOS, [WINDOW + rax]
    jmp prim_dup
    PRIM_END

; plant VFY-349 good_choice inner ( x -- ) none: a branch by cmov between two places in threaded code
PRIM good_choice
    mov rax, [IP]
    lea rcx, [IP + CELL]
    test TOS, TOS
    cmovnz rax, rcx
    DROP_TOS
    mov IP, rax
    PAY_ENTRY
    NEXT_END

section .data

no_threaded_code:
    dq 0

extern prim_enter_constant, prim_fetch, prim_exit, prim_dup
extern engine_run, engine_call_c, engine_leave, engine_throw_plain, execute_xt, word_wrong_depth
