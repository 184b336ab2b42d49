; plants_registers.asm - primitives that break the register contract, for the tests of the engine's verifier.
;
; Role: never runs; the form of the plant lines is told in plants_memory.asm. Register contract: engine.inc.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; plant VFY-201 new_window asm ( x -- ) window-register: rdi set by the program
PRIM new_window
    mov WINDOW, TOS
    DROP_TOS
    NEXT_END

; plant VFY-202 window_moved asm ( -- ) window-register: rdi moved by a cell
PRIM window_moved
    add WINDOW, CELL
    NEXT_END

; plant VFY-203 window_lost asm ( addr -- x ) window-register: rdi borrowed for a block and not given back
PRIM window_lost
    TO_WINDOW TOSd
    lea rdi, [WINDOW + rax]
    NEXT_END

; plant VFY-204 new_vm asm ( x -- ) vm-register: r12 written
PRIM new_vm
    mov VM, TOS
    DROP_TOS
    NEXT_END

; plant VFY-205 borrowed_vm asm ( -- ) vm-register: r12 borrowed and given back: a break may come between
PRIM borrowed_vm
    mov rax, VM
    xor r12d, r12d
    mov VM, rax
    NEXT_END

; plant VFY-206 new_ip asm ( x -- ) ip-register: rsi set by the program
PRIM new_ip
    mov IP, TOS
    DROP_TOS
    NEXT_END

; plant VFY-207 half_cell asm ( -- ) ip-register: rsi moved by half a cell
PRIM half_cell
    add IP, 4
    NEXT_END

; plant VFY-208 ip_from_window asm ( addr -- ) ip-register: threaded code taken from the window
PRIM ip_from_window
    TO_WINDOW TOSd
    DROP_TOS
    mov IP, [WINDOW + rax]
    NEXT_END

; plant VFY-209 enter_code inner ( -- ) ip-register: the arg of a word that is no colon word becomes threaded code
PRIM enter_code
    push IP
    mov IP, ARG
    NEXT_END

; plant VFY-237 enter_no_code inner ( -- ) memory-base,ip-register: the code of a word that need not have any
PRIM enter_no_code
    push IP
    mov IP, [WORD + WORD_CODE]
    NEXT_END

; plant VFY-210 new_stack asm ( x -- i*x ) stack-register: rbp set by the program
PRIM new_stack
    mov SP, TOS
    NEXT_END

; plant VFY-211 aligned_stack asm ( -- i*x ) stack-register: rbp rounded
PRIM aligned_stack
    and SP, -16
    NEXT_END

; plant VFY-212 new_return_stack asm ( x -- ) stack-register: r13 set by the program
PRIM new_return_stack
    mov RP, TOS
    DROP_TOS
    NEXT_END

; plant VFY-213 unchecked_locals inner ( -- ) stack-register: r10 moved by an operand and not compared
PRIM unchecked_locals
    add LP, [IP]
    add IP, CELL
    NEXT_END

; plant VFY-214 new_control asm ( x -- ) control-register: rsp set by the program
PRIM new_control
    mov rsp, TOS
    DROP_TOS
    NEXT_END

; plant VFY-215 control_moved asm ( -- ) control-register: rsp lowered
PRIM control_moved
    sub rsp, CELL
    NEXT_END

; plant VFY-216 drops_half_frame asm ( -- ) control-register: rsp raised over items of no frame
PRIM drops_half_frame
    add rsp, 3 * CELL
    NEXT_END

; plant VFY-217 uncaught_handler asm ( -- ) control-register: rsp set to a handler that may be 0
PRIM uncaught_handler
    mov rax, [VM + VM_HANDLER]
    mov rsp, rax
    NEXT_END

; plant VFY-218 forged_return asm ( x -- ) control-frame: data pushed and popped as a return address
PRIM forged_return
    push TOS
    DROP_TOS
    RETURN
    NEXT_END

; plant VFY-219 return_to_data asm ( -- x ) control-frame: a return address popped for the program to see
PRIM return_to_data
    DUP_TOS
    pop TOS
    NEXT_END

; plant VFY-220 half_frame asm ( -- ) control-frame: one item of the frame of EVALUATE popped
PRIM half_frame
    pop qword [VM + VM_SOURCE_ADDR]
    NEXT_END

; plant VFY-221 swapped_frame asm ( -- ) control-frame: two items of a frame popped in the wrong order
PRIM swapped_frame
    pop qword [VM + VM_SOURCE_SIZE]
    NEXT_END

; plant VFY-222 pushes_constant asm ( -- ) control-frame: a constant pushed onto the control stack
PRIM pushes_constant
    push 0
    NEXT_END

; plant VFY-223 uses_clock asm ( x -- x ) clock: r11 used as scratch
PRIM uses_clock
    mov r11, TOS
    NEXT_END

; plant VFY-224 spoils_index asm ( x -- x ) loop-register: the loop index changed by a word that is no loop word
PRIM spoils_index
    mov INDEX, TOS
    NEXT_END

; plant VFY-225 tells_window asm ( -- x ) leak: the window's address given to the program
PRIM tells_window
    DUP_TOS
    mov TOS, WINDOW
    NEXT_END

; plant VFY-226 tells_ip asm ( x -- x ip ) leak: an address of threaded code stored on the data stack
PRIM tells_ip
    sub SP, CELL
    mov [SP], IP
    NEXT_END

; plant VFY-227 tells_control asm ( addr -- ) leak: a stack pointer stored in the window
PRIM tells_control
    TO_WINDOW TOSd
    mov rcx, rsp
    DROP_TOS
    mov [WINDOW + rax], rcx
    NEXT_END

; plant VFY-228 net_wrong asm ( x1 x2 -- x3 ) effect: two cells dropped instead of one
PRIM net_wrong
    mov TOS, [SP + CELL]
    add SP, 2 * CELL
    NEXT_END

; plant VFY-229 net_wrong_once asm ( x -- x x ) effect: one of two paths forgets to push
PRIM net_wrong_once
    test TOS, TOS
    jz .zero
    DUP_TOS
.zero:
    NEXT_END

; plant VFY-230 return_net_wrong asm ( x -- ) return-effect: the return stack changed without saying so
PRIM return_net_wrong
    mov rax, [SP]
    sub RP, CELL
    mov [RP], TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

; plant VFY-231 locals_net_wrong asm ( -- ) locals-effect: the locals stack changed by a word that is not for locals
PRIM locals_net_wrong
    sub LP, CELL
    NEXT_END

; plant VFY-232 endless inner ( -- i*x ) endless: a loop that moves the stack pointer without end
PRIM endless
    mov TOS, 7
.again:
    sub SP, CELL
    mov [SP], TOS
    dec TOS
    jnz .again
    NEXT_END

; plant VFY-236 drops_unseen asm ( x1 x2 x3 -- x3 ) drops-unseen: cells dropped without touching them
PRIM drops_unseen
    add SP, 2 * CELL
    NEXT_END

; plant VFY-233 good_alternatives asm ( x -- 0 | x x ) none: each path may have one of the effects of the comment
PRIM good_alternatives
    test TOS, TOS
    jz .zero
    DUP_TOS
    NEXT
.zero:
    NEXT_END

; plant VFY-234 good_return asm ( x1 x2 -- x1 ) ( R: -- x2 ) none: a return stack effect that the comment tells
PRIM good_return
    mov rax, [SP]
    sub RP, CELL
    mov [RP], TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

; plant VFY-235 good_local inner ( -- x ) none: a local picked by an operand
PRIM good_local
    mov rax, [IP]
    DUP_TOS
    mov TOS, [LP + rax]
    add IP, CELL
    NEXT_END
