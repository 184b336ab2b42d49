; probe.asm - single accesses that may fault, each with a way out.
;
; Role:        the conformance suite's means to see what a fault reports. The fault handler of probe.c sends a
;              probe that faulted to probe_recover, which makes it return 1 instead of 0.
; Registers:   C calling convention; a probe keeps rsp in probe_rsp, where probe_recover finds it.
; Interrupts:  any.
; Stack:       rbx and r12 are pushed, so that HAL_FAULT_REDIRECT may change them.

default rel

section .bss

global probe_rsp:data hidden, probe_rbx:data hidden, probe_r12:data hidden, probe_flags:data hidden
alignb 8
probe_rsp:      resq 1
probe_rbx:      resq 1          ; rbx, r12 and RFLAGS as probe_recover found them
probe_r12:      resq 1
probe_flags:    resq 1

section .text

%macro PROBE 1
global probe_%1:function hidden
probe_%1:
        push    rbx
        push    r12
        mov     [probe_rsp], rsp
%endmacro

; bool raw read(rdi address, rsi where to store the value)
PROBE raw_read
global probe_raw_read.access:function hidden
.access:
        mov     rax, [rdi]
        mov     [rsi], rax
        jmp     through

; bool raw write(rdi address, rsi value)
PROBE raw_write
global probe_raw_write.access:function hidden
.access:
        mov     [rdi], rsi
        jmp     through

; bool raw call(rdi address)
PROBE raw_call
        call    rdi
        jmp     through

; bool raw divide(rdi dividend, rsi divisor), signed
PROBE raw_divide
        mov     rax, rdi
        cqo
global probe_raw_divide.access:function hidden
.access:
        idiv    rsi
        jmp     through

; bool raw undefined(void): an invalid opcode, with the direction flag set
PROBE raw_undefined
        std
        ud2

; bool raw spin(rdi address of a 32-bit word): until it is not zero
PROBE raw_spin
.again:
        pause
        cmp     dword [rdi], 0
        je      .again

through:
        xor     eax, eax
leave_probe:
        pop     r12
        pop     rbx
        ret

; Entered from a fault handler's HAL_FAULT_REDIRECT.
global probe_recover:function hidden
probe_recover:
        mov     rsp, [probe_rsp]
        pushfq
        pop     qword [probe_flags]
        mov     [probe_rbx], rbx
        mov     [probe_r12], r12
        mov     eax, 1
        jmp     leave_probe

section .note.GNU-stack noalloc noexec nowrite progbits
