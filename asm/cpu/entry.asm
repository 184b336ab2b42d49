; entry.asm - the first instructions of the kernel: its own stack, then C.
;
; Role:       kernel_entry, where the loader jumps (ENTRY in linker.ld); calls kernel_main.
; Registers:  in   rdi  BootInfo *, virtual address in the direct map; handed on untouched
;             rsp, rbp and flags arrive undefined.
; Interrupts: disabled on entry and left so. There is no usable IDT or GDT in memory yet: no
;             segment register may be loaded before the kernel has its own.
; Stack:      64 KiB in .bss, growing down:
;
;             boot_stack_top    -> +--------------------+ 16-byte aligned
;                                  | return address     | <- rsp when kernel_main begins
;                                  | ...                |
;                                  +--------------------+ page-aligned
;             boot_stack_guard  -> | one page, unused   | vmm_init unmaps it
;                                  +--------------------+ page-aligned

default rel

PAGE_SIZE       equ 4096
BOOT_STACK_SIZE equ 64 * 1024

extern kernel_main

section .text

global kernel_entry:function (kernel_entry.end - kernel_entry)

align 16
kernel_entry:
        lea     rsp, [boot_stack_top]
        xor     ebp, ebp                ; ends the chain of frames for backtraces
        cld
        call    kernel_main
.halt:
        ; kernel_main does not return; if a bug makes it, stand still.
        cli
        hlt
        jmp     .halt
.end:

section .bss.boot_stack nobits alloc noexec write align=4096

global boot_stack_guard
global boot_stack_top

boot_stack_guard:
        resb    PAGE_SIZE
        resb    BOOT_STACK_SIZE
boot_stack_top:

section .note.GNU-stack noalloc noexec nowrite progbits
