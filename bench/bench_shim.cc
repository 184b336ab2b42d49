// bench_shim.cc - the one C++ file: Google Benchmark behind the C interface of bench_shim.h.
//
// The time of a sample is what the C side has measured (manual time), and each repetition is one sample,
// so that the library's random interleaving alternates the benchmarks and its JSON keeps every sample.

#include "bench_shim.h"

#include <algorithm>
#include <benchmark/benchmark.h>
#include <vector>

namespace {

// The value below which the given part of the samples lies, between samples by linear interpolation.
double quantile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    double place = part * static_cast<double>(values.size() - 1);
    auto below = static_cast<std::size_t>(place);
    auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

double first_quartile(const std::vector<double> &values) {
    return quantile(values, 0.25);
}

double third_quartile(const std::vector<double> &values) {
    return quantile(values, 0.75);
}

} // namespace

extern "C" void bench_options(int *argc, char **argv) {
    benchmark::Initialize(argc, argv);
}

extern "C" void bench_note(const char *key, const char *value) {
    benchmark::AddCustomContext(key, value);
}

extern "C" void bench_register(const char *name, bench_function function, void *context) {
    auto body = [function, context](benchmark::State &state) {
        bench_sample sample = {};
        for (auto _ : state) {
            function(context, &sample);
            state.SetIterationTime(sample.seconds);
        }
        state.SetLabel(sample.label);
        for (unsigned i = 0; i < sample.counters; i++) {
            state.counters[sample.counter[i].name] = sample.counter[i].value;
        }
    };
    benchmark::RegisterBenchmark(name, body)
        ->UseManualTime()
        ->Iterations(1)
        ->Unit(benchmark::kMillisecond)
        ->ComputeStatistics("q1", first_quartile)
        ->ComputeStatistics("q3", third_quartile);
}

extern "C" void bench_run(void) {
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
