#!/usr/bin/env python3
"""Tests of the physics against the oracle: an engine that records every word it executes (tests/oracle/program.c).

usage: run_oracle.py --build DIR [--full] [PART]

Compares the virtual clock, the count of each word and the window, over the Forth suites, a program of hard cases under
several quanta, benchmark programs (all of them with --full) and the fuzzer's random lines. Then mistakes are planted
in the physics, each of which must be found. Prints PASS or FAIL, an ID and a sentence for each test; the last line is
`oracle: N passed, N failed`.
"""

import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench"))

from program_table import programs  # noqa: E402 (the path must be set first)

TESTER = "tests/forth/tester.fs"
PLANTED_IN = "tests/forth/test_pairs.fs"
QUICK = ("queens", "text")  # of the benchmark programs
SECONDS = 120
LINES = "30000"  # of the fuzzer
SAID = re.compile(r"^oracle: (\d+) comparisons of the clock, (\d+) of everything, (\d+) preemptions", re.MULTILINE)

# PLANT: what it is, what the oracle must say
PLANTS = {
    "price": ("code that is entered for a word too little is found by the clock",
              r"(\d+) words recorded, its clock is at (?!\1)\d+"),
    "path": ("a path that is counted from its second instruction is found by the count of its first word",
             r"the count of .* of the records"),
    "pair": ("a pair that counts once is found by the count of its second part", r"the count of .* of the records"),
    "trace": ("an entry that the trace has lost is found by the window", r"(?:in the window|the window has) "),
}


class Tests:
    def __init__(self, build, part):
        self.program, self.fuzzer = (os.path.join(build, name) for name in ("oracle", "fuzz_oracle"))
        self.part, self.passed, self.failed = part, 0, 0

    def wanted(self, identity):
        return self.part in identity

    def check(self, identity, sentence, good, output):
        self.passed += bool(good)
        self.failed += not good
        print(f"{'PASS' if good else 'FAIL'} {identity}: {sentence}", flush=True)
        if not good:
            print(output[-2000:])

    def run(self, *arguments, **settings):
        done = subprocess.run(arguments, cwd=ROOT, env={**os.environ, **settings}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return done.returncode, done.stdout.decode(errors="replace")

    def compare(self, identity, sentence, runs):
        """Runs the oracle on lists of files; each must end well and have been compared."""
        if not self.wanted(identity):
            return
        everything = preemptions = 0
        complaints = []
        for files in runs:
            status, output = self.run(self.program, *files)
            said = SAID.search(output)
            if status != 0 or not said or int(said[1]) < 2 or re.search(r"^\S+:\d+: error ", output, re.MULTILINE):
                complaints.append(f"{files[-1]}: exit status {status}\n{output[-1000:]}")
                continue
            everything += int(said[2])
            preemptions += int(said[3])
        self.check(identity, f"{sentence} ({everything} comparisons of all words, {preemptions} preemptions inside a word)",
                   not complaints and everything > 0, "\n".join(complaints))

    def programs(self, names, folder):
        runs = []
        for row in programs():
            if row["name"] in names or not names:
                path = os.path.join(folder, row["name"] + ".fs")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(f"1 CELLS CONSTANT CELL\nINCLUDE {row['path']}\n: BENCH-RUN {row['run']} ; BENCH-RUN\n")
                runs.append([path])
        return runs

    def random(self, folder):
        if self.wanted("oracle-random"):
            status, output = self.run(self.fuzzer, "--lines", LINES, "--seconds", "10", "--findings", folder,
                                      *sorted(glob.glob(os.path.join(ROOT, "tests", "forth", "test_*.fs"))))
            self.check("oracle-random", "counts and windows are those of the records after each of the fuzzer's lines",
                       status == 0, output)

    def plants(self):
        for plant, (sentence, words) in PLANTS.items():
            if self.wanted(f"oracle-plant-{plant}"):
                status, output = self.run(self.program, TESTER, PLANTED_IN, PLANT=plant)
                self.check(f"oracle-plant-{plant}", sentence,
                           status == 3 and re.search(r"^oracle: VM \d+ .*" + words, output, re.MULTILINE), output)


def main():
    parser = argparse.ArgumentParser(description="Tests of the physics against a record of every word.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--full", action="store_true", help="all benchmark programs")
    parser.add_argument("part", nargs="?", default="", help="only tests whose ID contains this")
    options = parser.parse_args()
    tests = Tests(os.path.abspath(options.build), options.part)
    suites = sorted(glob.glob("tests/forth/test_*.fs", root_dir=ROOT))
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        tests.compare("oracle-suites", "clock, count of each word and window are those of the records in all Forth suites",
                      [[TESTER, suite] for suite in suites])
        tests.compare("oracle-turns", "the same of VMs that are preempted all the time, and of what is hard",
                      [[os.path.join(HERE, "turns.fs")]])
        tests.compare("oracle-programs", "the same of benchmark programs",
                      tests.programs(() if options.full else QUICK, folder))
        tests.random(folder)
        tests.plants()
    print(f"oracle: {tests.passed} passed, {tests.failed} failed")
    sys.exit(1 if tests.failed or not tests.passed else 0)


if __name__ == "__main__":
    main()
