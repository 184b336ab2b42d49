#!/usr/bin/env python3
"""Runs a plan: `make doe`, `make doe PLAN=full` or `make doe PLAN=path/to/plan.toml`.

Registers it, makes its runs on the host and in the kernel, and writes what they give to build/doe/NAME/. An interrupted
plan goes on where it was when it is started again. README.md says what a plan looks like.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from machines import DialogueError, Load, start  # noqa: E402 (the path must be set first)
from metrics import DEFAULTS, EFFECTIVE, KNOBS, LOOP_HASHES, LOOPS, PHYSICS, SERIES  # noqa: E402
from plan import Plan, PlanError  # noqa: E402
from record import Record, RecordError, identity  # noqa: E402

RUN_SECONDS = 900
QUIET_CLOCK = 0.03  # the clock before and after a run may differ by so much,
QUIET_WAIT = 0.01  # and the process may have waited for so much of it
DONE = re.compile(r"^DOE-RUN (\d+ .*) \.$", re.MULTILINE)
UNIT = re.compile(r"^DOE-UNIT (\d+ .*) \.$", re.MULTILINE)


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("plan", nargs="?", default="small", help="a file, or the name of one in bench/doe/plans/")
    parser.add_argument("--build", default="build")
    parser.add_argument("--out", help="folder of the results (build/doe/NAME)")
    parser.add_argument("--cpu", type=int, default=max(os.sched_getaffinity(0)), help="processor to run on")
    parser.add_argument("--anew", action="store_true", help="remove earlier results of this plan first")
    parser.add_argument("--local-changes", action="store_true", help="measure sources that are not committed")
    parser.add_argument("--list", action="store_true", help="show the order of the runs and make none")
    parser.add_argument("--stop-after", type=int, default=0, metavar="N", help="stop after N runs, as if interrupted")
    return parser.parse_args()


def plan_path(name):
    own = os.path.join(HERE, "plans", name + ".toml")
    return own if os.path.isfile(own) else name


# ---- one run ----


def command(run, workload):
    """The line that makes the run."""
    mask = sum(run[loop] << bit for bit, loop in enumerate(LOOPS))
    units = max(1, round(workload.units * run["size"]))
    watch = ""
    if run["kind"] == "series":
        units = run["units"]
        names = workload.watch[:8]
        watch = " ".join(f"' {name}" for name in names) + f" {len(names)} WATCH "
    knobs = " ".join(str(run[name]) for name in KNOBS)
    return (f"{watch}{mask} LOOPS {knobs} KNOBS {run['quantum_ns']} {run['quantum_words']} TURNS {run['busy_vms']} BUSY",
            f"{int(run['run_id'][5:])} {workload.expected} {units} ' {workload.setup} ' {workload.unit} "
            f"' {workload.teardown} {'SERIES' if run['kind'] == 'series' else 'RUN'}")


def take(text, run, workload):
    """({metric: value}, [{metric: value} of each unit]) from what a run said."""
    numbers = DONE.search(text)[1].split()
    names = ["order", "hash", "peers_hash", "wrong_units", "cycles", "ns", "calibration_before", "calibration_after",
             *LOOP_HASHES.values()]
    values = dict(zip(names + [name for name, _ in PHYSICS], map(int, numbers), strict=True))
    units = []
    if run["kind"] == "series":
        columns = [name for name, _ in SERIES] + [f"heat of {name}" for name in workload.watch[:8]]
        for found in UNIT.finditer(text):
            units.append(dict(zip(columns, map(int, found[1].split()[1:]), strict=True)))
        if len(units) != run["units"]:
            raise DialogueError(f"{len(units)} of {run['units']} units were reported")
    return values, units


def is_quiet(values, run):
    if run["accel"] not in ("native", "kvm"):
        return True  # emulated time is not a measurement of the processor: there is nothing to gate
    before, after = values["calibration_before"], values["calibration_after"]
    return abs(before - after) <= QUIET_CLOCK * min(before, after) and values["waited_ns"] <= QUIET_WAIT * values["ns"]


class Progress:
    """Says how far it is and how long it will take, once in a while."""

    def __init__(self, runs, is_done):
        self.left, self.spent, self.made = {}, {}, {}
        for run in runs:
            if not is_done(run):
                self.left[self.sort(run)] = self.left.get(self.sort(run), 0) + 1
        self.total, self.ended = len(runs), len(runs) - sum(self.left.values())
        self.said, self.disturbed = 0.0, 0

    @staticmethod
    def sort(run):
        """Runs that take about equally long."""
        return run["accel"], run["busy_vms"], run["load"]

    def time_left(self):
        """As text; a lower bound until there was a run of every sort."""
        known = {sort: self.spent[sort] / self.made[sort] for sort in self.made}
        left = sum(count * known.get(sort, 0) for sort, count in self.left.items())
        unknown = any(count and sort not in known for sort, count in self.left.items())
        return f"{'more than ' if unknown else ''}{int(left // 60)}:{int(left % 60):02} left"

    def add(self, run, seconds):
        sort = self.sort(run)
        self.spent[sort] = self.spent.get(sort, 0) + seconds
        self.made[sort] = self.made.get(sort, 0) + 1
        self.left[sort] -= 1
        self.ended += 1
        on_terminal = sys.stderr.isatty()
        if time.monotonic() - self.said < (0.5 if on_terminal else 10) and self.ended < self.total:
            return
        self.said = time.monotonic()
        line = (f"[{self.ended}/{self.total}] {100 * self.ended / self.total:.0f}%, {self.time_left()}; "
                f"block {run['block']}, {run['machine']} ({run['accel']}), {self.disturbed} disturbed")
        print(("\r\033[K" if on_terminal else "") + line, end="" if on_terminal else "\n", file=sys.stderr, flush=True)


# ---- blocks ----


class Experiment:
    def __init__(self, settings, plan, record):
        self.settings, self.plan, self.record = settings, plan, record
        self.workloads = {workload.name: workload for workload in plan.workloads}
        self.runs = list(plan.runs())
        for run in self.runs:
            run["units"] = plan.series["units"]
        self.first = {}
        self.budget = settings.stop_after

    def is_done(self, run):
        attempts, quiet = self.record.done.get(run["run_id"], (0, False))
        return quiet or attempts >= self.attempts(run)

    def attempts(self, run):
        """A run beside a load is never quiet; a series is not repeated."""
        return 1 if run["load"] or run["busy_vms"] or run["kind"] == "series" else self.plan.attempts

    def warn(self, run, values):
        """Says at once when a run differs from an earlier one; analyse.py says it again."""
        key = (run["workload"], run["kind"], *(run[name] for name in EFFECTIVE))
        _, hash_then, peers, who = self.first.setdefault(
            key, (0, values["hash"], values["peers_hash"], run["run_id"]))
        if (hash_then, peers) != (values["hash"], values["peers_hash"]):
            print(f"\nRuns {who} and {run['run_id']} ({run['workload']}) do not have the same hash: not deterministic",
                  file=sys.stderr)
        if values["wrong_units"]:
            raise DialogueError(f"{run['workload']} gave {values['wrong_units']} wrong results in run {run['run_id']}")

    def make_run(self, machine, run, session):
        workload = self.workloads[run["workload"]]
        attempt = self.record.done.get(run["run_id"], (0, False))[0]
        while not self.is_done(run):
            attempt += 1
            before = machine.waited()
            for line in command(run, workload):
                machine.type(line)
            _, text = machine.collect(DONE, RUN_SECONDS)
            values, units = take(text, run, workload)
            values.update(session=session, attempt=attempt, waited_ns=machine.waited() - before)
            values["quiet"] = int(is_quiet(values, run))
            self.progress.disturbed += not values["quiet"]
            self.record.add(self.plan, run, attempt, values, units)
            self.warn(run, values)

    def make_block(self, runs, folder):
        """The runs of a block that are still to be made, in one process or boot."""
        first = runs[0]
        files, included = ["driver.fs"], []
        for workload in self.plan.workloads:
            files.append(os.path.basename(workload.path))
            included += workload.files
        session = self.record.sessions() + 1
        self.record.add_session(session=session, block=first["block"], machine=first["machine"], accel=first["accel"],
                                runs=len(runs), began=time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
                                load=os.getloadavg())
        with Load(first["load"], self.settings.cpu):
            machine = start(self.settings.build, folder, files, included, first["machine"], first["accel"],
                            self.settings.cpu)
            try:
                for run in runs:
                    began = time.monotonic()
                    self.make_run(machine, run, session)
                    self.progress.add(run, time.monotonic() - began)
                    self.budget -= 1
                    if self.budget == 0:  # below 0 it never ends
                        raise KeyboardInterrupt
            except DialogueError as error:
                raise DialogueError(f"run {run['run_id']} ({run['workload']}, {run['machine']} {run['accel']}): "
                                    f"{error}") from None
            finally:
                machine.close()

    def make_all(self):
        self.progress = Progress(self.runs, self.is_done)
        if self.progress.ended:
            print(f"{self.progress.ended} of {len(self.runs)} runs are there already; the others follow.",
                  file=sys.stderr)
        blocks = {}
        for run in self.runs:
            if not self.is_done(run):
                blocks.setdefault(run["block"], []).append(run)
        with tempfile.TemporaryDirectory(prefix="starkernel-doe-") as folder:
            for name, text in self.texts().items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
            for runs in blocks.values():
                self.make_block(runs, folder)
        if sys.stderr.isatty():
            print(file=sys.stderr)

    def texts(self):
        with open(os.path.join(HERE, "driver.fs"), encoding="utf-8") as file:
            texts = {"driver.fs": file.read()}
        for workload in self.plan.workloads:
            for name, text in workload.sources().items():
                if texts.setdefault(name, text) != text:
                    raise PlanError(f"two workloads bring a file {name}, with different texts")
        return texts


def show(plan):
    print(",".join(["run_id", "machine", "accel", "workload", "kind", *DEFAULTS]))
    for run in plan.runs():
        run = {**run, "machine": run["machine"]}
        print(",".join(str(run[name]) for name in ["run_id", "machine", "accel", "workload", "kind", *DEFAULTS]))


def main():
    settings = options()
    try:
        plan = Plan(plan_path(settings.plan))
        if settings.list:
            show(plan)
            return
        folder = settings.out or os.path.join(settings.build, "doe", plan.name)
        if settings.anew:
            shutil.rmtree(folder, ignore_errors=True)
        kernel = any(machine != "host" for machine in plan.factors["machine"])
        who = identity(settings.build, settings.local_changes, kernel)
        record = Record(folder)
        record.register(plan, who, settings.cpu)
        print(f"Plan {plan.name}: {sum(1 for _ in plan.runs())} runs, registered in {folder}", file=sys.stderr)
        Experiment(settings, plan, record).make_all()
    except (PlanError, RecordError, DialogueError) as error:
        sys.exit(f"doe: {error}")
    except KeyboardInterrupt:
        sys.exit("doe: interrupted; the same command goes on from here")


if __name__ == "__main__":
    main()
