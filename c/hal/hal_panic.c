/*
 * hal_panic.c - the panic that the upper floors call; the screen is in c/cpu/panic.c.
 */
#include "hal/hal_panic.h"

#include <stddef.h>

#include "cpu/gdt.h"
#include "cpu/interrupt_frame.h"
#include "cpu/io.h"
#include "cpu/panic.h"

#define SAVE(reg) "movq %%" #reg ", %c[" #reg "](%[frame])\n\t"
#define AT(reg)   [reg] "i"(offsetof(struct interrupt_frame, reg))

/* Shows the registers as they are on entry. The caller may have used those that a call need not
 * preserve for something else by now; the others are its own. */
void hal_panic(const char *message) {
    struct interrupt_frame frame = {.cs = GDT_KERNEL_CODE, .ss = GDT_KERNEL_DATA};

    __asm__ volatile(SAVE(rax) SAVE(rbx) SAVE(rcx) SAVE(rdx) SAVE(rsi) SAVE(rdi) SAVE(r8) SAVE(r9)
                         SAVE(r10) SAVE(r11) SAVE(r12) SAVE(r13) SAVE(r14) SAVE(r15)
                     :
                     : [frame] "r"(&frame), AT(rax), AT(rbx), AT(rcx), AT(rdx), AT(rsi), AT(rdi),
                       AT(r8), AT(r9), AT(r10), AT(r11), AT(r12), AT(r13), AT(r14), AT(r15)
                     : "memory");
    frame.rflags = interrupts_save_and_disable();

    /* the frame of hal_panic itself: caller's rbp, then the address after the call */
    const uint64_t *own = __builtin_frame_address(0);
    frame.rbp = own[0];
    frame.rip = own[1];
    frame.rsp = (uint64_t)(own + 2);
    panic_message(message, &frame);
}
