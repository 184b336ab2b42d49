; isr.asm - the 256 interrupt stubs and the way into C and back.
;
; The IDT (c/cpu/idt.c) points vector n at isr_stubs + n * ISR_STUB_SIZE. A stub makes all vectors
; look the same, the common part saves the registers and calls the C dispatcher.
;
; Registers:   all of the interrupted code's; every general register is saved and restored. Vector
;              registers are not: C in the kernel is compiled without them.
; Interrupts:  disabled by the gate, for the whole of the handler; IRETQ restores them.
; Stack:       always an interrupt stack of the TSS, never the interrupted one, which may be
;              the control stack of a VM. The processor aligns it to 16 bytes before it pushes. The
;              picture is struct interrupt_frame of include/cpu/interrupt_frame.h:
;
;                  ss, rsp, rflags, cs, rip    pushed by the processor
;                  error code                  pushed by the processor, or 0 by the stub
;                  vector                      pushed by the stub
;                  rax ... r15                 pushed by isr_common; rsp ends here, aligned to 16

%include "cpu_offsets.inc"

default rel

extern interrupt_dispatch

section .text

align ISR_STUB_SIZE
global isr_stubs:function (isr_stubs.end - isr_stubs)
isr_stubs:
%assign vector 0
%rep VECTOR_COUNT
        align   ISR_STUB_SIZE, int3
    %if vector >= 32 || ((ERROR_CODE_VECTORS >> vector) & 1) == 0
        push    qword 0                 ; stands for the error code
    %endif
        push    qword vector
        jmp     isr_common
    %assign vector vector + 1
%endrep
        ; fails to assemble when a stub has become longer than ISR_STUB_SIZE
        times   VECTOR_COUNT * ISR_STUB_SIZE - ($ - isr_stubs) int3
.end:

global isr_common:function (isr_common.end - isr_common)
isr_common:
        push    rax
        push    rbx
        push    rcx
        push    rdx
        push    rsi
        push    rdi
        push    rbp
        push    r8
        push    r9
        push    r10
        push    r11
        push    r12
        push    r13
        push    r14
        push    r15
        cld                             ; C expects it; the interrupted code may be in a STD copy
        mov     rdi, rsp                ; struct interrupt_frame *
        call    interrupt_dispatch
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     r11
        pop     r10
        pop     r9
        pop     r8
        pop     rbp
        pop     rdi
        pop     rsi
        pop     rdx
        pop     rcx
        pop     rbx
        pop     rax
        add     rsp, FRAME_RIP - FRAME_VECTOR   ; vector and error code
        iretq
.end:

section .note.GNU-stack noalloc noexec nowrite progbits
