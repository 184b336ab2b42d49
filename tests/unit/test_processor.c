/*
 * test_processor.c - what is decoded from the CPUID leaves of several processors.
 */
/* uses: c/shared/processor.c c/shared/processor_report.c c/shared/format.c */
#include "shared/processor.h"

#include <string.h>

#include "unit.h"

struct record {
    uint32_t leaf, subleaf;
    struct cpuid_leaf value;
};

/* An Intel Xeon of 2023 under KVM. */
static const struct record xeon[] = {
    {0x0, 0, {0x0000001c, 0x756e6547, 0x6c65746e, 0x49656e69}},
    {0x1, 0, {0x000c06f2, 0x01020800, 0xfffa3203, 0x1f8bfbff}},
    {0x4, 0, {0x04000121, 0x02c0003f, 0x0000003f, 0x00000000}},
    {0x4, 1, {0x04000122, 0x01c0003f, 0x0000003f, 0x00000000}},
    {0x4, 2, {0x04000143, 0x03c0003f, 0x000007ff, 0x00000000}},
    {0x4, 3, {0x04004163, 0x04c0003f, 0x00033fff, 0x00000000}},
    {0x7, 0, {0x00000002, 0xf1bf2ffb, 0x1a415f46, 0x20814010}},
    {0x40000000, 0, {0x40000001, 0x4b4d564b, 0x564b4d56, 0x0000004d}},
    {0x80000000, 0, {0x80000021, 0x00000000, 0x00000000, 0x00000000}},
    {0x80000001, 0, {0x00000000, 0x00000000, 0x00000121, 0x2c100800}},
    {0x80000002, 0, {0x65746e49, 0x2952286c, 0x6f655820, 0x2952286e}},
    {0x80000003, 0, {0x6f725020, 0x73736563, 0x0000726f, 0x00000000}},
    {0x80000006, 0, {0x00000000, 0x00000000, 0x08007040, 0x00000000}},
    {0x80000007, 0, {0x00000000, 0x00000000, 0x00000000, 0x00000100}},
    {0x80000008, 0, {0x00303930, 0x00000000, 0x00000000, 0x00000000}},
};

/* An AMD processor with the topology extension: a 512 KiB L2 of 8 ways, a fully associative L3 of made-up
 * size. */
static const struct record ryzen[] = {
    {0x0, 0, {0x00000010, 0x68747541, 0x444d4163, 0x69746e65}},
    {0x1, 0, {0x00870f10, 0x00000000, 0x00000000, 0x00000000}},
    {0x4, 0, {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}},
    {0x80000000, 0, {0x80000020, 0x68747541, 0x444d4163, 0x69746e65}},
    {0x80000001, 0, {0x00870f10, 0x00000000, 0x00400000, 0x00100000}},
    {0x8000001d, 0, {0x00000143, 0x01c0003f, 0x000003ff, 0x00000000}},
    {0x8000001d, 1, {0x00000363, 0x0000003f, 0x0003ffff, 0x00000000}},
};

/* QEMU's qemu64 has the caches in AMD's old leaves alone. */
static const struct record old_amd[] = {
    {0x0, 0, {0x0000000d, 0x68747541, 0x444d4163, 0x69746e65}},
    {0x1, 0, {0x00060fb1, 0x00000800, 0x00000000, 0x00000000}},
    {0x80000000, 0, {0x8000000a, 0x68747541, 0x444d4163, 0x69746e65}},
    {0x80000005, 0, {0x00000000, 0x00000000, 0x40020140, 0x40ff0140}},
    {0x80000006, 0, {0x00000000, 0x00000000, 0x02008140, 0x00808140}},
};

/* The least that a 64-bit processor can say, and some that say nonsense. */
static const struct record least[] = {
    {0x0, 0, {0x00000001, 0x756e6547, 0x6c65746e, 0x49656e69}},
    {0x1, 0, {0x00000f43, 0, 0, 0}},
    {0x80000000, 0, {0x12345678, 0, 0, 0}},
};

static const struct record *records;
static size_t record_count;
static uint32_t last_basic, last_extended, last_hypervisor;

/* Demands that only leaves are read that there are. */
static struct cpuid_leaf look_up(uint32_t leaf, uint32_t subleaf) {
    const bool hypervisor = leaf >= 0x40000000 && leaf < 0x80000000;
    CHECK(leaf == 0 || leaf == 0x80000000 ||
          leaf <= (leaf >= 0x80000000 ? last_extended
                   : hypervisor       ? last_hypervisor
                                      : last_basic));
    for (size_t i = 0; i < record_count; i++) {
        if (records[i].leaf == leaf && records[i].subleaf == subleaf) {
            return records[i].value;
        }
    }
    return (struct cpuid_leaf){0};
}

static uint32_t eax_of(uint32_t leaf) {
    for (size_t i = 0; i < record_count; i++) {
        if (records[i].leaf == leaf) {
            return records[i].value.eax;
        }
    }
    return 0;
}

static struct processor decode(const struct record *of, size_t count) {
    struct processor processor;
    records = of;
    record_count = count;
    last_basic = eax_of(0);
    last_extended = eax_of(0x80000000) >> 16 == 0x8000 ? eax_of(0x80000000) : 0x80000000;
    last_hypervisor = eax_of(0x40000000);
    processor_decode(&processor, look_up);
    return processor;
}

#define DECODE(of) decode(of, sizeof of / sizeof of[0])

UNIT_TEST(processor_intel, "an Intel processor under KVM is decoded") {
    const struct processor p = DECODE(xeon);
    CHECK_STR(p.vendor, "GenuineIntel");
    CHECK_STR(p.brand, "Intel(R) Xeon(R) Processor");
    CHECK_STR(p.hypervisor, "KVMKVMKVM");
    CHECK_EQ_U64(p.family, 6);
    CHECK_EQ_U64(p.model, 0xcf);
    CHECK_EQ_U64(p.stepping, 2);
    CHECK_EQ_U64(p.physical_bits, 48);
    CHECK_EQ_U64(p.linear_bits, 57);
    CHECK_EQ_U64(p.tsc_hz, 0);
    CHECK_EQ_U64(p.cache_count, 4);
    CHECK_EQ_U64(p.caches[0].size, 48 * 1024);
    CHECK_EQ_U64(p.caches[0].ways, 12);
    CHECK_EQ_U64(p.caches[0].kind, 'D');
    CHECK_EQ_U64(p.caches[1].kind, 'I');
    CHECK_EQ_U64(p.caches[2].size, 2048 * 1024);
    CHECK_EQ_U64(p.caches[3].size, UINT64_C(260) << 20);
    CHECK_EQ_U64(p.caches[3].level, 3);
    CHECK(processor_has(&p, PROCESSOR_NX) && processor_has(&p, PROCESSOR_SMEP));
    CHECK(processor_has(&p, PROCESSOR_SMAP) && processor_has(&p, PROCESSOR_UMIP));
    CHECK(processor_has(&p, PROCESSOR_INVARIANT_TSC) && processor_has(&p, PROCESSOR_TSC_DEADLINE));
    CHECK(processor_has(&p, PROCESSOR_X2APIC) && processor_has(&p, PROCESSOR_CET_IBT) == false);
}

UNIT_TEST(processor_amd, "an AMD processor is decoded, its caches from its own leaf") {
    const struct processor p = DECODE(ryzen);
    CHECK_STR(p.vendor, "AuthenticAMD");
    CHECK_STR(p.brand, "");
    CHECK_STR(p.hypervisor, "");
    CHECK_EQ_U64(p.family, 23);
    CHECK_EQ_U64(p.model, 0x71);
    CHECK_EQ_U64(p.physical_bits, 36);
    CHECK_EQ_U64(p.linear_bits, 48);
    CHECK_EQ_U64(p.cache_count, 2);
    CHECK_EQ_U64(p.caches[0].size, 512 * 1024);
    CHECK_EQ_U64(p.caches[0].ways, 8);
    CHECK_EQ_U64(p.caches[1].ways, 0);
    CHECK(processor_has(&p, PROCESSOR_NX));
    CHECK(!processor_has(&p, PROCESSOR_HYPERVISOR));
}

UNIT_TEST(processor_old_amd, "without the topology extension the caches come from the old leaves") {
    const struct processor p = DECODE(old_amd);
    CHECK_EQ_U64(p.cache_count, 4);
    CHECK_EQ_U64(p.caches[0].size, 64 * 1024);
    CHECK_EQ_U64(p.caches[0].ways, 2);
    CHECK_EQ_U64(p.caches[1].ways, 0);
    CHECK_EQ_U64(p.caches[2].size, 512 * 1024);
    CHECK_EQ_U64(p.caches[2].ways, 16);
    CHECK_EQ_U64(p.caches[3].size, UINT64_C(16) << 20);
}

UNIT_TEST(processor_least,
          "a processor that says next to nothing is decoded from that, no other leaf is read") {
    const struct processor p = DECODE(least);
    CHECK_EQ_U64(p.family, 15);
    CHECK_EQ_U64(p.model, 4);
    CHECK_EQ_U64(p.features, 0);
    CHECK_EQ_U64(p.cache_count, 0);
    CHECK_EQ_U64(p.physical_bits, 36);
}

UNIT_TEST(processor_clock, "leaves 0x15 and 0x16 give rates, and none when a part is missing") {
    struct record r[] = {{0, 0, {0x16, 0, 0, 0}},
                         {0x15, 0, {2, 216, 24000000, 0}},
                         {0x16, 0, {0xabcd0a28, 0, 0, 0}}};
    CHECK_EQ_U64(DECODE(r).tsc_hz, UINT64_C(2592000000));
    CHECK_EQ_U64(DECODE(r).base_hz, UINT64_C(2600000000));
    r[1].value.ecx = 0;
    CHECK_EQ_U64(DECODE(r).tsc_hz, 0);
    r[1].value = (struct cpuid_leaf){0, 1, 1, 0};
    CHECK_EQ_U64(DECODE(r).tsc_hz, 0);
}

static struct cpuid_leaf ones(uint32_t leaf, uint32_t subleaf) {
    (void)leaf;
    (void)subleaf;
    return (struct cpuid_leaf){UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX};
}

static size_t widest, column;
static bool printable;

static void measure(void *context, const char *text, size_t size) {
    (void)context;
    for (size_t i = 0; i < size; i++) {
        column = text[i] == '\n' ? 0 : column + 1;
        widest = column > widest ? column : widest;
        printable = printable && (text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'));
    }
}

UNIT_TEST(processor_nonsense,
          "a processor of ones alone keeps to the limits, and its report to the columns") {
    struct processor p;
    processor_decode(&p, ones);
    CHECK_EQ_U64(p.cache_count, PROCESSOR_CACHES);
    CHECK_STR(p.vendor, "????????????");
    widest = column = 0;
    printable = true;
    processor_report(&p, measure, NULL);
    CHECK(widest <= 79);
    CHECK(printable);
    CHECK_EQ_U64(column, 0);
}
