; firmware_call.asm - calls a function of the firmware in the address space that it knows.
;
; Role:        bool firmware_call(const struct firmware_call *), include/cpu/firmware_call.h.
; Registers:   in   rdi  what to call; System V. The firmware gets rcx, rdx, r8, r9: Microsoft's convention.
;              Nothing that the firmware leaves in registers is relied on: what is needed again lies on our
;              stack.
; Interrupts:  disabled on entry and all the time; the firmware may enable them, so they are disabled again.
;              The kernel's GDT and IDT stay: an exception in the firmware goes on at .faulted (escape.h).
; Stack:       ours in the kernel's half, mapped in both spaces, while CR3 changes; then the firmware's:
;
;              saved_rsp  -> [ cr3 ][ cr0 ][ cr4 ][ r15 ... rbx, rbp ][ return address ]
;              firmware's -> [ return address ][ 32 bytes that belong to the callee ] <- stack_top
;
; What the firmware may expect of the processor (UEFI 2.10 section 2.3.4.2): identity mapping, direction flag
; clear, TS and EM clear, x87 control word and MXCSR at their defaults; that it may use SSE, hence OSFXSR.
; CR0.WP stays set: nothing of the firmware's is mapped read-only, and the kernel's text remains so. CET, PKS,
; PGE and PCIDE, which would change what its pages, calls and returns mean, are never on in this kernel.

%include "cpu_offsets.inc"

default rel

extern escape

CR0_EM          equ 1 << 2      ; Intel SDM volume 3, section 2.5
CR0_TS          equ 1 << 3
CR4_OSFXSR      equ 1 << 9
CR4_OSXMMEXCPT  equ 1 << 10
SHADOW_SPACE    equ 32

section .text

global firmware_call:function (firmware_call.end - firmware_call)
firmware_call:
        push    rbp
        push    rbx
        push    r12
        push    r13
        push    r14
        push    r15
        mov     rax, cr4
        push    rax
        mov     rcx, cr0
        push    rcx
        mov     rdx, cr3
        push    rdx

        or      rax, CR4_OSFXSR | CR4_OSXMMEXCPT
        mov     cr4, rax
        and     rcx, ~(CR0_EM | CR0_TS)
        mov     cr0, rcx
        fninit
        ldmxcsr [mxcsr_default]

        lea     rax, [.faulted]
        mov     [escape + ESCAPE_RIP], rax
        mov     [rel saved_rsp], rsp
        mov     [escape + ESCAPE_RSP], rsp

        mov     rax, [rdi + CALL_PAGE_TABLE]
        mov     cr3, rax
        mov     rsp, [rdi + CALL_STACK_TOP]
        mov     rcx, [rdi + CALL_ARGUMENTS]
        mov     rdx, [rdi + CALL_ARGUMENTS + 8]
        mov     r8, [rdi + CALL_ARGUMENTS + 16]
        mov     r9, [rdi + CALL_ARGUMENTS + 24]
        mov     rax, [rdi + CALL_FUNCTION]
        sub     rsp, SHADOW_SPACE
        cld
        call    rax
        cli
        cld
        mov     qword [escape + ESCAPE_RSP], 0
        mov     eax, 1
        jmp     .back
.faulted:
        xor     eax, eax
.back:
        mov     rsp, [rel saved_rsp]
        pop     rdx
        mov     cr3, rdx
        pop     rdx
        mov     cr0, rdx
        pop     rdx
        mov     cr4, rdx
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbx
        pop     rbp
        ret
.end:

section .rodata
align 4
mxcsr_default:  dd 0x1f80       ; every exception masked, round to nearest

section .bss
align 8
saved_rsp:      resq 1

section .note.GNU-stack noalloc noexec nowrite progbits
