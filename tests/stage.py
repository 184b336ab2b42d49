"""What the stages of `make test` share: running programs, reading their summaries, adding up."""
import os
import re
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "boot"))

from image import make_image  # noqa: E402 (the path must be set first)
from machine import Machine, MachineError, PROMPT  # noqa: E402

KERNEL_SECONDS = 240  # for the boot scripts of one image under emulation
END_SECONDS = 30

SUMMARY = re.compile(r"^(\S+): (\d+) passed, (\d+) failed\s*$", re.MULTILINE)
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


def suites(output):
    """{suite: (passed, failed)} from the summary lines of the tester."""
    return {name: (int(passed), int(failed)) for name, passed, failed in SUMMARY.findall(output)}


def show_suites(output, found, totals):
    """Prints the counts, and the whole output where something failed; adds them up."""
    if any(failed for _, failed in found.values()):
        print(output.rstrip())
    else:
        for name, (passed, failed) in found.items():
            print(f"{name}: {passed} passed, {failed} failed")
    for passed, failed in found.values():
        totals.add(passed, failed)


def judged(name, command, seconds, totals):
    """Runs a program whose last line is `N passed, N failed`, shows its output and adds its counts up."""
    status, output = run(command, seconds)
    summary = UNIT_SUMMARY.search(output)
    if not summary or (status != 0) != (int(summary[2]) > 0):
        totals.broken(name, f"no proper end; {how(status)}", output)
        return
    print(output.rstrip())
    totals.add(int(summary[1]), int(summary[2]))


def named(name, command, seconds, totals):
    """Runs a program whose last line is `NAME: N passed, N failed`, shows its output and adds its counts up."""
    status, output = run(command, seconds)
    summary = suites(output).get(name)
    if not summary or (status != 0) != (summary[1] > 0):
        totals.broken(name, f"no proper end; {how(status)}", output)
        return
    print(output.rstrip())
    totals.add(*summary)


def stream_stage(text, name, command, seconds, build, totals):
    """The same for a program that takes long: its lines are shown as they come."""
    heading(text)
    process = subprocess.Popen([*command, "--build", build], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, errors="replace")
    output = ""
    watchdog = threading.Timer(seconds, process.terminate)
    watchdog.start()
    for line in process.stdout:
        print(line, end="", flush=True)
        output += line
    status = process.wait()
    watchdog.cancel()
    summary = suites(output).get(name)
    if not summary or (status != 0) != (summary[1] > 0):
        totals.broken(name, f"no proper end; {how(status)}", "")
    if summary:
        totals.add(*summary)


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
