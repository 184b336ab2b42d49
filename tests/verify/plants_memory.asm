; plants_memory.asm - primitives that reach memory in a wrong way, for the tests of the engine's verifier.
;
; Role: never runs; linked with the engine's objects and disassembled (run_verify.py). A line
;
;   ; plant ID symbol kind ( stack comment ) rule: sentence
;
; gives the line of the table and the rule that the verifier must name for this symbol, and no other; `none` is
; for code that it must accept. Register contract: engine.inc.

%include "engine.inc"

section engine_text progbits alloc exec nowrite align=64

; plant VFY-101 unmasked asm ( addr -- x ) unmasked: an address of 64 bits reaches the window
PRIM unmasked
    mov rax, TOS
    mov TOS, [WINDOW + rax]
    NEXT_END

; plant VFY-102 mask_undone asm ( addr -- x ) unmasked: an addition of 64 bits undoes the mask
PRIM mask_undone
    TO_WINDOW TOSd
    add rax, CELL
    mov TOS, [WINDOW + rax]
    NEXT_END

; plant VFY-103 mask_on_one_path asm ( addr -- x ) unmasked: only one of two paths masks the address
PRIM mask_on_one_path
    mov rax, TOS
    test TOS, TOS
    js .go
    TO_WINDOW TOSd
.go:
    mov TOS, [WINDOW + rax]
    NEXT_END

; plant VFY-104 sign_extended asm ( addr -- x ) unmasked: sign extension is no mask
PRIM sign_extended
    movsxd rax, TOSd
    mov TOS, [WINDOW + rax]
    NEXT_END

; plant VFY-105 narrow_write asm ( addr -- x ) unmasked: writing the low 16 bits leaves the upper ones
PRIM narrow_write
    mov rax, TOS
    mov ax, 8
    mov TOS, [WINDOW + rax]
    NEXT_END

; plant VFY-106 scaled asm ( addr -- x ) window-displacement: a scaled index reaches 32 GiB
PRIM scaled
    TO_WINDOW TOSd
    mov TOS, [WINDOW + rax * CELL]
    NEXT_END

; plant VFY-107 far_above asm ( addr -- x ) window-displacement: a displacement that passes the guard
PRIM far_above
    TO_WINDOW TOSd
    mov TOS, [WINDOW + rax + 0x20000]
    NEXT_END

; plant VFY-108 below_window asm ( addr -- x ) window-displacement: a negative displacement leaves the window
PRIM below_window
    TO_WINDOW TOSd
    mov TOS, [WINDOW + rax - CELL]
    NEXT_END

; plant VFY-109 raw_address asm ( addr -- x ) memory-base: the top of the stack serves as a pointer
PRIM raw_address
    mov TOS, [TOS]
    NEXT_END

; plant VFY-110 absolute asm ( -- x ) memory-base: an absolute address
PRIM absolute
    DUP_TOS
    mov TOS, [abs dword 0x1000]
    NEXT_END

; plant VFY-111 store_code asm ( x -- ) code-write: a store through rsi
PRIM store_code
    mov [IP], TOS
    DROP_TOS
    NEXT_END

; plant VFY-112 enter_rewriting inner ( -- ) code-write: a handler changes the word that it runs
PRIM enter_rewriting
    mov [WORD + WORD_ARG], TOS
    NEXT_END

; plant VFY-113 segment asm ( addr -- x ) segment: a segment override
PRIM segment
    TO_WINDOW TOSd
    mov TOS, [fs:WINDOW + rax]
    NEXT_END

; plant VFY-114 short_address asm ( addr -- x ) segment: an address of 32 bits names other memory
PRIM short_address
    mov TOS, [edi + ebx]
    NEXT_END

; plant VFY-115 read_control asm ( -- x ) control-register: the control stack read as memory
PRIM read_control
    DUP_TOS
    mov TOS, [rsp]
    NEXT_END

; plant VFY-116 read_rip asm ( -- x ) rip-address: data relative to rip
PRIM read_rip
    DUP_TOS
    mov TOS, [rel prim_unmasked]
    NEXT_END

; plant VFY-117 past_vm asm ( -- x ) vm-field: an offset beyond what the engine knows of struct vm
PRIM past_vm
    DUP_TOS
    mov TOS, [VM + 0x2000]
    NEXT_END

; plant VFY-118 wide_field asm ( -- x ) vm-field: 8 bytes of a field of 4
PRIM wide_field
    DUP_TOS
    mov TOS, [VM + VM_ATTENTION]
    NEXT_END

; plant VFY-119 move_window asm ( x -- ) vm-write: a store into a field that is constant
PRIM move_window
    mov rax, [SP]
    mov [VM + VM_WINDOW], TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

; plant VFY-120 set_here asm ( addr -- ) vm-write: HERE set without a comparison with the end of data space
PRIM set_here
    mov rax, [SP]
    mov [VM + VM_DP], TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

; plant VFY-121 forge_handler asm ( -- ) vm-write: an exception frame that was never pushed
PRIM forge_handler
    mov [VM + VM_HANDLER], rsp
    NEXT_END

; plant VFY-140 half_handler asm ( -- ) vm-write: half of a stack pointer in struct vm cleared
PRIM half_handler
    mov dword [VM + VM_HANDLER], 0
    NEXT_END

; plant VFY-122 bit_string asm ( x1 x2 -- x1 ) memory-base: a bit number in a register reaches any byte
PRIM bit_string
    bts [SP], TOS
    DROP_TOS
    NEXT_END

; plant VFY-123 return_pick asm ( u -- x ) stack-index: the return stack indexed by the program
PRIM return_pick
    mov TOS, [RP + TOS * CELL]
    NEXT_END

; plant VFY-124 free_pick asm ( x*u u -- x*u x ) stack-index: PICK without a check
PRIM free_pick
    mov TOS, [SP + TOS * CELL]
    NEXT_END

; plant VFY-125 half_checked_pick asm ( x*u u -- x*u x ) stack-index: a check that wraps when the stack is empty
PRIM half_checked_pick
    mov rax, [VM + VM_DATA_BASE]
    sub rax, SP
    shr rax, 3
    dec rax
    cmp TOS, rax
    jae engine_throw_underflow
    mov TOS, [SP + TOS * CELL]
    NEXT_END

; plant VFY-126 signed_pick asm ( x*u u -- x*u x ) stack-index: a signed comparison lets negative numbers pass
PRIM signed_pick
    mov rax, [VM + VM_DATA_BASE]
    sub rax, SP
    shr rax, 3
    jz engine_throw_underflow
    dec rax
    cmp TOS, rax
    jge engine_throw_underflow
    mov TOS, [SP + TOS * CELL]
    NEXT_END

; plant VFY-127 far_stack asm ( -- x ) stack-displacement: a displacement that passes the guard page
PRIM far_stack
    DUP_TOS
    mov TOS, [RP + 0x20000]
    NEXT_END

; plant VFY-128 too_deep asm ( x -- x ) stack-depth: a read of an item that the stack comment does not name
PRIM too_deep
    mov TOS, [SP + CELL]
    NEXT_END

; plant VFY-129 spoils_item asm ( x -- x ) stack-depth: a write to an item that the stack comment does not name
PRIM spoils_item
    mov [SP], TOS
    NEXT_END

; plant VFY-130 reads_below asm ( x -- x ) stack-below: a read below the stack pointer
PRIM reads_below
    mov TOS, [SP - CELL]
    NEXT_END

; plant VFY-131 late_check asm ( x addr -- ) decides-first: a store before the cell that tells an underflow
PRIM late_check
    TO_WINDOW TOSd
    mov rcx, [SP]
    mov [WINDOW + rax], rcx
    mov TOS, [SP + CELL]
    add SP, 2 * CELL
    NEXT_END

; plant VFY-132 unchecked_fill asm ( addr u -- ) block: rep stosb without a check of the length
PRIM unchecked_fill
    mov rcx, TOS
    mov r8d, [SP]
    mov TOS, [SP + CELL]
    add SP, 2 * CELL
    lea rdi, [WINDOW + r8]
    xor eax, eax
    rep stosb
    mov WINDOW, [VM + VM_WINDOW]
    NEXT_END

%macro CHECKED_BLOCK 0          ; rcx = length, r8 = offset, checked
    mov rcx, TOS
    mov r8d, [SP]
    mov TOS, [SP + CELL]
    add SP, 2 * CELL
    mov eax, 0xffffffff
    sub rax, r8
    inc rax
    cmp rcx, rax
    ja engine_throw_address
%endmacro

; plant VFY-133 other_length asm ( addr u -- ) block: the length that was checked is not the one used
PRIM other_length
    CHECKED_BLOCK
    lea rdi, [WINDOW + r8]
    inc rcx
    xor eax, eax
    rep stosb
    mov WINDOW, [VM + VM_WINDOW]
    NEXT_END

; plant VFY-134 wide_fill asm ( addr u -- ) block: a length checked in bytes is used for cells
PRIM wide_fill
    CHECKED_BLOCK
    lea rdi, [WINDOW + r8]
    xor eax, eax
    rep stosq
    mov WINDOW, [VM + VM_WINDOW]
    NEXT_END

; plant VFY-135 backward_fill asm ( addr u -- ) block: a block walked downward from its first byte
PRIM backward_fill
    CHECKED_BLOCK
    lea rdi, [WINDOW + r8]
    xor eax, eax
    std
    rep stosb
    cld
    mov WINDOW, [VM + VM_WINDOW]
    NEXT_END

; plant VFY-136 direction_left asm ( -- ) direction: the direction flag left set
PRIM direction_left
    std
    NEXT_END

; plant VFY-137 good_fill asm ( addr u -- ) none: a checked block is accepted
PRIM good_fill
    CHECKED_BLOCK
    lea rdi, [WINDOW + r8]
    xor eax, eax
    rep stosb
    mov WINDOW, [VM + VM_WINDOW]
    NEXT_END

; plant VFY-138 good_block_byte asm ( addr -- char ) none: a byte through an address made with lea is accepted
PRIM good_block_byte
    TO_WINDOW TOSd
    lea rdx, [WINDOW + rax]
    movzx TOSd, byte [rdx + 1]
    NEXT_END

; plant VFY-139 good_here asm ( addr -- ) none: HERE set to a number found to be in data space is accepted
PRIM good_here
    mov rax, [SP]
    cmp [VM + VM_TOP], TOS
    jb engine_throw_dictionary
    mov [VM + VM_DP], TOS
    mov TOS, rax
    add SP, CELL
    NEXT_END

extern engine_throw_underflow, engine_throw_address, engine_throw_dictionary
