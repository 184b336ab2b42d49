#!/usr/bin/env python3
"""`make test`: runs every kind of test and adds up. `make test-full` (--full) adds what takes long: every
allocation of a boot refused in a boot of its own, the kernel's debug build, and many machines.

Each stage prints its own lines. The last line of all is `N passed, N failed`; a stage that crashes, takes too
long or does not come to its own last line counts as a failure, and its output is shown.
"""
import argparse
import glob
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "boot"))
sys.path.insert(0, os.path.join(HERE, "hal"))

import ans_suites  # noqa: E402 (beside this file)
import run_hal  # noqa: E402 (the path must be set first)
from image import MAX_SCRIPTS, make_image  # noqa: E402 (the path must be set first)
from machine import Machine, MachineError, PROMPT, choose_accelerator  # noqa: E402

UNIT_SECONDS = 300
HOST_SECONDS = 60  # for one file of Forth tests; they take milliseconds
KERNEL_SECONDS = 240  # for all of them in VM[0] under emulation
MODEL_SECONDS = 240
VERIFY_SECONDS = 60
DOE_SECONDS = 900
COMPARE_SECONDS = 300
BUDGET_SECONDS = 300
FUZZ_SECONDS = 120
CLOCK_SECONDS = 120
CORPUS_SECONDS = 300
FAILURE_SECONDS = 240
STARTS_MAX = 2000  # allocations of a start that are refused one by one
BOOT_SECONDS = 1800
TERMINAL_SECONDS = 600
SCALE_SECONDS = 600
FAIL_ALLOC_SECONDS = 3600
MACHINES_SECONDS = 7200
END_SECONDS = 30

TESTER = "tests/forth/tester.fs"
INCLUDED = ["tests/forth/nested.fs"]  # by the tests themselves
SUMMARY = re.compile(r"^(\S+): (\d+) passed, (\d+) failed\s*$", re.MULTILINE)
CLOCK_ORDER = re.compile(r"^clock-order (.*?)\s*$", re.MULTILINE)
UNIT_SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed\s*\Z", re.MULTILINE)


class Totals:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def add(self, passed, failed):
        self.passed += passed
        self.failed += failed

    def broken(self, what, complaint, output):
        """Counts something that did not even come to its end."""
        self.failed += 1
        print(f"FAIL {what}: {complaint}")
        if output:
            print(output.rstrip())
            print(f"--- end of the output of {what}")


def heading(text):
    print(f"\n=== {text}", flush=True)


def run(command, seconds):
    """(exit status or None for a time-out, output) of a program without input."""
    try:
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, timeout=seconds, check=False)
        return result.returncode, result.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        return None, (late.stdout or b"").decode(errors="replace")
    except OSError as error:
        return -1, str(error)


def how(status):
    if status is None:
        return "it took too long and was stopped"
    if status < 0:
        return f"it was ended by signal {-status}"
    return f"its exit status was {status}"


def unit_stage(build, totals):
    heading("Unit tests, on the host under AddressSanitizer and UndefinedBehaviorSanitizer")
    status, output = run([os.path.join(build, "unit")], UNIT_SECONDS)
    summary = UNIT_SUMMARY.search(output)
    if not summary or (status != 0) != (int(summary[2]) > 0):
        totals.broken("unit", f"no proper end; {how(status)}", output)
        return
    print(output.rstrip())
    totals.add(int(summary[1]), int(summary[2]))


def model_stage(build, totals):
    """The arbiter against its reference, and whether that notices planted faults."""
    heading("The arbiter, in random operations beside a reference")
    model = os.path.join(build, "model")
    findings = os.path.join(build, "findings")
    os.makedirs(findings, exist_ok=True)
    for what in (["--self-test"],
                 ["--seeds", "3", "--operations", "200000", "--findings", findings]):
        status, output = run([model, *what], MODEL_SECONDS)
        summary = UNIT_SUMMARY.search(output)
        if not summary or (status != 0) != (int(summary[2]) > 0):
            totals.broken("model", f"no proper end; {how(status)}", output)
            continue
        print(output.rstrip())
        totals.add(int(summary[1]), int(summary[2]))


def verifier_stage(build, totals):
    """The verifier of the engine on what was built, and on planted violations."""
    heading("The engine's verifier")
    status, output = run([sys.executable, os.path.join(HERE, "verify", "run_verify.py"),
                          "--build", build], VERIFY_SECONDS)
    summary = suites(output).get("verify")
    if not summary or (status != 0) != (summary[1] > 0):
        totals.broken("verify", f"no proper end; {how(status)}", output)
        return
    show_suites(output, {"verify": summary}, totals)


def suites(output):
    """{suite: (passed, failed)} from the summary lines of the tester."""
    return {name: (int(passed), int(failed)) for name, passed, failed in SUMMARY.findall(output)}


def host_stage(build, files, totals):
    """Runs each file in a process of its own. Returns {suite: counts} for the comparison with the
    kernel."""
    heading("Forth tests, on the host")
    counts = {}
    for file in files:
        status, output = run([os.path.join(build, "starforth"), TESTER, file], HOST_SECONDS)
        found = suites(output)
        if not found or status != 0 or re.search(r"^\S+:\d+: error ", output, re.MULTILINE):
            totals.broken(file, f"it did not end properly; {how(status)}", output)
            continue
        show_suites(output, found, totals)
        counts.update(found)
    show_total(counts, "on the host")
    return counts


# What the physics of VM[0] do, and what they have seen before, must not be seen in what a program computes.
PHYSICS = {
    "off": "0 PHYSICS!",
    "busy": "65536 BEAT-LEAST-KNOB KNOB! 65536 BEAT-MOST-KNOB KNOB! 64 WINDOW-KNOB KNOB! 65536 HALF-LIFE-KNOB KNOB! "
            "TRUE HOT-WORDS PHYSICS-RESET",
    "perturbed": "65536 WINDOW-KNOB KNOB! 85 PHYSICS! : WORK 0 DO I 3 MOD 0= IF I DROP ELSE ['] NOOP EXECUTE THEN LOOP ; "
                 "3000000 WORK 42 PHYSICS! 1000000 WORK 127 PHYSICS!",
}


def physics_stage(build, files, host_counts, totals):
    """The Forth suites once more with the physics off, as busy as they can be, and full of something else. All but
    those that set the physics themselves."""
    heading("Forth tests, whatever the physics do")
    files = [file for file in files if os.path.basename(file) not in ("test_physics.fs", "test_misuse.fs")]
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        for name, text in PHYSICS.items():
            prelude = os.path.join(folder, name + ".fs")
            with open(prelude, "w", encoding="utf-8") as file:
                file.write(text + "\n")
            differ, outputs = [], ""
            for path in files:
                status, output = run([os.path.join(build, "starforth"), prelude, TESTER, path], HOST_SECONDS)
                found = suites(output)
                if status != 0 or not found or any(host_counts.get(suite) != counts for suite, counts in found.items()):
                    differ.append(os.path.basename(path))
                    outputs += output
            if differ:
                totals.broken(f"physics-{name}", f"not the same: {', '.join(differ)}", outputs)
            else:
                print(f"PASS physics-{name}: {len(files)} suites give what they give otherwise")
                totals.add(1, 0)


def show_suites(output, found, totals):
    """Prints the counts, and the whole output where something failed; adds them up."""
    if any(failed for _, failed in found.values()):
        print(output.rstrip())
    else:
        for name, (passed, failed) in found.items():
            print(f"{name}: {passed} passed, {failed} failed")
    for passed, failed in found.values():
        totals.add(passed, failed)


def bench_programs():
    """Rows of bench/programs/programs.tbl with the paths of the files."""
    folder = os.path.join("bench", "programs")
    with open(os.path.join(folder, "programs.tbl"), encoding="utf-8") as table:
        rows = [[field.strip() for field in line.split("|")]
                for line in table if line.strip() and not line.startswith("#")]
    listing = subprocess.run(["dpkg", "-L", "gforth-common"], capture_output=True, text=True,
                             check=False).stdout.split()
    for row in rows:
        place, _, name = row[1].rpartition(":")
        found = [path for path in listing if path.endswith("/" + name)] if place == "gforth" else []
        row[1] = found[0] if found else os.path.join(folder, name)
    return rows


def clock_stage(build, files, totals):
    """The virtual clock against an engine that counts each word; and the same order of messages in two runs, one of
    them on a busy host. Returns that order."""
    heading("The virtual clock, with every word counted")
    check = os.path.join(build, "clock_check")
    for file in files:
        status, output = run([check, TESTER, file], CLOCK_SECONDS)
        found = re.search(r"^clock_check: (\d+) comparisons.*$", output, re.MULTILINE)
        if status == 0 and found and int(found[1]) > 1:
            totals.add(1, 0)
        else:
            totals.broken(f"clock of {file}", how(status), output)
    print(f"{len(files)} files of tests compared word by word")
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        table = os.path.join(folder, "programs.tbl")
        with open(table, "w", encoding="utf-8") as file:
            file.writelines(" | ".join(row) + "\n" for row in bench_programs())
        status, output = run([os.path.join(build, "bench", "count_words"), "--clock", table], CLOCK_SECONDS)
    if status == 0:
        print(f"PASS clock-programs: {output.strip().splitlines()[-1]}")
        totals.add(1, 0)
    else:
        totals.broken("clock-programs", how(status), output)
    clock_breaks(check, totals)
    status, output = run([os.path.join(build, "stack_full")], CLOCK_SECONDS)
    found = suites(output)
    if status in (0, 1) and "stack-full" in found:
        show_suites(output, found, totals)
    else:
        totals.broken("stack-full", how(status), output)
    return clock_orders(build, totals)


def clock_breaks(check, totals):
    """Ctrl-C in a loop without end, a recursion and a loop that catches it, each with the clock compared after."""
    loops = [": L BEGIN DUP IF 1+ ELSE DUP 1+ NIP THEN AGAIN ; CR .( going ) CR 1 MS 1 L",
             ": X 100 0 DO I DROP LOOP 1 >R RECURSE ; : Y BEGIN ['] X CATCH -28 = UNTIL -28 THROW ; CR .( going ) CR 1 MS Y",
             ": E BEGIN 1 S\" DUP 1 0 D+ 2DROP\" EVALUATE AGAIN ; CR .( going ) CR 1 MS E"]
    with subprocess.Popen([check], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", bufsize=1) as process:
        watchdog = threading.Timer(CLOCK_SECONDS, process.kill)
        watchdog.start()
        output = ""
        for line in loops * 5:
            process.stdin.write(line + "\n")
            for wanted in ("going", "error -28"):
                here = ""
                while wanted not in here:
                    here = process.stdout.readline()
                    output += here
                    if not here:
                        break
                if wanted == "going" and here:
                    process.send_signal(signal.SIGINT)
        process.stdin.close()
        output += process.stdout.read()
        watchdog.cancel()
    if process.returncode == 0 and "clock_check:" in output and output.count("error -28") == 5 * len(loops):
        print("PASS clock-break: the clock is right after each Ctrl-C")
        totals.add(1, 0)
    else:
        totals.broken("clock-break", how(process.returncode), output)


def clock_orders(build, totals):
    command = [os.path.join(build, "starforth"), TESTER, "tests/forth/test_clock.fs"]
    orders = []
    for load in (0, 4):
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(load)]
        try:
            orders += CLOCK_ORDER.findall(run(command, CLOCK_SECONDS)[1])
        finally:
            for process in busy:
                process.kill()
                process.wait()
    if len(orders) == 2 and orders[0] == orders[1]:
        print("PASS clock-repeat: VMs with counted turns do the same on an idle and on a busy host")
        totals.add(1, 0)
    else:
        totals.broken("clock-repeat", f"the orders are {orders}", "")
    return orders[:1]


def help_stage(build, totals):
    """Every word that WORDS lists is described by HELP, which has it from the table of primitives."""
    heading("The word list")
    starforth = os.path.join(build, "starforth")

    def ask(lines):
        done = subprocess.run([starforth], input="\n".join(lines) + "\n", stdout=subprocess.PIPE,
                              timeout=HOST_SECONDS, check=False, text=True, errors="replace")
        return done.stdout

    names = [name for name in ask(["WORDS"]).split() if name != "ok"]
    answers = ask([f"HELP {name}" for name in names])
    complaints = re.findall(r"^.*(?:without a description|error -).*$", answers, re.MULTILINE)
    if len(names) < 300 or complaints:
        totals.broken("help-all", f"{len(names)} words listed", "\n".join(complaints))
    else:
        print(f"PASS help-all: each of the {len(names)} words has a description")
        totals.add(1, 0)


def catalogue_stage(totals):
    """The catalogue of misbehaviour as tests/forth/README.md lists it is that of test_misuse.fs."""
    status, output = run([sys.executable, os.path.join(HERE, "misuse_list.py"), "--check"], HOST_SECONDS)
    if status == 0:
        print("PASS catalogue: README.md lists the kinds of misbehaviour that are tested")
        totals.add(1, 0)
    else:
        totals.broken("catalogue", "the list is not up to date", output)


def show_total(counts, where):
    """The sum over the word sets; show_suites has added them up already."""
    print(f"All word sets {where}: {sum(passed for passed, _ in counts.values())} passed, "
          f"{sum(failed for _, failed in counts.values())} failed")


def batches(files):
    """The files by as many as one image carries beside the tester."""
    size = MAX_SCRIPTS - 1 - len(INCLUDED)
    return [files[i:i + size] for i in range(0, len(files), size)]


def kernel_run(build, accelerator, files, folder, included=()):
    """Boots with these files as boot scripts. Returns (complaint or None, output)."""
    image = os.path.join(folder, "forth.img")
    make_image(image, os.path.join(build, "BOOTX64.EFI"), files, included=included)
    with Machine(image=image, accelerator=accelerator) as machine:
        try:
            machine.wait_for(PROMPT, KERNEL_SECONDS)
            machine.send(b"BYE\r")
            machine.wait_for_end(END_SECONDS)
            complaint = None if machine.powered_off else machine.how_it_ended()
        except MachineError as error:
            complaint = str(error)
        return complaint, machine.log.decode(errors="replace").replace("\r", "")


def kernel_stage(build, accelerator, files, host_counts, host_orders, totals):
    """The same files in VM[0], over the boot-script path; the counts must be those of the host."""
    heading(f"Forth tests, in VM[0] on the booted kernel ({accelerator})")
    found = {}
    orders = []
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        for batch in batches(files):
            complaint, output = kernel_run(build, accelerator, [TESTER, *batch], folder, INCLUDED)
            if re.search(r"^\S+:\d+: error ", output, re.MULTILINE):
                complaint = complaint or "a test file ended with an error"
            if complaint:
                totals.broken("forth on the kernel", complaint, output)
            here = suites(output)
            show_suites("" if complaint else output, here, totals)
            found.update(here)
            orders += CLOCK_ORDER.findall(output)
    show_total(found, "in VM[0]")
    if orders == host_orders and orders:
        print("PASS clock-kernel: VMs with counted turns do in the kernel what they do on the host")
        totals.add(1, 0)
    else:
        totals.broken("clock-kernel", f"the orders are {orders}, on the host {host_orders}", "")
    for name, counts in host_counts.items():
        if found.get(name) != counts:
            totals.broken(f"{name} on the kernel",
                          f"counts are {found.get(name)}, on the host {counts}", "")


def ans_stage(build, accelerator, totals):
    """The standard's suites as gforth ships them, on the host and in VM[0]."""
    heading("ANS suites of gforth-common")
    if ans_suites.folder() is None:
        totals.broken("ans", "the package gforth-common is not installed", "")
        return
    totals.add(*ans_suites.judge(
        ans_suites.run_on_host(os.path.join(build, "starforth"), HOST_SECONDS), "on the host"))
    if accelerator is None:
        return
    with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
        plan = os.path.join(folder, "suites.fs")
        with open(plan, "w", encoding="utf-8") as file:
            file.write(ans_suites.script([name + ".fs" for name in ans_suites.SUITES]))
        included = [os.path.join(ans_suites.folder(), name + ".fs")
                    for name in ans_suites.SUITES + ans_suites.LIBRARY]
        complaint, output = kernel_run(build, accelerator, [*ans_suites.SCRIPTS, plan], folder,
                                       included)
        if complaint:
            totals.broken("ans on the kernel", complaint, output)
        totals.add(*ans_suites.judge(output, "in VM[0]"))


def fuzz_stage(build, totals):
    """The fuzzer's own test, a short run of it, and the findings of earlier ones."""
    heading("Random Forth, with everything outside the VM watched")
    fuzzer = os.path.join(build, "fuzz_forth")
    status, output = run([fuzzer, "--self-test"], FUZZ_SECONDS)
    summary = UNIT_SUMMARY.search(output)
    if summary and (status == 0) == (int(summary[2]) == 0):
        print(f"fuzz self-test: {summary[0].strip()}")
        totals.add(int(summary[1]), int(summary[2]))
    else:
        totals.broken("fuzz self-test", f"no proper end; {how(status)}", output)
    corpus = sorted(glob.glob("tests/forth/test_*.fs"))
    command = [fuzzer, "--lines", "200000", "--seconds", "20", "--findings",
               os.path.join(build, "findings")]
    os.makedirs(os.path.join(build, "findings"), exist_ok=True)
    clock = [os.path.join(build, "fuzz_clock"), *command[1:2], "50000", *command[3:]]
    for name, arguments in [("fuzz-short", [*command, *corpus]), ("fuzz-clock", [*clock, *corpus])] + [
            (finding, [fuzzer, "--replay", finding])
            for finding in sorted(glob.glob("tests/fuzz/findings/*.fs"))]:
        status, output = run(arguments, FUZZ_SECONDS)
        if status == 0:
            print(f"PASS {name}: {output.strip().splitlines()[-1] if output.strip() else ''}")
            totals.add(1, 0)
        else:
            totals.broken(name, how(status), output)


def corpus_stage(build, totals):
    """The inputs that the fuzzers of the parsers have kept, through the same harnesses."""
    heading("Kept inputs of the parser fuzzers, under both sanitizers")
    status, output = run([sys.executable, os.path.join(HERE, "fuzz", "run_parsers.py"), "replay",
                          "--build", build], CORPUS_SECONDS)
    summary = UNIT_SUMMARY.search(output)
    if not summary or (status != 0) != (int(summary[2]) > 0):
        totals.broken("corpus", f"no proper end; {how(status)}", output)
        return
    print(output.rstrip())
    totals.add(int(summary[1]), int(summary[2]))


def hal_stage(build, accelerator, totals):
    heading("The contract of the hardware layer, on Linux and on the bare machine")
    totals.add(*run_hal.run(build, accelerator, kernel=accelerator is not None))


def failure_judge(output, complaint, where, totals):
    """Counts a run of tests/failure/."""
    summary = suites(output).get("failure")
    if complaint or not summary:
        totals.broken(f"failure {where}", complaint or "no proper end", output)
        return
    show_suites(output, {f"failure {where}": summary}, totals)


def failure_starts(build, totals):
    """The Linux program with each allocation of its start refused: it starts, or says why not."""
    program = os.path.join(build, "failure_test")
    for nth in range(1, STARTS_MAX):
        status, output = run([program, f"fail-alloc={nth}"], HOST_SECONDS)
        started = re.search(r"^started with (\d+) allocations$", output, re.MULTILINE)
        said_why = re.search(r"cannot start: the machine has no memory left \(error -258\)$", output, re.MULTILINE)
        if not (status == 0 and started) and not (status == 4 and said_why):
            totals.broken(f"failure-start with allocation {nth} refused", how(status), output)
            return
        if started and int(started[1]) < nth:
            print(f"PASS failure-start: each of {started[1]} allocations of a start can fail")
            totals.add(1, 0)
            return
    totals.broken("failure-start", f"the start has more than {STARTS_MAX} allocations", "")


def failure_stage(build, accelerator, totals):
    heading("Memory that runs out, at every place where it can")
    status, output = run([os.path.join(build, "failure_test")], FAILURE_SECONDS)
    failure_judge(output, None if status in (0, 1) else how(status), "on Linux", totals)
    failure_starts(build, totals)
    if accelerator is None:
        return
    complaint = None
    with Machine(kernel=os.path.join(build, "failure_test.efi"), accelerator=accelerator) as machine:
        try:
            machine.wait_for_end(FAILURE_SECONDS)
            complaint = None if machine.powered_off else machine.how_it_ended()
        except MachineError as error:
            complaint = str(error)
        output = machine.log.decode(errors="replace").replace("\r", "")
    failure_judge(output, complaint, "in the kernel", totals)


def fail_alloc_stage(build, totals):
    """Boots as often as a boot has allocations, each time with another one refused."""
    heading("Boots with one allocation refused")
    status, output = run([sys.executable, os.path.join(HERE, "boot", "test_memory.py"), "--build", build],
                         FAIL_ALLOC_SECONDS)
    boots = re.findall(r"^(PASS|FAIL) \d+: ", output, re.MULTILINE)
    failed = boots.count("FAIL")
    if not boots or status != (1 if failed else 0):
        totals.broken("fail-alloc", how(status), output)
        return
    if failed:
        print(output.rstrip())
    print(f"fail-alloc: {len(boots) - failed} passed, {failed} failed")
    totals.add(len(boots) - failed, failed)


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
        status, output = run([sys.executable, "-B", os.path.join(HERE, "scale", "run_scale.py"), *what,
                              "--build", build, "--accel", accelerator or "auto"], SCALE_SECONDS)
        summary = suites(output).get("scale")
        if not summary or (status != 0) != (summary[1] > 0):
            totals.broken(f"scale {what[0]}", f"no proper end; {how(status)}", output)
            continue
        print(output.rstrip())
        totals.add(*summary)


def doe_stage(build, totals):
    """The experiment on the physics, and its hashes on the host and in the kernel."""
    heading("The experiment on the physics")
    stream_stage("doe", "../doe/test_doe.py", DOE_SECONDS, build, totals)


def budget_stage(build, totals):
    """Exact instruction counts of the hot paths, and the harness that takes them."""
    heading("The budget of instructions")
    stream_stage("compare", "../compare/test_compare.py", COMPARE_SECONDS, build, totals)
    stream_stage("budget", "../budget/run_budget.py", BUDGET_SECONDS, build, totals)


def terminal_stage(build, totals):
    heading("The Linux program on a terminal")
    stream_stage("terminal", "../host/test_terminal.py", TERMINAL_SECONDS, build, totals)


def boot_stage(build, totals):
    heading("Boot tests")
    stream_stage("boot", "test_boot.py", BOOT_SECONDS, build, totals)


def machines_stage(build, totals):
    heading("Many machines")
    stream_stage("machines", "test_full.py", MACHINES_SECONDS, build, totals)


def stream_stage(name, script, seconds, build, totals):
    """Runs a script of tests/boot/ whose last line is `NAME: N passed, N failed`."""
    sys.stdout.flush()
    process = subprocess.Popen([sys.executable, os.path.join(HERE, "boot", script),
                                "--build", build], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace")
    output = ""
    watchdog = threading.Timer(seconds, process.terminate)
    watchdog.start()
    for line in process.stdout:  # shown as it comes: this stage is the long one
        print(line, end="", flush=True)
        output += line
    status = process.wait()
    watchdog.cancel()
    summary = suites(output).get(name)
    if not summary or (status != 0) != (summary[1] > 0):
        totals.broken(name, f"no proper end; {how(status)}", "")
    if summary:
        totals.add(*summary)


def main():
    parser = argparse.ArgumentParser(description="Runs all tests of StarKernel.")
    parser.add_argument("--build", default="build", help="folder with all that was built")
    parser.add_argument("--full", action="store_true", help="the tests that take long as well")
    options = parser.parse_args()
    os.chdir(os.path.dirname(HERE))
    start = time.monotonic()
    totals = Totals()
    files = sorted(glob.glob("tests/forth/test_*.fs"))

    unit_stage(options.build, totals)
    model_stage(options.build, totals)
    verifier_stage(options.build, totals)
    host_counts = host_stage(options.build, files, totals)
    physics_stage(options.build, files, host_counts, totals)
    host_orders = clock_stage(options.build, files, totals)
    help_stage(options.build, totals)
    catalogue_stage(totals)
    corpus_stage(options.build, totals)
    fuzz_stage(options.build, totals)
    accelerator = None
    try:
        accelerator, _ = choose_accelerator(options.build)
        kernel_stage(options.build, accelerator, files, host_counts, host_orders, totals)
    except MachineError as error:
        totals.broken("forth on the kernel", str(error), "")
    ans_stage(options.build, accelerator, totals)
    hal_stage(options.build, accelerator, totals)
    failure_stage(options.build, accelerator, totals)
    scale_stage(options.build, accelerator, totals)
    doe_stage(options.build, totals)
    budget_stage(options.build, totals)
    terminal_stage(options.build, totals)
    boot_stage(options.build, totals)
    if options.full:
        debug_stage(options.build, accelerator, totals)
        fail_alloc_stage(options.build, totals)
        machines_stage(options.build, totals)

    print(f"\nAll tests took {time.monotonic() - start:.0f} s.")
    print(f"{totals.passed} passed, {totals.failed} failed")
    sys.exit(1 if totals.failed or not totals.passed else 0)


if __name__ == "__main__":
    main()
