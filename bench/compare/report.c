/*
 * report.c - the results as Google Benchmark's JSON, and as a table for people.
 *
 * Each sample is an entry of run type "iteration"; the aggregates are of the quiet ones. Times are ns of one
 * operation; beside them stand cycles of the time stamp counter, of the core where its own clock is known, and
 * instructions where those are what time counts.
 */
#include "../bench_chain.h"
#include "compare.h"
#include "hal/hal_console.h"
#include "machine.h"
#include "statistics.h"

#define MILLION      UINT64_C(1000000)
#define FS_A_SECOND  UINT64_C(1000000000000000)
#define FS_A_NS      MILLION
#define NAME_SIZE    128u
#define COLUMN_WIDTH 38u   /* of the table */
#define MOST         1024u /* samples of one case whose aggregates are made */

/* What is known of a sample, of one operation: millionths of the units, real time in fs. */
enum value { REAL_TIME, CYCLES, CORE_CYCLES, INSTRUCTIONS, VALUES };

static const char *const value_name[VALUES] = {"real_time", "cycles", "core_cycles",
                                               "instructions"};

static void console(void *context, const char *text, size_t size) {
    (void)context;
    hal_console_write(text, size);
}

void compare_say(const char *pattern, ...) {
    va_list arguments;
    va_start(arguments, pattern);
    format_list(console, NULL, pattern, arguments);
    va_end(arguments);
    hal_console_flush();
}

static bool has_value(enum value value) {
    return value == REAL_TIME || value == CYCLES || (value == INSTRUCTIONS) == compare_counted();
}

static uint64_t value_of(const struct compare_sample *sample, enum value value) {
    const uint64_t ops = compare.cases[sample->of].ops;
    const uint64_t cycles = multiply_divide(sample->cycles, MILLION, ops);
    switch (value) {
    case REAL_TIME:
        return multiply_divide(sample->cycles, FS_A_SECOND, compare.clock.tsc_hz) / ops;
    case CORE_CYCLES:
        return multiply_divide(cycles, CHAIN_LENGTH, sample->chain);
    case INSTRUCTIONS:
        return cycles / compare.clock.tsc_per_instruction;
    default:
        return cycles;
    }
}

const char *compare_name(const struct compare_case *it, const char *suffix) {
    static char name[NAME_SIZE];
    const char *const parts[] = {it->group, "/", it->name, suffix};
    size_t used = 0;
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        for (const char *at = parts[i]; *at != '\0' && used < NAME_SIZE - 1; at++) {
            name[used++] = *at;
        }
    }
    name[used] = '\0';
    return name;
}

/* What every entry of a case begins with. */
static void begin_entry(struct json *json, unsigned of, const char *type, const char *suffix,
                        unsigned repetitions) {
    const struct compare_case *it = &compare.cases[of];
    json_open(json, NULL, '{');
    json_text(json, "name", compare_name(it, suffix));
    json_number(json, "family_index", of);
    json_number(json, "per_family_instance_index", 0);
    json_text(json, "run_name", compare_name(it, ""));
    json_text(json, "run_type", type);
    json_number(json, "repetitions", repetitions);
}

static void put_time(struct json *json, uint64_t fs) {
    json_decimal(json, "real_time", fs, 6);
    json_decimal(json, "cpu_time", fs, 6);
    json_text(json, "time_unit", "ns");
}

static void put_sample(struct json *json, const struct compare_sample *sample, unsigned index,
                       unsigned repetitions) {
    begin_entry(json, sample->of, "iteration", "", repetitions);
    json_number(json, "repetition_index", index);
    json_number(json, "threads", 1);
    json_number(json, "iterations", compare.cases[sample->of].ops);
    put_time(json, value_of(sample, REAL_TIME));
    for (enum value value = CYCLES; value < VALUES; value++) {
        if (has_value(value)) {
            json_decimal(json, value_name[value], value_of(sample, value), 6);
        }
    }
    json_number(json, "ops", compare.cases[sample->of].ops);
    json_number(json, "quiet", sample->quiet);
    json_close(json, '}');
}

/* ---- aggregates ---- */

/* The values of the quiet samples of a case; of all where none is quiet. Returns how many. */
static unsigned collect(unsigned of, enum value value, uint64_t values[MOST], bool *quiet) {
    unsigned count = 0;
    for (unsigned pass = 0; pass < 2 && count == 0; pass++) {
        *quiet = pass == 0;
        for (unsigned i = 0; i < compare.sample_count && count < MOST; i++) {
            const struct compare_sample *sample = &compare.samples[i];
            if (sample->of == of && (sample->quiet || pass == 1)) {
                values[count++] = value_of(sample, value);
            }
        }
    }
    return count;
}

static uint64_t aggregate_of(const struct statistics *it, unsigned which) {
    const uint64_t all[] = {it->mean, it->median, it->deviation, it->variation};
    return all[which];
}

static void put_aggregates(struct json *json, unsigned of) {
    static const char *const names[] = {"mean", "median", "stddev", "cv"};
    static const char *const suffixes[] = {"_mean", "_median", "_stddev", "_cv"};
    static uint64_t values[MOST];
    struct statistics it[VALUES];
    unsigned count = 0;
    bool quiet = false;
    for (enum value value = REAL_TIME; value < VALUES; value++) {
        if (has_value(value)) {
            count = collect(of, value, values, &quiet);
            if (count == 0) {
                return;
            }
            it[value] = statistics_of(values, count);
        }
    }
    for (unsigned which = 0; which < 4; which++) {
        begin_entry(json, of, "aggregate", suffixes[which], count);
        json_number(json, "threads", 1);
        json_text(json, "aggregate_name", names[which]);
        json_text(json, "aggregate_unit", which == 3 ? "percentage" : "time");
        json_number(json, "iterations", count);
        put_time(json, aggregate_of(&it[REAL_TIME], which));
        for (enum value value = CYCLES; value < VALUES; value++) {
            if (has_value(value)) {
                json_decimal(json, value_name[value], aggregate_of(&it[value], which), 6);
            }
        }
        json_number(json, "quiet", quiet);
        json_close(json, '}');
    }
}

/* ---- distributions ---- */

/* In fs. */
static uint64_t time_of(const struct compare_gap *gap) {
    const struct compare_arbiter *it = compare.cases[gap->of].detail;
    return compare_same(it->unit, "ns")
               ? gap->cycles * FS_A_NS
               : multiply_divide(gap->cycles, FS_A_SECOND, compare.clock.tsc_hz);
}

/* The moments of a run, in the order in which they came. Returns how many. */
static unsigned collect_moments(unsigned of, unsigned run, uint64_t values[COMPARE_GAPS]) {
    unsigned count = 0;
    for (unsigned i = 0; i < compare.gap_count; i++) {
        if (compare.gaps[i].of == of && compare.gaps[i].run == run) {
            values[count++] = time_of(&compare.gaps[i]);
        }
    }
    return count;
}

/* One run: its median, and every moment. */
static void put_moments(struct json *json, unsigned of, unsigned run) {
    static uint64_t values[COMPARE_GAPS];
    const unsigned count = collect_moments(of, run, values);
    if (count == 0) {
        return;
    }
    begin_entry(json, of, "iteration", "", compare.repetitions);
    json_number(json, "repetition_index", run);
    json_number(json, "threads", 1);
    json_number(json, "iterations", count);
    put_time(json, statistics_of(values, count).median);
    json_number(json, "ops", count);
    json_number(json, "quiet", 1);
    json_open(json, "samples", '[');
    (void)collect_moments(of, run, values); /* the statistics have sorted them */
    for (unsigned i = 0; i < count; i++) {
        json_decimal(json, NULL, values[i], 6);
    }
    json_close(json, ']');
    json_close(json, '}');
}

/* ---- the whole ---- */

static void put_case(struct json *json, unsigned of) {
    unsigned count = 0, index = 0;
    for (unsigned i = 0; i < compare.sample_count; i++) {
        count += compare.samples[i].of == of;
    }
    for (unsigned i = 0; i < compare.sample_count; i++) {
        if (compare.samples[i].of == of) {
            put_sample(json, &compare.samples[i], index++, count);
        }
    }
    put_aggregates(json, of);
    for (unsigned run = 0; run < compare.repetitions && compare.gap_count != 0; run++) {
        put_moments(json, of, run);
    }
}

void compare_report(const char *error) {
    struct json json = {.put = machine_put};
    json_open(&json, NULL, '{');
    compare_context(&json, error);
    json_open(&json, "benchmarks", '[');
    for (unsigned of = 0; of < compare.case_count && error == NULL; of++) {
        put_case(&json, of);
    }
    json_close(&json, ']');
    json_close(&json, '}');
    if (machine_channel() == NULL) {
        compare_table();
    }
    compare_say("compare: %u samples taken, %u discarded\n", compare.taken, compare.discarded);
}

void compare_table(void) {
    static uint64_t values[MOST];
    const enum value shown = compare_counted() ? INSTRUCTIONS : CORE_CYCLES;
    unsigned column = 0, columns, rows;
    hal_console_size(&columns, &rows);
    columns = columns > COLUMN_WIDTH ? columns / COLUMN_WIDTH : 1;
    compare_say("Medians of one operation in %s:\n",
                shown == INSTRUCTIONS ? "instructions" : "core cycles");
    for (unsigned of = 0; of < compare.case_count; of++) {
        bool quiet;
        const unsigned count = collect(of, shown, values, &quiet);
        if (count != 0) {
            const uint64_t tenths = statistics_of(values, count).median / (MILLION / 10);
            compare_say("%-23s%9lu.%lu%s%s", compare_name(&compare.cases[of], ""), tenths / 10,
                        tenths % 10, quiet ? " " : "?", ++column % columns == 0 ? "\n" : "  ");
        }
    }
    compare_say("%s", column % columns == 0 ? "" : "\n");
}

_Noreturn void compare_fail(const char *what, const char *detail) {
    compare_say("compare: FAILED: %s: %s\n", what, detail);
    compare_report(what);
    machine_end(1);
}
