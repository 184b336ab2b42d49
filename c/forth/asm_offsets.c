/*
 * asm_offsets.c - the numbers that the engine's NASM sources share with C.
 *
 * Compiled to assembly text only; the build turns each line "@@NAME n" of it into a NASM %define.
 */
#include "forth/clock.h"
#include "forth/throw.h"
#include "forth/vm.h"

#define OFFSET(name, value) __asm__ volatile("\n@@" #name " %c0" : : "i"(value))

void asm_offsets(void) {
    OFFSET(CELL, CELL);

    OFFSET(VM_IP, offsetof(struct vm, ip));
    OFFSET(VM_SP, offsetof(struct vm, sp));
    OFFSET(VM_RP, offsetof(struct vm, rp));
    OFFSET(VM_CS, offsetof(struct vm, cs));
    OFFSET(VM_LP, offsetof(struct vm, lp));
    OFFSET(VM_LOOP_INDEX, offsetof(struct vm, loop_index));
    OFFSET(VM_LOOP_LIMIT, offsetof(struct vm, loop_limit));
    OFFSET(VM_WORDS_LEFT, offsetof(struct vm, words_left));
    OFFSET(VM_WORDS_LATER, offsetof(struct vm, words_later));
    OFFSET(VM_TRACE, offsetof(struct vm, trace));
    OFFSET(VM_EXECUTED, offsetof(struct vm, executed));
    OFFSET(VM_TRACE_BEGIN, offsetof(struct vm, trace_begin));
    OFFSET(VM_TRACE_FULL, offsetof(struct vm, trace_full));
    OFFSET(VM_TRACE_OTHER, offsetof(struct vm, trace_other));
    OFFSET(VM_TRACE_OTHER_END, offsetof(struct vm, trace_other_end));
    OFFSET(COUNTS_PAGE, VM_COUNTS / VM_PAGE); /* the operand of an asm has 32 bits */
    OFFSET(PAGE, VM_PAGE);
    OFFSET(CLOCK_CHUNK, CLOCK_CHUNK);
    OFFSET(VM_WINDOW, offsetof(struct vm, window));
    OFFSET(VM_DATA_BASE, offsetof(struct vm, data_base));
    OFFSET(VM_RETURN_BASE, offsetof(struct vm, return_base));
    OFFSET(VM_CONTROL_BASE, offsetof(struct vm, control_base));
    OFFSET(VM_LOCALS_BASE, offsetof(struct vm, locals_base));
    OFFSET(VM_ENVELOPE, offsetof(struct vm, envelope));
    OFFSET(VM_QUIT_CODE, offsetof(struct vm, quit_code));
    OFFSET(VM_BASE_WORDS, offsetof(struct vm, base_words));
    OFFSET(VM_BASE_END, offsetof(struct vm, base_end));
    OFFSET(VM_OWN_WORDS, offsetof(struct vm, own_words));
    OFFSET(VM_OWN_END, offsetof(struct vm, own_end));
    OFFSET(VM_HANDLER, offsetof(struct vm, handler));
    OFFSET(VM_ARBITER_SP, offsetof(struct vm, arbiter_sp));
    OFFSET(VM_DP, offsetof(struct vm, dp));
    OFFSET(VM_TOP, offsetof(struct vm, top));
    OFFSET(VM_SOURCE_ADDR, offsetof(struct vm, source_addr));
    OFFSET(VM_SOURCE_SIZE, offsetof(struct vm, source_size));
    OFFSET(VM_SOURCE_ID, offsetof(struct vm, source_id));
    OFFSET(VM_FILE_DEPTH, offsetof(struct vm, file_depth));
    OFFSET(VM_WORD_ADDR, offsetof(struct vm, word_addr));
    OFFSET(VM_WORD_SIZE, offsetof(struct vm, word_size));
    OFFSET(VM_THROW_CODE, offsetof(struct vm, throw_code));
    OFFSET(VM_THROW_WORD_ADDR, offsetof(struct vm, throw_word_addr));
    OFFSET(VM_THROW_WORD_SIZE, offsetof(struct vm, throw_word_size));
    OFFSET(VM_THROW_SOURCE_ID, offsetof(struct vm, throw_source_id));
    OFFSET(VM_FAULT_KNOWN, offsetof(struct vm, fault_known));
    OFFSET(VM_THROW_RIP, offsetof(struct vm, throw_rip));
    OFFSET(VM_THROW_CS, offsetof(struct vm, throw_cs));
    OFFSET(VM_BLOCK_IP, offsetof(struct vm, block_ip));
    OFFSET(VM_ATTENTION, offsetof(struct vm, attention));
    OFFSET(VM_ATTENTION_CODE, offsetof(struct vm, attention_code));
    OFFSET(VM_PREEMPTED, offsetof(struct vm, preempted));
    OFFSET(VM_FRAME_RIP, offsetof(struct vm, frame.rip));
    OFFSET(VM_FRAME_RSP, offsetof(struct vm, frame.rsp));
    OFFSET(VM_FRAME_RFLAGS, offsetof(struct vm, frame.rflags));
    OFFSET(VM_FRAME_RAX, offsetof(struct vm, frame.rax));
    OFFSET(VM_FRAME_RBX, offsetof(struct vm, frame.rbx));
    OFFSET(VM_FRAME_RCX, offsetof(struct vm, frame.rcx));
    OFFSET(VM_FRAME_RDX, offsetof(struct vm, frame.rdx));
    OFFSET(VM_FRAME_RSI, offsetof(struct vm, frame.rsi));
    OFFSET(VM_FRAME_RDI, offsetof(struct vm, frame.rdi));
    OFFSET(VM_FRAME_RBP, offsetof(struct vm, frame.rbp));
    OFFSET(VM_FRAME_R8, offsetof(struct vm, frame.r8));
    OFFSET(VM_FRAME_R9, offsetof(struct vm, frame.r9));
    OFFSET(VM_FRAME_R10, offsetof(struct vm, frame.r10));
    OFFSET(VM_FRAME_R11, offsetof(struct vm, frame.r11));
    OFFSET(VM_FRAME_R13, offsetof(struct vm, frame.r13));
    OFFSET(VM_FRAME_R14, offsetof(struct vm, frame.r14));
    OFFSET(VM_FRAME_R15, offsetof(struct vm, frame.r15));
    OFFSET(VM_EXIT_REASON, offsetof(struct vm, exit_reason));

    OFFSET(VM_EXIT_FINISHED, VM_EXIT_FINISHED);
    OFFSET(VM_EXIT_UNCAUGHT, VM_EXIT_UNCAUGHT);
    OFFSET(VM_EXIT_WAIT, VM_EXIT_WAIT);
    OFFSET(VM_EXIT_SLEEP, VM_EXIT_SLEEP);
    OFFSET(VM_EXIT_BYE, VM_EXIT_BYE);
    OFFSET(VM_EXIT_YIELD, VM_EXIT_YIELD);
    OFFSET(VM_EXIT_WORDS, VM_EXIT_WORDS);
    OFFSET(VM_EXIT_PREEMPTED, VM_EXIT_PREEMPTED);

    OFFSET(ATTENTION_BREAK, VM_ATTENTION_BREAK);
    OFFSET(ATTENTION_THROW, VM_ATTENTION_THROW);
    OFFSET(ATTENTION_LEAVE, VM_ATTENTION_LEAVE);

    OFFSET(VM_SOURCE_CELLS, VM_SOURCE_CELLS);

    OFFSET(WORD_ARG, offsetof(struct word, arg));
    OFFSET(WORD_CODE, offsetof(struct word, code));
    OFFSET(WORD_HANDLER, offsetof(struct word, handler));
    OFFSET(WORD_SHIFT, WORD_SHIFT);

    OFFSET(USER_TO_IN, VM_USER_TO_IN);
    OFFSET(USER_STATE, VM_USER_STATE);
    OFFSET(DATA_SPACE_START, VM_DATA_SPACE);
    OFFSET(STACK_HEADROOM, (VM_HEADROOM_CELLS + 1) * CELL);

    OFFSET(THROW_STACK_UNDERFLOW, THROW_STACK_UNDERFLOW);
    OFFSET(THROW_RETURN_STACK_UNDERFLOW, THROW_RETURN_STACK_UNDERFLOW);
    OFFSET(THROW_DICTIONARY_OVERFLOW, THROW_DICTIONARY_OVERFLOW);
    OFFSET(THROW_BAD_ADDRESS, THROW_BAD_ADDRESS);
    OFFSET(THROW_RESULT_OUT_OF_RANGE, THROW_RESULT_OUT_OF_RANGE);
    OFFSET(THROW_USER_INTERRUPT, THROW_USER_INTERRUPT);
    OFFSET(THROW_BAD_XT, THROW_BAD_XT);
}
