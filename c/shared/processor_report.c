/*
 * processor_report.c - the part of .CPU that needs nothing but CPUID.
 */
#include <stddef.h>

#include "shared/processor.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define MHZ UINT64_C(1000000)

static const char *kind_name(char kind) {
    switch (kind) {
    case 'D':
        return "data";
    case 'I':
        return "instructions";
    case 'U':
        return "unified";
    default:
        return "unknown";
    }
}

static void report_cache(const struct processor_cache *cache, format_sink sink, void *context) {
    const char *unit = cache->size % MIB == 0 ? "MiB" : "KiB";
    const uint64_t size = cache->size % MIB == 0 ? cache->size / MIB : cache->size / KIB;

    format(sink, context, "  cache         L%u %-12s %5lu %s, ", cache->level,
           kind_name(cache->kind), (unsigned long)size, unit);
    if (cache->ways == 0) {
        format(sink, context, "fully associative");
    } else {
        format(sink, context, "%2u ways", cache->ways);
    }
    format(sink, context, ", %u-byte lines\n", cache->line);
}

void processor_report(const struct processor *processor, format_sink sink, void *context) {
    format(sink, context, "  vendor        %s\n", processor->vendor);
    format(sink, context, "  name          %s\n",
           processor->brand[0] != '\0' ? processor->brand : "it does not say");
    format(sink, context, "  numbers       family %u, model %u, stepping %u\n", processor->family,
           processor->model, processor->stepping);
    if (processor->hypervisor[0] != '\0') {
        format(sink, context, "  hypervisor    %s\n", processor->hypervisor);
    } else {
        format(sink, context, "  hypervisor    %s\n",
               processor_has(processor, PROCESSOR_HYPERVISOR) ? "one without a name" : "none");
    }
    format(sink, context, "  addresses     %u bits physical, %u bits linear\n",
           processor->physical_bits, processor->linear_bits);
    for (unsigned i = 0; i < processor->cache_count; i++) {
        report_cache(&processor->caches[i], sink, context);
    }
    if (processor->base_hz != 0) {
        format(sink, context, "  base clock    %lu MHz (CPUID)\n",
               (unsigned long)(processor->base_hz / MHZ));
    }
    if (processor->tsc_hz != 0) {
        format(sink, context, "  TSC stated    %lu MHz (CPUID)\n",
               (unsigned long)(processor->tsc_hz / MHZ));
    }
}
