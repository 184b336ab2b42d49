/*
 * gdt.c - segments, the task state segment and the interrupt stacks.
 *
 * In 64-bit mode segments hardly matter: one for code, one for data, and the TSS, which says
 * where the processor finds a stack for each interrupt (Intel SDM volume 3, sections 3.4.5
 * and 8.7).
 */
#include "cpu/gdt.h"

#include <stddef.h>

#include "cpu/descriptors.h"
#include "mm/vmm.h"

enum { PAGE_SIZE = 4096 };

struct tss {
    uint32_t reserved_0;
    uint64_t rsp[3]; /* for rings 0 to 2; never used, there is no way out of ring 0 */
    uint64_t reserved_1;
    uint64_t ist[7]; /* ist[0] is IST 1 */
    uint64_t reserved_2;
    uint16_t reserved_3;
    uint16_t io_map; /* past the limit: no I/O permission map */
} __attribute__((packed));

_Static_assert(sizeof(struct tss) == 104, "TSS layout (SDM volume 3, figure 8-11)");
_Static_assert(offsetof(struct tss, ist) == 36, "TSS layout (SDM volume 3, figure 8-11)");

struct interrupt_stack {
    uint8_t guard[PAGE_SIZE];
    uint8_t bytes[IST_STACK_SIZE];
};

enum {
    GDT_ENTRIES = 5, /* null, code, data, and the TSS, which takes two */
    TSS_AVAILABLE = 0x89,
};

/* Present, ring 0, code or data, accessed; for code also readable and 64-bit. The accessed bit is
 * set here so that the processor never writes to the table. */
#define CODE_DESCRIPTOR UINT64_C(0x00209b0000000000)
#define DATA_DESCRIPTOR UINT64_C(0x0000930000000000)

static uint64_t gdt[GDT_ENTRIES] __attribute__((aligned(16)));
static struct tss tss __attribute__((aligned(16)));
static struct interrupt_stack stacks[IST_COUNT] __attribute__((aligned(PAGE_SIZE)));

static const char *const stack_names[IST_COUNT] = {
    [IST_PAGE_FAULT - 1] = "page fault stack",
    [IST_IRQ - 1] = "interrupt stack",
    [IST_NMI - 1] = "NMI stack",
    [IST_DOUBLE_FAULT - 1] = "double fault stack",
    [IST_MACHINE_CHECK - 1] = "machine check stack",
    [IST_EXCEPTION - 1] = "exception stack",
};

extern const uint8_t boot_stack_guard[]; /* asm/cpu/entry.asm */

static void set_tss_descriptor(void) {
    uint64_t base = (uint64_t)&tss;
    uint64_t limit = sizeof tss - 1;

    gdt[GDT_TSS / 8] =
        limit | (base & 0xffffff) << 16 | (uint64_t)TSS_AVAILABLE << 40 | (base >> 24 & 0xff) << 56;
    gdt[GDT_TSS / 8 + 1] = base >> 32;
}

void gdt_init(void) {
    for (unsigned ist = 1; ist <= IST_COUNT; ist++) {
        tss.ist[ist - 1] = (uint64_t)(stacks[ist - 1].bytes + IST_STACK_SIZE);
    }
    tss.io_map = sizeof tss;

    gdt[GDT_KERNEL_CODE / 8] = CODE_DESCRIPTOR;
    gdt[GDT_KERNEL_DATA / 8] = DATA_DESCRIPTOR;
    set_tss_descriptor();

    struct descriptor_pointer pointer = {.limit = sizeof gdt - 1, .base = (uint64_t)gdt};
    gdt_load(&pointer, GDT_KERNEL_CODE, GDT_KERNEL_DATA);
    tss_load(GDT_TSS);
}

bool gdt_guard_stacks(void) {
    for (unsigned i = 0; i < IST_COUNT; i++) {
        if (vmm_unmap((uint64_t)stacks[i].guard, PAGE_SIZE) != HAL_OK) {
            return false;
        }
    }
    return true;
}

const char *gdt_stack_guarded_at(uint64_t address) {
    if (address - (uint64_t)boot_stack_guard < PAGE_SIZE) {
        return "boot stack";
    }
    for (unsigned i = 0; i < IST_COUNT; i++) {
        if (address - (uint64_t)stacks[i].guard < PAGE_SIZE) {
            return stack_names[i];
        }
    }
    return NULL;
}

bool gdt_in_interrupt_stack(uint64_t address, uint64_t size) {
    for (unsigned i = 0; i < IST_COUNT; i++) {
        uint64_t bottom = (uint64_t)stacks[i].bytes;
        if (address >= bottom && size <= IST_STACK_SIZE &&
            address - bottom <= IST_STACK_SIZE - size) {
            return true;
        }
    }
    return false;
}
