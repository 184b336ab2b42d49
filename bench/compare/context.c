/*
 * context.c - where the results come from: the "context" of the JSON.
 *
 * What CPUID tells is found out here, alike on both machines; the rest each machine knows for itself.
 */
#include "../bench_chain.h"
#include "compare.h"
#include "machine.h"
#include "shared/processor.h"
#include "statistics.h"

#define MILLION        UINT64_C(1000000)
#define PER_MILLE      UINT64_C(1000)
#define MHZ            UINT64_C(1000000)
#define KVM_SIGNATURE  "KVMKVMKVM"
#define QEMU_SIGNATURE "TCGTCGTCGTCG"

static struct cpuid_leaf read_leaf(uint32_t leaf, uint32_t subleaf) {
    struct cpuid_leaf it;
    __asm__ volatile("cpuid"
                     : "=a"(it.eax), "=b"(it.ebx), "=c"(it.ecx), "=d"(it.edx)
                     : "a"(leaf), "c"(subleaf));
    return it;
}

static void put_caches(struct json *json, const struct processor *processor) {
    json_open(json, "caches", '[');
    for (unsigned i = 0; i < processor->cache_count; i++) {
        const struct processor_cache *cache = &processor->caches[i];
        json_open(json, NULL, '{');
        json_text(json, "type",
                  cache->kind == 'D'   ? "Data"
                  : cache->kind == 'I' ? "Instruction"
                                       : "Unified");
        json_number(json, "level", cache->level);
        json_number(json, "size", cache->size);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static const char *accelerator(const struct processor *processor) {
    if (!processor_has(processor, PROCESSOR_HYPERVISOR)) {
        return "bare metal";
    }
    if (compare_same(processor->hypervisor, KVM_SIGNATURE)) {
        return "kvm";
    }
    if (compare_same(processor->hypervisor, QEMU_SIGNATURE)) {
        return compare_counted() ? "tcg-icount" : "tcg";
    }
    return processor->hypervisor[0] != '\0' ? processor->hypervisor : "a hypervisor";
}

static void put_cpuid(struct json *json, const struct processor *processor) {
    json_text(json, "cpu", processor->brand[0] != '\0' ? processor->brand : processor->vendor);
    json_open(json, "cpuid", '{');
    json_text(json, "vendor", processor->vendor);
    json_number(json, "family", processor->family);
    json_number(json, "model", processor->model);
    json_number(json, "stepping", processor->stepping);
    json_close(json, '}');
    json_bool(json, "invariant_tsc", processor_has(processor, PROCESSOR_INVARIANT_TSC));
}

static void put_unless_zero(struct json *json, const char *key, uint64_t value) {
    if (value != 0) {
        json_number(json, key, value);
    } else {
        json_text(json, key, NULL);
    }
}

static void put_check(struct json *json, const struct compare_clock *clock) {
    json_open(json, "self_check", '{');
    json_decimal(json, "chain_expected", clock->expected, 3);
    json_decimal(json, "chain_measured", clock->measured, 3);
    json_text(json, "chain_unit", clock->unit); /* null: it was not measured */
    json_number(json, "empty_measurement_tsc", clock->empty);
    json_bool(json, "ok", clock->ok);
    json_close(json, '}');
    json_open(json, "discarded", '{');
    json_number(json, "taken", compare.taken);
    json_number(json, "discarded", compare.discarded);
    json_decimal(
        json, "share",
        compare.taken != 0 ? multiply_divide(compare.discarded, MILLION, compare.taken) : 0, 6);
    json_close(json, '}');
}

bool compare_emulated(void) {
    static struct processor processor;
    processor_decode(&processor, read_leaf);
    return compare_same(processor.hypervisor, QEMU_SIGNATURE) && !compare_counted();
}

void compare_context(struct json *json, const char *error) {
    static struct processor processor;
    const struct compare_clock *clock = &compare.clock;
    processor_decode(&processor, read_leaf);
    const uint64_t core_hz = compare_counted() || clock->chain == 0
                                 ? 0
                                 : multiply_divide(clock->tsc_hz, CHAIN_LENGTH, clock->chain);
    json_open(json, "context", '{');
    machine_context(json); /* date and side come first */
    json_number(json, "mhz_per_cpu", (core_hz != 0 ? core_hz : clock->tsc_hz) / MHZ);
    put_caches(json, &processor);
    json_text(json, "library_build_type", "release");
    put_cpuid(json, &processor);
    const char *model = machine_model();
    json_text(json, "machine", model != NULL ? model : processor.brand);
    json_text(json, "hypervisor", processor.hypervisor[0] != '\0' ? processor.hypervisor : NULL);
    json_text(json, "accelerator", machine_is_kernel ? accelerator(&processor) : "native");
    json_number(json, "tsc_hz", clock->tsc_hz);
    put_unless_zero(json, "core_hz", core_hz);
    json_bool(json, "counted_time", compare_counted());
    put_unless_zero(json, "tsc_per_instruction", clock->tsc_per_instruction);
    json_text(json, "commit", compare_commit);
    json_bool(json, "dirty", compare_dirty);
    json_number(json, "repetitions", compare.repetitions);
    json_number(json, "seed", compare.seed);
    json_text(json, "filter", compare.filter);
    put_check(json, clock);
    if (error != NULL) {
        json_text(json, "error", error);
    }
    json_close(json, '}');
}
