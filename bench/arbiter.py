#!/usr/bin/env python3
"""`make bench-arbiter`: what switches, messages, VMs and quanta cost, beside what Linux does for the same jobs.

The same Forth (arbiter.fs) runs in the Linux program, whose samples are in core cycles, and in VM[0] under QEMU's
-icount, where instructions are counted exactly. arbiter_linux.c does the same with threads, pipes and futexes. All
processes are pinned to one processor; the order of cases and programs changes from round to round. A sample
between two calibrations that differ by more than 3%, or in which the process was off its processor for more than 1%
of the time, counts as disturbed: it stays in the JSON, and is left out of the medians.
"""
import argparse
import os
import random
import re
import subprocess
import sys
import tempfile

import arbiter_report as report
import provenance as origin

sys.path.insert(0, os.path.join(origin.ROOT, "tests", "boot"))

from image import make_image  # noqa: E402 (the path must be set first)
from machine import Machine, PROMPT  # noqa: E402

FORTH = os.path.join(origin.BENCH, "arbiter.fs")
SECONDS = 900
CYCLES_PER_INSTRUCTION = 16  # of the time stamp counter, under machine.py's -icount
TOLERANCE, OFF_CPU = 0.03, 0.01
LINE = re.compile(r"^(ARB|LATE|GAP|NONE|RATE|CLOCK) (.*?)\s*$")

# name: Forth, samples in a round, rounds of each on the host, and in the kernel
CASES = {f"yield/{n}": (f"{n} YIELDS", 3, max(2, 3000 // n), max(2, 64 // n))
         for n in (2, 4, 16, 64, 256, 1000, 10000)}
CASES |= {f"ring/{n}": (f"{n} RING", 3, max(2, 3000 // n), max(2, 64 // n))
          for n in (2, 4, 16, 64, 256, 1000, 10000)}
CASES |= {f"echo/{size}": (f"{size} ECHO", 3, 1000, 50) for size in (8, 64, 4096)}
CASES |= {"pages/4096": ("PAGE-ECHO", 3, 100, 50), "mailbox/8": ("MAILBOX", 3, 3000, 50),
          "spawn-kill": ("SPAWN-KILL", 3, 30, 10), "spawn-run": ("SPAWN-RUN", 3, 30, 10),
          "sleep/idle": ("SLEEPS", 0, 50, 200), "sleep/busy": ("BUSY", 0, 50, 200),
          "quantum": ("QUANTA", 0, 200, 400)}
# name: case of arbiter_linux.c, parameter, samples, rounds
LINUX = {f"linux-yield/{n}": ("yield", n, 3, 3000) for n in (2, 4, 16, 64, 256, 1000)}
LINUX |= {f"linux-pipe/{size}": ("pipe", size, 3, 300) for size in (8, 64, 4096)}
LINUX |= {"linux-futex": ("futex", 0, 3, 300), "linux-thread": ("thread", 0, 3, 50),
          "linux-process": ("process", 0, 3, 10), "linux-sleep/idle": ("sleep", 0, 0, 50),
          "linux-sleep/busy": ("sleep", 1, 0, 50), "linux-quantum": ("quantum", 0, 0, 200)}


class Results:
    """What has been measured: samples of cases, and the moments of which distributions are made."""

    def __init__(self):
        self.samples = {}  # name: list of {ops, cycles, core, disturbed, ...}
        self.late = {}  # name: list of ns
        self.gaps = {}  # name: a list for each run of {vm: [(from, to), ...]}
        self.none = {}  # name: how many VMs there was room for
        self.rates = []  # cycles of the time stamp counter in a millisecond, as each run has found them

    @property
    def rate(self):
        """Cycles in a millisecond; None when no run has asked."""
        return origin.median(self.rates) if self.rates else None

    def take(self, output):
        """Notes the lines of one run."""
        clock, sample, run = None, None, {}
        for line in output.splitlines():
            match = LINE.match(line)
            if not match:
                continue
            kind, fields = match[1], match[2].split()
            if kind == "CLOCK":
                now = [float(field) for field in fields]
                before, clock = clock, now
            elif kind == "ARB":
                sample = {"ops": int(fields[1]), "cycles": int(fields[2]), "core": None, "disturbed": False}
                if clock is not None:
                    sample |= judged(sample["cycles"], before, clock)
                self.samples.setdefault(fields[0], []).append(sample)
            elif kind == "LATE":
                self.late.setdefault(fields[0], []).append(int(fields[1]))
            elif kind == "GAP":
                run.setdefault(fields[0], {}).setdefault(fields[1], []).append((int(fields[2]), int(fields[3])))
            elif kind == "NONE":
                self.none[fields[0]] = int(fields[1])
            else:
                self.rates.append(int(fields[0]))
        for name, gaps in run.items():
            self.gaps.setdefault(name, []).append(gaps)


def judged(cycles, before, after):
    """The core's cycles of a sample between two calibrations, and whether it was disturbed."""
    wall, cpu = after[0] - before[3], after[1] - before[4]
    chain = (before[2] + after[2]) / 2
    disturbed = abs(after[2] - before[2]) > TOLERANCE * before[2] or wall - cpu > OFF_CPU * wall + 2000
    return {"core": cycles / chain, "chain_before": before[2], "chain_after": after[2], "wall_ns": wall,
            "off_cpu_ns": wall - cpu, "disturbed": disturbed}


def plan(names, kernel):
    """Forth that runs these cases."""
    lines = ["INCLUDE arbiter.fs", "CASE-RATE"]
    for name in names:
        forth, samples, rounds, kernel_rounds = CASES[name]
        lines.append(f"{samples} {kernel_rounds if kernel else rounds} CASE: {name} {forth}")
    return "\n".join(lines) + "\nCR .( ARBITER-END) CR\n"


def pinned(command, cpu, folder):
    done = subprocess.run(["taskset", "-c", str(cpu), *command], cwd=folder, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=SECONDS, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed: {done.stderr or done.stdout[-2000:]}")
    return done.stdout


def on_host(options, chosen, results, order):
    names = [name for name in CASES if chosen(name)]
    order.shuffle(names)
    with tempfile.TemporaryDirectory(prefix="arbiter-") as folder:
        with open(os.path.join(folder, "plan.fs"), "w", encoding="utf-8") as file:
            file.write(plan(names, False))
        os.symlink(FORTH, os.path.join(folder, "arbiter.fs"))
        output = pinned([os.path.join(options.build, "bench", "arbiter"), "plan.fs"], options.cpu, folder)
    if "ARBITER-END" not in output:
        sys.exit(f"arbiter.fs did not come to its end:\n{output[-2000:]}")
    results.take(output)


def on_linux(options, chosen, results, order):
    names = [name for name in LINUX if chosen(name)]
    order.shuffle(names)
    arguments = []
    for name in names:
        case, parameter, samples, rounds = LINUX[name]
        arguments += [case, name, str(parameter), str(samples), str(rounds)]
    results.take(pinned([os.path.join(options.build, "bench", "arbiter_linux"), *arguments], options.cpu, "."))


def in_kernel(options, chosen):
    results = Results()
    names = [name for name in CASES if chosen(name)]
    with tempfile.TemporaryDirectory(prefix="arbiter-") as folder:
        path = os.path.join(folder, "plan.fs")
        with open(path, "w", encoding="utf-8") as file:
            file.write(plan(names, True))
        image = os.path.join(folder, "arbiter.img")
        make_image(image, os.path.join(options.build, "BOOTX64.EFI"), [path], included=[FORTH])
        with Machine(image=image, accelerator="icount", memory=options.memory) as machine:
            machine.wait_for(PROMPT, SECONDS)
            output = machine.log.decode(errors="replace").replace("\r", "")
    if "ARBITER-END" not in output:
        sys.exit(f"arbiter.fs did not come to its end in VM[0]:\n{output[-2000:]}")
    results.take(output)
    for samples in results.samples.values():
        for sample in samples:
            sample["instructions"] = sample["cycles"] / CYCLES_PER_INSTRUCTION
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--cpu", type=int, default=0, help="the processor to measure on")
    parser.add_argument("--rounds", type=int, default=15, help="runs of each program")
    parser.add_argument("--filter", default="", help="only the cases that match, for example yield")
    parser.add_argument("--memory", default="2G", help="of the kernel's machine: ten thousand VMs need it")
    parser.add_argument("--kernel", action="store_true", help="count instructions in the kernel alone")
    parser.add_argument("--host", action="store_true", help="leave the kernel out")
    parser.add_argument("--save", action="store_true", help="write results/arbiter.json, .md and .png")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    if options.save:
        origin.plot_module()  # to know now and not at the end whether it is there

    def chosen(name):
        return re.search(options.filter, name) is not None

    host, kernel = Results(), Results()
    order = random.Random(1)
    for number in range(0 if options.kernel else options.rounds):
        sides = [on_host, on_linux] if number % 2 == 0 else [on_linux, on_host]
        for side in sides:
            side(options, chosen, host, order)
    if not options.host:
        kernel = in_kernel(options, chosen)
    sides = (" --kernel" if options.kernel else "") + (" --host" if options.host else "")
    facts = origin.provenance(f"bench/arbiter.py --rounds {options.rounds}{sides}" + (" --save" if options.save else "") +
                              (f" --filter {options.filter}" if options.filter else ""), options.cpu)
    facts["accelerator"] = ("Linux: native; kernel: TCG with -icount shift=4,sleep=off, counted instructions, "
                            f"{options.memory} of memory")
    text = report.text(host, kernel, facts)
    print("\n".join(text))
    if options.save:
        origin.save("arbiter.md", "\n".join(text) + "\n")
        origin.save("arbiter.json", report.google_json(host, kernel, facts))
        report.plot_costs(host, kernel, os.path.join(origin.RESULTS, "arbiter.png"))
        report.plot_times(host, kernel, os.path.join(origin.RESULTS, "arbiter_jitter.png"))


if __name__ == "__main__":
    main()
