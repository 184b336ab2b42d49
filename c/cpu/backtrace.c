/*
 * backtrace.c - the chain of callers, from frame pointers.
 *
 * A frame is two words: the caller's rbp, and the address to return to. In a panic neither can be
 * trusted, so each is checked before it is used.
 */
#include "cpu/backtrace.h"

#include <stdbool.h>

#include "boot/bootinfo.h"
#include "cpu/gdt.h"
#include "cpu/kprint.h"
#include "cpu/symbols.h"
#include "mm/vmm.h"

enum { MAX_FRAMES = 24, MAX_STACK_SWITCHES = 3, FRAME_SIZE = 16, PAGE_SIZE = 4096 };

/* linker.ld and asm/cpu/entry.asm. Everything that can run, the engine too, lies below the
 * constants. */
extern const uint8_t __text_start[], __rodata_start[];
extern const uint8_t boot_stack_guard[], boot_stack_top[];

static bool in_text(uint64_t address) {
    return address >= (uint64_t)__text_start && address < (uint64_t)__rodata_start;
}

static bool in_boot_stack(uint64_t frame) {
    return frame >= (uint64_t)boot_stack_guard + PAGE_SIZE &&
           frame <= (uint64_t)boot_stack_top - FRAME_SIZE;
}

/* Stacks that were made at run time lie among the kernel's mappings or in a VM's slot. Which one
 * it is does not matter here, only that reading it cannot fault. */
static bool is_mapped(uint64_t frame) {
    return vmm_is_initialized() && frame >= VM_SLOTS_BASE && frame < KERNEL_IMAGE_BASE &&
           vmm_translate(frame) != VMM_UNMAPPED &&
           vmm_translate(frame + FRAME_SIZE - 1) != VMM_UNMAPPED;
}

static bool is_readable(uint64_t frame) {
    return frame % sizeof(uint64_t) == 0 &&
           (in_boot_stack(frame) || gdt_in_interrupt_stack(frame, FRAME_SIZE) || is_mapped(frame));
}

/* `inside` is an address in the function that `address` is to be shown with. */
static void print_address(uint64_t address, uint64_t inside) {
    uint64_t within;
    const char *name = symbol_find(inside, &within);

    if (name != NULL) {
        kprintf("  %016lx  %s+0x%lx\n", address, name, within + (address - inside));
    } else {
        kprintf("  %016lx\n", address);
    }
}

void backtrace_print(uint64_t rip, uint64_t rbp) {
    unsigned switches = 0;

    print_address(rip, rip);
    for (unsigned count = 0; count < MAX_FRAMES && is_readable(rbp); count++) {
        const uint64_t *frame = (const uint64_t *)rbp;
        if (!in_text(frame[1])) {
            return; /* rbp was not a frame pointer: threaded code uses it as it likes */
        }
        /* a call that does not return may be the last instruction of its function: one byte back it is
         * inside */
        print_address(frame[1], frame[1] - 1);
        /* callers lie higher up, except where an interrupt came from another stack: anything else
         * is a chain that goes round in circles */
        if (frame[0] <= rbp && ++switches > MAX_STACK_SWITCHES) {
            return;
        }
        rbp = frame[0];
    }
}
