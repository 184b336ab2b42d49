"""Tables, JSON and plots of what bench/arbiter.py has measured."""
import bisect
import json
import os
import re

from provenance import median, plot_module, provenance_table, quantile, spread

NS_PER_MS = 1_000_000
QUANTUM_NS = NS_PER_MS  # of the VMs in arbiter.fs

# case, what it is, the same on Linux, (required, goal) in core cycles
OPERATIONS = [
    ("yield/2", "YIELD, VM to VM", "linux-yield/2", (100, 40)),
    ("ring/2", "SEND of 8 bytes, switch, RECV: one way", None, (250, 120)),
    ("echo/8", "8 bytes there and back", "linux-pipe/8", None),
    ("echo/8", "the same, against a futex", "linux-futex", None),
    ("echo/64", "64 bytes there and back", "linux-pipe/64", None),
    ("echo/4096", "4 KiB there and back", "linux-pipe/4096", None),
    ("pages/4096", "a page there and back, moved", "linux-pipe/4096", None),
    ("mailbox/8", "8 bytes through a mailbox, no switch", None, None),
    ("spawn-kill", "a VM of 64 KiB made and ended", "linux-thread", None),
    ("spawn-run", "a VM made, runs its empty text, ends", "linux-process", None),
]
SIZES = (2, 4, 16, 64, 256, 1000, 10000)
NAMES = {"linux-yield/2": "sched_yield", "linux-pipe/8": "pipe", "linux-futex": "futex", "linux-pipe/64": "pipe",
         "linux-pipe/4096": "pipe", "linux-thread": "pthread_create, join", "linux-process": "fork, _exit, wait"}


def quiet(results, name):
    """Core cycles of one operation, in each quiet sample."""
    return [sample["core"] / sample["ops"] for sample in results.samples.get(name, [])
            if sample["core"] is not None and not sample["disturbed"]]


def instructions(results, name):
    """Instructions of one operation in the kernel: the least, for timer interrupts only add to it."""
    return min((sample["instructions"] / sample["ops"] for sample in results.samples.get(name, [])), default=None)


def cell(values, form="{:,.0f}"):
    return f"{spread(values, form)}" if values else "-"


def number(value, form="{:,.1f}"):
    return form.format(value) if value is not None else "-"


def operation_table(host, kernel):
    lines = ["| Operation | core cycles | least | required | goal | instructions in VM[0] | Linux does it by | core "
             "cycles there | times |", "| --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |"]
    for name, what, linux, target in OPERATIONS:
        ours, theirs = quiet(host, name), quiet(host, linux) if linux else []
        required, goal = target or ("-", "-")
        ratio = f"{median(theirs) / median(ours):.1f}" if ours and theirs else "-"
        lines.append(f"| {what} | {cell(ours)} | {number(min(ours, default=None), '{:,.0f}')} | {required} | {goal} | "
                     f"{number(instructions(kernel, name))} | {NAMES.get(linux, '-')} | {cell(theirs)} | {ratio} |")
    return lines


def scaling_table(host, kernel):
    lines = ["| VMs or threads | YIELD | instructions | message passed on | instructions | sched_yield |",
             "| ---: | ---: | ---: | ---: | ---: | ---: |"]
    for size in SIZES:
        cells = []
        for name in (f"yield/{size}", f"ring/{size}"):
            room = host.none.get(name)
            cells += [f"room for {room}" if room is not None else cell(quiet(host, name)),
                      number(instructions(kernel, name))]
        lines.append(f"| {size:,} | " + " | ".join(cells) + f" | {cell(quiet(host, f'linux-yield/{size}'))} |")
    return lines


# ---- distributions ----


def quanta(results, name):
    """From the gaps that two VMs found: from the end of one quantum to the end of the next, and how long the hand-overs
    took, in ns."""
    intervals, overs = [], []
    for run in results.gaps.get(name, []):
        if len(run) != 2 or results.rate is None:
            continue
        scale = NS_PER_MS / results.rate
        ends = []
        for one, other in (list(run.values()), list(run.values())[::-1]):
            begun = sorted(end for _, end in other)
            for moment, back in sorted(one):
                place = bisect.bisect_right(begun, moment)
                if place < len(begun) and begun[place] < back:  # else the machine had something else to do
                    overs.append((begun[place] - moment) * scale)
                    ends.append(moment)
        ends.sort()
        intervals += [(after - before) * scale for before, after in zip(ends, ends[1:])]
    return intervals, overs


def distributions(results, prefix=""):
    """{what: values in ns}"""
    found = {}
    for kind, what in (("idle", "a sleep ends, nobody else runs"), ("busy", "a sleep ends, another VM runs")):
        if f"{prefix}sleep/{kind}" in results.late:
            found[f"lateness: {what}"] = results.late[f"{prefix}sleep/{kind}"]
    intervals, overs = quanta(results, f"{prefix}quantum")
    if intervals:
        found["interval between the ends of quanta"] = intervals
        if not prefix:
            found["lateness: end of a quantum of 1 ms"] = [interval - QUANTUM_NS for interval in intervals]
        found["hand-over: last instruction of one to first of the next"] = overs
    return found


def distribution_table(host, kernel):
    lines = ["| ns | where | count | least | p50 | p99 | p99.9 | most |", "| --- | --- | ---: | ---: | ---: | ---: | ---: "
             "| ---: |"]
    sides = (("host", distributions(host)), ("Linux threads", distributions(host, "linux-")),
             ("kernel, counted time", distributions(kernel)))
    rows = [(what, where, values) for where, found in sides for what, values in found.items()]
    for what, where, values in sorted(rows, key=lambda row: row[0]):
        numbers = [min(values)] + [quantile(values, part) for part in (0.5, 0.99, 0.999)] + [max(values)]
        lines.append(f"| {what} | {where} | {len(values):,} | " + " | ".join(f"{one:,.0f}" for one in numbers) + " |")
    return lines


# ---- all of it ----


def text(host, kernel, facts):
    samples = [sample for many in host.samples.values() for sample in many]
    disturbed = sum(sample["disturbed"] for sample in samples)
    share = 100 * disturbed / len(samples) if samples else 0
    lost = sorted(name for name in host.samples if not quiet(host, name))
    lines = ["# The arbiter", "", *provenance_table(facts), "",
             f"{len(samples)} samples on the host, of which {disturbed} ({share:.0f}%) were disturbed and are left out: the "
             "clock moved by more than 3% between the calibrations before and after, or the process was off its "
             "processor. Medians with quartiles, in core cycles; `least` is the quickest sample. Instructions are "
             "those of VM[0] under counted time, the loop of the benchmark included.", ""]
    if lost:
        lines += [f"Without a quiet sample: {', '.join(lost)}.", ""]
    lines += ["## Operations", "", *operation_table(host, kernel), "",
              "Threads and VMs are pinned to one processor. On Linux, as on the bare machine, the time is that of both "
              "sides. The time of sched_yield is divided by the switches that getrusage says there were.", "",
              "## Scaling", "", "Core cycles for one switch, or for one message passed on in a ring.", "",
              *scaling_table(host, kernel), "", "## Times", "",
              *distribution_table(host, kernel), "",
              "In the kernel a nanosecond is counted time: 16 of them are one instruction, exactly. On the host the end of a "
              "quantum is a signal of Linux, whose delivery is most of it. A hand-over is measured by two VMs that read "
              "the cycle counter in a loop: from what the one read last to what the other reads first."]
    return lines


def google_json(host, kernel, facts):
    """Google Benchmark's format, with each sample as an iteration."""
    runs = []
    for where, results in (("host", host), ("kernel", kernel)):
        for name, samples in sorted(results.samples.items()):
            for index, sample in enumerate(samples):
                ns = sample.get("wall_ns", sample["cycles"])
                runs.append({"name": f"{where}/{name}", "run_name": f"{where}/{name}", "run_type": "iteration",
                             "repetitions": len(samples), "repetition_index": index, "threads": 1,
                             "iterations": sample["ops"], "real_time": ns / sample["ops"],
                             "cpu_time": (ns - sample.get("off_cpu_ns", 0)) / sample["ops"], "time_unit": "ns",
                             "label": "disturbed" if sample["disturbed"] else "quiet", **sample})
        for name, values in sorted(results.late.items()):
            runs.append({"name": f"{where}/{name}", "run_type": "distribution", "time_unit": "ns", "values": values})
        for name, gaps in sorted(results.gaps.items()):
            runs.append({"name": f"{where}/{name}", "run_type": "distribution", "time_unit": "cycles",
                         "cycles_per_ms": results.rate, "gaps": gaps})
    context = json.dumps({**facts, "none": host.none, "none_in_kernel": kernel.none}, indent=1)
    return f'{{"context": {context},\n"benchmarks": [\n' + ",\n".join(map(json.dumps, runs)) + "\n]}\n"


def plot_costs(host, kernel, path):
    pyplot = plot_module()
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(14, 6), constrained_layout=True)
    rows = [row for row in OPERATIONS if quiet(host, row[0])]
    places = range(len(rows))
    for offset, column, label in ((-0.2, 0, "VMs"), (0.2, 2, "Linux")):
        values = [quiet(host, row[column]) if row[column] else [] for row in rows]
        left.barh([place + offset for place in places], [median(one) if one else 0 for one in values], 0.4, label=label)
    left.set_yticks(list(places), [row[1] for row in rows])
    left.invert_yaxis()
    left.set_xscale("log")
    left.set_xlabel("core cycles")
    left.legend()
    for name, label in (("yield", "YIELD"), ("ring", "message passed on"), ("linux-yield", "sched_yield")):
        points = [(size, median(quiet(host, f"{name}/{size}"))) for size in SIZES if quiet(host, f"{name}/{size}")]
        right.plot([size for size, _ in points], [cycles for _, cycles in points], "o-", label=label)
    for name, label in (("yield", "YIELD, instructions in the kernel"), ("ring", "message, instructions in the kernel")):
        points = [(size, instructions(kernel, f"{name}/{size}")) for size in SIZES]
        points = [point for point in points if point[1] is not None]
        right.plot([size for size, _ in points], [count for _, count in points], "--", label=label)
    right.set_xscale("log")
    right.set_yscale("log")
    right.set_xlabel("VMs or threads that can run")
    right.set_ylabel("core cycles, or instructions, for one")
    right.legend(loc="upper left", bbox_to_anchor=(0, 1.18), ncols=2, fontsize=8)
    figure.savefig(path, dpi=110)
    print(f"wrote {os.path.relpath(path)}")


def plot_times(host, kernel, path):
    pyplot = plot_module()
    sides = (("host", distributions(host)), ("Linux threads", distributions(host, "linux-")),
             ("kernel, counted time", distributions(kernel)))
    kinds = sorted({what for _, found in sides for what in found})
    figure, axes = pyplot.subplots(max(1, len(kinds)), 1, figsize=(11, 3 * max(1, len(kinds))),
                                   constrained_layout=True, squeeze=False)
    for axis, kind in zip((row[0] for row in axes), kinds):
        shown = [(where, [max(1, value) for value in found[kind]]) for where, found in sides if kind in found]
        low, high = min(min(values) for _, values in shown), max(max(values) for _, values in shown)
        edges = [low * (max(high / low, 1.01)) ** (step / 60) for step in range(61)]
        for where, values in shown:
            axis.hist(values, bins=edges, histtype="step", linewidth=1.5, label=f"{where} ({len(values)})",
                      weights=[1 / len(values)] * len(values))
        axis.set_xscale("log")
        axis.set_title(re.sub(r":", ": ", kind))
        axis.set_xlabel("ns")
        axis.set_ylabel("share")
        axis.legend()
    figure.savefig(path, dpi=110)
    print(f"wrote {os.path.relpath(path)}")
