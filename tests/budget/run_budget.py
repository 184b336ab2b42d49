#!/usr/bin/env python3
"""`make budget`: exact instruction counts of the hot paths in the kernel, against the file budget.json.

The kernel of `make compare` runs under QEMU's -icount, where a count is the same in each run, so a path that has become one
instruction longer is seen as that. A worse path fails, with its name and both numbers; a better one is reported: the file can be
lowered. Then the same with a kernel that has one instruction too many in one primitive: exactly the paths with that primitive
must fail (not with --alone).

The last line is `budget: N passed, N failed`; a test for each path.
"""
import argparse
import datetime
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "bench", "compare"))

import kernel  # noqa: E402 (the path must be set first)
import schema  # noqa: E402
from kernel import origin  # noqa: E402
from machine import MachineError  # noqa: E402

FILE = os.path.join(HERE, "budget.json")
PATHS = "^dispatch/,^small/,^hal/,^switch/yield_2,^message/,^vm/"
PLANTED_PATHS = "^dispatch/"
PLANTED_WORD = "rot"  # tests/budget/planted/engine.inc
SECONDS = 120
DIGITS = 3


def measure(loader, paths):
    """{path: instructions of one operation}: the least of two samples, which are equal but for page faults and heartbeats."""
    text, console = kernel.run(loader, {"filter": paths, "samples": 2}, "icount", SECONDS)
    document = kernel.parsed(text, console)
    wrong = schema.check(document)
    if wrong or not document["context"]["counted_time"]:
        raise kernel.NoResult("; ".join(wrong) or "its time is not counted")
    counts = {}
    for entry in document["benchmarks"]:
        if entry["run_type"] == "iteration" and "instructions" in entry:
            known = counts.get(entry["run_name"], entry["instructions"])
            counts[entry["run_name"]] = round(min(known, entry["instructions"]), DIGITS)
    return counts


def slack(limits, name, old):
    """How many instructions more than in the file are no failure: those of the path, or of its kind."""
    limit = limits.get(name, limits.get(name.split("/")[0], limits["others"]))
    return limit["instructions"] if "instructions" in limit else max(1, old * limit["percent"] / 100)


def judge(budget, counts):
    """Sentences on what is worse and what is better, and names of the worse."""
    worse, better, names = [], [], []
    for name, old in sorted(budget["paths"].items()):
        new, room = counts.get(name), slack(budget["limits"], name, old)
        if new is None:
            worse.append(f"{name}: in the budget with {old:g}, but not measured any more")
            names.append(name)
        elif new > old + room:
            worse.append(f"{name}: {new:g} instructions, the budget is {old:g}")
            names.append(name)
        elif new < old - room:
            better.append(f"{name}: {new:g} instructions, the budget of {old:g} can be lowered")
    better += [f"{name}: {counts[name]:g} instructions, not in the budget yet"
               for name in sorted(counts) if name not in budget["paths"]]
    return worse, better, names


def load():
    with open(FILE, encoding="utf-8") as file:
        return json.load(file)


def update(counts, reason):
    """Makes the file what was measured, and says in it why."""
    budget = load()
    old = budget["paths"]
    changed = {name: [old.get(name), counts.get(name)] for name in sorted({*old, *counts})
               if old.get(name) != counts.get(name)}
    budget["paths"] = dict(sorted(counts.items()))
    budget["log"].append({
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"), "commit": origin.commit(),
        "reason": reason, "changed": len(changed),
        "worse": {name: pair for name, pair in changed.items()
                  if None not in pair and pair[1] > pair[0] + slack(budget["limits"], name, pair[0])}})
    with open(FILE + ".new", "w", encoding="utf-8") as file:
        json.dump(budget, file, indent=1)
        file.write("\n")
    os.replace(FILE + ".new", FILE)
    print(f"{len(counts)} paths, {len(changed)} of them changed: {os.path.relpath(FILE, ROOT)}")


def check(build):
    """Passed and failed."""
    budget = load()
    worse, better, _ = judge(budget, measure(os.path.join(build, "compare.efi"), PATHS))
    for line in worse:
        print(f"FAIL budget {line}")
    for line in better:
        print(f"note: {line}")
    return len(budget["paths"]) - len(worse), len(worse)


def with_planted_word():
    """The paths whose sequence has the word in which the instruction was planted."""
    found = set()
    with open(os.path.join(origin.BENCH, "sequences.tbl"), encoding="utf-8") as table:
        for line in table:
            cells = [cell.strip() for cell in line.split("|")]
            if not line.startswith(("# ", "#\n")) and len(cells) > 2 and PLANTED_WORD in cells[2].split():
                found.add("dispatch/" + cells[0])
    return found


def check_planted(build):
    """One test: exactly the paths with the planted instruction fail, by one instruction."""
    budget = load()
    budget["paths"] = {name: count for name, count in budget["paths"].items() if name.startswith("dispatch/")}
    counts = measure(os.path.join(build, "compare_planted.efi"), PLANTED_PATHS)
    worse, _, names = judge(budget, counts)
    wanted = with_planted_word()
    right = set(names) == wanted and all(0.9 < counts[name] - budget["paths"][name] < 1.1 for name in wanted)
    print(f"{'PASS' if right else 'FAIL'} budget-planted: one instruction more in {PLANTED_WORD} is found in "
          f"{', '.join(sorted(wanted))}, and nowhere else")
    if not right:
        print("\n".join(["found were:", *worse]))
    return int(right), int(not right)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--alone", action="store_true", help="leave out the kernel with a worse primitive")
    parser.add_argument("--update", metavar="REASON", help="the file follows what is measured now")
    options = parser.parse_args()
    if options.update is not None and not options.update.strip():
        sys.exit('a budget changes for a reason: make budget-update REASON="..."')
    try:
        if options.update is not None:
            update(measure(os.path.join(options.build, "compare.efi"), PATHS), options.update.strip())
            return
        results = [check(options.build)]
        if not options.alone:
            results.append(check_planted(options.build))
    except (kernel.NoResult, MachineError) as error:
        print(f"FAIL budget: the kernel gave no result: {error}")
        results = [(0, 1)]
    passed, failed = (sum(part) for part in zip(*results))
    print(f"budget: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
