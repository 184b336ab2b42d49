"""The stages of `make test` in which allocations are refused."""
import os
import re
import sys

from machine import Machine, MachineError
from stage import HERE, heading, how, run, show_suites, suites

START_SECONDS = 60
FAILURE_SECONDS = 240
STARTS_MAX = 2000  # allocations of a start that are refused one by one
FAIL_ALLOC_SECONDS = 3600


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
        status, output = run([program, f"fail-alloc={nth}"], START_SECONDS)
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
