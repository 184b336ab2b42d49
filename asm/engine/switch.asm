; switch.asm - from C into a VM and back, and from a VM into C words.
;
; Role: engine_run, the ways out of it, and the glue by which the engine calls a C word.
; Register contract: System V ABI on the C side, engine.inc on the other. Interrupts: any state.
;
; Stack picture: while a VM runs, [VM_ARBITER_SP] points below the frame that engine_run made on
; the caller's stack; C words run from there down:
;
;   caller of engine_run | return address | rbx rbp r12 r13 r14 r15 | 8 bytes | C words ...
;                                                                   ^ VM_ARBITER_SP, 16-byte aligned
;
; What lies in .text (not engine_text) must not be diverted by a break or the end of a quantum: there the
; registers are half those of C. Either then sets a bit of VM_ATTENTION, which is looked at on the way back.
;
; A VM leaves in one of two ways. By its own doing, between two primitives: SAVE_VM puts the few registers that
; count into the struct vm, and engine_leave goes on with the VM that the arbiter has at hand, if it has one. Preempted,
; between any two instructions of engine_text: the interrupt handler puts all of them into VM_FRAME_... and
; engine_continue brings them back.

%define ENGINE_WORDS_OUT        ; is defined here
%include "engine.inc"

; Copies the engine's registers to and from the struct vm.
%macro SAVE_VM 0
    sub SP, CELL
    mov [SP], TOS
    mov [VM + VM_SP], SP
    mov [VM + VM_IP], IP
    mov [VM + VM_RP], RP
    mov [VM + VM_CS], rsp
    mov [VM + VM_LP], LP
    mov [VM + VM_LOOP_INDEX], INDEX
    mov [VM + VM_LOOP_LIMIT], LIMIT
    mov [VM + VM_WORDS_LEFT], WORDS
    mov [VM + VM_TRACE], TRACE
%endmacro

; Of a VM that does not go on: what tells how many words it has executed.
%macro SAVE_CLOCK 0
    mov [VM + VM_IP], IP
    mov [VM + VM_CS], rsp
    mov [VM + VM_WORDS_LEFT], WORDS
    mov [VM + VM_TRACE], TRACE
%endmacro

%macro LOAD_VM 0
    mov WINDOW, [VM + VM_WINDOW]
    mov SP, [VM + VM_SP]
    mov IP, [VM + VM_IP]
    mov RP, [VM + VM_RP]
    mov LP, [VM + VM_LP]
    mov INDEX, [VM + VM_LOOP_INDEX]
    mov LIMIT, [VM + VM_LOOP_LIMIT]
    mov WORDS, [VM + VM_WORDS_LEFT]
    mov TRACE, [VM + VM_TRACE]
    mov rsp, [VM + VM_CS]
    DROP_TOS
%endmacro

section .text

; int engine_run(struct vm *vm);
align 64, int3
global engine_run:function hidden (engine_run.end - engine_run)
engine_run:
    push rbx
    push rbp
    push r12
    push r13
    push r14
    push r15
    sub rsp, 8
    mov VM, rdi
.end:                               ; falls through

; In: r12 = a VM that goes on, rsp = the arbiter's stack.
engine_enter:
    mov [VM + VM_ARBITER_SP], rsp
    cmp dword [VM + VM_PREEMPTED], 0
    je engine_resume                ; else falls through

; From the next instruction to the last the VM is neither preempted nor running: see vm.h.
global engine_continue:function hidden (engine_continue.end - engine_continue)
global engine_continue_end:hidden
engine_continue:
    test dword [VM + VM_ATTENTION], ATTENTION_LEAVE
    jnz engine_preempted            ; already to leave again
    mov dword [VM + VM_PREEMPTED], 0
    mov eax, ss
    push rax
    push qword [VM + VM_FRAME_RSP]
    push qword [VM + VM_FRAME_RFLAGS]
    mov eax, cs
    push rax
    push qword [VM + VM_FRAME_RIP]
    mov rax, [VM + VM_FRAME_RAX]
    mov rbx, [VM + VM_FRAME_RBX]
    mov rcx, [VM + VM_FRAME_RCX]
    mov rdx, [VM + VM_FRAME_RDX]
    mov rsi, [VM + VM_FRAME_RSI]
    mov rdi, [VM + VM_FRAME_RDI]
    mov rbp, [VM + VM_FRAME_RBP]
    mov r8, [VM + VM_FRAME_R8]
    mov r9, [VM + VM_FRAME_R9]
    mov r10, [VM + VM_FRAME_R10]
    mov r11, [VM + VM_FRAME_R11]
    mov r13, [VM + VM_FRAME_R13]
    mov r14, [VM + VM_FRAME_R14]
    mov r15, [VM + VM_FRAME_R15]
    iretq                           ; the only way to change rsp, rip and the flags at once
.end:
engine_continue_end:

global engine_preempted:function hidden (engine_preempted.end - engine_preempted)
engine_preempted:
    and dword [VM + VM_ATTENTION], ~ATTENTION_LEAVE
    mov eax, VM_EXIT_PREEMPTED
    jmp engine_return
.end:

; In: eax = exit reason, r12; what counts is saved. On to the VM that the arbiter names, or back to the arbiter.
global engine_leave:function hidden (engine_leave.end - engine_leave)
align 64, int3
engine_leave:
    mov rsp, [VM + VM_ARBITER_SP]
    mov [VM + VM_EXIT_REASON], eax
    mov edi, eax
    call scheduler_next
    test rax, rax
    jz .arbiter
    mov VM, rax
    jmp engine_enter
.arbiter:
    mov eax, [VM + VM_EXIT_REASON]
.end:                               ; falls through

; In: eax = exit reason, r12. Returns from engine_run.
engine_return:
    mov [VM + VM_EXIT_REASON], eax
    mov rsp, [VM + VM_ARBITER_SP]
    add rsp, 8
    pop r15
    pop r14
    pop r13
    pop r12
    pop rbp
    pop rbx
    cld
    ret

; Gives the engine its next words, if there are any, and its history the other half of its room when this one is full
; (forth/history.h). Leaves rcx as it is. Out: carry set if there were none.
%macro MORE_WORDS 0
%%again:
    mov rdx, [VM + VM_WORDS_LATER]
    cmp rdx, 1
    jl %%none
    mov r8d, CLOCK_CHUNK
    cmp rdx, r8
    cmovg rdx, r8
    sub [VM + VM_WORDS_LATER], rdx
    add WORDS, rdx
    js %%again                  ; whether they run out now must not depend on how they came in pieces
    mov rdx, TRACE
    sub rdx, [VM + VM_TRACE_BEGIN]
    cmp rdx, [VM + VM_TRACE_FULL]
    jb %%done
    mov rdx, [VM + VM_TRACE_OTHER]
    mov r8, [VM + VM_TRACE_BEGIN]
    mov [VM + VM_TRACE_OTHER_END], TRACE
    mov [VM + VM_TRACE_OTHER], r8
    mov [VM + VM_TRACE_BEGIN], rdx
    mov TRACE, rdx
%%done:
    clc
    jmp %%end
%%none:
    stc
%%end:
%endmacro

; Out of the engine, or on at %1: words have run out, or there is something to attend to, for which the word in front
; of %1 must give back %2 words. A turn that is over is over also when the arbiter wants the processor besides, or who
; runs next would depend on when an interrupt came. While something is to be thrown the words may be negative for
; that alone. All registers are saved as if the VM had been preempted, because the data stack may have no room for the
; top item.
%macro LOOK_UP 2
    test dword [VM + VM_ATTENTION], ATTENTION_BREAK | ATTENTION_THROW
    jnz %%throw
    test WORDS, WORDS
    jns %%go_on
    MORE_WORDS
    mov r8d, VM_EXIT_WORDS
    jc %%leave
%%go_on:
    test dword [VM + VM_ATTENTION], ATTENTION_LEAVE
    jz %1
%%preempted:
    mov r8d, VM_EXIT_PREEMPTED
%%leave:
    and dword [VM + VM_ATTENTION], ~ATTENTION_LEAVE
    mov rax, %1
    jmp engine_words_save
%%throw:
    test dword [VM + VM_ATTENTION], ATTENTION_LEAVE
    jnz %%preempted
    add WORDS, %2
    jmp engine_attend
%endmacro

; Between two primitives.
global engine_words_out:function hidden (engine_words_out.end - engine_words_out)
align 64, int3
engine_words_out:
    LOOK_UP engine_next, 0
.end:

; The same in front of a word that is being executed: WORD is its token, and the word itself has been paid for.
global engine_words_out_execute:function hidden (engine_words_out_execute.end - engine_words_out_execute)
engine_words_out_execute:
    LOOK_UP execute_paid, 1
.end:

; In: rax = where to go on, r8d = the reason.
engine_words_save:
    mov [VM + VM_FRAME_RIP], rax
    mov [VM + VM_FRAME_RSP], rsp
    mov rsp, [VM + VM_ARBITER_SP]
    pushfq
    pop qword [VM + VM_FRAME_RFLAGS]
    mov [VM + VM_FRAME_RAX], rax
    mov [VM + VM_FRAME_RBX], rbx
    mov [VM + VM_FRAME_RCX], rcx
    mov [VM + VM_FRAME_RDX], rdx
    mov [VM + VM_FRAME_RSI], rsi
    mov [VM + VM_FRAME_RDI], rdi
    mov [VM + VM_FRAME_RBP], rbp
    mov [VM + VM_FRAME_R8], r8
    mov [VM + VM_FRAME_R9], r9
    mov [VM + VM_FRAME_R10], r10
    mov [VM + VM_FRAME_R11], r11
    mov [VM + VM_FRAME_R13], r13
    mov [VM + VM_FRAME_R14], r14
    mov [VM + VM_FRAME_R15], r15
    mov dword [VM + VM_PREEMPTED], 1
    mov eax, r8d
    jmp engine_return

; Has c/forth/clock.c give back the words that were paid for and will not be executed: those of the frames that a
; THROW drops, or of all. The registers go to the struct vm as they are; TOS and SP come back as they were.
%macro UNWIND 2                 ; C function, where to go on
    mov [VM + VM_WORDS_LEFT], WORDS
    mov [VM + VM_IP], IP
    mov [VM + VM_BLOCK_IP], r8
    mov [VM + VM_TRACE], TRACE
    mov [VM + VM_CS], rsp
    mov rsp, [VM + VM_ARBITER_SP]
    mov rdi, VM
    call %1
    jmp %2
%endmacro

global engine_unwind:function hidden (engine_unwind.end - engine_unwind)
engine_unwind:
    UNWIND clock_unwind, engine_unwound
.end:

global engine_unwind_all:function hidden (engine_unwind_all.end - engine_unwind_all)
engine_unwind_all:
    UNWIND clock_unwind_all, engine_quit_unwound
.end:

section engine_text progbits alloc exec nowrite align=64

align 64, int3
engine_resume:
    LOAD_VM
    cmp dword [VM + VM_ATTENTION], 0
    jne engine_attend
    NEXT

; Where engine_words_out goes on.
global engine_next:hidden
align 64, int3
engine_next:
    NEXT

; Between two primitives, with something to attend to. To leave comes first: a VM that waits now must not go
; on, and who asked for the processor does not ask again. What is to be thrown stays for when the VM is back.
global engine_attend:hidden
align 64, int3
engine_attend:
    test dword [VM + VM_ATTENTION], ATTENTION_LEAVE
    jnz .leave
    test dword [VM + VM_ATTENTION], ATTENTION_BREAK
    jnz .break
    test dword [VM + VM_ATTENTION], ATTENTION_THROW
    jz .gone
    mov dword [VM + VM_ATTENTION], 0
    mov TOS, [VM + VM_ATTENTION_CODE]
    jmp engine_throw_plain
.leave:
    and dword [VM + VM_ATTENTION], ~ATTENTION_LEAVE
    SAVE_VM
    mov eax, VM_EXIT_PREEMPTED
    jmp engine_leave
.break:
    mov dword [VM + VM_ATTENTION], 0
    mov TOS, THROW_USER_INTERRUPT
    jmp engine_throw_plain
.gone:                              ; it was to leave, and has: preempted since that was found out
    NEXT

; In: rax = C word, int word(struct vm *), 0 or a THROW code; ecx = bytes of data stack that it takes.
; The C word finds the whole data stack in memory and may push VM_HEADROOM_CELLS cells unasked: the
; read below finds out, by the guard page, whether there is room, and makes the page present.
global engine_call_c:hidden
align 64, int3
engine_call_c:
    mov rdx, [VM + VM_DATA_BASE]
    sub rdx, SP
    cmp rdx, rcx
    jb engine_throw_underflow
    mov rdx, [SP - STACK_HEADROOM]
    SAVE_VM
    mov rsp, [VM + VM_ARBITER_SP]
    mov rdi, VM
    call rax
    test eax, eax
    jnz .throw
    cmp dword [VM + VM_ATTENTION], ATTENTION_LEAVE
    je .leave                       ; the word has made it wait: all is saved as it is
    LOAD_VM
    cmp dword [VM + VM_ATTENTION], 0
    jne engine_attend
    NEXT
.leave:
    and dword [VM + VM_ATTENTION], ~ATTENTION_LEAVE
    mov eax, VM_EXIT_PREEMPTED
    jmp engine_leave
.throw:
    LOAD_VM
    cmp dword [VM + VM_ATTENTION], 0
    jne .both
    movsxd TOS, eax
    jmp engine_throw_plain
.both:                              ; a program in which all words throw must leave in time, too
    movsxd rax, eax
    mov [VM + VM_ATTENTION_CODE], rax
    or dword [VM + VM_ATTENTION], ATTENTION_THROW
    jmp engine_attend

; Suspends the VM until the console has input: ( -- )
PRIM wait_input
    SAVE_VM
    mov eax, VM_EXIT_WAIT
    jmp engine_leave
    PRIM_END

PRIM sleep                      ; ( -- ) suspends the VM until vm->wake_ns
    SAVE_VM
    mov eax, VM_EXIT_SLEEP
    jmp engine_leave
    PRIM_END

PRIM yield                      ; ( -- )
    SAVE_VM
    mov eax, VM_EXIT_YIELD
    jmp engine_leave
    PRIM_END

PRIM bye                        ; ( -- )
    SAVE_CLOCK
    mov eax, VM_EXIT_BYE
    jmp engine_leave
    PRIM_END

PRIM finish                     ; the start-up word has returned
    SAVE_CLOCK
    mov eax, VM_EXIT_FINISHED
    jmp engine_leave
    PRIM_END

extern engine_throw_plain, engine_throw_underflow, engine_unwound, engine_quit_unwound
extern scheduler_next, clock_unwind, clock_unwind_all, execute_paid
