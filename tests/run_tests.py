#!/usr/bin/env python3
"""`make test`: runs every kind of test and adds up. `make test-full` (--full) adds what takes long: every
allocation of a boot refused in a boot of its own, the kernel's debug build, and many machines.

Each stage prints its own lines. The last line of all is `N passed, N failed`; a stage that crashes, takes too
long or does not come to its own last line counts as a failure, and its output is shown.
"""
import argparse
import glob
import os
import sys
import time

import stage  # noqa: F401 (it sets the path to boot/)
from clock_stages import clock_stage
from failure_stages import fail_alloc_stage, failure_stage
from forth_stages import ans_stage, catalogue_stage, help_stage, host_stage, kernel_stage, listing_stage
from machine import MachineError, choose_accelerator
from physics_stages import physics_stage, pieces_stage
from stage import HERE, Totals, heading, how, judged, named, run, stream_stage

sys.path.insert(0, os.path.join(HERE, "hal"))

import run_hal  # noqa: E402 (the path must be set first)

UNIT_SECONDS = 300
MODEL_SECONDS = 240
VERIFY_SECONDS = 60
DOE_SECONDS = 900
PACKAGES_SECONDS = 120
WORDS_SECONDS = 60
COMPARE_SECONDS = 300
FUZZ_SECONDS = 120
CORPUS_SECONDS = 300
ORACLE_SECONDS = 600
BUDGET_SECONDS = 300
BOOT_SECONDS = 1800
TERMINAL_SECONDS = 600
SCALE_SECONDS = 600
MACHINES_SECONDS = 7200


def script(*parts):
    """The command that runs a Python program in a folder beside this file."""
    return [sys.executable, "-B", os.path.join(HERE, *parts)]


def unit_stage(build, totals):
    heading("Unit tests, on the host under AddressSanitizer and UndefinedBehaviorSanitizer")
    judged("unit", [os.path.join(build, "unit")], UNIT_SECONDS, totals)


def model_stage(build, findings, totals):
    """The arbiter against its reference, and whether that notices planted faults."""
    heading("The arbiter, in random operations beside a reference")
    for what in (["--self-test"], ["--seeds", "3", "--operations", "200000", "--findings", findings]):
        judged("model", [os.path.join(build, "model"), *what], MODEL_SECONDS, totals)


def verifier_stage(build, totals):
    """The verifier of the engine on what was built, and on planted violations."""
    heading("The engine's verifier")
    named("verify", [*script("verify", "run_verify.py"), "--build", build], VERIFY_SECONDS, totals)


def oracle_stage(build, full, totals):
    """The clock and the physics against an engine that records each word."""
    heading("The physics, with every word recorded")
    named("oracle", [*script("oracle", "run_oracle.py"), "--build", build, *(["--full"] if full else [])],
          ORACLE_SECONDS, totals)


def fuzz_stage(build, findings, totals):
    """The fuzzer's own test, a short run of it, and the findings of earlier ones."""
    heading("Random Forth, with everything outside the VM watched")
    fuzzer = os.path.join(build, "fuzz_forth")
    judged("fuzz self-test", [fuzzer, "--self-test"], FUZZ_SECONDS, totals)
    corpus = sorted(glob.glob("tests/forth/test_*.fs"))
    limits = ["--seconds", "20", "--findings", findings, *corpus]
    runs = [("fuzz-short", [fuzzer, "--lines", "200000", *limits])]
    runs += [(finding, [fuzzer, "--replay", finding]) for finding in sorted(glob.glob("tests/fuzz/findings/*.fs"))]
    for name, command in runs:
        status, output = run(command, FUZZ_SECONDS)
        if status == 0:
            print(f"PASS {name}: {output.strip().splitlines()[-1] if output.strip() else ''}")
            totals.add(1, 0)
        else:
            totals.broken(name, how(status), output)


def corpus_stage(build, totals):
    """The inputs that the fuzzers of the parsers have kept, through the same harnesses."""
    heading("Kept inputs of the parser fuzzers, under both sanitizers")
    judged("corpus", [*script("fuzz", "run_parsers.py"), "replay", "--build", build], CORPUS_SECONDS, totals)


def hal_stage(build, accelerator, totals):
    heading("The contract of the hardware layer, on Linux and on the bare machine")
    totals.add(*run_hal.run(build, accelerator, kernel=accelerator is not None))


def debug_stage(build, accelerator, totals):
    """The conformance suite again, in a kernel with guards round heap blocks and other checks that cost time."""
    heading("The debug build of the kernel")
    totals.add(*run_hal.run(os.path.join(build, "debug"), accelerator, host=False))


def scale_stage(build, accelerator, totals):
    """Ten thousand VMs at once, and a thousand that send messages for some time: see tests/scale/."""
    heading("Very many VMs")
    runs = [["vms", "--where", "host"], ["soak", "--where", "host", "--seconds", "20"]]
    if accelerator is not None:
        runs += [["vms", "--where", "kernel"], ["soak", "--where", "kernel", "--seconds", "60"]]
    for what in runs:
        named("scale", [*script("scale", "run_scale.py"), *what, "--build", build, "--accel", accelerator or "auto"],
              SCALE_SECONDS, totals)


# Programs of tests whose lines are shown as they come: heading, name in the last line, program, seconds.
STREAMED = [
    ("The installation of packages", "packages", script("packages", "test_packages.py"), PACKAGES_SECONDS),
    ("The reference of all words", "words", script("words", "test_words.py"), WORDS_SECONDS),
    ("The report that compares host and kernel", "compare-report", script("compare", "test_report.py"), COMPARE_SECONDS),
    ("The comparison of host and kernel", "compare", script("compare", "test_compare.py"), COMPARE_SECONDS),
    ("The budget of instructions", "budget", script("budget", "run_budget.py"), BUDGET_SECONDS),
    ("The experiment on the physics", "doe", script("doe", "test_doe.py"), DOE_SECONDS),
    ("The Linux program on a terminal", "terminal", script("host", "test_terminal.py"), TERMINAL_SECONDS),
    ("Boot tests", "boot", script("boot", "test_boot.py"), BOOT_SECONDS),
]
STREAMED_FULL = [("Many machines", "machines", script("boot", "test_full.py"), MACHINES_SECONDS)]


def all_stages(options, totals):
    build = options.build
    findings = os.path.join(build, "findings")
    os.makedirs(findings, exist_ok=True)
    files = sorted(glob.glob("tests/forth/test_*.fs"))
    unit_stage(build, totals)
    model_stage(build, findings, totals)
    verifier_stage(build, totals)
    host_counts = host_stage(build, files, totals)
    physics_stage(build, files, host_counts, totals)
    pieces_stage(build, totals)
    oracle_stage(build, options.full, totals)
    host_orders = clock_stage(build, totals)
    help_stage(build, totals)
    listing_stage(build, totals)
    catalogue_stage(totals)
    corpus_stage(build, totals)
    fuzz_stage(build, findings, totals)
    accelerator = None
    try:
        accelerator, _ = choose_accelerator(build)
        kernel_stage(build, accelerator, files, host_counts, host_orders, totals)
    except MachineError as error:
        totals.broken("forth on the kernel", str(error), "")
    ans_stage(build, accelerator, totals)
    hal_stage(build, accelerator, totals)
    failure_stage(build, accelerator, totals)
    scale_stage(build, accelerator, totals)
    for streamed in STREAMED:
        stream_stage(*streamed, build, totals)
    if options.full:
        debug_stage(build, accelerator, totals)
        fail_alloc_stage(build, totals)
        for streamed in STREAMED_FULL:
            stream_stage(*streamed, build, totals)


def main():
    parser = argparse.ArgumentParser(description="Runs all tests of StarKernel.")
    parser.add_argument("--build", default="build", help="folder with all that was built")
    parser.add_argument("--full", action="store_true", help="the tests that take long as well")
    options = parser.parse_args()
    os.chdir(os.path.dirname(HERE))
    start = time.monotonic()
    totals = Totals()
    all_stages(options, totals)
    print(f"\nAll tests took {time.monotonic() - start:.0f} s.")
    print(f"{totals.passed} passed, {totals.failed} failed")
    sys.exit(1 if totals.failed or not totals.passed else 0)


if __name__ == "__main__":
    main()
