#!/usr/bin/env python3
"""Tests of the experiment (bench/doe/) and, with it, of what it is about: equal hashes wherever a program runs.

usage: test_doe.py --build DIR [PART]
"""

import contextlib
import io
import json
import os
import re
import subprocess
import sys

import synthetic
from checks import Failed, check, expect, run
from metrics import LOOPS
from plan import Plan, PlanError
from record import RecordError, identity
import record as record_module

HERE = os.path.dirname(os.path.abspath(__file__))
DOE = os.path.join(synthetic.ROOT, "bench", "doe")
SECONDS = 600

build = []


def doe_test(identifier, sentence):
    """Makes a function a test; it gets a Lab of its own."""
    def register(function):
        def in_lab(folder):
            with contextlib.redirect_stdout(io.StringIO()):
                function(Lab(build[0], folder))
        return check(identifier, sentence)(in_lab)
    return register


class Lab:
    """A folder, and the programs under test."""

    def __init__(self, build, folder):
        self.build, self.folder = os.path.abspath(build), folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, program, *arguments):
        done = subprocess.run([sys.executable, "-B", os.path.join(DOE, program), *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS, check=False,
                              stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout

    def run(self, plan, out, *more):
        return self.call("run.py", plan if os.path.isabs(plan) else os.path.join(HERE, plan), "--build", self.build,
                         "--out", self.path(out), "--local-changes", *more)

    def must_run(self, plan, out, *more):
        status, output = self.run(plan, out, *more)
        expect(status == 0, f"run.py ended with {status}:\n{output}")
        return self.path(out)

    def check(self, *folders):
        return self.call("analyse.py", "--check", *folders)

    def plan(self, text, name="plan.toml"):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def order(path):
    return [tuple((key, value) for key, value in run.items()) for run in Plan(path).runs()]


PLAN = 'seed = {seed}\nblocks = 3\nworkloads = ["fib", "sieve"]\n[factors]\nheat = [0, 1]\nwindow = [0, 1]\n'


@doe_test("order", "the order of runs follows from the seed, is another in each block, and leaves nothing out")
def order_test(lab):
    one, again = (order(lab.plan(PLAN.format(seed=1), name)) for name in ("a.toml", "b.toml"))
    other = order(lab.plan(PLAN.format(seed=2)))
    expect(one == again, "the same seed gave two orders")
    expect(one != other, "two seeds gave the same order")
    blocks = {}
    for run in map(dict, one):
        blocks.setdefault(run["block"], []).append((run["workload"], run["heat"], run["window"]))
    expect(len(blocks) == 3 and all(len(set(runs)) == len(runs) == 8 for runs in blocks.values()),
           f"the blocks hold {blocks}")
    expect(len({tuple(runs) for runs in blocks.values()}) == 3, "two blocks have the same order")


@doe_test("fraction", "the small plan's fraction is balanced, and no main effect is aliased with an interaction of two")
def fraction_test(_lab):
    combinations = list(Plan(os.path.join(DOE, "plans", "small.toml")).combinations())
    coded = [[2 * one[loop] - 1 for loop in LOOPS] for one in combinations]
    expect(len(coded) == 16 and [1] * 7 in coded and [-1] * 7 in coded, "it is not 16 combinations with none and all")
    for i in range(7):
        for j in range(7):
            for k in range(j, 7):
                total = sum(row[i] * (row[j] * row[k] if j != k else 1) for row in coded)
                expect(total == 0, f"{LOOPS[i]} is aliased with {LOOPS[j]} {LOOPS[k]}")


@doe_test("full", "the full plan has all 128 combinations, 30 replicates and at least four kinds of workloads")
def full_test(_lab):
    plan = Plan(os.path.join(DOE, "plans", "full.toml"))
    expect(len({tuple(one[loop] for loop in LOOPS) for one in plan.combinations()}) == 128, "not 2^7 combinations")
    expect(plan.replicates * plan.blocks["host"] >= 30, "fewer than 30 replicates")
    expect(set(Plan(os.path.join(DOE, "plans", "kernel.toml")).layout()) and
           Plan(os.path.join(DOE, "plans", "kernel.toml")).layout() == plan.layout(),
           "the kernel's plan does not load what the host's loads")


@doe_test("bad-plan", "a plan with a mistake is refused, in words that name it")
def bad_plan_test(lab):
    for text, words in (("seed = 1", "workloads"), (PLAN.format(seed='"x"'), "seed"), ("seed = 1\nseeds = 2", "seeds"),
                        (PLAN.format(seed=1) + "heart = [1]", "heart"), (PLAN.format(seed=1) + "decay = [2]", "0 or 1"),
                        (PLAN.format(seed=1) + 'machine = "moon"', "moon"), ("seed = ", "cannot be read"),
                        (PLAN.format(seed=1).replace("sieve", "nosuch"), "nosuch"), (PLAN.format(seed=1) + "size = 0", "size")):
        try:
            Plan(lab.plan(text))
        except PlanError as error:
            expect(words in str(error), f"{text!r} was refused with {error}")
        else:
            raise Failed(f"{text!r} was taken")


def rows(folder, name="runs.csv", timing=False):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        lines = file.read().splitlines()
    return sorted(line if ",algorithmic," in line or timing else line.rpartition(",")[0] for line in lines)


SMALL = """seed = 6
blocks = 2
attempts = 1
workloads = ["fib", "phases"]
[factors]
size = 0.05
window = [0, 1]
beat_least_words = 65536
[series]
units = 3
loops = [127]
"""


@doe_test("resume", "an interrupted plan goes on where it was and ends with the same rows")
def resume_test(lab):
    plan = lab.plan(SMALL)
    whole = lab.must_run(plan, "whole")
    for stop in ("2", "3"):
        status, output = lab.run(plan, "parts", "--stop-after", stop)
        expect(status != 0 and "interrupted" in output, f"it did not stop: {status} {output}")
    for name in ("runs.csv", "series.csv"):
        with open(lab.path(f"parts/{name}"), "a", encoding="utf-8") as file:
            file.write(f"b001r00099,1,99,host,native,fib,1,1,{'w' * 9}")  # as if the power had failed while writing
    status, output = lab.run(plan, "parts")
    expect(status == 0 and "5 of 12 runs are there already" in output, f"it did not go on: {output}")
    for name in ("runs.csv", "series.csv"):
        expect(rows(lab.path("parts"), name) == rows(whole, name), f"{name} differs from that of one go")
    before = rows(lab.path("parts"), timing=True)
    lab.must_run(plan, "parts")
    expect(rows(lab.path("parts"), timing=True) == before, "running a complete plan changed it")


@doe_test("mixing", "results of another commit, plan or workload are not added to, and not compared")
def mixing_test(lab):
    plan = lab.plan(SMALL)
    lab.run(plan, "one", "--stop-after", "1")
    header_path = lab.path("one/header.json")
    with open(header_path, encoding="utf-8") as file:
        header = json.load(file)
    for key, words in (("commit", "another commit"), ("layout", "another workloads"), ("starforth", "build/starforth")):
        with open(header_path, "w", encoding="utf-8") as file:
            json.dump({**header, key: "1234"}, file)
        status, output = lab.run(plan, "one")
        expect(status != 0 and words in output and "--anew" in output, f"with another {key}: {status} {output}")
    lab.plan(SMALL.replace("seed = 6", "seed = 7"))
    with open(header_path, "w", encoding="utf-8") as file:
        json.dump(header, file)
    status, output = lab.run(plan, "one")
    expect(status != 0 and "another plan" in output, f"with another plan: {output}")
    lab.must_run(plan, "one", "--anew")
    lab.must_run(plan, "two")
    with open(lab.path("two/header.json"), "w", encoding="utf-8") as file:
        json.dump({**header, "commit": "1234"}, file)
    status, output = lab.check(lab.path("one"), lab.path("two"))
    expect(status != 0 and "not mixed" in output, f"analyse.py compared them: {output}")


@doe_test("local-changes", "sources that are not committed are refused, unless asked for")
def changes_test(lab):
    real = record_module.git
    answers = {"rev-parse": b"abc\n", "status": b" M asm/engine/stack.asm\n?? c/new.c\n", "diff": b"+x"}
    try:
        record_module.git = lambda *arguments: answers[arguments[0]]
        try:
            identity(lab.build, False, False)
        except RecordError as error:
            expect("asm/engine/stack.asm" in str(error) and "git commit" in str(error), f"refused with {error}")
        else:
            raise Failed("local changes were taken")
        answers["status"] = b" M asm/engine/stack.asm\n"
        first = identity(lab.build, True, False)
        answers["diff"] = b"+y"
        expect(first["changes"] and first["changes"] != identity(lab.build, True, False)["changes"],
               "two different changes have the same mark")
    finally:
        record_module.git = real


@doe_test("planted", "a workload that looks at the time stamp counter is found, with the two runs and the number")
def planted_test(lab):
    folder = lab.must_run("jitter.toml", "jitter")
    status, output = lab.check(folder)
    expect(status == 1 and "NOT DETERMINISTIC" in output, f"it was not found: {output}")
    found = re.search(r"words of jitter with .*: \d+ in run (b\d+r\d+) \(host native\), \d+ in run (b\d+r\d+)", output)
    expect(found and found[1] != found[2], f"the runs and the number are not named: {output}")
    expect(re.search(r"of jitter with .*these loops know: heat, window", output), f"the loops are not named: {output}")
    expect("of fib" not in output, f"fib is accused: {output}")


@doe_test("planted-build", "a build in which the time stamp counter gets into heat is found, with two runs and the number, and "
          "where heat is off it is not accused")
def planted_build_test(lab):
    out = lab.must_run("tsc.toml", "tsc", "--build", os.path.join(lab.build, "planted"))
    status, output = lab.check(out)
    expect(status == 1 and "NOT DETERMINISTIC" in output, f"it was not found: {output}")
    found = re.findall(r"^  (\S+) of fib with (.*): \S+ in run (b\d+r\d+) \(host native\), \S+ in run (b\d+r\d+)", output, re.M)
    expect(len(found) == 1 and "heat=1" in found[0][1] and found[0][2] != found[0][3], f"it is not named: {output}")
    expect(found[0][0] in ("heat_total", "heat_hash", "hash"), f"the number is {found[0][0]}, and counts are right: {output}")


@doe_test("synthetic-vary", "one number that is another in one of hundreds of runs is found and named")
def vary_test(lab):
    folder = synthetic.write(lab.path("vary"), {}, vary="b005r00007")
    status, output = lab.check(folder)
    found = re.findall(r"^  (\S+) of .* in run (\S+) .* in run (\S+) \(", output, re.MULTILINE)
    expect(status == 1 and len(found) == 1 and found[0][0] == "words" and "b005r00007" in found[0], output)


def verdicts(lab, name, **planted):
    folder = synthetic.write(lab.path(name), **planted)
    status, output = lab.call("analyse.py", folder)
    expect(status == 0, f"analyse.py ended with {status}:\n{output}")
    found = {loop: (float(effect), words.strip()) for loop, effect, words in
             re.findall(r"^host \(native\) (\S+) +([+-][\d.]+)% of cycles \[.*?\] (.*)$", output, re.MULTILINE)}
    with open(os.path.join(folder, "report.html"), encoding="utf-8") as file:
        return found, file.read()


@doe_test("effects", "planted effects are found with their size and sign, and nothing else is")
def effects_test(lab):
    found, report = verdicts(lab, "effects", effects={"heat": 0.03, "decay": -0.02}, step=0.05)
    expect(found["heat"][1] == "costs" and abs(found["heat"][0] - 3.05) < 0.15, f"heat: {found['heat']}")
    expect(found["decay"][1] == "pays" and abs(found["decay"][0] + 1.98) < 0.15, f"decay: {found['decay']}")
    expect(found["window"][1] == found["transitions"][1] == "nothing", f"{found}")
    expect("<td>0</td><td>0</td><td>12</td><td>0</td>" in report, "the step in the series is no slowdown in the report")


@doe_test("no-effect", "where there is no effect none is found, and series without a step are flat")
def no_effect_test(lab):
    found, report = verdicts(lab, "none", effects={})
    expect({words for _, words in found.values()} == {"nothing"}, f"{found}")
    expect("<td>12</td><td>0</td><td>0</td><td>0</td>" in report, "the series are not flat in the report")
    for part in ("Threats to validity", "data:image/png;base64,", "ω²", "Holm", "microcode"):
        expect(part in report, f"the report has no {part!r}")


@doe_test("noise", "with noise far greater than the effect the verdict is that there is none")
def noise_test(lab):
    found, _ = verdicts(lab, "noise", effects={"heat": 0.001}, noise=0.3, blocks=6)
    expect({words for _, words in found.values()} == {"undecided"}, f"{found}")


def made_up_runs(count, **columns):
    """Rows as timing.load_runs makes them, a session for each ten."""
    import pandas
    runs = pandas.DataFrame({"machine": "host", "accel": "native", "workload": "fib", "kind": "run", "quiet": 1, "heartbeats": 3,
                             "cycles": 1000.0, "calibration_before": 50.0, "calibration_after": 50.0,
                             "base": [str(i) for i in range(count)], "session": [i // 10 for i in range(count)],
                             **{loop: [i >> place & 1 for i in range(count)] for place, loop in enumerate(LOOPS)}})
    return runs.assign(**columns)


@doe_test("clock", "a processor that is slow in some runs is brought to its usual clock; an emulator has none")
def clock_test(_):
    import timing
    slow = [1.2 if i % 3 == 0 else 1.0 for i in range(30)]
    runs = made_up_runs(30, cycles=[1000 * one for one in slow], calibration_before=[50 * one for one in slow],
                        calibration_after=[50 * one for one in slow])
    found = timing.at_usual_clock(runs)
    expect(found["cycles"].round(6).unique().tolist() == [1000.0], f"{found['cycles'].unique()}")
    expect(sorted(found["tsc_cycles"].unique()) == [1000.0, 1200.0], "the cycles as counted are lost")
    expect(len(timing.at_usual_clock(runs.assign(accel="tcg"))["cycles"].unique()) == 2, "an emulator was corrected")


@doe_test("sessions", "effects stay with their session where other workloads lack it, and each workload weighs the same")
def sessions_test(_):
    import numpy
    import timing
    runs = made_up_runs(20, workload=["fib", "sieve"] * 10)
    values = timing.over_workloads(runs, lambda part: {1: 0.1, 2: 0.3} if part["workload"].iloc[0] == "fib" else {2: 0.5, 3: 0.7})
    expect(numpy.array_equal(values, [[0.1, numpy.nan], [0.3, 0.5], [numpy.nan, 0.7]], equal_nan=True), f"{values}")
    expect(abs(timing.mean_over_workloads(values)[0] - 0.4) < 1e-12, f"{timing.mean_over_workloads(values)}")
    low, high = timing.draw_sessions(numpy.array([[0.01, 0.02]] * 30))
    expect(abs(low - 0.015) < 1e-12 and abs(high - 0.015) < 1e-12, f"{low} {high}")
    expect(timing.sign_flip(numpy.array([[0.01], [0.02]] * 10)) < 0.001, "twenty positive effects are chance")


@doe_test("controls", "a workload without a heartbeat is a control, and its effects are no part of any mean")
def controls_test(_):
    import numpy
    import timing
    chance = numpy.random.default_rng(1)
    runs = made_up_runs(2560, session=[i // 128 for i in range(2560)])
    noise = chance.normal(0, 0.001, 2560)
    beats = runs.assign(cycles=1000 * numpy.exp(0.02 * runs["heat"] + noise))
    idle = runs.assign(cycles=1000 * numpy.exp(0.2 * runs["heat"] + noise), workload="compile", heartbeats=0)
    import pandas
    both = pandas.concat([beats, idle], ignore_index=True)
    expect(timing.controls(both) == ["compile"], f"{timing.controls(both)}")
    loops = timing.loop_table(both, 0.005)
    effect = loops[(loops["loop"] == "heat") & (loops["view"] == "needs")].iloc[0].effect
    expect(abs(effect - 2.02) < 0.05, f"heat over all workloads: {effect}")
    effects = timing.effects_table(both, 0.005)
    expect(set(effects[effects["workload"] == "compile"]["verdict"]) == {"control"}, "a control was judged")


@doe_test("scatter", "Levene's test finds a loop that makes times scatter and changes nothing else; discards that depend on a loop "
          "are found")
def scatter_test(_):
    import numpy
    import timing
    chance = numpy.random.default_rng(1)
    runs = made_up_runs(1280)
    runs["cycles"] = 1000 * numpy.exp(chance.normal(0, 0.01, 1280) * (1 + runs["decay"]))
    found = timing.spread(runs, "decay")
    expect(1.7 < found["spread"] < 2.2 and found["levene"] < 1e-6, f"{found}")
    expect(timing.spread(runs, "heat")["levene"] > 0.01, "heat does not change the scatter")
    runs["quiet"] = (chance.random(1280) > 0.1 + 0.2 * runs["width"]).astype(int)
    found = timing.discards(runs).set_index("loop")
    expect(found.loc["width", "holm"] < 0.001 and found.loc["heat", "holm"] > 0.05, f"{found}")


@doe_test("change-points", "phases of threefold times and planted steps are found in series of 60 units, and in noise nothing is")
def change_points_test(_):
    import numpy
    import warmup
    chance = numpy.random.default_rng(1)
    phases = numpy.repeat([1.0, 1.2, 3.3, 1.6, 1.0, 1.2, 3.3, 1.6], 8)[:60]
    kinds = [warmup.classify(phases * (1 + 0.03 * chance.standard_t(3, 60)))[0] for _ in range(30)]
    expect("flat" not in kinds, f"phases: {kinds}")
    kinds = [warmup.classify(1 + 0.02 * chance.standard_t(3, 60))[0] for _ in range(100)]
    expect(kinds.count("flat") >= 98, f"noise: {kinds}")
    steps = [warmup.classify((1 + 0.01 * chance.standard_normal(60)) * (1 + 0.05 * (numpy.arange(60) >= 30)))[0] for _ in range(30)]
    expect(steps.count("slowdown") >= 28, f"steps: {steps}")


@doe_test("hashes", "hashes do not depend on process, quantum, load or busy VMs, and are the same in the kernel under TCG "
          "and counted time")
def hashes_test(lab):
    host = lab.must_run("host.toml", "host")
    kernel = lab.must_run("kernel.toml", "kernel")
    status, output = lab.check(host, kernel)
    found = re.search(r"(\d+) different .*, (\d+) of them run more than once, (\d+) on more than one machine", output)
    expect(status == 0 and found, output)
    expect(found[1] == found[2] == found[3] == "16", f"not every configuration was compared: {output}")


if __name__ == "__main__":
    run("doe", "Tests of the experiment on the physics.", lambda options: build.append(options.build))
