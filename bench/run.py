#!/usr/bin/env python3
"""Runs the engine's benchmarks on the host and reports cycles per word.

usage: run.py --build DIR [--repetitions N] [--filter REGEX] [--cpu N] [--save]

DIR/bench holds the programs that the Makefile makes: count_words, which counts the words executed, and
bench, which times them. With --save the samples, a table and a plot go to results/.
"""

import argparse
import json
import os
import re
import subprocess
import sys

from program_table import programs, write_programs
from provenance import (BENCH, RESULTS, geomean, median, plot_module, provenance, provenance_table, quantile, save,
                        spread)

SEQUENCES = os.path.join(BENCH, "sequences.tbl")
GFORTH_PROGRAMS = ("sieve", "bubble", "matrix", "fib")
REQUIRED_GEOMEAN, REQUIRED_EACH = 2.1, 2.6


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, help="build directory of the Makefile")
    parser.add_argument("--repetitions", type=int, default=15, help="samples of each case")
    parser.add_argument("--filter", default="", help="only the cases that match, for example program/")
    parser.add_argument("--cpu", type=int, default=0, help="processor to run on")
    parser.add_argument("--save", action="store_true", help="write to results/")
    return parser.parse_args()


def measure(arguments):
    """Counts and times; returns Google Benchmark's results and the provenance."""
    folder = os.path.join(arguments.build, "bench")
    table, counts, out = (os.path.join(folder, name) for name in ("programs.tbl", "counts.tbl", "bench.json"))
    write_programs(table)
    with open(counts, "w", encoding="utf-8") as file:
        counting = subprocess.run([os.path.join(folder, "count_words"), table, SEQUENCES], stdout=file, check=False)
    if counting.returncode != 0:
        sys.exit(counting.returncode)
    command = [os.path.join(folder, "bench"), table, SEQUENCES, counts,
               f"--benchmark_repetitions={arguments.repetitions}", f"--benchmark_out={out}",
               "--benchmark_enable_random_interleaving=true", "--benchmark_out_format=json"]
    if arguments.filter:
        command.append(f"--benchmark_filter={arguments.filter}")
    environment = dict(os.environ, BENCH_CPU=str(arguments.cpu))
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    said = f"bench/run.py --repetitions {arguments.repetitions}"
    facts = provenance(said + (f" --filter {arguments.filter}" if arguments.filter else ""), arguments.cpu)
    with open(out, encoding="utf-8") as file:
        return json.load(file), facts


def samples_of(results):
    """The quiet samples by name of the case, the cases without any, and how many were discarded or remain
    disturbed."""
    cases, names, discarded, disturbed = {}, [], 0, 0
    for run in results["benchmarks"]:
        if run["run_type"] != "iteration":
            continue
        names.append(re.sub(r"/iterations:.*", "", run["name"]))
        label = re.fullmatch(r"(quiet|disturbed) discarded:(\d+)", run["label"])
        discarded += int(label.group(2))
        if label.group(1) == "disturbed":
            disturbed += 1
            continue
        cases.setdefault(names[-1], []).append(run)
    return cases, sorted(set(names) - set(cases)), discarded, disturbed


def values(runs, key):
    return [run[key] for run in runs]


def program_table(cases):
    lines = ["| Program | words executed | core cycles per word | TSC cycles per word | milliseconds |",
             "| --- | ---: | ---: | ---: | ---: |"]
    medians = {}
    for program in [row["name"] for row in programs()]:
        runs = cases.get(f"program/{program}")
        if runs:
            medians[program] = median(values(runs, "cycles_per_word"))
            lines.append(f"| {program} | {int(runs[0]['words']):,} | {spread(values(runs, 'cycles_per_word'))} | "
                         f"{spread(values(runs, 'tsc_per_word'))} | {median(values(runs, 'real_time')):.1f} |")
    if all(name in medians for name in GFORTH_PROGRAMS):
        four = [medians[name] for name in GFORTH_PROGRAMS]
        verdict = "met" if geomean(four) <= REQUIRED_GEOMEAN and max(four) <= REQUIRED_EACH else "not met"
        lines += ["", f"Geometric mean of {', '.join(GFORTH_PROGRAMS)}: {geomean(four):.2f} core cycles per word, "
                  f"the slowest {max(four):.2f}. Required: at most {REQUIRED_GEOMEAN}, each at most "
                  f"{REQUIRED_EACH}: {verdict}."]
    return lines


def sequence_texts():
    texts = {}
    with open(SEQUENCES, encoding="utf-8") as table:
        for line in table:
            if line.strip() and not re.match(r"#(\s|$)", line):
                columns = [column.strip() for column in line.split("|")]
                texts[columns[0]] = columns[2]
    return texts


def sequence_rows(cases):
    """For each sequence: its words, its cycles, the cycles of its work alone, and its bound."""
    if "word/noop" not in cases:
        return []
    dispatch = median(values(cases["word/noop"], "cycles"))
    rows = []
    for name, text in sequence_texts().items():
        runs = cases.get(f"word/{name}")
        if not runs:
            continue
        words = int(runs[0]["words"])
        work_runs = cases.get(f"native/{name}")
        work = median(values(work_runs, "cycles")) if work_runs else None
        bound = max(words * dispatch, work or 0)
        rows.append({"name": name, "text": text, "words": words, "cycles": values(runs, "cycles"), "work": work,
                     "bound": bound, "by": "work" if work and work > words * dispatch else "dispatch",
                     "ratio": median(values(runs, "cycles")) / bound})
    return rows


def sequence_table(rows):
    lines = ["| Word | sequence timed | words | cycles | cycles per word | work alone | bound | bound by | times the bound |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: |"]
    for row in rows:
        work = f"{row['work']:.2f}" if row["work"] is not None else ""
        text = row["text"].replace("|", "\\|")
        lines.append(f"| `{row['name']}` | `{text}` | {row['words']} | {spread(row['cycles'])} | "
                     f"{median(row['cycles']) / row['words']:.2f} | {work} | {row['bound']:.2f} | {row['by']} | "
                     f"{row['ratio']:.2f} |")
    return lines


def report(results, facts):
    cases, without, discarded, disturbed = samples_of(results)
    context = results["context"]
    kept = sum(len(runs) for runs in cases.values())
    rows = sequence_rows(cases)
    lines = ["# The engine on the host", "",
             "Medians, quartiles in parentheses. A core cycle is a step of a chain of "
             "dependent additions, calibrated before and after each sample; words executed are exact counts.", ""]
    lines += provenance_table(facts)
    lines += ["", f"{kept} samples kept; {discarded} thrown away because the clock moved by more than 3% or the "
              f"process was interrupted; {disturbed} more are left out because none of ten attempts was quiet. The "
              f"time stamp counter runs at {float(context['tsc_hz']) / 1e6:.0f} MHz, "
              f"{float(context['tsc_per_core_cycle_at_start']):.3f} of its cycles in one core cycle at the start. "
              f"Check of the clock: a dependent 64-bit multiplication took "
              f"{float(context['multiply_latency_core_cycles']):.2f} core cycles (3 expected).",
              ""]
    if without:
        lines += [f"Without a single quiet sample, and so missing below: {', '.join(without)}.", ""]
    lines += ["## Programs", ""]
    lines += program_table(cases)
    if rows:
        lines += ["", "## Words", "",
                  "The bound of a sequence is the greater of two measured things: its words times the cost of "
                  f"`NOOP`, {median(values(cases['word/noop'], 'cycles')):.2f} cycles, which is dispatch and nothing "
                  "else; and the work alone, the same machine code without dispatch, laid out in a row. Work alone "
                  "is blank where the code branches or leaves the engine.", ""]
        lines += sequence_table(rows)
    return lines, cases, rows


def benchmark_json(results):
    """Google Benchmark's JSON with a line for each sample. Of its aggregates the median and quartiles stay; the
    others follow from the samples."""
    kept = [run for run in results["benchmarks"] if run.get("aggregate_name", "median") in ("median", "q1", "q3")]
    context = json.dumps(results["context"], indent=1)
    return f'{{"context": {context},\n"benchmarks": [\n' + ",\n".join(map(json.dumps, kept)) + "\n]}\n"


def plot(cases, rows, path):
    pyplot = plot_module()
    figure, (top, bottom) = pyplot.subplots(2, 1, figsize=(14, 9), constrained_layout=True)
    names = [name for name in (f"program/{row['name']}" for row in programs()) if name in cases]
    mids = [median(values(cases[name], "cycles_per_word")) for name in names]
    low = [mid - quantile(values(cases[name], "cycles_per_word"), 0.25) for name, mid in zip(names, mids)]
    high = [quantile(values(cases[name], "cycles_per_word"), 0.75) - mid for name, mid in zip(names, mids)]
    top.bar([name.split("/", 1)[1] for name in names], mids, yerr=[low, high], capsize=4, color="#4477aa")
    top.axhline(REQUIRED_GEOMEAN, color="#cc3311", linewidth=1, label=f"required geometric mean {REQUIRED_GEOMEAN}")
    top.set_ylabel("core cycles per word")
    top.set_title("Programs")
    top.legend()
    places = range(len(rows))
    bottom.bar(places, [median(row["cycles"]) / row["words"] for row in rows], color="#4477aa", label="measured")
    bottom.plot(places, [row["bound"] / row["words"] for row in rows], "_", color="#cc3311", markersize=8,
                label="bound: dispatch or work alone")
    bottom.set_xticks(list(places), [row["name"] for row in rows], rotation=90, fontsize=7)
    bottom.set_yscale("log")
    bottom.set_ylabel("core cycles per word")
    bottom.set_title("Sequences, named by the word that each is about")
    bottom.legend()
    figure.savefig(path, dpi=110)
    print(f"wrote {os.path.relpath(path)}")


def main():
    arguments = options()
    if arguments.save:
        plot_module()  # to know now and not at the end whether it is there
    results, facts = measure(arguments)
    results["context"]["provenance"] = facts
    lines, cases, rows = report(results, facts)
    print("\n".join(lines))
    if arguments.save:
        save("bench.json", benchmark_json(results))
        save("bench.md", "\n".join(lines) + "\n")
        plot(cases, rows, os.path.join(RESULTS, "bench.png"))


if __name__ == "__main__":
    main()
