/*
 * machine_check.c - errors that the processor finds in the hardware.
 *
 * Each bank of registers belongs to a part of the machine, such as a cache or the memory controller. What
 * the codes in it mean depends on the model; they are shown as they are, for whoever has its manual.
 */
#include "cpu/machine_check.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cpu/io.h"
#include "cpu/kprint.h"

enum {
    CPUID_FEATURES = 1,
    CPUID_EDX_MCE = 1 << 7,
    CPUID_EDX_MCA = 1 << 14,

    MSR_MCG_CAP = 0x179,
    MSR_MCG_STATUS = 0x17a,
    MSR_MCG_CTL = 0x17b,
    MSR_MC0_CTL = 0x400, /* of bank 0; the next bank's is MSRS_PER_BANK further */
    MSR_MC0_STATUS = 0x401,
    MSR_MC0_ADDR = 0x402,
    MSR_MC0_MISC = 0x403,
    MSRS_PER_BANK = 4,
    BANKS_MAX = 32, /* further ones have other places on some models */

    MCG_CAP_COUNT = 0xff,
    MCG_CAP_CTL = 1 << 8,
};

#define STATUS_VALID           (UINT64_C(1) << 63)
#define STATUS_UNCORRECTED     (UINT64_C(1) << 61)
#define STATUS_MISC_VALID      (UINT64_C(1) << 59)
#define STATUS_ADDRESS_VALID   (UINT64_C(1) << 58)
#define STATUS_CONTEXT_CORRUPT (UINT64_C(1) << 57)
#define CR4_MCE                (UINT64_C(1) << 6)

static bool has_feature(unsigned edx_bit) {
    return (cpuid(CPUID_FEATURES, 0).edx & edx_bit) != 0;
}

static unsigned bank_count(void) {
    const unsigned count = has_feature(CPUID_EDX_MCA) ? rdmsr(MSR_MCG_CAP) & MCG_CAP_COUNT : 0;
    return count < BANKS_MAX ? count : BANKS_MAX;
}

static uint64_t read_bank(unsigned bank, unsigned msr) {
    return rdmsr(msr + bank * MSRS_PER_BANK);
}

/* On the oldest models with 64 bits and before, bank 0's control belongs to the firmware (section
 * 15.3.2.1). */
static bool is_firmwares_bank(unsigned bank) {
    const uint32_t signature = cpuid(CPUID_FEATURES, 0).eax;
    const unsigned family = signature >> 8 & 0xf;
    const unsigned model = (signature >> 4 & 0xf) | (signature >> 12 & 0xf0);
    return bank == 0 && family == 6 && model < 0x1a;
}

static const char *severity(uint64_t status) {
    if (status & STATUS_CONTEXT_CORRUPT) {
        return "the processor's state is lost";
    }
    return status & STATUS_UNCORRECTED ? "not corrected" : "corrected";
}

void machine_check_report(format_sink sink, void *context) {
    const unsigned banks = bank_count();

    for (unsigned bank = 0; bank < banks; bank++) {
        const uint64_t status = read_bank(bank, MSR_MC0_STATUS);
        if ((status & STATUS_VALID) == 0) {
            continue;
        }
        format(sink, context, "machine check bank %u: status 0x%016lx, %s\n", bank, status,
               severity(status));
        if (status & STATUS_ADDRESS_VALID) {
            format(sink, context, "  address 0x%lx\n", read_bank(bank, MSR_MC0_ADDR));
        }
        if (status & STATUS_MISC_VALID) {
            format(sink, context, "  misc 0x%lx\n", read_bank(bank, MSR_MC0_MISC));
        }
    }
    if (banks != 0) {
        format(sink, context, "machine check global status 0x%lx\n", rdmsr(MSR_MCG_STATUS));
    }
}

static bool anything_logged(void) {
    for (unsigned bank = 0; bank < bank_count(); bank++) {
        if (read_bank(bank, MSR_MC0_STATUS) & STATUS_VALID) {
            return true;
        }
    }
    return false;
}

/* The order is that of section 15.8. */
void machine_check_init(void) {
    if (!has_feature(CPUID_EDX_MCE)) {
        return;
    }
    if (anything_logged()) {
        kprintf("  the hardware logged an error before this start:\n");
        machine_check_report(kprint_bytes, NULL);
    }
    if (has_feature(CPUID_EDX_MCA) && rdmsr(MSR_MCG_CAP) & MCG_CAP_CTL) {
        wrmsr(MSR_MCG_CTL, UINT64_MAX);
    }
    for (unsigned bank = 0; bank < bank_count(); bank++) {
        if (!is_firmwares_bank(bank)) {
            wrmsr(MSR_MC0_CTL + bank * MSRS_PER_BANK, UINT64_MAX);
        }
        wrmsr(MSR_MC0_STATUS + bank * MSRS_PER_BANK, 0);
    }
    write_cr4(read_cr4() | CR4_MCE);
}
