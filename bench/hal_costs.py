#!/usr/bin/env python3
"""`make bench-hal`: what the operations of the hardware layer cost, against the targets.

On Linux the time stamp counter gives cycles: medians with quartiles of 63 samples. The kernel runs under QEMU's
-icount, where the counter steps by 16 for each instruction: those numbers are exact and the same in every run. A
processor executes more than one of the kernel's instructions in a cycle as a rule, so they bound the cycles, but for
the entry and exit of an interrupt, which take hundreds of cycles in few instructions.
"""
import argparse
import os
import re
import subprocess
import sys

import provenance as origin

sys.path.insert(0, os.path.join(origin.ROOT, "tests", "boot"))

from machine import Machine, MachineError  # noqa: E402 (the path must be set first)

ICOUNT_SHIFT = 4  # machine.py: one instruction is 2^4 ns of counted time, and as many cycles of the counter
SECONDS = 120
LINE = re.compile(r"^COST (\S+) (\d+) (\d+) (\d+) (\d+)\s*$", re.MULTILINE)

# id, what it is, cycles that are required and that are the goal, or None
OPERATIONS = [
    ("heap-64", "kmalloc and kfree of 64 bytes", 80, 45),
    ("page", "a page taken and given back", 120, 60),
    ("map", "a page mapped and unmapped", None, None),
    ("now", "hal_time_now_ns", 50, None),
    ("timer", "a timer started and cancelled", None, None),
    ("interrupt", "an interrupt, entry to exit", None, None),
    ("timer-interrupt", "a timer interrupt with an empty callback", 1200, 600),
]


def parse(output, where):
    """The clock, and {id: (lower quartile, median, upper quartile)} of the counter for one operation."""
    if "COSTS END" not in output:
        sys.exit(f"hal_costs {where} did not come to its end:\n{output}")
    return re.search(r"^CLOCK (.*?)\s*$", output, re.MULTILINE)[1], {
        name: tuple(int(value) / int(rounds) for value in values)
        for name, rounds, *values in LINE.findall(output)}


def on_host(build, cpu):
    done = subprocess.run(["taskset", "-c", str(cpu), os.path.join(build, "hal_costs")], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
    return parse(done.stdout, "on Linux")


def in_kernel(build):
    with Machine(kernel=os.path.join(build, "hal_costs.efi"), accelerator="icount") as machine:
        try:
            machine.wait_for("COSTS END", SECONDS)
        except MachineError:
            pass  # parse says what is missing
        output = machine.log.decode(errors="replace").replace("\r", "")
    clock, values = parse(output, "in the kernel")
    return clock, {name: tuple(value / (1 << ICOUNT_SHIFT) for value in three) for name, three in values.items()}


def cell(values):
    if values is None:
        return "-"
    low, middle, high = (f"{value:.1f}" for value in values)
    return middle if low == high else f"{middle} ({low} to {high})"


def row(operation, host, kernel):
    name, what, required, goal = operation
    return [what, cell(host.get(name)), cell(kernel.get(name)), str(required or "-"), str(goal or "-")]


def main():
    parser = argparse.ArgumentParser(description="Measures the operations of the hardware layer.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--cpu", type=int, default=0, help="the processor to measure on")
    parser.add_argument("--kernel", action="store_true", help="count instructions in the kernel alone")
    parser.add_argument("--save", action="store_true", help="write results/hal_costs.md")
    options = parser.parse_args()
    host_clock, host = ("", {}) if options.kernel else on_host(options.build, options.cpu)
    kernel_clock, kernel = in_kernel(options.build)
    facts = origin.provenance("bench/hal_costs.py" + (" --save" if options.save else ""), options.cpu)
    facts["accelerator"] = (f"Linux: native; kernel: TCG with -icount shift={ICOUNT_SHIFT},sleep=off, counted "
                            "instructions")
    facts["clocks"] = f"Linux: {host_clock}; kernel: {kernel_clock}"
    heading = ["Operation", "cycles on Linux", "instructions in the kernel", "required cycles", "goal"]
    rows = [row(operation, host, kernel) for operation in OPERATIONS]
    table = ["| " + " | ".join(heading) + " |", "| --- | ---: | ---: | ---: | ---: |"]
    table += ["| " + " | ".join(cells) + " |" for cells in rows]
    print("\n".join(table))
    print(f"Clock in the kernel: {kernel_clock}. "
          "A string instruction with REP counts once for each byte or word.")
    if options.save:
        text = ["# What the hardware layer costs", "", *origin.provenance_table(facts), "", *table, "",
                "Cycles are medians of 63 samples with their quartiles; the heap and the page bitmap are the "
                "kernel's code, run as a Linux program. A timer on Linux is two system calls as well. In the "
                "kernel a string instruction with REP counts once for each byte or word, which a processor does "
                "in a fraction of a cycle."]
        origin.save("hal_costs.md", "\n".join(text) + "\n")
    missed = [what for (name, what, required, _) in OPERATIONS
              if required and name in host and host[name][1] > required]
    if missed:
        sys.exit("more cycles than required: " + ", ".join(missed))


if __name__ == "__main__":
    main()
