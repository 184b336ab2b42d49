#!/usr/bin/env python3
"""`make bench-clock`: what counting words costs, this engine against that of an older commit.

usage: clock_cost.py --build build [--base COMMIT] [--cpu N] [--rounds N] [--instructions]

Builds the Linux program of COMMIT, by default the one before the virtual clock, in a folder of its own, and runs the
programs of programs/programs.tbl on both in turns, each in a process of its own. Prints the median of the ratios of
cycles for each program, with their quartiles, and the geometric means. With --instructions it counts the instructions
that the programs take in VM[0] under QEMU's counted time instead (both.py), which may be done on a busy machine.
"""
import argparse
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile

import both
from program_table import programs

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
FIRST_FILE = "asm/engine/threads.asm"  # came with the clock
CLASSIC = ("sieve", "bubble", "matrix", "fib")
REPEATS = 5  # in one process; the least counts
SECONDS = 600


def output_of(command, **more):
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=True, text=True,
                          timeout=SECONDS, stdin=subprocess.DEVNULL, **more).stdout


def default_base():
    added = output_of(["git", "log", "--diff-filter=A", "--format=%H", "--", FIRST_FILE]).split()
    return added[-1] + "^"


def build_base(commit, folder, what):
    """A program of a commit: starforth or BOOTX64.EFI."""
    commit = output_of(["git", "rev-parse", commit]).strip()
    tree = os.path.join(folder, f"clock-base-{commit[:12]}")
    program = os.path.join(tree, "build", what)
    if not os.path.exists(program):
        os.makedirs(tree, exist_ok=True)
        archive = subprocess.run(["git", "archive", commit], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
        subprocess.run(["tar", "x", "-C", tree], input=archive, check=True)
        subprocess.run(["make", "-s", "-C", tree, "BUILD=build", f"build/{what}"], check=True)
    return program


def script(folder, name, path, run):
    source = os.path.join(folder, name + ".fs")
    with open(source, "w", encoding="utf-8") as file:
        file.write(f"1 CELLS CONSTANT CELL\nINCLUDE {path}\n: BENCH-RUN {run} ;\n")
        file.write("CR .( CYCLES ) CYCLES BENCH-RUN CYCLES SWAP - .\n" * REPEATS)
    return source


def cycles(program, source, cpu):
    text = output_of(["taskset", "-c", str(cpu), program, source])
    return min(int(number) for number in re.findall(r"CYCLES (\d+)", text))


def compare(old, new, source, options, name):
    """The median ratio of one program's cycles."""
    samples = []
    for turn in range(options.rounds):
        order = (old, new) if turn % 2 else (new, old)
        taken = {program: cycles(program, source, options.cpu) for program in order}
        samples.append(taken[new] / taken[old])
    low, middle, high = statistics.quantiles(samples)
    print(f"{name:10} {middle:.4f}  ({low:.4f} to {high:.4f})", flush=True)
    return middle


def main():
    parser = argparse.ArgumentParser(description="What counting words costs.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--base", default="")
    parser.add_argument("--cpu", default="0")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--instructions", action="store_true")
    options = parser.parse_args()
    what = "BOOTX64.EFI" if options.instructions else "starforth"
    new = os.path.abspath(os.path.join(options.build, what))
    old = build_base(options.base or default_base(), os.path.abspath(options.build), what)
    rows = programs()
    ratios = {}
    if options.instructions:
        counts = [both.boot(program, rows, "CYCLES") for program in (old, new)]
        for name in counts[0]:
            ratios[name] = counts[1][name] / counts[0][name]
            print(f"{name:10} {counts[0][name] >> both.TSC_SHIFT:12} {counts[1][name] >> both.TSC_SHIFT:12} "
                  f"{ratios[name]:.4f}")
    else:
        with tempfile.TemporaryDirectory(prefix="starkernel-clock-") as folder:
            for row in rows:
                source = script(folder, row["name"], row["path"], row["run"])
                ratios[row["name"]] = compare(old, new, source, options, row["name"])
    for what, names in (("sieve, bubble, matrix, fib", CLASSIC), ("all", ratios)):
        mean = math.exp(statistics.mean(math.log(ratios[name]) for name in names))
        print(f"geometric mean of {what}: {mean:.4f}")


if __name__ == "__main__":
    sys.exit(main())
