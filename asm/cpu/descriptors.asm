; descriptors.asm - loads the descriptor tables.
;
; Prototypes: include/cpu/descriptors.h. Called from C (c/cpu/gdt.c, c/cpu/idt.c) during boot.
;
; Registers:   System V calling convention; rdi, rsi, rdx in; rax is the only one changed.
; Interrupts:  must be disabled: between LGDT and the reload of CS no gate works.
; Stack:       the caller's; gdt_load pushes the far return below.
;
;                  rsp + 8   selector of the code segment
;                  rsp       address to go on at

default rel

section .text

; void gdt_load(const struct descriptor_pointer *pointer, uint64_t code, uint64_t data)
global gdt_load:function (gdt_load.end - gdt_load)
gdt_load:
        lgdt    [rdi]
        push    rsi
        lea     rax, [.reload]
        push    rax
        retfq                           ; no other way loads CS without naming an address
.reload:
        mov     ds, edx
        mov     es, edx
        mov     ss, edx
        xor     eax, eax
        mov     fs, eax                 ; the kernel has no use for FS and GS: a stray access
        mov     gs, eax                 ; through them finds address 0 and faults
        ret
.end:

; void tss_load(uint64_t selector)
global tss_load:function (tss_load.end - tss_load)
tss_load:
        ltr     di
        ret
.end:

; void idt_load(const struct descriptor_pointer *pointer)
global idt_load:function (idt_load.end - idt_load)
idt_load:
        lidt    [rdi]
        ret
.end:

section .note.GNU-stack noalloc noexec nowrite progbits
