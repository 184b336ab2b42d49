/*
 * asm_offsets.c - the numbers of C that asm/cpu needs.
 *
 * Compiled to assembly only, never linked: the build turns each marked line of the output into a
 * %define of build/gen/cpu_offsets.inc.
 */
#include "cpu/escape.h"
#include "cpu/firmware_call.h"
#include "cpu/interrupt_frame.h"

#define OFFSET(name, value) __asm__ volatile("\n@@" #name " %c0" : : "i"(value))

void asm_offsets(void);

void asm_offsets(void) {
    OFFSET(VECTOR_COUNT, VECTOR_COUNT);
    OFFSET(ISR_STUB_SIZE, ISR_STUB_SIZE);
    OFFSET(ERROR_CODE_VECTORS, ERROR_CODE_VECTORS);
    OFFSET(FRAME_VECTOR, offsetof(struct interrupt_frame, vector));
    OFFSET(FRAME_RIP, offsetof(struct interrupt_frame, rip));
    OFFSET(ESCAPE_RSP, offsetof(struct escape, rsp));
    OFFSET(ESCAPE_RIP, offsetof(struct escape, rip));
    OFFSET(CALL_FUNCTION, offsetof(struct firmware_call, function));
    OFFSET(CALL_ARGUMENTS, offsetof(struct firmware_call, arguments));
    OFFSET(CALL_STACK_TOP, offsetof(struct firmware_call, stack_top));
    OFFSET(CALL_PAGE_TABLE, offsetof(struct firmware_call, page_table));
}
