/*
 * hal_cpu.c - processor features, and the processor's idle and spin instructions.
 */
#include "hal/hal_cpu.h"

#include "cpu/interrupts.h"
#include "cpu/io.h"
#include "drivers/apic.h"
#include "hal/hal_panic.h"

enum {
    CPUID_STRUCTURED_FEATURES = 7,
    FEATURE_EBX_SMEP = 1 << 7,
    FEATURE_ECX_UMIP = 1 << 2,
    FEATURE_EXTENDED_EDX_NX = 1 << 20,
};

#define CPUID_EXTENDED          0x80000000u
#define CPUID_EXTENDED_FEATURES 0x80000001u

#define MSR_EFER 0xc0000080u
#define EFER_NXE (UINT64_C(1) << 11)
#define CR0_WP   (UINT64_C(1) << 16)
#define CR4_UMIP (UINT64_C(1) << 11)
#define CR4_SMEP (UINT64_C(1) << 20)

void hal_cpu_init(void) {
    if (cpuid(CPUID_EXTENDED, 0).eax >= CPUID_EXTENDED_FEATURES &&
        cpuid(CPUID_EXTENDED_FEATURES, 0).edx & FEATURE_EXTENDED_EDX_NX) {
        wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
    }
    write_cr0(read_cr0() | CR0_WP); /* read-only pages bind ring 0 too */

    uint64_t wanted = 0;
    if (cpuid(0, 0).eax >= CPUID_STRUCTURED_FEATURES) {
        struct cpuid_result features = cpuid(CPUID_STRUCTURED_FEATURES, 0);
        /* there is no ring 3, so both only catch a kernel that has lost its way */
        wanted |= features.ebx & FEATURE_EBX_SMEP ? CR4_SMEP : 0;
        wanted |= features.ecx & FEATURE_ECX_UMIP ? CR4_UMIP : 0;
    }
    write_cr4(read_cr4() | wanted);
}

unsigned hal_cpu_id(void) {
    return lapic_id();
}

unsigned hal_cpu_count(void) {
    return 1;
}

void hal_cpu_relax(void) {
    __asm__ volatile("pause");
}

void hal_cpu_halt(void) {
    if (interrupts_in_handler()) {
        hal_panic("hal_cpu_halt was called from an interrupt handler");
    }
    uint64_t flags = interrupts_save_and_disable();
    wait_for_interrupt();
    interrupts_save_and_disable();
    interrupts_restore(flags);
}
