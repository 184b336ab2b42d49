"""The ANS suites that Debian's gforth-common ships, run from where they are installed.

Each suite is one test: it passes when it runs to its end and reports no wrong result but those that
EXCEPTIONS names and justifies.
"""
import glob
import os
import re
import subprocess
import tempfile

SUITES = ["tester", "coretest", "postpone", "coremore", "coreext", "dbltest", "string", "deferred",
          "search"]
LIBRARY = ["ttester"]  # included by tester.fs
FOLDER = "/usr/share/gforth/*/test"
SCRIPTS = ["tests/forth/ans/prelude.fs", "tests/forth/ans/run.fs"]

# Lines of the suites whose result differs, and why.
EXCEPTIONS = {
    '{ s" 5e"         test-set-order0 -> 0 5e }': "a floating-point number: there are none",
    '{ s" root forth" test-set-order1 -> 0 }': "ROOT is a vocabulary of gforth's",
}

SEGMENT = re.compile(r"ANS BEGIN (\S+)\n(.*?)ANS END \1\n", re.DOTALL)
COMPLAINT = re.compile(r"^(?:INCORRECT RESULT|WRONG NUMBER OF RESULTS): *(.*?) *$", re.MULTILINE)


def folder():
    """Where the package has put them; None when it is not installed."""
    found = sorted(glob.glob(FOLDER))
    return found[-1] if found else None


def paths():
    return [os.path.join(folder(), name + ".fs") for name in SUITES]


def script(names):
    return "".join(f"ANS-SUITE {name}\n" for name in names)


def complaints(segment):
    """What is wrong with one suite's output; an empty list when nothing is."""
    wrong = [line for line in COMPLAINT.findall(segment) if line not in EXCEPTIONS]
    return wrong + re.findall(r"^(?:ANS ERROR.*|\S+:\d+: error .*)$", segment, re.MULTILINE)


def judge(output, where):
    """Prints a line for each suite. Returns (passed, failed)."""
    segments = {os.path.basename(name): text for name, text in SEGMENT.findall(output)}
    passed = 0
    for name in SUITES:
        segment = segments.get(name + ".fs")
        wrong = ["it did not come to its end"] if segment is None else complaints(segment)
        print(f"{'FAIL' if wrong else 'PASS'} ans-{name}: gforth-common's {name}.fs, {where}")
        for line in wrong:
            print(f"  {line}")
        passed += not wrong
    return passed, len(SUITES) - passed


def run_on_host(starforth, seconds):
    """The output of all suites in one VM of the Linux program."""
    with tempfile.TemporaryDirectory(prefix="starkernel-ans-") as work:
        plan = os.path.join(work, "suites.fs")
        with open(plan, "w", encoding="utf-8") as file:
            file.write(script(paths()))
        result = subprocess.run([starforth, *SCRIPTS, plan], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds,
                                check=False)
        return result.stdout.decode(errors="replace")
