#!/usr/bin/env python3
"""Runs the conformance suite of the HAL on Linux, there also under the sanitizers, and on the bare machine.

Usage: run_hal.py [--build DIR] [--host] [--kernel]; both without an option. The suite prints a line for each
test; this side types what it asks for, compares what it wrote, sees that it powers off, and demands that both
machines have run the same tests. The last line is `hal: N passed, N failed`.
"""
import argparse
import os
import re
import select
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "boot"))

from image import make_image  # noqa: E402 (the path must be set first)
from machine import Machine, MachineError, choose_accelerator  # noqa: E402

HOST_SECONDS = 120
KERNEL_SECONDS = 300
END_SECONDS = 30

FILES = os.path.join(HERE, "files")
STARTUP = ["zeta.fs", "alpha.fs"]
LIBRARY = ["library.fs"]
ASKED = "hal-type: "
TYPED = b"hal-typed abc\r"
RESULT = re.compile(r"^(PASS|FAIL|SKIP) (\S+): (.*)$", re.MULTILINE)
SUMMARY = re.compile(r"^hal: (\d+) passed, (\d+) failed$", re.MULTILINE)
LINES, COLUMNS = 200, 60  # of tests/hal/console.c


def expected_lines():
    return [f"hal-line {i:03} " + "".join(chr(ord("!") + (i + column) % 90) for column in range(COLUMNS))
            for i in range(LINES)]


class Outcome:
    """What one run of the suite has shown."""

    def __init__(self, where, output, complaint):
        self.where = where
        self.output = output
        self.complaint = complaint  # why the run as a whole is no good, or None
        self.results = {found[1]: found[0] for found in RESULT.findall(output)}
        summary = SUMMARY.findall(output)
        if complaint is None and not summary:
            self.complaint = "it did not come to its last line"

    def finish(self, powered_off, how):
        """Adds the checks that only this side can make."""
        if self.complaint is None:
            written = [line for line in self.output.splitlines() if line.startswith("hal-line ")]
            self.judge("console-lines", written == expected_lines(),
                       "what was written has arrived whole and in order", "lines are missing or spoilt")
            self.judge("power-off", powered_off, "hal_power_off ends the machine", how)
        return self

    def judge(self, identifier, good, sentence, why):
        verdict = "PASS" if good else "FAIL"
        self.results[identifier] = verdict
        self.output += f"{verdict} {identifier}: {sentence}" + ("" if good else f" ({why})") + "\n"

    def count(self, verdict):
        return sum(found == verdict for found in self.results.values())


def on_host(program):
    """Runs the suite as a Linux program."""
    process = subprocess.Popen([os.path.abspath(program), *STARTUP], cwd=FILES, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output, typed, complaint = b"", False, None
    deadline = time.monotonic() + HOST_SECONDS
    while True:
        if not select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
            complaint = f"it did not end within {HOST_SECONDS} s"
            process.kill()
            break
        data = process.stdout.read1(65536)
        if not data:
            break
        output += data
        if not typed and ASKED.encode() in output:
            process.stdin.write(TYPED)
            process.stdin.flush()
            typed = True
    status = process.wait()
    process.stdin.close()
    process.stdout.close()
    text = output.decode(errors="replace")
    failed = SUMMARY.findall(text)[-1:] and int(SUMMARY.findall(text)[-1][1])
    return Outcome(f"on Linux ({os.path.basename(program)})", text, complaint).finish(
        status == (1 if failed else 0), f"the exit status is {status}")


def in_kernel(build, accelerator, **hardware):
    """Boots the suite."""
    complaint = None
    with tempfile.TemporaryDirectory(prefix="starkernel-hal-") as folder:
        image = os.path.join(folder, "hal.img")
        make_image(image, os.path.join(build, "hal_test.efi"),
                   [os.path.join(FILES, name) for name in STARTUP], "test-exit",
                   [os.path.join(FILES, name) for name in LIBRARY])
        with Machine(image=image, accelerator=accelerator, debug_exit=True, **hardware) as machine:
            try:
                machine.wait_for(ASKED, KERNEL_SECONDS)
                machine.send(TYPED)
                machine.wait_for(re.compile(rb"\nhal: \d+ passed, \d+ failed\r?\n"), KERNEL_SECONDS)
                machine.wait_for_end(END_SECONDS)
            except MachineError as error:
                complaint = str(error)
            text = machine.log.decode(errors="replace").replace("\r", "")
            powered_off = complaint is None and machine.powered_off
            how = complaint or machine.how_it_ended()
    return Outcome(f"on the bare machine ({accelerator})", text, complaint).finish(powered_off, how)


def show(outcome):
    """Prints an outcome; returns (passed, failed)."""
    if outcome.complaint:
        print(f"FAIL hal {outcome.where}: {outcome.complaint}")
        print(outcome.output.rstrip())
        print(f"--- end of the output of hal {outcome.where}")
        return outcome.count("PASS"), outcome.count("FAIL") + 1
    notes = []  # indented lines that a test printed before its result
    for line in outcome.output.splitlines():
        result = RESULT.match(line)
        if line.startswith("  "):
            notes.append(line)
        elif result:
            if result[1] == "FAIL":
                print("\n".join([line, *notes]))
            elif result[1] == "SKIP":
                print(line)
            notes = []
    passed, failed = outcome.count("PASS"), outcome.count("FAIL")
    print(f"hal {outcome.where}: {passed} passed, {failed} failed, {outcome.count('SKIP')} cannot be run there")
    return passed, failed


def same_tests(outcomes):
    """Demands that all runs had the same tests; returns (passed, failed)."""
    names = [set(outcome.results) for outcome in outcomes]
    different = sorted(set.union(*names) - set.intersection(*names))
    if different:
        print(f"FAIL hal-same-tests: not every machine ran {', '.join(different)}")
        return 0, 1
    print(f"PASS hal-same-tests: every machine has had the same {len(names[0])} tests")
    return 1, 0


def run(build, accelerator, host=True, kernel=True):
    """Runs what is asked for and prints it; returns (passed, failed)."""
    outcomes = []
    if host:
        outcomes += [on_host(os.path.join(build, program)) for program in ("hal_test", "hal_test_asan")]
    if kernel:
        outcomes.append(in_kernel(build, accelerator))
    counts = [show(outcome) for outcome in outcomes]
    if len(outcomes) > 1 and not any(outcome.complaint for outcome in outcomes):
        counts.append(same_tests(outcomes))
    return sum(passed for passed, _ in counts), sum(failed for _, failed in counts)


def main():
    parser = argparse.ArgumentParser(description="Runs the conformance suite of the HAL.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--host", action="store_true", help="on Linux alone")
    parser.add_argument("--kernel", action="store_true", help="on the bare machine alone")
    options = parser.parse_args()
    everything = not options.host and not options.kernel
    try:
        accelerator = None
        if options.kernel or everything:
            accelerator, _ = choose_accelerator(options.build)
        passed, failed = run(options.build, accelerator, options.host or everything,
                             options.kernel or everything)
    except MachineError as error:
        sys.exit(f"No machine to test on: {error}")
    print(f"hal: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
