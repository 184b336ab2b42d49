; escape.asm - RDMSR for registers that the processor may not have.
;
; Role:        bool rdmsr_guarded(uint32_t msr, uint64_t *value), include/cpu/escape.h. An absent register is
;              a general protection fault, which escape_take turns into a jump to .absent.
; Registers:   System V; rdi, rsi in; rax, rcx, rdx, r8, r9 changed.
; Interrupts:  disabled while the escape is armed, then as they were.
; Stack:       the caller's.
;
;                  rsp + 8   return address
;                  rsp       flags of the caller; where the escape goes on

%include "cpu_offsets.inc"

default rel

extern escape

section .text

global rdmsr_guarded:function (rdmsr_guarded.end - rdmsr_guarded)
rdmsr_guarded:
        pushfq
        cli
        lea     r8, [escape]
        lea     r9, [.absent]
        mov     [r8 + ESCAPE_RIP], r9
        mov     [r8 + ESCAPE_RSP], rsp
        mov     ecx, edi
        rdmsr
        mov     qword [r8 + ESCAPE_RSP], 0
        shl     rdx, 32
        or      rax, rdx
        mov     [rsi], rax
        mov     eax, 1
        popfq
        ret
.absent:
        xor     eax, eax
        popfq
        ret
.end:

section .note.GNU-stack noalloc noexec nowrite progbits
