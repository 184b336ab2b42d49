/*
 * processor.h - what CPUID says about a processor, decoded (Intel SDM volume 2, CPUID; AMD APM volume 3,
 * appendix E).
 *
 * Pure: the leaves come through a reader, so that the kernel, the Linux program and the unit tests, with
 * recorded leaves, use the same code. No leaf is read that the processor does not claim to have.
 */
#ifndef SHARED_PROCESSOR_H
#define SHARED_PROCESSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/format.h"

struct cpuid_leaf {
    uint32_t eax, ebx, ecx, edx;
};

/* Executes CPUID, or looks the leaf up. */
typedef struct cpuid_leaf (*cpuid_reader)(uint32_t leaf, uint32_t subleaf);

/* In the order in which they are shown. Each is bit 1 << n of struct processor's features. */
enum processor_feature {
    PROCESSOR_NX,
    PROCESSOR_SMEP,
    PROCESSOR_SMAP,
    PROCESSOR_UMIP,
    PROCESSOR_MCE,
    PROCESSOR_MCA,
    PROCESSOR_PAT,
    PROCESSOR_APIC,
    PROCESSOR_X2APIC,
    PROCESSOR_TSC_DEADLINE,
    PROCESSOR_INVARIANT_TSC,
    PROCESSOR_ERMS,
    PROCESSOR_PGE,
    PROCESSOR_PCID,
    PROCESSOR_PAGE_1G,
    PROCESSOR_LA57,
    PROCESSOR_FSGSBASE,
    PROCESSOR_SYSCALL,
    PROCESSOR_XSAVE,
    PROCESSOR_CET_SS,
    PROCESSOR_CET_IBT,
    PROCESSOR_SPEC_CTRL,
    PROCESSOR_HYPERVISOR,
    PROCESSOR_FEATURE_COUNT,
};

struct processor_cache {
    char kind; /* 'D' data, 'I' instructions, 'U' both */
    unsigned level;
    unsigned ways; /* 0: fully associative */
    unsigned line; /* bytes */
    uint64_t size; /* bytes */
};

enum { PROCESSOR_CACHES = 8 };

struct processor {
    char vendor[13]; /* zero-terminated, like all texts here; printable characters alone */
    char brand[49];  /* empty: the processor does not say */
    char hypervisor[13];
    unsigned family, model, stepping;
    unsigned physical_bits, linear_bits;
    unsigned cache_count;
    struct processor_cache caches[PROCESSOR_CACHES];
    uint64_t tsc_hz;  /* from leaf 0x15, or 0 */
    uint64_t base_hz; /* from leaf 0x16, or 0 */
    uint32_t features;
};

void processor_decode(struct processor *processor, cpuid_reader read);

static inline bool processor_has(const struct processor *processor,
                                 enum processor_feature feature) {
    return (processor->features >> feature & 1) != 0;
}

/* The name of a feature as the manuals have it: "SMEP". */
const char *processor_feature_name(enum processor_feature feature);

/* Prints vendor, name, numbers, address widths and caches: the part that needs nothing but CPUID. */
void processor_report(const struct processor *processor, format_sink sink, void *context);

#endif
