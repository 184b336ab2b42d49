; full.asm - empties the log of records that has become full (engine.inc in this folder).
;
; Role: from the entry of a primitive to C and back. It lies in .text, where no VM is preempted. Register contract: rax
; is where to go on, r8 is free, all others are as they are when it comes back. Interrupts: any state.
; Stack picture: on the stack of the arbiter, as a C word; [rsp] is the trace, r9, which C may change.

%include "asm/engine/engine.inc"

extern oracle_drain
global oracle_full:function hidden

section .text

oracle_full:
    mov r8, rsp
    mov rsp, [VM + VM_ARBITER_SP]
    push r8
    push rax
    push rcx
    push rdx
    push rsi
    push rdi
    push r10
    push r11
    sub rsp, 2 * CELL
    mov [rsp], TRACE
    mov rdi, VM
    mov rsi, rsp
    call oracle_drain
    mov TRACE, [rsp]
    add rsp, 2 * CELL
    pop r11
    pop r10
    pop rdi
    pop rsi
    pop rdx
    pop rcx
    pop rax
    pop r8
    mov rsp, r8
    jmp rax
