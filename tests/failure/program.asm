; program.asm - the Forth program of the failure test, as text in the image.
;
; Role: data only; failure.c reads [failure_program, failure_program_end).

section .rodata

global failure_program:data hidden (failure_program.end - failure_program)
global failure_program_end:data hidden
failure_program:
    incbin "tests/failure/program.fs"
.end:
failure_program_end:

section .note.GNU-stack noalloc noexec nowrite progbits
