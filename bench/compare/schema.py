"""What `make compare` expects of its JSON: Google Benchmark's keys, and those that make a result worth something.

`check` returns what is wrong with a file, as sentences; none means that it can be used.
"""
import json
import math

CONTEXT = ["date", "num_cpus", "mhz_per_cpu", "caches", "library_build_type", "side", "machine", "cpu", "cpuid",
           "microcode", "tsc_hz", "core_hz", "accelerator", "counted_time", "tsc_per_instruction", "firmware", "commit",
           "dirty", "kernel_command_line", "self_check", "discarded", "invariant_tsc", "seed", "repetitions"]
# As Google Benchmark writes them; its tools/compare.py reads name, run_name, run_type, real_time, cpu_time, time_unit.
COMMON = ["name", "run_name", "run_type", "family_index", "per_family_instance_index", "repetitions", "threads",
          "iterations", "real_time", "cpu_time", "time_unit"]
ITERATION = COMMON + ["repetition_index", "ops", "quiet"]
AGGREGATE = COMMON + ["aggregate_name", "aggregate_unit"]
AGGREGATES = ["mean", "median", "stddev", "cv"]


BEGINNING = '{\n  "context"'


def parse(text):
    """A document; what a firmware has written to the same port before it is left out. ValueError: it cannot be read."""
    begin = text.rfind(BEGINNING)
    return json.loads(text[max(begin, 0):])


def load(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return parse(file.read())


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def check_context(context):
    wrong = [f"the context lacks {key}" for key in CONTEXT if key not in context]
    if "error" in context:
        wrong.append(f"it was not measured: {context['error']}")
    if not context.get("self_check", {}).get("ok"):
        wrong.append(f"the self-check failed: {context.get('self_check')}")
    if context.get("counted_time") and not context.get("tsc_per_instruction"):
        wrong.append("time is counted, but not by what")
    return wrong


def check_entry(entry):
    name = entry.get("name", "an entry without a name")
    if entry.get("run_type") not in ("iteration", "aggregate"):
        return [f"{name}: run_type {entry.get('run_type')}"]
    needed = ITERATION if entry["run_type"] == "iteration" else AGGREGATE
    wrong = [f"{name}: no {key}" for key in needed if key not in entry]
    wrong += [f"{name}: {key} is {entry.get(key)}" for key in ("real_time", "cpu_time", "cycles", "core_cycles",
                                                              "instructions") if key in entry and not number(entry[key])]
    return wrong


def check(document):
    """What is wrong with it."""
    wrong = check_context(document.get("context", {}))
    entries = document.get("benchmarks", [])
    if not entries and "error" not in document.get("context", {}):
        wrong.append("there are no benchmarks in it")
    for entry in entries:
        wrong += check_entry(entry)
    if wrong:
        return wrong
    sampled = {entry["run_name"] for entry in entries if entry["run_type"] == "iteration" and "samples" not in entry}
    for name in sorted(sampled):
        made = [entry["aggregate_name"] for entry in entries
                if entry["run_name"] == name and entry["run_type"] == "aggregate"]
        if made != AGGREGATES:
            wrong.append(f"{name}: its aggregates are {made}")
    return wrong
