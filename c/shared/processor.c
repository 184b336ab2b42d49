/*
 * processor.c - what CPUID says about a processor, decoded.
 */
#include "shared/processor.h"

#include <stddef.h>
#include <string.h>

enum {
    LEAF_VENDOR = 0,
    LEAF_FEATURES = 1,
    LEAF_CACHES = 4,
    LEAF_STRUCTURED = 7,
    LEAF_TSC = 0x15,
    LEAF_FREQUENCY = 0x16,
    CACHES_MAX =
        16, /* subleaves looked at: firmware and hypervisors have been seen not to end the list */
};

#define LEAF_HYPERVISOR   0x40000000u
#define LEAF_EXTENDED     0x80000000u
#define LEAF_EXTENDED_END 0x8000ffffu /* above it the answer is of no extended leaf */
#define LEAF_EXTENDED_1   0x80000001u
#define LEAF_BRAND        0x80000002u /* and the next two */
#define LEAF_AMD_L1       0x80000005u
#define LEAF_AMD_L2       0x80000006u
#define LEAF_POWER        0x80000007u
#define LEAF_ADDRESSES    0x80000008u
#define LEAF_AMD_CACHES   0x8000001du
#define AMD_TOPOLOGY      (1u << 22) /* leaf 0x80000001 ecx: leaf 0x8000001d is there */
#define DEFAULT_PHYSICAL  36
#define DEFAULT_LINEAR    48

enum cpuid_register { EAX, EBX, ECX, EDX };

static const struct {
    const char *name;
    uint32_t leaf; /* subleaf 0 */
    enum cpuid_register reg;
    unsigned bit;
} bits[PROCESSOR_FEATURE_COUNT] = {
    [PROCESSOR_NX] = {"NX", LEAF_EXTENDED_1, EDX, 20},
    [PROCESSOR_SMEP] = {"SMEP", LEAF_STRUCTURED, EBX, 7},
    [PROCESSOR_SMAP] = {"SMAP", LEAF_STRUCTURED, EBX, 20},
    [PROCESSOR_UMIP] = {"UMIP", LEAF_STRUCTURED, ECX, 2},
    [PROCESSOR_MCE] = {"MCE", LEAF_FEATURES, EDX, 7},
    [PROCESSOR_MCA] = {"MCA", LEAF_FEATURES, EDX, 14},
    [PROCESSOR_PAT] = {"PAT", LEAF_FEATURES, EDX, 16},
    [PROCESSOR_APIC] = {"APIC", LEAF_FEATURES, EDX, 9},
    [PROCESSOR_X2APIC] = {"x2APIC", LEAF_FEATURES, ECX, 21},
    [PROCESSOR_TSC_DEADLINE] = {"TSC-deadline", LEAF_FEATURES, ECX, 24},
    [PROCESSOR_INVARIANT_TSC] = {"invariant TSC", LEAF_POWER, EDX, 8},
    [PROCESSOR_ERMS] = {"ERMS", LEAF_STRUCTURED, EBX, 9},
    [PROCESSOR_PGE] = {"PGE", LEAF_FEATURES, EDX, 13},
    [PROCESSOR_PCID] = {"PCID", LEAF_FEATURES, ECX, 17},
    [PROCESSOR_PAGE_1G] = {"1 GiB pages", LEAF_EXTENDED_1, EDX, 26},
    [PROCESSOR_LA57] = {"LA57", LEAF_STRUCTURED, ECX, 16},
    [PROCESSOR_FSGSBASE] = {"FSGSBASE", LEAF_STRUCTURED, EBX, 0},
    [PROCESSOR_SYSCALL] = {"SYSCALL", LEAF_EXTENDED_1, EDX, 11},
    [PROCESSOR_XSAVE] = {"XSAVE", LEAF_FEATURES, ECX, 26},
    [PROCESSOR_CET_SS] = {"CET-SS", LEAF_STRUCTURED, ECX, 7},
    [PROCESSOR_CET_IBT] = {"CET-IBT", LEAF_STRUCTURED, EDX, 20},
    [PROCESSOR_SPEC_CTRL] = {"SPEC_CTRL", LEAF_STRUCTURED, EDX, 26},
    [PROCESSOR_HYPERVISOR] = {"hypervisor", LEAF_FEATURES, ECX, 31},
};

/* CPUID, as far as the processor has it. */
struct source {
    cpuid_reader read;
    uint32_t last;          /* basic leaf */
    uint32_t last_extended; /* 0: none */
};

/* A leaf that does not exist reads as zero: above the last, processors answer with some other leaf. */
static struct cpuid_leaf leaf_of(const struct source *source, uint32_t leaf, uint32_t subleaf) {
    const uint32_t last = leaf < LEAF_EXTENDED ? source->last : source->last_extended;
    return leaf <= last ? source->read(leaf, subleaf) : (struct cpuid_leaf){0};
}

static uint32_t register_of(const struct cpuid_leaf *leaf, enum cpuid_register reg) {
    switch (reg) {
    case EAX:
        return leaf->eax;
    case EBX:
        return leaf->ebx;
    case ECX:
        return leaf->ecx;
    default:
        return leaf->edx;
    }
}

/* Ends the text, makes it printable and takes the blanks off both ends: hypervisors let people choose it. */
static void tidy(char *text, size_t size) {
    size_t start = 0, length = 0;
    text[size - 1] = '\0';
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (text[i] < ' ' || text[i] > '~') {
            text[i] = '?';
        }
    }
    while (text[start] == ' ') {
        start++;
    }
    for (size_t i = start; text[i] != '\0'; i++) {
        text[i - start] = text[i];
        if (text[i] != ' ') {
            length = i - start + 1;
        }
    }
    text[length] = '\0';
}

static void copy_12(char text[13], uint32_t a, uint32_t b, uint32_t c) {
    memcpy(text, &a, 4);
    memcpy(text + 4, &b, 4);
    memcpy(text + 8, &c, 4);
    tidy(text, 13);
}

static void decode_names(struct processor *processor, const struct source *source) {
    struct cpuid_leaf leaf = source->read(LEAF_VENDOR, 0);
    copy_12(processor->vendor, leaf.ebx, leaf.edx, leaf.ecx);
    if (source->last_extended >= LEAF_BRAND + 2) {
        for (unsigned part = 0; part < 3; part++) {
            leaf = source->read(LEAF_BRAND + part, 0);
            memcpy(processor->brand + part * sizeof leaf, &leaf, sizeof leaf);
        }
        tidy(processor->brand, sizeof processor->brand);
    }
    if (processor_has(processor, PROCESSOR_HYPERVISOR)) {
        leaf = source->read(LEAF_HYPERVISOR, 0);
        copy_12(processor->hypervisor, leaf.ebx, leaf.ecx, leaf.edx);
    }
}

/* Family and model grow by extended fields (SDM volume 2, CPUID, figure 3-6). */
static void decode_numbers(struct processor *processor, const struct source *source) {
    const uint32_t version = leaf_of(source, LEAF_FEATURES, 0).eax;
    const struct cpuid_leaf addresses = leaf_of(source, LEAF_ADDRESSES, 0);

    processor->stepping = version & 15;
    processor->model = version >> 4 & 15;
    processor->family = version >> 8 & 15;
    if (processor->family == 6 || processor->family == 15) {
        processor->model |= (version >> 16 & 15) << 4;
    }
    if (processor->family == 15) {
        processor->family += version >> 20 & 255;
    }
    processor->physical_bits = (addresses.eax & 255) != 0 ? addresses.eax & 255 : DEFAULT_PHYSICAL;
    processor->linear_bits =
        (addresses.eax >> 8 & 255) != 0 ? addresses.eax >> 8 & 255 : DEFAULT_LINEAR;
}

/* Deterministic cache parameters; AMD's leaf has the same fields. */
static void decode_caches(struct processor *processor, const struct source *source) {
    static const char kinds[] = "?DIU";
    const bool amd = (leaf_of(source, LEAF_EXTENDED_1, 0).ecx & AMD_TOPOLOGY) != 0;
    const uint32_t number = amd ? LEAF_AMD_CACHES : LEAF_CACHES;

    for (uint32_t i = 0; i < CACHES_MAX && processor->cache_count < PROCESSOR_CACHES; i++) {
        const struct cpuid_leaf leaf = leaf_of(source, number, i);
        const unsigned kind = leaf.eax & 31;
        if (kind == 0) {
            return;
        }
        const unsigned ways = (leaf.ebx >> 22 & 0x3ff) + 1;
        const unsigned partitions = (leaf.ebx >> 12 & 0x3ff) + 1;
        const unsigned line = (leaf.ebx & 0xfff) + 1;
        processor->caches[processor->cache_count++] = (struct processor_cache){
            .kind = kind < sizeof kinds - 1 ? kinds[kind] : '?',
            .level = leaf.eax >> 5 & 7,
            .ways = (leaf.eax >> 9 & 1) != 0 ? 0 : ways,
            .line = line,
            .size = (uint64_t)ways * partitions * line * ((uint64_t)leaf.ecx + 1),
        };
    }
}

/* How AMD's second and third level say their associativity (APM volume 3, table E-4). */
static unsigned old_ways(unsigned code) {
    static const uint8_t ways[16] = {
        [1] = 1,  [2] = 2,   [3] = 3,   [4] = 4,   [5] = 6,   [6] = 8,
        [8] = 16, [10] = 32, [11] = 48, [12] = 64, [13] = 96, [14] = 128};
    return ways[code];
}

static void add_cache(struct processor *processor, char kind, unsigned level, uint64_t kib,
                      unsigned ways, unsigned line) {
    if (kib != 0 && processor->cache_count < PROCESSOR_CACHES) {
        processor->caches[processor->cache_count++] = (struct processor_cache){
            .kind = kind, .level = level, .ways = ways, .line = line, .size = kib * 1024};
    }
}

/* AMD's leaves of before the topology extension; a hypervisor may have only these. */
static void decode_old_caches(struct processor *processor, const struct source *source) {
    enum { FULLY = 255, UNIT_KIB = 512 };
    const struct cpuid_leaf first = leaf_of(source, LEAF_AMD_L1, 0);
    const struct cpuid_leaf others = leaf_of(source, LEAF_AMD_L2, 0);
    const unsigned d = first.ecx >> 16 & 255, i = first.edx >> 16 & 255;

    add_cache(processor, 'D', 1, first.ecx >> 24, d == FULLY ? 0 : d, first.ecx & 255);
    add_cache(processor, 'I', 1, first.edx >> 24, i == FULLY ? 0 : i, first.edx & 255);
    add_cache(processor, 'U', 2, others.ecx >> 16, old_ways(others.ecx >> 12 & 15),
              others.ecx & 255);
    add_cache(processor, 'U', 3, (uint64_t)(others.edx >> 18) * UNIT_KIB,
              old_ways(others.edx >> 12 & 15), others.edx & 255);
}

static void decode_clocks(struct processor *processor, const struct source *source) {
    const struct cpuid_leaf tsc = leaf_of(source, LEAF_TSC, 0);
    if (tsc.eax != 0 && tsc.ebx != 0 && tsc.ecx != 0) {
        processor->tsc_hz = (uint64_t)tsc.ecx * tsc.ebx / tsc.eax;
    }
    processor->base_hz = (leaf_of(source, LEAF_FREQUENCY, 0).eax & 0xffff) * UINT64_C(1000000);
}

void processor_decode(struct processor *processor, cpuid_reader read) {
    *processor = (struct processor){0};
    struct source source = {.read = read, .last = read(LEAF_VENDOR, 0).eax};
    const uint32_t last_extended = read(LEAF_EXTENDED, 0).eax;
    if (last_extended >= LEAF_EXTENDED && last_extended <= LEAF_EXTENDED_END) {
        source.last_extended = last_extended;
    }
    for (unsigned i = 0; i < PROCESSOR_FEATURE_COUNT; i++) {
        const struct cpuid_leaf leaf = leaf_of(&source, bits[i].leaf, 0);
        processor->features |= (register_of(&leaf, bits[i].reg) >> bits[i].bit & 1) << i;
    }
    decode_names(processor, &source);
    decode_numbers(processor, &source);
    decode_caches(processor, &source);
    if (processor->cache_count == 0) {
        decode_old_caches(processor, &source);
    }
    decode_clocks(processor, &source);
}

const char *processor_feature_name(enum processor_feature feature) {
    return bits[feature].name;
}
