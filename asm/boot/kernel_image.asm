; kernel_image.asm - the kernel ELF file as data inside the loader.
;
; Role:       one file on the disk holds loader and kernel, so they cannot be of different builds.
;             KERNEL_ELF is the file's path, given on the command line: -D KERNEL_ELF='"..."'.
; Registers, interrupts, stack: none, this is data.

%ifndef KERNEL_ELF
        %error "KERNEL_ELF must be the path of the kernel, for example -D KERNEL_ELF='\"kernel.elf\"'"
%endif

; gnu-efi's linker script puts .rodata into the one data section that objcopy keeps.
section .rodata

global kernel_elf_start:data (kernel_elf_end - kernel_elf_start)
global kernel_elf_end

align 16
kernel_elf_start:
        incbin  KERNEL_ELF
kernel_elf_end:

section .note.GNU-stack noalloc noexec nowrite progbits
