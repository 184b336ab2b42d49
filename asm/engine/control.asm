; control.asm - literals, calls, branches, loops, EXECUTE.
;
; Role: the cells that the compiler lays down between primitives, and the ways into a word.
; Register contract: engine.inc. Interrupts: any state.
; Stack picture: a primitive with an operand finds it at [IP]; the control stack holds the return
; address of the definition that runs at [rsp].
;
; The primitives under "threaded code only" take operands or return addresses on trust, so they have no
; execution token: only the compiler can place them, and it places them in pairs.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; ---- threaded code only ----

PRIM lit                        ; ( -- x ) operand: x
    DUP_TOS
    mov TOS, [IP]
    add IP, CELL
    NEXT_END

PRIM call                       ; operand: threaded code of the callee
    mov rax, [IP]
    add IP, CELL
    push IP
    mov IP, rax
    PAY_ENTRY
    NEXT_END

PRIM exit                       ; back to the caller
    RETURN
    NEXT_END

PRIM branch                     ; operand: target, which lies ahead: the way there is paid for already
    mov IP, [IP]
    NEXT_END

PRIM branch_back                ; operands: target, price, counter
    GO_TO_TARGET 0
    PRIM_END

PRIM zero_branch                ; ( x -- ) operand: target if x is 0
    mov rcx, TOS
    DROP_TOS
    test rcx, rcx
    jz .taken
    GO_ON 0
.taken:
    GO_TO_TARGET 0
    PRIM_END

; OF: when the two top items are equal, drop both and go on, else drop the top and branch.
PRIM of_branch                  ; ( x1 x2 -- | x1 ) operand: target if not equal
    mov rax, TOS
    DROP_TOS
    cmp rax, TOS
    jne .differ
    DROP_TOS
    GO_ON 0
.differ:
    GO_TO_TARGET 0
    PRIM_END

; Saves the loop outside and takes the new limits from the data stack.
%macro LOOP_BEGIN 0
    mov rax, [SP]               ; limit
    mov rcx, [SP + CELL]
    sub RP, 2 * CELL
    mov [RP], INDEX
    mov [RP + CELL], LIMIT
    btc rax, 63
    mov INDEX, TOS
    mov LIMIT, rax
    sub INDEX, rax
    mov TOS, rcx
    add SP, 2 * CELL
%endmacro

PRIM do                         ; ( limit index -- )
    LOOP_BEGIN
    NEXT_END

PRIM question_do                ; ( limit index -- ) operand: target if they are equal
    cmp [SP], TOS
    je .skip
    LOOP_BEGIN
    GO_ON 0
.skip:
    mov TOS, [SP + CELL]
    add SP, 2 * CELL
    GO_TO_TARGET 0
    PRIM_END

PRIM loop                       ; operand: loop body
    inc INDEX
    LOOP_TAIL o, 0

PRIM plus_loop                  ; ( n -- ) operand: loop body
    mov rcx, TOS
    DROP_TOS
    add INDEX, rcx
    LOOP_TAIL o, 0

; FORTH-79: the loop ends at or beyond the limit in the direction of the step, signed; so LEAVE can end it by
; moving the limit to the index.
%macro LOOP_79_COMPARE 0        ; index against limit
    lea rax, [INDEX + LIMIT]
    mov rdx, LIMIT
    btc rdx, 63
    cmp rax, rdx
%endmacro

PRIM loop_79                    ; operand: loop body
    inc INDEX
    LOOP_79_COMPARE
    LOOP_TAIL ge, 0

PRIM plus_loop_79               ; ( n -- ) operand: loop body
    mov rcx, TOS
    DROP_TOS
    add INDEX, rcx
    test rcx, rcx
    js .down
    LOOP_79_COMPARE
    jge .done
    GO_TO_TARGET 0
.down:
    LOOP_79_COMPARE
    jl .done
    GO_TO_TARGET 0
.done:
    LOOP_END
    GO_ON 0
    PRIM_END

PRIM leave_79                   ; ( -- ) limit := index
    add LIMIT, INDEX
    btc LIMIT, 63
    xor eax, eax
    bts rax, 63
    mov INDEX, rax
    NEXT_END

PRIM unloop                     ; ends the innermost loop, as UNLOOP and LEAVE do
    LOOP_END
    NEXT_END

PRIM i                          ; ( -- n )
    DUP_TOS
    lea TOS, [INDEX + LIMIT]
    NEXT_END

PRIM j                          ; ( -- n )
    mov rax, [RP]
    add rax, [RP + CELL]
    DUP_TOS
    mov TOS, rax
    NEXT_END

PRIM value                      ; ( -- x ) operand: address in the window
    DUP_TOS
    mov rax, [IP]
    TO_WINDOW eax
    mov TOS, [WINDOW + rax]
    add IP, CELL
    NEXT_END

PRIM defer                      ; ( i*x -- j*x ) operand: address of the cell with the xt
    mov rax, [IP]
    TO_WINDOW eax
    mov WORD, [WINDOW + rax]
    add IP, CELL
    jmp execute_xt
    PRIM_END

; Locals. Offsets and sizes are operands laid by the compiler, in bytes, below VM_LOCALS_MAX of them; the
; check in local_drop keeps LP inside its stack even where a program leaves a definition in odd ways.
PRIM to_local                   ; ( x -- )
    mov rax, [SP]
    sub LP, CELL
    mov [LP], TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

PRIM local_fetch                ; ( -- x ) operand: offset
    mov rax, [IP]
    DUP_TOS
    mov TOS, [LP + rax]
    add IP, CELL
    NEXT_END

PRIM local_store                ; ( x -- ) operand: offset
    mov rax, [IP]
    mov rcx, [SP]
    mov [LP + rax], TOS
    mov TOS, rcx
    add SP, CELL
    add IP, CELL
    NEXT_END

PRIM local_drop                 ; operand: size of the locals that go out of scope
    add LP, [IP]
    lea IP, [IP + CELL]
    cmp LP, [VM + VM_LOCALS_BASE]
    ja .outside
    NEXT
.outside:
    mov LP, [VM + VM_LOCALS_BASE]
    mov TOS, THROW_RETURN_STACK_UNDERFLOW
    jmp engine_throw_plain
    PRIM_END

; Gives the newest definition the threaded code that follows as its DOES> part, then returns. The C
; word does it, so that the rules for changing a word are in one place.
PRIM does                       ; operands: none; exit, counter, price and the code follow
    DUP_TOS
    lea TOS, [IP + 3 * CELL]    ; past the exit that follows, the counter of the part and its price
    jmp prim_set_does           ; which is paid for with this word
    PRIM_END

PRIM noop                       ; ( -- )
    NEXT_END

; ---- ways into a word, in its struct word.handler: WORD = the struct, ARG = its arg ----

PRIM enter_colon                ; threaded code at ARG
    push IP
    mov IP, ARG
    PAY_ENTRY
    NEXT_END

PRIM enter_constant             ; ( -- x )
    DUP_TOS
    mov TOS, ARG
    NEXT_END

PRIM enter_does                 ; ( i*x -- j*x ) the body's address, then the DOES> part
    DUP_TOS
    mov TOS, ARG
    push IP
    mov IP, [WORD + WORD_CODE]
    PAY_ENTRY
    NEXT_END

PRIM enter_value                ; ( -- x )
    DUP_TOS
    TO_WINDOW edx
    mov TOS, [WINDOW + rax]
    NEXT_END

PRIM enter_defer                ; ( i*x -- j*x )
    TO_WINDOW edx
    mov WORD, [WINDOW + rax]
    jmp execute_xt
    PRIM_END

PRIM enter_marker               ; ( -- ) ARG is the marker's xt
    DUP_TOS
    mov TOS, ARG
    PAY_JUMP
    jmp prim_forget_to
    PRIM_END

PRIM enter_unfinished           ; a word without its ; cannot run
    mov TOS, THROW_BAD_XT
    jmp engine_throw_plain
    PRIM_END

; ---- EXECUTE ----

PRIM execute                    ; ( i*x xt -- j*x )
    mov WORD, TOS
    DROP_TOS
.by_xt:                         ; In: WORD = any number, checked here
    PAY_JUMP                    ; for the word that is entered
    js engine_words_out_execute ; a DEFER that is its own action comes past nothing else
.paid:
    mov rax, [VM + VM_EXECUTED]
    cmp WORD, [VM + VM_BASE_END]
    jae .own
    COUNT_TOKEN [rax + WORD * CELL]
    NOTE WORD
    shl WORD, WORD_SHIFT
    add WORD, [VM + VM_BASE_WORDS]
    mov ARG, [WORD + WORD_ARG]
    jmp [WORD + WORD_HANDLER]
.own:
    cmp WORD, [VM + VM_OWN_END]
    jae .bad
    COUNT_TOKEN [rax + WORD * CELL]
    NOTE WORD
    shl WORD, WORD_SHIFT
    add WORD, [VM + VM_OWN_WORDS]
    mov ARG, [WORD + WORD_ARG]
    jmp [WORD + WORD_HANDLER]
.bad:
    inc WORDS                   ; no word is entered
    mov TOS, THROW_BAD_XT
    jmp engine_throw_plain
    PRIM_END

global execute_xt:hidden
execute_xt equ prim_execute.by_xt
global execute_paid:hidden
execute_paid equ prim_execute.paid

extern engine_words_out_execute
extern engine_throw_plain, prim_set_does, prim_forget_to
