; handoff.asm - the last instructions of the loader: switch to the kernel's page tables and jump.
;
; Role:       handoff(page_table, entry, boot_info), called from C (System V convention) once boot
;             services have ended; never returns.
; Registers:  in   rdi  physical address of the kernel's PML4
;                  rsi  virtual address of the kernel's first instruction
;                  rdx  virtual address of BootInfo in the direct map
;             out  rdi  BootInfo; all others undefined
; Interrupts: disabled from the first instruction on, and still disabled at the kernel's entry. The
;             firmware's IDT is unmapped by the switch, so an exception after it resets the machine.
; Stack:      not used. The firmware's stack is gone after the switch:
;
;             rsp -> [ return address into the loader ]   mapped only in the firmware's tables
;
; The code runs at the same address before and after the switch, so both tables must map
; handoff_start to handoff_end one to one and executable.

default rel

IA32_EFER     equ 0xc0000080    ; Intel SDM volume 4, table 2-2
EFER_NXE      equ 1 << 11
CR0_WP        equ 1 << 16       ; Intel SDM volume 3, section 2.5
CR4_PGE       equ 1 << 7
CR4_PCIDE     equ 1 << 17
CR4_CET       equ 1 << 23
CR4_PKS       equ 1 << 24

section .text

global handoff_start
global handoff_end
global handoff:function (handoff.end - handoff)

align 64
handoff_start:
handoff:
        cli
        cld
        mov     r8, rdi
        mov     r9, rsi
        mov     rdi, rdx                ; rdmsr overwrites rdx

        ; The new tables use the no-execute bit, which is reserved until this is set.
        mov     ecx, IA32_EFER
        rdmsr
        or      eax, EFER_NXE
        wrmsr

        ; Without PGE no translation survives the load of CR3. The others change the meaning of
        ; page tables or of CALL and RET in ways that only the firmware has prepared for.
        mov     rax, cr4
        and     rax, ~(CR4_PGE | CR4_PCIDE | CR4_CET | CR4_PKS)
        mov     cr4, rax

        ; Read-only pages bind ring 0 as well.
        mov     rax, cr0
        or      rax, CR0_WP
        mov     cr0, rax

        mov     cr3, r8
        jmp     r9
.end:
handoff_end:

section .note.GNU-stack noalloc noexec nowrite progbits
