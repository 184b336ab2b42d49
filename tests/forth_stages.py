"""The stages of `make test` that run Forth: the suites on the host, in VM[0], and with the physics in several states."""
import os
import re
import subprocess
import sys
import tempfile

import ans_suites
from image import MAX_SCRIPTS
from stage import HERE, heading, how, kernel_run, run, show_suites, suites

HOST_SECONDS = 60  # for one file of Forth tests; they take milliseconds

TESTER = "tests/forth/tester.fs"
INCLUDED = ["tests/forth/nested.fs"]  # by the tests themselves
CLOCK_ORDER = re.compile(r"^clock-order (.*?)\s*$", re.MULTILINE)


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


LISTED = """: COLLATZ ( n -- ) BEGIN DUP 1 > WHILE DUP 1 AND IF 3 * 1+ ELSE 2/ THEN REPEAT DROP ;
: THROWS ( n -- ) DUP 3 = IF THROW THEN DROP ;
: CATCHES ( n -- )  0 ?DO I ['] THROWS CATCH IF DROP THEN LOOP ;
: ALL  1000 1 DO I COLLATZ LOOP  6 CATCHES ;
ALL PHYSICS-RESET 4 CATCHES SEE-HEAT COLLATZ SEE-HEAT THROWS SEE COLLATZ
"""
LISTING = """: COLLATZ
               60430  ####################    BEGIN
               60430  ####################        DUP 1 >
               60430  ####################    WHILE
               59431  ###################         DUP 1 AND IF
               19614  #######                         3 * 1+
               19614  #######                     ELSE
               39817  #############                   2/
               59431  ###################         THEN
               59431  ###################     REPEAT
                 999  #                       DROP ;
: THROWS
                  10  ####################    DUP 3 = IF
                   2  ####                        THROW
                   8  ################        THEN
                   8  ################        DROP ;
: COLLATZ
    BEGIN
        DUP 1 >
    WHILE
        DUP 1 AND IF
            3 * 1+
        ELSE
            2/
        THEN
    REPEAT
    DROP ;
"""


def listing_stage(build, totals):
    """What SEE and SEE-HEAT type: the text of a definition, and how often each line of it was executed."""
    heading("Listings")
    with tempfile.NamedTemporaryFile("w", suffix=".fs", encoding="utf-8") as file:
        file.write(LISTED)
        file.flush()
        status, output = run([os.path.join(build, "starforth"), file.name], HOST_SECONDS)
    if status == 0 and LISTING in output:
        print("PASS listings: SEE and SEE-HEAT type what was defined, with the count of each line, also after THROWs")
        totals.add(1, 0)
    else:
        totals.broken("listings", how(status), output)


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
