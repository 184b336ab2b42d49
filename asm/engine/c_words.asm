; c_words.asm - a stub for every C word of primitives.tbl.
;
; Role: gives the engine an address to jump to for a word that is written in C. Register contract:
; engine.inc; rax and rcx carry the arguments of engine_call_c (switch.asm). Interrupts: any state.
; Stack picture: unchanged; engine_call_c spills the top item.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

%macro C_WORD 2                 ; symbol, cells that it takes from the data stack
extern word_%1
PRIM %1
    lea rax, [word_%1]
    mov ecx, %2 * CELL
    jmp engine_call_c
    PRIM_END
%endmacro

%include "primitives.inc"

extern engine_call_c
