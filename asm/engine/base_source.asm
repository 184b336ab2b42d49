; base_source.asm - the part of the base dictionary that is written in Forth, as text in the image.
;
; Role: data only. The C side reads [forth_base_source, forth_base_source_end).

section .rodata

global forth_base_source:data hidden (forth_base_source.end - forth_base_source)
global forth_base_source_end:data hidden
forth_base_source:
    incbin "core.fs"
    incbin "search.fs"
    incbin "forth79.fs"
    incbin "double.fs"
    incbin "string.fs"
    incbin "facility.fs"
    incbin "tools.fs"
    incbin "block.fs"
    incbin "kernel.fs"
    incbin "outer.fs"
    incbin "conditional.fs"
.end:
forth_base_source_end:

section .note.GNU-stack noalloc noexec nowrite progbits
