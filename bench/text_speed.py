#!/usr/bin/env python3
"""Compares how fast the text interpreters compile the same generated source.

usage: text_speed.py --build DIR [--bytes N] [--rounds N] [--cpu N] [--save]

The source is made by gen_source.py. Each round times starforth and gforth-fast (and the one that GFORTH=path
names) in turns, and subtracts the start of the process.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from gen_source import generate
from provenance import find_program, first_line, median, provenance, provenance_table, save, spread

OURS = "starforth"


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, help="build directory of the Makefile")
    parser.add_argument("--bytes", type=int, default=1_000_000, help="size of the source")
    parser.add_argument("--rounds", type=int, default=21, help="samples of each engine")
    parser.add_argument("--cpu", type=int, default=0, help="processor to run on")
    parser.add_argument("--save", action="store_true", help="write to results/")
    return parser.parse_args()


def find_engines(build):
    """{name: command that takes files}; gforth gets a dictionary that the source fits into."""
    engines = {OURS: [os.path.join(build, "starforth")]}
    for name, path in (("gforth-fast (GFORTH)", os.environ.get("GFORTH")), ("gforth-fast", find_program("gforth-fast"))):
        if path:
            engines[name] = [path, "--dictionary-size", "64M"]
    return engines


def run(command, files, expected):
    start = time.perf_counter()
    done = subprocess.run(command + files, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=120, check=False)
    seconds = time.perf_counter() - start
    printed = re.search(r"(-?\d+) $", done.stdout)
    if done.returncode != 0 or (printed is None) == expected:
        sys.exit(f"{' '.join(command)} has not loaded the source:\n{done.stdout[-2000:]}")
    return seconds, printed.group(1) if printed else None


def measure(engines, folder, text, rounds):
    paths = {}
    for name, content in (("source.fs", text), ("end.fs", "bye\n"), ("main.fs", "main bye\n")):
        paths[name] = os.path.join(folder, name)
        with open(paths[name], "w", encoding="ascii") as file:
            file.write(content)
    samples = {name: [] for name in engines}
    for number in range(rounds):
        turn, printed = number % len(engines), set()
        for name in list(engines)[turn:] + list(engines)[:turn]:
            idle, _ = run(engines[name], [paths["end.fs"]], False)
            seconds, result = run(engines[name], [paths["source.fs"], paths["main.fs"]], True)
            printed.add(result)
            samples[name].append(seconds - idle)
        if len(printed) != 1:
            sys.exit(f"the engines disagree about the source: {printed}")
    return samples


def report(samples, engines, size, facts):
    lines = ["# Speed of the text interpreter", "",
             f"A source of {size:,} bytes is loaded; medians, quartiles in "
             "parentheses.", ""]
    lines += provenance_table(facts)
    lines += ["", "| Engine | version | milliseconds | MB/s | time of starforth / time of it |",
              "| --- | --- | ---: | ---: | ---: |"]
    for name, seconds in samples.items():
        version = "this repository" if name == OURS else first_line([engines[name][0], "--version"])
        ratio = spread([ours / theirs for ours, theirs in zip(samples[OURS], seconds)]) if name != OURS else ""
        lines.append(f"| {name} | {version} | {spread([1000 * second for second in seconds], '{:.1f}')} | "
                     f"{size / 1e6 / median(seconds):.1f} | {ratio} |")
    return lines


def main():
    arguments = options()
    os.sched_setaffinity(0, {arguments.cpu})
    engines = find_engines(arguments.build)
    text = generate(arguments.bytes, 1)
    with tempfile.TemporaryDirectory() as folder:
        samples = measure(engines, folder, text, arguments.rounds)
    facts = provenance(f"bench/text_speed.py --bytes {arguments.bytes} --rounds {arguments.rounds}", arguments.cpu)
    lines = report(samples, engines, len(text), facts)
    print("\n".join(lines))
    if arguments.save:
        save("text_speed.json", json.dumps({"provenance": facts, "bytes": len(text), "seconds": samples}, indent=1) + "\n")
        save("text_speed.md", "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
