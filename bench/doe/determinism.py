"""Whether everything that must not vary did not: the algorithmic rows of runs.csv and series.csv.

Runs of the same workload, loops, knobs and size must agree in every algorithmic number, whatever the process, the
machine, the quantum or the load. Needs nothing but Python's library.
"""

import csv
import json
import os
import statistics

from metrics import ALGORITHMIC, EFFECTIVE, LOOP_HASHES

ORDER = {name: place for place, (name, _) in enumerate(ALGORITHMIC)}


class Difference:
    """Two runs that should agree and do not."""

    def __init__(self, group, metric, first, other, iteration=None):
        self.group, self.metric, self.iteration = group, metric, iteration
        self.first, self.other = first, other  # (value, run_id, machine, accel)
        self.loops = []  # of which something differs, as far as is known

    def __str__(self):
        place = f" after unit {self.iteration}" if self.iteration is not None else ""
        (one, run, *where), (two, other, *elsewhere) = self.first, self.other
        return (f"{self.metric}{place} of {describe(self.group)}: {one} in run {run} ({' '.join(where)}), "
                f"{two} in run {other} ({' '.join(elsewhere)})" + self.where())

    def where(self):
        return f"; it shows in what these loops know: {', '.join(self.loops)}" if self.loops else ""


def describe(group):
    """A group as text for people."""
    return f"{group[0]} with " + ", ".join(f"{name}={level}" for name, level in group[1])


class Determinism:
    """What reading the rows of a folder (or several, of the same program) has found."""

    def __init__(self, folders):
        self.groups = {}  # group: {metric: (value, run_id, machine, accel)} of its first run
        self.members = {}  # group: run ids
        self.machines = {}  # group: set of (machine, accel)
        self.differences = []
        self.varying = {}  # (group, metric): all values, where there is more than one
        self.series = {}  # (group, iteration, metric): first value
        self.rows = 0
        for folder in folders:
            with open(os.path.join(folder, "header.json"), encoding="utf-8") as file:
                size = json.load(file)["fixed"].get("size", 1.0)
            self.read_runs(os.path.join(folder, "runs.csv"), len(folders) > 1, size, folder)
        for folder in folders:
            self.read_series(os.path.join(folder, "series.csv"), len(folders) > 1, folder)

    @staticmethod
    def columns(head):
        place = {name: i for i, name in enumerate(head)}
        return place, [name for name in EFFECTIVE if name in place]

    def read_runs(self, path, several, size, folder):
        """Series are told from runs by their metrics: they do another number of words, so they are groups of their own."""
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            place, factors = self.columns(next(reader))
            kind, value, metric = place["kind"], place["value"], place["metric"]
            kinds = self.kinds_of(folder)
            for row in reader:
                if row[kind] != "algorithmic":
                    continue
                run = row[0]
                group = (row[place["workload"]] + kinds.get(run.partition("+")[0], ""),
                         tuple((name, row[place[name]]) for name in factors) +
                         ((("size", str(size)),) if several and "size" not in factors else ()))
                found = (row[value], f"{folder}:{run}" if several else run, row[place["machine"]], row[place["accel"]])
                self.take(group, row[metric], found)

    def kinds_of(self, folder):
        with open(os.path.join(folder, "order.csv"), newline="", encoding="utf-8") as file:
            return {row["run_id"]: " (series)" for row in csv.DictReader(file) if row["kind"] == "series"}

    def take(self, group, metric, found):
        self.rows += 1
        first = self.groups.setdefault(group, {}).setdefault(metric, found)
        if metric == ALGORITHMIC[0][0]:
            self.members.setdefault(group, []).append(found[1])
            self.machines.setdefault(group, set()).add(found[2:])
        if first[0] != found[0] or (group, metric) in self.varying:
            if (group, metric) not in self.varying:
                self.differences.append(Difference(group, metric, first, found))
                # all so far were equal to the first
                self.varying[group, metric] = [first[0]] * (len(self.members[group]) - 1)
            self.varying[group, metric].append(found[0])

    def read_series(self, path, several, folder):
        with open(path, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            place, factors = self.columns(next(reader))
            seen = set()
            for row in reader:
                if row[place["kind"]] != "algorithmic":
                    continue
                group = (row[place["workload"]] + " (series)", tuple((name, row[place[name]]) for name in factors))
                found = (row[place["value"]], f"{folder}:{row[0]}" if several else row[0], row[place["machine"]],
                         row[place["accel"]])
                self.rows += 1
                first = self.series.setdefault((group, row[place["iteration"]], row[place["metric"]]), found)
                if first[0] != found[0] and group not in seen:
                    seen.add(group)
                    self.differences.append(
                        Difference(group, row[place["metric"]], first, found, int(row[place["iteration"]]) + 1))

    # ---- what came of it ----

    @property
    def holds(self):
        return not self.differences

    def first_differences(self):
        """For each group the first metric that differs, in the order of the metrics, with the loops in which it shows; a unit
        of a series first of all."""
        best = {}
        for difference in self.differences:
            rank = -1 if difference.iteration is not None else ORDER.get(difference.metric, len(ORDER))
            if difference.group not in best or rank < best[difference.group][0]:
                best[difference.group] = (rank, difference)
        for _, difference in best.values():
            difference.loops = [loop for loop, name in LOOP_HASHES.items() if (difference.group, name) in self.varying]
        return [difference for _, difference in best.values()]

    def variation(self):
        """[(metric, groups, groups that vary, greatest coefficient of variation)]; None stands for a hash, which has no
        mean. Values that are all equal have exactly 0."""
        table = []
        for metric, unit in ALGORITHMIC:
            groups = sum(metric in values for values in self.groups.values())
            varying = [values for (_, name), values in self.varying.items() if name == metric]
            worst = 0.0
            if varying and unit == "hash":
                worst = None
            elif varying:
                worst = max(coefficient(list(map(int, values))) for values in varying)
            table.append((metric, groups, len(varying), worst))
        return table

    def repeated(self):
        """How many groups there are, those that were run more than once, and those on more than one machine."""
        return (len(self.groups), sum(len(runs) > 1 for runs in self.members.values()),
                sum(len(machines) > 1 for machines in self.machines.values()))

    def text(self):
        groups, repeated, across = self.repeated()
        lines = [f"{self.rows} algorithmic numbers; {groups} different (workload, configuration), {repeated} of them run "
                 f"more than once, {across} on more than one machine"]
        if self.holds:
            lines.append("No number varies: the coefficient of variation of every algorithmic column is exactly 0."
                         if repeated else "Nothing was run twice, so nothing is known about variation.")
        else:
            lines.append(f"NOT DETERMINISTIC: {len(self.first_differences())} (workload, configuration) differ between runs")
            lines += [f"  {difference}" for difference in self.first_differences()[:20]]
        return "\n".join(lines)


def coefficient(values):
    mean = statistics.fmean(values)
    return statistics.pstdev(values) / abs(mean) if mean else float("inf")
