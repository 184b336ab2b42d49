/*
 * pat.c - programs the page attribute table (Intel SDM volume 3, section 12.12.4).
 *
 * After a reset the bits PWT and PCD of an entry choose write-back, write-through, weakly and
 * strongly uncached. Nobody here wants write-through, so its place goes to write-combining; the
 * others stay, because the loader's tables use them. The third bit, PAT, whose place differs in
 * small and large entries, is made to mean nothing: both halves of the table are the same.
 */
#include "mm/pat.h"

#include "cpu/io.h"

enum {
    CPUID_FEATURES = 1,
    CPUID_EDX_PAT = 1 << 16,
    MSR_PAT = 0x277,
};

#define CR0_NW  (UINT64_C(1) << 29)
#define CR0_CD  (UINT64_C(1) << 30)
#define CR4_PGE (UINT64_C(1) << 7)

/* Memory types, SDM volume 3, table 12-10. */
#define TYPE_UNCACHED        UINT64_C(0)
#define TYPE_WRITE_COMBINING UINT64_C(1)
#define TYPE_WRITE_BACK      UINT64_C(6)
#define TYPE_UNCACHED_MINUS  UINT64_C(7)

#define HALF                                                                                       \
    (TYPE_WRITE_BACK | TYPE_WRITE_COMBINING << 8 | TYPE_UNCACHED_MINUS << 16 | TYPE_UNCACHED << 24)

static void flush_caches(void) {
    __asm__ volatile("wbinvd" : : : "memory");
}

static void flush_translations(void) {
    __asm__ volatile("movq %0, %%cr3" : : "r"(read_cr3()) : "memory");
}

bool pat_init(void) {
    const uint64_t wanted = HALF | HALF << 32;
    if ((cpuid(CPUID_FEATURES, 0).edx & CPUID_EDX_PAT) == 0) {
        return false;
    }
    if (rdmsr(MSR_PAT) == wanted) {
        return true;
    }
    /* A type must not change under lines that are in a cache: the steps of SDM volume 3,
     * section 12.11.8, which section 12.12.4 asks for. */
    const uint64_t cr0 = read_cr0();
    const uint64_t cr4 = read_cr4();
    write_cr0((cr0 & ~CR0_NW) | CR0_CD);
    flush_caches();
    write_cr4(cr4 & ~CR4_PGE);
    flush_translations();
    wrmsr(MSR_PAT, wanted);
    flush_caches();
    flush_translations();
    write_cr0(cr0);
    write_cr4(cr4);
    return true;
}
