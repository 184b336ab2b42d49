"""Tests of Python programs and of what they make, each with an ID and a sentence: what tests/*/test_*.py share.

A test is a function of one argument, a folder of its own. The last line of a suite is `NAME: N passed, N failed`.
"""

import argparse
import sys
import tempfile
import traceback

tests = []


class Failed(Exception):
    """What a test found to be wrong."""


def expect(condition, complaint):
    if not condition:
        raise Failed(complaint)


def check(identifier, sentence):
    """Makes a function a test."""
    return lambda function: tests.append((identifier, sentence, function)) or function


def run(name, about, prepare=lambda options: None):
    """Runs the tests, all or those that the command line names, and ends the program; `prepare` is called before."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--build", default="build", help="folder with all that was built")
    parser.add_argument("part", nargs="?", default="", help="only tests whose ID contains this")
    options = parser.parse_args()
    prepare(options)
    passed = failed = 0
    for identifier, sentence, function in tests:
        if options.part not in identifier:
            continue
        complaint = None
        with tempfile.TemporaryDirectory(prefix="starkernel-test-") as folder:
            try:
                function(folder)
            except Failed as error:
                complaint = str(error)
            except Exception:  # a mistake in a test is a failure of that test, not of the whole run
                complaint = traceback.format_exc()
        passed += complaint is None
        failed += complaint is not None
        print(f"PASS {identifier}: {sentence}" if complaint is None else f"FAIL {identifier}: {sentence}: {complaint}",
              flush=True)
    print(f"{name}: {passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
