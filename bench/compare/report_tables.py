"""What the comparison says, as data: host beside kernel, targets, changes between commits, what is missing.

A ratio is made only of numbers of the same unit, processor and commit; in every other place stands why there is none.
"""

import fnmatch
import math
import os
import tomllib
from dataclasses import dataclass, field

import report_stats as stats
from report_files import CLASSES, COUNTERS, OTHER, TIMED

HERE = os.path.dirname(os.path.abspath(__file__))
SAME = 0.02  # ratios this near to 1 are called the same in explanations


@dataclass
class Side:
    """One number of one side: what stands in a cell."""

    values: list = field(default_factory=list)
    unit: str = ""
    missing: str = ""  # why there is none

    @property
    def known(self):
        return bool(self.values)


@dataclass
class Row:
    """One benchmark on a processor: host and kernel in time, and instructions of the kernel."""

    name: str
    host: Side
    kernel: Side
    instructions: Side
    ratio: tuple = None
    why_none: str = ""

    @property
    def direction(self):
        """What the interval says of the kernel beside the host."""
        if self.ratio is None:
            return ""
        return "faster" if self.ratio[2] < 1 else "slower" if self.ratio[1] > 1 else "undecided"


def toml(name, key):
    with open(os.path.join(HERE, name), "rb") as file:
        return tomllib.load(file)[key]


def name_of(unit):
    """A counter's name for people."""
    return {"core_cycles": "core cycles", "cycles": "TSC cycles"}.get(unit, unit)


def newest(files, kind, processor=None):
    """The newest file of a class, of one processor or of any."""
    found = [file for file in files if file.kind == kind and processor in (None, file.processor)]
    return found[-1] if found else None


def side(file, name, unit, none):
    """What a file has of a benchmark; `none` is said where there is no file."""
    if file is None:
        return Side(missing=none)
    values = file.values(name, unit)
    if values:
        return Side(values, unit)
    found = file.benchmarks.get(name)
    if found is None:
        chosen = f", made of {file.context['filter']} alone" if file.context.get("filter") else ""
        return Side(missing=f"not in {file.name}{chosen}")
    if not found.quiet:
        return Side(missing=f"no undisturbed sample in {file.name}")
    return Side(missing=f"{file.name} has no {name_of(unit)} for it")


# ---- host beside kernel ----


def pair(files, processor):
    """(host, kernel, kernel under counted time): the newest of each on a processor; counted instructions are of any. A kernel file
    of the same commit as the host's goes before a newer one."""
    host = newest(files, "host", processor)
    timed = [file for file in files if file.kind in TIMED[1:] and file.processor == processor]
    same = [file for file in timed if host is not None and file.commit == host.commit]
    kernel = (same or timed or [None])[-1]
    return host, kernel, newest(files, "kernel, counted")


def side_by_side(host, kernel, counted):
    """The Rows of a pair of files."""
    present = [file for file in (host, kernel, counted) if file is not None]
    unit = "core_cycles" if all(file.unit == "core_cycles" for file in (host, kernel) if file) else "cycles"
    rows = []
    for name in sorted({name for file in present for name in file.benchmarks if has_numbers(file, name)}):
        row = Row(name, side(host, name, unit, "no file of the host"), side(kernel, name, unit, "no kernel was timed"),
                  side(counted, name, "instructions", "no file under counted time"))
        row.why_none = why_no_ratio(row, host, kernel, counted)
        if not row.why_none:
            row.ratio = stats.ratio([row.kernel.values], [row.host.values])
            few = min(len(row.host.values), len(row.kernel.values)) < stats.LEAST
            row.why_none = "" if row.ratio else f"no ratio: fewer than {stats.LEAST} samples on a side" if few else \
                "no ratio: the host's median is 0"
        rows.append(row)
    return rows


def has_numbers(file, name):
    """Whether a benchmark is one of costs; of jitter there are gaps alone."""
    return any(sample[key] is not None for sample in file.benchmarks[name].samples for key in COUNTERS)


def why_no_ratio(row, host, kernel, counted):
    if kernel is None and counted is not None:
        return "no ratio: counted time has no cycles"
    if kernel is None:
        return "no ratio: no file of the kernel"
    if host is None:
        return "no ratio: no file of the host on this processor"
    if host.commit != kernel.commit:
        return f"no ratio: commits differ ({host.commit}, {kernel.commit})"
    missing = row.host.missing or row.kernel.missing
    return f"no ratio: {missing}" if missing else ""


def explanations(rows):
    """[(group, direction, names, text or None)] for every group with a ratio that is decided."""
    known = toml("explanations.toml", "explanation")
    found = []
    for group in sorted({row.name.split("/")[0] for row in rows}):
        for direction in ("faster", "slower"):
            names = [row.name for row in rows if row.name.split("/")[0] == group and row.direction == direction]
            if names:
                texts = [one["text"] for one in known if one["group"] == group and one["when"] == direction and
                         supported(one, rows)]
                found.append((group, direction, names, " ".join(texts) or None))
    return found


def supported(explanation, rows):
    if "supported_by" not in explanation:
        return True
    chosen = [row for row in rows if row.ratio and fnmatch.fnmatch(row.name, explanation["supported_by"])]
    if explanation["are"] == "same":
        return bool(chosen) and all(1 - SAME <= row.ratio[0] <= 1 + SAME for row in chosen)
    return bool(chosen) and all(row.direction == explanation["are"] for row in chosen)


# ---- targets ----


def targets(files):
    """[(target, class, file, value or None, verdict)]: the newest file of each class in time against what is required."""
    rows = []
    for target in toml("targets.toml", "target"):
        for kind in TIMED:
            file = newest(files, kind)
            if file is not None:
                value, missing = against(target, file)
                rows.append((target, kind, file, value, missing or judge(target, value)))
    return rows


def against(target, file):
    """(median of what is to be judged, "") or (None, why there is none)"""
    names, medians = target["benchmark"].split(), []
    unit = {"us": "ns", "core cycles": "core_cycles"}[target["unit"]]
    for name, words in zip(names, target.get("words", [1] * len(names)), strict=True):
        values = file.values(name, unit)
        if not values:
            return None, side(file, name, unit, "").missing
        middle = stats.quartiles(values)[1] / words
        medians.append(middle / 1000 if target["unit"] == "us" else middle)
    return math.exp(sum(map(math.log, medians)) / len(medians)) if min(medians) > 0 else 0.0, ""


def judge(target, value):
    if "goal" in target and value <= target["goal"]:
        return "goal met"
    return "required met" if value <= target["required"] else "missed"


# ---- commits ----


@dataclass
class Change:
    """One benchmark in two commits."""

    name: str
    before: float
    after: float
    unit: str
    ratio: tuple
    holm: float
    beyond: bool


def commits(files):
    """[(place, commit before, commit after, files before, files after, [Changes])] for every two commits that follow each other on
    the same machine and side. Sources with local changes are no commit."""
    found = []
    clean = [file for file in files if not file.context.get("dirty") and file.kind != "kernel, emulated"]
    for place in sorted({file.place for file in clean}):
        groups = {}
        for file in clean:
            if file.place == place:
                groups.setdefault(file.commit, []).append(file)
        order = list(groups)
        for before, after in zip(order, order[1:]):
            found.append((place, before, after, groups[before], groups[after], changes(groups[before], groups[after])))
    return found


def changes(before, after):
    """The Changes of all benchmarks that both have, those beyond noise marked: the whole interval of the ratio lies beyond 1% and
    p is below 0.05 after Holm's correction; or the counts are the same in all samples of a commit, and differ."""
    rows = []
    unit = before[0].unit if all(file.unit == before[0].unit for file in before + after) else "cycles"
    for name in sorted(set.intersection(*({*file.benchmarks} for file in before + after))):
        old, new = ([values for values in (file.values(name, unit) for file in group) if values]
                    for group in (before, after))
        if not old or not new:
            continue
        first, second = sum(old, []), sum(new, [])
        if stats.exact(old) and stats.exact(new) and unit == "instructions":
            change = second[0] / first[0] if first[0] else float("nan")
            rows.append([Change(name, first[0], second[0], unit, (change, change, change), 0.0, first[0] != second[0]), None])
            continue
        found = stats.ratio(new, old)
        if found is not None:
            rows.append([Change(name, stats.quartiles(first)[1], stats.quartiles(second)[1], unit, found, 1.0, False),
                         stats.mann_whitney(first, second)])
    tested = [row for row in rows if row[1] is not None]
    for (change, _), corrected in zip(tested, stats.holm([p for _, p in tested])):
        change.holm = corrected
        _, low, high = change.ratio
        change.beyond = corrected < stats.ALPHA and (low > 1 + stats.NEGLIGIBLE or high < 1 - stats.NEGLIGIBLE)
    return [change for change, _ in rows]


# ---- jitter ----


def jitter(files):
    """[(benchmark, file, gaps in ns)] of the newest file of each class and processor."""
    chosen = {(file.kind, file.processor): file for file in files if file.kind != "kernel, emulated"}
    return [(name, file, file.benchmarks[name].gaps) for file in chosen.values() for name in sorted(file.benchmarks)
            if file.benchmarks[name].gaps]


# ---- what is missing ----


def no_file(kind, refused, reasons):
    """Why there is no file of a class."""
    if kind in reasons:
        return reasons[kind]
    told = [f"{os.path.basename(path)} was refused: {why}" for path, why in refused
            if kind.split(", ")[-1].lower() in os.path.basename(path).lower().replace("-", " ")]
    if told:
        return "; ".join(told)
    if kind == "kernel, KVM":
        if not os.path.exists("/dev/kvm"):
            return "no KVM on the machine that wrote this report: there is no /dev/kvm"
        return "no file made under KVM has been added"
    if kind == "kernel, bare metal":
        return "no file from a real machine has been added"
    return "no file of this kind has been added"


def matrix(files, refused, reasons):
    """(classes, [(benchmark, [number as text, or (why it is missing,)])]): every benchmark that any file knows."""
    classes = [kind for kind in dict.fromkeys(CLASSES.values()) if kind != "kernel, emulated"]
    classes += [OTHER] if newest(files, OTHER) else []
    chosen = {kind: newest(files, kind) for kind in classes}
    none = {kind: no_file(kind, refused, reasons) for kind in classes}
    rows = []
    for name in sorted({name for file in files for name in file.benchmarks}):
        cells = []
        for kind in classes:
            file = chosen[kind]
            gaps = file.benchmarks[name].gaps if file is not None and name in file.benchmarks else []
            found = Side(gaps, "gaps") if gaps else side(file, name, file.unit if file else "", none[kind])
            cells.append(found)
        rows.append((name, cells))
    return classes, rows
