/*
 * features_report.c - .CPU: the processor, what of it is in use and why, and the other processors.
 */
#include <stddef.h>
#include <string.h>

#include "cpu/control_registers.h"
#include "cpu/escape.h"
#include "cpu/features.h"
#include "cpu/io.h"
#include "cpu/processors.h"
#include "drivers/apic.h"
#include "drivers/apic_registers.h"
#include "time/clock.h"

enum {
    MSR_APIC_BASE = 0x1b,
    MSR_MICROCODE = 0x8b,
    LVT_MODE_DEADLINE = 2, /* bits 17 and 18 of the timer's entry */
    LVT_MODE_SHIFT = 17,
    LVT_MODE_MASK = 3,
    HZ_PER_MHZ = 1000000,
};

#define BASE_X2APIC  (UINT64_C(1) << 10)
#define BASE_ENABLED (UINT64_C(1) << 11)

/* Where the answer to "is it on?" stands. */
enum switch_kind { ALWAYS_ON, NEVER_ON, IN_CR4, IN_EFER, IN_APIC_BASE, IN_TIMER };

static const struct {
    enum processor_feature feature;
    enum switch_kind kind;
    uint64_t bit;
    const char *use;
} uses[] = {
    {PROCESSOR_NX, IN_EFER, EFER_NXE, "data is never executed"},
    {PROCESSOR_SMEP, IN_CR4, CR4_SMEP, "a page of ring 3, which must not exist, faults"},
    {PROCESSOR_SMAP, IN_CR4, CR4_SMAP, "the same for loads and stores"},
    {PROCESSOR_UMIP, IN_CR4, CR4_UMIP, "would hide the tables from ring 3"},
    {PROCESSOR_MCE, IN_CR4, CR4_MCE, "a machine check shows a panic screen"},
    {PROCESSOR_MCA, ALWAYS_ON, 0, "registers that say what the machine check was"},
    {PROCESSOR_PAT, ALWAYS_ON, 0, "cache modes page by page"},
    {PROCESSOR_APIC, IN_APIC_BASE, BASE_ENABLED, "interrupts and the tick"},
    {PROCESSOR_X2APIC, IN_APIC_BASE, BASE_X2APIC, "local APIC through MSRs"},
    {PROCESSOR_TSC_DEADLINE, IN_TIMER, LVT_MODE_DEADLINE, "timer that counts in TSC cycles"},
    {PROCESSOR_INVARIANT_TSC, ALWAYS_ON, 0, "TSC as the clock"},
    {PROCESSOR_ERMS, ALWAYS_ON, 0, "MOVE, FILL and the kernel's copies"},
    {PROCESSOR_PGE, IN_CR4, CR4_PGE, "nothing: CR3 stays, pages are flushed singly"},
    {PROCESSOR_PCID, IN_CR4, CR4_PCIDE, "nothing: there is one address space"},
    {PROCESSOR_PAGE_1G, NEVER_ON, 0, "nothing: 2 MiB pages reach far enough"},
    {PROCESSOR_LA57, IN_CR4, CR4_LA57, "nothing: four levels of tables are enough"},
    {PROCESSOR_FSGSBASE, IN_CR4, CR4_FSGSBASE, "nothing: FS and GS are null"},
    {PROCESSOR_SYSCALL, IN_EFER, EFER_SCE, "nothing: there is no ring 3"},
    {PROCESSOR_XSAVE, IN_CR4, CR4_OSXSAVE, "nothing: vector registers are not used"},
    {PROCESSOR_CET_SS, IN_CR4, CR4_CET, "nothing: VMs have stacks of their own"},
    {PROCESSOR_CET_IBT, IN_CR4, CR4_CET, "nothing: would lengthen every Forth word"},
    {PROCESSOR_SPEC_CTRL, NEVER_ON, 0, "nothing: no ring is distrusted"},
};

static bool is_on(enum switch_kind kind, uint64_t bit) {
    switch (kind) {
    case ALWAYS_ON:
        return true;
    case IN_CR4:
        return (read_cr4() & bit) != 0;
    case IN_EFER:
        return (rdmsr(MSR_EFER) & bit) != 0;
    case IN_APIC_BASE:
        return (rdmsr(MSR_APIC_BASE) & bit) != 0;
    case IN_TIMER:
        return lapic_is_present() &&
               (lapic_read(REG_LVT_TIMER) >> LVT_MODE_SHIFT & LVT_MODE_MASK) == bit;
    default:
        return false;
    }
}

static void report_features(const struct processor *processor, format_sink sink, void *context) {
    format(sink, context, "  %-13s %-8s %-4s %s\n", "feature", "present", "on", "used for");
    format(sink, context, "  %-13s %-8s %-4s %s\n", "WP", "yes",
           (read_cr0() & CR0_WP) != 0 ? "yes" : "no", "read-only pages bind the kernel too");
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        const bool present = processor_has(processor, uses[i].feature);
        format(sink, context, "  %-13s %-8s %-4s %s\n", processor_feature_name(uses[i].feature),
               present ? "yes" : "no", present && is_on(uses[i].kind, uses[i].bit) ? "yes" : "no",
               uses[i].use);
    }
}

/* The revision is in the upper half on Intel's processors, in the lower on AMD's; CPUID leaf 1 makes the
 * former put it there (SDM volume 3, section 9.11.7). Hypervisors may not have the register. */
static uint64_t microcode_revision(const struct processor *processor) {
    uint64_t value = 0;
    (void)cpuid(1, 0);
    if (!rdmsr_guarded(MSR_MICROCODE, &value)) {
        return 0;
    }
    return memcmp(processor->vendor, "GenuineIntel", sizeof processor->vendor) == 0
               ? value >> 32
               : value & UINT32_MAX;
}

static void report_microcode(const struct processor *processor, format_sink sink, void *context) {
    const uint64_t revision = microcode_revision(processor);
    if (revision != 0) {
        format(sink, context, "  microcode     revision 0x%lx\n", revision);
    } else {
        format(sink, context, "  microcode     the revision cannot be read\n");
    }
}

static void report_tsc(const struct processor *processor, format_sink sink, void *context) {
    const bool invariant = processor_has(processor, PROCESSOR_INVARIANT_TSC);
    const char *kind = invariant ? "invariant" : "not said to be invariant";
    const uint64_t hz = clock_tsc_hz();
    if (hz == 0) {
        format(sink, context, "  TSC           of unknown rate, %s\n", kind);
    } else {
        format(sink, context, "  TSC           %lu MHz, %s\n", (hz + HZ_PER_MHZ / 2) / HZ_PER_MHZ,
               kind);
    }
}

static void report_others(format_sink sink, void *context) {
    const unsigned count = processors_count();
    format(sink, context, "  processors    %u found, 1 in use (local APIC %u)", count, lapic_id());
    if (count > 1) {
        format(sink, context, ", %u %s", count - 1,
               processors_are_parked() ? "parked after INIT" : "left in the firmware's loop");
    }
    format(sink, context, "\n");
}

void features_report(format_sink sink, void *context) {
    const struct processor *processor = features_processor();

    format(sink, context, "Processor\n");
    processor_report(processor, sink, context);
    report_microcode(processor, sink, context);
    report_tsc(processor, sink, context);
    report_others(sink, context);
    report_features(processor, sink, context);
}
