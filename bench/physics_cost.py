#!/usr/bin/env python3
"""`make bench-physics`: what the physics cost, loop by loop, against an engine that has none.

usage: physics_cost.py --build build [--cpu N] [--rounds N] [--filter REGEX] [--instructions] [--save]

Three programs are compared: the product; one whose engine keeps no history, since exact heat needs only counters
(UNTRACED); and one that neither counts nor keeps a history (UNCOUNTED), which has the virtual clock and nothing else.
In each round every configuration runs sieve, bubble, matrix and fib in a process of its own, all in an order that changes
from round to round. A sample lies between two calibrations (bench_clock.c) and is disturbed as in arbiter.py;
disturbed ones stay in the JSON and count for nothing else.

Two ratios are told. One is that of medians in the same round. The other is that of low deciles over all rounds: what else
runs on a machine can only add time, so the quick runs say most about the program. Verdicts are by the latter.
With --instructions the programs run in VM[0] under QEMU's counted time instead, which may be done on a busy machine.
"""
import argparse
import json
import os
import random
import re
import sys
import tempfile

import arbiter
import both
import provenance as origin
from program_table import programs

LOOPS = ("heat", "window", "decay", "transitions", "width", "slope", "heartbeat")  # bit 0 and on
NEEDS = {"transitions": ("window",), "width": ("window",)}
CLASSIC = ("sieve", "bubble", "matrix", "fib")
SAMPLES = 2  # of each program in a process, after one that is not timed
DRAWS = 10000
DECILE_DRAWS = 1000
NEVER = 1 << 40  # words to the next heartbeat: BEAT-KNOB at its most
NO_PHYSICS, HEAT_ALONE, EVERYTHING = "no physics", "heat, no history", "everything on"
REQUIRED = ((EVERYTHING, 1.05), (HEAT_ALONE, 1.03))


def mask(*loops):
    return sum(1 << LOOPS.index(loop) for loop in loops)


def configurations():
    """{name: (folder below build, loops)}"""
    found = {NO_PHYSICS: ("uncounted", 0), "counters, no history": ("untraced", 0), HEAT_ALONE: ("untraced", mask("heat")),
             "all loops off": ("", 0), "heat": ("", mask("heat"))}
    for loop in LOOPS[1:]:
        needs = NEEDS.get(loop, ())
        found["heat + " + " + ".join((*needs, loop))] = ("", mask("heat", *needs, loop))
    found[EVERYTHING] = ("", mask(*LOOPS))
    for loop in LOOPS:
        found[f"everything but {loop}"] = ("", mask(*LOOPS) - mask(loop))
    return found


def settings(name, loops):
    return f"{loops} PHYSICS!\n" + (f"{NEVER} BEAT-KNOB KNOB!\n" if name == NO_PHYSICS else "")


# ---- on the host ----


def script(name, loops, rows):
    """Forth that runs the programs, with lines for arbiter.Results; UTIME calibrates."""
    lines = ["1 CELLS CONSTANT CELL", settings(name, loops)]
    for row in rows:
        lines += [f"INCLUDE {row['path']}", f": BENCH-RUN {row['run']} ; : BENCH-CHECK {row['check']} {row['expected']} = ; BENCH-RUN",
                  f": BENCH-SAMPLE UTIME 2DROP CYCLES >R BENCH-RUN CYCLES R> - UTIME 2DROP CR .\" ARB {row['name']} 1 \" . CR ;",
                  *["BENCH-SAMPLE"] * SAMPLES, f"CR .( RESULT {row['name']} ) BENCH-CHECK . CR"]
    return "\n".join(lines) + "\n"


def measure(options, chosen):
    """A list of samples: configuration, round, program, and what arbiter.Results knows of it."""
    order, samples = random.Random(1), []
    rows = [row for row in programs() if row["name"] in CLASSIC]
    with tempfile.TemporaryDirectory(prefix="physics-cost-") as folder:
        for turn in range(options.rounds):
            names = list(chosen)
            order.shuffle(names)
            for place, name in enumerate(names):
                build, loops = chosen[name]
                order.shuffle(rows)
                path = os.path.join(folder, "run.fs")
                with open(path, "w", encoding="utf-8") as file:
                    file.write(script(name, loops, rows))
                output = arbiter.pinned([os.path.join(options.build, build, "bench", "arbiter"), path], options.cpu, folder)
                if len(re.findall(r"^RESULT \S+ -1\s*$", output, re.MULTILINE)) != len(rows):
                    sys.exit(f"{name}: a wrong result, or none:\n{output[-2000:]}")
                results = arbiter.Results()
                results.take(output)
                samples += [{"configuration": name, "round": turn, "place": place, "program": program, **sample}
                            for program, taken in results.samples.items() for sample in taken]
            print(f"round {turn + 1} of {options.rounds}", file=sys.stderr)
    return samples


def by_round(samples):
    """{(configuration, program): {round: median of its quiet samples in core cycles}}"""
    found = {}
    for sample in samples:
        if not sample["disturbed"]:
            key = sample["configuration"], sample["program"]
            found.setdefault(key, {}).setdefault(sample["round"], []).append(sample["core"])
    return {key: {turn: origin.median(values) for turn, values in rounds.items()} for key, rounds in found.items()}


def ratios(medians, name, base):
    """{program, or "all": ratios of the rounds in which both are known}"""
    found = {}
    for program in CLASSIC:
        ours, theirs = (medians.get((one, program), {}) for one in (name, base))
        found[program] = {turn: value / theirs[turn] for turn, value in ours.items() if turn in theirs}
    turns = set.intersection(*(set(one) for one in found.values()))
    everything = [origin.geomean([found[program][turn] for program in CLASSIC]) for turn in sorted(turns)]
    return {**{program: list(one.values()) for program, one in found.items()}, "all": everything}


def quiet(samples):
    """{(configuration, program, round): its quiet samples in core cycles}"""
    found = {}
    for sample in samples:
        if not sample["disturbed"]:
            found.setdefault((sample["configuration"], sample["program"], sample["round"]), []).append(sample["core"])
    return found


def low_deciles(values, names, turns):
    """{configuration: geometric mean over the programs of its low decile in these rounds to that without physics}"""
    def decile(name, program):
        return origin.quantile([value for turn in turns for value in values.get((name, program, turn), [])], 0.1)

    base = {program: decile(NO_PHYSICS, program) for program in CLASSIC}
    return {name: origin.geomean([decile(name, program) / base[program] for program in CLASSIC]) for name in names}


def decile_intervals(samples, names):
    """{configuration: (ratio of low deciles, its 95% percentile bootstrap interval over rounds, or None)}"""
    values, turns = quiet(samples), sorted({sample["round"] for sample in samples})
    found = low_deciles(values, names, turns)
    if len(turns) < 3:
        return {name: (found[name], None) for name in names}
    draw = random.Random(1)
    drawn = [low_deciles(values, names, draw.choices(turns, k=len(turns))) for _ in range(DECILE_DRAWS)]
    return {name: (found[name], (origin.quantile([one[name] for one in drawn], 0.025),
                                 origin.quantile([one[name] for one in drawn], 0.975))) for name in names}


def interval(values):
    """The 95% percentile bootstrap interval of the median; None of fewer than three values."""
    if len(values) < 3:
        return None
    draw = random.Random(1)
    medians = [origin.median(draw.choices(values, k=len(values))) for _ in range(DRAWS)]
    return origin.quantile(medians, 0.025), origin.quantile(medians, 0.975)


def verdict(bounds, limit):
    if bounds is None or bounds[0] <= limit < bounds[1]:
        return "undecided"
    return "met" if bounds[1] <= limit else "NOT MET"


def span(bounds):
    return "-" if bounds is None else f"{bounds[0]:.4f} to {bounds[1]:.4f}"


def host_text(samples, chosen):
    medians = by_round(samples)
    disturbed = sum(sample["disturbed"] for sample in samples)
    lines = [f"{len(samples)} samples, of which {disturbed} were disturbed and are left out. Ratios of core cycles to those "
             f"of `{NO_PHYSICS}` in the same round: median with quartiles; of the geometric mean also the 95% bootstrap "
             "interval of the median. Then the geometric mean of the ratios of low deciles over all rounds, with its interval.", "",
             "| Configuration | " + " | ".join(CLASSIC) + " | geometric mean | 95% | low deciles | 95% |",
             "| --- |" + " ---: |" * 8]
    deciles = decile_intervals(samples, list(chosen))
    for name in chosen:
        found = ratios(medians, name, NO_PHYSICS)
        bounds = interval(found["all"])
        cells = [origin.spread(found[what], "{:.4f}") if found[what] else "-" for what in (*CLASSIC, "all")]
        low, low_bounds = deciles[name]
        lines.append(f"| {name} | " + " | ".join(cells) + f" | {span(bounds)} | {low:.4f} | {span(low_bounds)} |")
    lines += ["", "| Requirement | verdict |", "| --- | --- |"]
    lines += [f"| {name}: at most {limit:.2f} | {verdict(deciles[name][1], limit)} |" for name, limit in REQUIRED
              if name in deciles]
    return lines


# ---- in VM[0], in instructions ----


def kernel_script(named, rows):
    lines = ["VARIABLE BOTH-START"]
    for row in rows:
        lines += [f"INCLUDE {os.path.basename(row['path'])}", f": BOTH-RUN {row['run']} ; : BOTH-CHECK {row['check']} {row['expected']} = ;"]
        for place, (name, loops) in enumerate(named):
            lines += [settings(name, loops), "PHYSICS-RESET CYCLES BOTH-START ! BOTH-RUN CYCLES BOTH-START @ -",
                      f"CR .( BOTH {row['name']}/{place} ) . BOTH-CHECK . CR"]
    return "\n".join(lines) + "\n"


def instructions(options, chosen):
    """{configuration: {program: instructions}}"""
    counts = {}
    rows = [row for row in programs() if row["name"] in CLASSIC]
    for build in sorted({build for build, _ in chosen.values()}):
        named = [(name, loops) for name, (where, loops) in chosen.items() if where == build]
        output = both.run_in_kernel(os.path.join(options.build, build, "BOOTX64.EFI"), kernel_script(named, rows),
                                    [row["path"] for row in rows])
        found = both.LINE.findall(output)
        if len(found) != len(rows) * len(named) or any(right != "-1" for _, _, right in found):
            sys.exit(f"a wrong result from VM[0], or none:\n{output[-2000:]}")
        for label, cycles, _ in found:
            program, place = label.split("/")
            counts.setdefault(named[int(place)][0], {})[program] = int(cycles) >> both.TSC_SHIFT
    return counts


def kernel_text(counts, chosen):
    base = counts[NO_PHYSICS]
    lines = ["Instructions in VM[0] under counted time, those of the timer interrupt included, to those of "
             f"`{NO_PHYSICS}`. Exact, and the same in every run; how long an instruction takes they do not say.", "",
             "| Configuration | " + " | ".join(CLASSIC) + " | geometric mean |", "| --- |" + " ---: |" * 5]
    for name in chosen:
        found = [counts[name][program] / base[program] for program in CLASSIC]
        lines.append(f"| {name} | " + " | ".join(f"{one:.4f}" for one in (*found, origin.geomean(found))) + " |")
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--cpu", type=int, default=0, help="the processor to measure on")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--filter", default="", help="only the configurations that match, and no physics")
    parser.add_argument("--instructions", action="store_true", help="count instructions in the kernel")
    parser.add_argument("--save", action="store_true", help="write results/physics_cost.md and .json")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    chosen = {name: one for name, one in configurations().items() if name == NO_PHYSICS or re.search(options.filter, name)}
    command = f"bench/physics_cost.py --rounds {options.rounds}" + (" --instructions" if options.instructions else "") + \
        (f" --filter {options.filter!r}" if options.filter else "") + (" --save" if options.save else "")
    if options.instructions:
        taken = instructions(options, chosen)
        body = kernel_text(taken, chosen)
    else:
        taken = measure(options, chosen)
        body = host_text(taken, chosen)
    facts = origin.provenance(command, options.cpu)
    if options.instructions:
        facts["accelerator"] = f"TCG with -icount shift={both.ICOUNT_SHIFT},sleep=off: counted instructions, no times"
    text = "\n".join(["# What the physics cost", "", *origin.provenance_table(facts), "", *body]) + "\n"
    print(text)
    if options.save:
        name = "physics_instructions" if options.instructions else "physics_cost"
        origin.save(name + ".md", text)
        origin.save(name + ".json", json.dumps({"context": facts, "samples": taken}, indent=1) + "\n")


if __name__ == "__main__":
    main()
