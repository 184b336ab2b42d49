/*
 * features.c - the processor state that the kernel runs in.
 *
 * Firmware leaves what it likes in the control registers, so nothing of it is kept but what cannot be changed
 * safely. What is there and left off, with the reasons:
 *
 *   PGE, PCID      there is one address space, CR3 is not reloaded, and pages are flushed one by one: global
 *                  pages would save nothing
 *   OSFXSR,        C is compiled for general registers alone and the engine uses no others, so nobody saves
 *   OSXSAVE        vector registers; TS makes a stray use a fault with a name instead of somebody's wrong
 *                  result
 *   FSGSBASE, SCE  FS and GS are null and there is no ring 3 to come from
 *   CET            indirect branch tracking would want an ENDBR64 at the start of every primitive, which the
 *                  engine reaches by an indirect jump: a longer dispatch for every word. A shadow stack does
 *                  not fit an engine that has a VM's control stack in rsp and switches VMs by loading it
 *   SPEC_CTRL      is not touched: every VM runs in ring 0 in one address space, so there is no boundary
 *                  between rings that speculation could cross, and restricting it would slow down the
 *                  engine's indirect jumps
 *   AM             unaligned access is allowed in Forth
 *   VMXE, SMXE     are left as found: they cannot be cleared in VMX or SMX operation
 */
#include "cpu/features.h"

#include <stddef.h>

#include "cpu/control_registers.h"
#include "cpu/io.h"

static struct processor processor;

static struct cpuid_leaf read_leaf(uint32_t leaf, uint32_t subleaf) {
    const struct cpuid_result result = cpuid(leaf, subleaf);
    return (struct cpuid_leaf){result.eax, result.ebx, result.ecx, result.edx};
}

static uint64_t if_present(enum processor_feature feature, uint64_t bit) {
    return processor_has(&processor, feature) ? bit : 0;
}

/* A breakpoint that a debugger of the firmware left would strike in the kernel. */
static void clear_debug_registers(void) {
    __asm__ volatile("movq %0, %%dr7" : : "r"(DR7_OFF)); /* first: it may guard the others */
    __asm__ volatile("movq %0, %%dr6" : : "r"(DR6_NONE));
    __asm__ volatile("movq %0, %%dr0\n\tmovq %0, %%dr1\n\tmovq %0, %%dr2\n\tmovq %0, %%dr3"
                     :
                     : "r"(UINT64_C(0)));
}

void features_enable(void) {
    processor_decode(&processor, read_leaf);

    /* The loader refuses a processor without NX: its page tables use the bit. */
    wrmsr(MSR_EFER, (rdmsr(MSR_EFER) & ~EFER_SCE) | if_present(PROCESSOR_NX, EFER_NXE));

    /* SMEP and SMAP guard against pages of ring 3. There are none, so they cost nothing and fault when a
     * table is corrupt. Without MCE a machine check would silently be a reset; which errors are reported
     * is decided later, by machine_check_init. */
    write_cr4((read_cr4() & (CR4_PAE | CR4_LA57 | CR4_VMXE | CR4_SMXE)) |
              if_present(PROCESSOR_MCE, CR4_MCE) | if_present(PROCESSOR_SMEP, CR4_SMEP) |
              if_present(PROCESSOR_SMAP, CR4_SMAP) | if_present(PROCESSOR_UMIP, CR4_UMIP));

    /* Caches on (CD and NW clear), read-only pages bind ring 0 too, x87 errors are exceptions. */
    write_cr0(CR0_PE | CR0_MP | CR0_TS | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
    clear_debug_registers();
}

const struct processor *features_processor(void) {
    return &processor;
}
