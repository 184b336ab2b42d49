#!/usr/bin/env python3
"""Compares this engine with gforth-fast, pforth and C, on the programs of programs.tbl.

usage: peers.py --build DIR [--rounds N] [--cpu N] [--only NAMES] [--save]

Every program runs as a process of its own on every engine, in turns, and prints a number that must be the
expected one. From each time the time of the same process without the work is subtracted, measured in the same
round. GFORTH=path adds another gforth-fast beside the installed one. With --save the samples, a table and a
plot go to results/.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from program_table import programs
from provenance import (BENCH, RESULTS, find_program, first_line, geomean, median, plot_module, provenance,
                        provenance_table, quantile, save, spread)

EQUIVALENTS = os.path.join(BENCH, "c_equivalents")
C_FLAGS = ["-std=c11", "-O2", "-fno-tree-vectorize"]
TIME_LIMIT = 120  # seconds that one process may take
OURS = "starforth"
PRELUDE = "1 cells constant cell\n"  # gforth has it, and matrix.fs uses it
REQUIRED_AGAINST_GFORTH = 0.80


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, help="build directory of the Makefile")
    parser.add_argument("--rounds", type=int, default=11, help="samples of each program on each engine")
    parser.add_argument("--cpu", type=int, default=0, help="processor to run on")
    parser.add_argument("--only", default="", help="programs to run, separated by commas")
    parser.add_argument("--save", action="store_true", help="write to results/")
    return parser.parse_args()


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Engine:
    """One way of running a program. `work` and `idle` give (command, standard input)."""

    def __init__(self, name, version):
        self.name, self.version = name, version

    @staticmethod
    def tail(program, work):
        """The lines after a program's own: the work and its check, or nothing."""
        check = f": bench-check {program['check']} ;\n"
        return check + (f"{program['run']} cr bench-check . cr\n" if work else "")


class StarForth(Engine):
    def __init__(self, path, folder):
        super().__init__(OURS, "this repository")
        self.path, self.folder = path, folder
        self.prelude = write(folder, "prelude.fs", PRELUDE)

    def command(self, program, work):
        tail = write(self.folder, f"star-{program['name']}-{work}.fs", self.tail(program, work) + "bye\n")
        return [self.path, self.prelude, program["path"], tail], ""


class Gforth(Engine):
    def __init__(self, name, path, folder):
        super().__init__(name, first_line([path, "--version"]) or path)
        self.path, self.folder = path, folder

    def command(self, program, work):
        tail = write(self.folder, f"gforth-{program['name']}-{work}.fs", self.tail(program, work) + "bye\n")
        return [self.path, program["path"], tail], ""


class Pforth(Engine):
    """pforth's dictionary is too small for some programs, so a larger one is saved first."""

    def __init__(self, path, folder):
        super().__init__("pforth", "Debian " + (first_line(["dpkg-query", "-W", "-f", "${Version}", "pforth"]) or "?"))
        self.path = path
        self.dictionary = os.path.join(folder, "large.dic")
        grow = write(folder, "grow.fs",
                     f'4000000 CODE-SIZE ! 1000000 HEADERS-SIZE !\nc" {self.dictionary}" SAVE-FORTH\n')
        subprocess.run([path, "-q", grow], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=TIME_LIMIT,
                       check=False)
        if not os.path.exists(self.dictionary):
            sys.exit("pforth has not saved a larger dictionary")

    def command(self, program, work):
        lines = PRELUDE + f"include {program['path']}\n" + self.tail(program, work) + "bye\n"
        return [self.path, "-q", f"-d{self.dictionary}"], lines


class Native(Engine):
    """The equivalent in C; the empty program stands for starting the process."""

    def __init__(self, folder, names):
        super().__init__("gcc -O2", (first_line(["gcc", "--version"]) or "gcc") + " " + " ".join(C_FLAGS[1:]))
        self.folder = folder
        for name in names + ["empty"]:
            subprocess.run(["gcc", *C_FLAGS, "-o", os.path.join(folder, name),
                            os.path.join(EQUIVALENTS, f"{name}.c")], check=True)

    def command(self, program, work):
        return [os.path.join(self.folder, program["name"] if work else "empty")], ""


def find_engines(arguments, folder, names):
    engines = [StarForth(os.path.join(arguments.build, "starforth"), folder)]
    named = os.environ.get("GFORTH")
    if named:
        engines.append(Gforth("gforth-fast (GFORTH)", named, folder))
    gforth, pforth = find_program("gforth-fast"), find_program("pforth")
    if gforth:
        engines.append(Gforth("gforth-fast", gforth, folder))
    if pforth:
        engines.append(Pforth(pforth, folder))
    engines.append(Native(folder, names))
    return engines


def run(engine, program, work):
    """Seconds that the process takes. Fails when the work does not print the expected number."""
    command, text = engine.command(program, work)
    start = time.perf_counter()
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=TIME_LIMIT, check=False)
    seconds = time.perf_counter() - start
    if work and not re.search(rf"(^|\s){program['expected']}\s", done.stdout):
        sys.exit(f"{engine.name}: {program['name']} has not printed {program['expected']}, but:\n{done.stdout}")
    return seconds


def measure(engines, chosen, rounds):
    """{program: {engine: [seconds]}}; sample i of one engine belongs to sample i of any other."""
    samples = {program["name"]: {engine.name: [] for engine in engines} for program in chosen}
    for number in range(rounds):
        for program in chosen:
            turn = number % len(engines)
            for engine in engines[turn:] + engines[:turn]:
                idle = run(engine, program, False)
                work = run(engine, program, True)
                samples[program["name"]][engine.name].append(max(work - idle, 1e-6))
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return samples


def ratios(by_engine, engine):
    """Our time over theirs, round by round."""
    return [ours / theirs for ours, theirs in zip(by_engine[OURS], by_engine[engine])]


def report(samples, engines, facts):
    others = [engine.name for engine in engines[1:]]
    lines = ["# The engine and its peers", "",
             "Each figure is a median with quartiles in parentheses, over rounds in "
             "which all engines ran in turns; starting the process and loading the program are subtracted.", ""]
    lines += provenance_table(facts)
    lines += ["", "| Engine | version |", "| --- | --- |"]
    lines += [f"| {engine.name} | {engine.version} |" for engine in engines]
    lines += ["", "## Time of starforth as a part of theirs (below 1: starforth is faster)", "",
              "| Program | " + " | ".join(others) + " |", "| --- |" + " ---: |" * len(others)]
    for name, by_engine in samples.items():
        lines.append(f"| {name} | " + " | ".join(spread(ratios(by_engine, other)) for other in others) + " |")

    def mean(names, other):
        return geomean([median(ratios(samples[name], other)) for name in names])

    four = [name for name in ("sieve", "bubble", "matrix", "fib") if name in samples]
    for label, names in ((f"geometric mean of {', '.join(four)}", four), ("geometric mean of all", list(samples))):
        if names:
            lines.append(f"| {label} | " + " | ".join(f"{mean(names, other):.2f}" for other in others) + " |")
    if len(four) == 4 and "gforth-fast" in others:
        figure = mean(four, "gforth-fast")
        verdict = "met" if figure <= REQUIRED_AGAINST_GFORTH else "not met"
        lines += ["", f"Required against the installed gforth-fast on the four programs: at most "
                  f"{REQUIRED_AGAINST_GFORTH:.2f}; {figure:.2f}: {verdict}."]
    lines += ["", "## Milliseconds", "", "| Program | " + " | ".join(engine.name for engine in engines) + " |",
              "| --- |" + " ---: |" * len(engines)]
    for name, by_engine in samples.items():
        cells = [spread([1000 * second for second in by_engine[engine.name]], "{:.1f}") for engine in engines]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def plot(samples, engines, path):
    pyplot = plot_module()
    figure, axes = pyplot.subplots(figsize=(12, 5), constrained_layout=True)
    others = [engine.name for engine in engines[1:]]
    width = 0.8 / len(others)
    for number, other in enumerate(others):
        sets = [ratios(by_engine, other) for by_engine in samples.values()]
        mids = [median(values) for values in sets]
        error = [[mid - quantile(values, 0.25) for mid, values in zip(mids, sets)],
                 [quantile(values, 0.75) - mid for mid, values in zip(mids, sets)]]
        axes.bar([place + number * width for place in range(len(sets))], mids, width, yerr=error, capsize=2,
                 label=other)
    axes.set_xticks([place + 0.4 - width / 2 for place in range(len(samples))], list(samples))
    axes.axhline(1, color="black", linewidth=0.8)
    axes.set_yscale("log")
    axes.set_ylabel("time of starforth / time of the peer")
    axes.set_title("Below 1: starforth is faster")
    axes.legend()
    figure.savefig(path, dpi=110)
    print(f"wrote {os.path.relpath(path)}")


def main():
    arguments = options()
    if arguments.save:
        plot_module()  # to know now and not at the end whether it is there
    chosen = [program for program in programs()
              if not arguments.only or program["name"] in arguments.only.split(",")]
    os.sched_setaffinity(0, {arguments.cpu})
    with tempfile.TemporaryDirectory() as folder:
        engines = find_engines(arguments, folder, [program["name"] for program in chosen])
        samples = measure(engines, chosen, arguments.rounds)
    only = f" --only {arguments.only}" if arguments.only else ""
    facts = provenance(f"bench/peers.py --rounds {arguments.rounds}{only}", arguments.cpu)
    lines = report(samples, engines, facts)
    print("\n".join(lines))
    if arguments.save:
        versions = {engine.name: engine.version for engine in engines}
        save("peers.json", json.dumps({"provenance": facts, "engines": versions, "seconds": samples}, indent=1) + "\n")
        save("peers.md", "\n".join(lines) + "\n")
        plot(samples, engines, os.path.join(RESULTS, "peers.png"))


if __name__ == "__main__":
    main()
