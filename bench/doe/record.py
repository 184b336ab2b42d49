"""What an experiment writes: its registration before the first run, and rows as they come.

    header.json     commit, machine, seed: where the numbers come from
    plan.toml       the plan as it was when it was registered
    order.csv       every run that is to be made, in order
    runs.csv        long format: a row for each number of each run
    series.csv      the same for each unit of a series
    sessions.jsonl  one line for each process or boot
"""

import csv
import datetime
import hashlib
import io
import json
import os
import re
import subprocess

import provenance as origin
from metrics import ALGORITHMIC, SERIES, TIMING
from plan import digest

SOURCES = ["asm", "c", "include", "Makefile", "linker.ld", "tests/boot/machine.py", "tests/boot/image.py",
           "bench/gen_source.py", "bench/doe/driver.fs", *[f"bench/doe/{name}.py" for name in
           ("machines", "metrics", "plan", "record", "run")]]
LAST = TIMING[-1][0]


class RecordError(Exception):
    """Why an experiment may not go on, and what to do about it."""


def git(*arguments):
    done = subprocess.run(["git", *arguments], cwd=origin.ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def identity(build, allow_changes, kernel):
    """What must be the same in all runs of an experiment."""
    commit = git("rev-parse", "HEAD")
    if commit is None and not allow_changes:
        raise RecordError("This is not a git repository, so nobody could say later what was measured.\n"
                          "DOE_FLAGS=--local-changes runs the plan all the same, as a trial.")
    if commit is None:
        commit, changed = b"unknown", []
    else:
        changed = git("status", "--porcelain", "--untracked-files=all", "--", *SOURCES).decode().splitlines()
    if changed and not allow_changes:
        raise RecordError(
            "The sources differ from the last commit, so nobody could say later what was measured:\n  " +
            "\n  ".join(changed[:10]) + "\nCommit them first (git commit), put them aside (git stash), or add "
            "DOE_FLAGS=--local-changes\nfor a trial; its report says that it cannot be repeated.")
    changes = ""
    if changed:
        untracked = [line[3:] for line in changed if line.startswith("??")]
        texts = [open(os.path.join(origin.ROOT, name), "rb").read() for name in untracked]
        changes = hashlib.sha256(git("diff", "HEAD", "--", *SOURCES) + b"\0".join(texts)).hexdigest()[:16]
    names = ["starforth"] + (["BOOTX64.EFI"] if kernel else [])
    return {"commit": commit.decode().strip(), "changes": changes,
            **{name: file_digest(os.path.join(build, name)) for name in names}}


def file_digest(path):
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()[:16]
    except OSError:
        raise RecordError(f"{path} is not built; `make doe` builds it") from None


def microcode():
    found = re.search(r"^microcode\s*:\s*(\S+)", origin.read("/proc/cpuinfo") or "", re.M)
    return found[1] if found else "unknown"


class Record:
    """The folder of an experiment."""

    def __init__(self, folder):
        self.folder = folder
        self.done = {}  # run_id: (attempts made, whether the last was quiet)
        self.values = {}  # (workload, effective settings): {metric: (value, run_id)}, to warn at once

    def path(self, name):
        return os.path.join(self.folder, name)

    def columns(self, plan):
        return ["run_id", "block", "order", "machine", "accel", "workload", *plan.varying(), "metric", "unit", "kind",
                "value"]

    # ---- before the first run ----

    def register(self, plan, who, cpu):
        """Writes down what is going to be done, or checks that it is what was written down."""
        wanted = {**who, "plan": hashlib.sha256(plan.bytes).hexdigest()[:16], "layout": plan.layout()[:16]}
        if os.path.exists(self.path("header.json")):
            self.check(wanted, plan)
            return
        os.makedirs(self.folder, exist_ok=True)
        runs = list(plan.runs())
        order = io.StringIO()
        writer = csv.DictWriter(order, list(runs[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(runs)
        facts = origin.provenance(f"make doe PLAN={plan.name}", cpu)
        header = {
            **wanted, "name": plan.name, "about": plan.about, "seed": plan.seed, "runs": len(runs),
            "order": digest(order.getvalue())[:16], "negligible": plan.negligible,
            "registered": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC"),
            "cpu": facts["processor"], "cpus": facts["processors"], "microcode": microcode(),
            "virtual machine": facts["virtual machine"], "governor": facts["governor"], "pinned to cpu": cpu,
            "qemu": origin.first_line(["qemu-system-x86_64", "--version"]) or "none",
            "system": facts["system"], "gcc": facts["gcc"],
            "gforth-common": origin.first_line(["dpkg-query", "-W", "-f", "${Version}", "gforth-common"]) or "none",
            "workloads": {workload.name: {"units": workload.units, "watch": workload.watch,
                                          "changes": workload.changes} for workload in plan.workloads},
            "columns": self.columns(plan),
            "fixed": {name: levels[0] for name, levels in plan.factors.items() if len(levels) == 1},
        }
        for name, text in (("plan.toml", plan.bytes), ("order.csv", order.getvalue().encode()),
                           ("runs.csv", (",".join(self.columns(plan)) + "\n").encode()),
                           ("series.csv", (",".join(self.series_columns(plan)) + "\n").encode()),
                           ("sessions.jsonl", b""), ("header.json", json.dumps(header, indent=1).encode() + b"\n")):
            with open(self.path(name), "wb") as file:  # the header last: with it, all the rest is there
                file.write(text)

    def series_columns(self, plan):
        columns = self.columns(plan)
        return columns[:-4] + ["iteration"] + columns[-4:]

    def check(self, wanted, plan):
        with open(self.path("header.json"), encoding="utf-8") as file:
            header = json.load(file)
        what = {"commit": "commit", "changes": "local changes", "plan": "plan", "layout": "workloads",
                "starforth": "build/starforth", "BOOTX64.EFI": "build/BOOTX64.EFI"}
        for key, name in what.items():
            old, new = header.get(key), wanted.get(key)
            if old != new:
                raise RecordError(
                    f"{self.folder} holds results of another {name}: {old or 'none'} then, {new or 'none'} now.\n"
                    "Results of different programs are not mixed. To go on with those, check out commit\n"
                    f"{header['commit'][:12]} and the plan as in {self.path('plan.toml')}; to begin anew, add "
                    "DOE_FLAGS=--anew,\nwhich removes them, or OUT=FOLDER, which keeps them and writes elsewhere.")
        self.read_done(plan)

    def read_done(self, plan):
        """Finds what is complete, and cuts off what is not."""
        for name, columns in (("runs.csv", self.columns(plan)), ("series.csv", self.series_columns(plan))):
            complete = 0
            with open(self.path(name), "rb") as file:
                place = 0
                for line in file:
                    place += len(line)
                    fields = line.decode().rstrip("\n").split(",")
                    if not line.endswith(b"\n") or len(fields) != len(columns):
                        break
                    if fields[0] == "run_id":
                        complete = place
                    elif name == "runs.csv" and fields[-4] == LAST:
                        base, _, attempt = fields[0].partition("+")
                        self.done[base] = (int(attempt or 1), fields[-1] == "1")
                        complete = place
                    elif name == "series.csv":
                        base, _, attempt = fields[0].partition("+")
                        if self.done.get(base, (0,))[0] >= int(attempt or 1):
                            complete = place
            os.truncate(self.path(name), complete)

    # ---- rows ----

    def prefix(self, plan, run, attempt):
        run_id = run["run_id"] + (f"+{attempt}" if attempt > 1 else "")
        return [run_id] + [str(run[name]) for name in self.columns(plan)[1:-4]]

    def add(self, plan, run, attempt, values, units):
        """Appends a run, in one write each; its last row makes it complete. `units`: one dict for each."""
        start = ",".join(self.prefix(plan, run, attempt))
        if units:
            watch = [(name, unit) for name, unit in SERIES] + [
                (name, "executions") for name in units[0] if name.startswith("heat of ")]
            rows = [f"{start},{i},{name},{unit},{'timing' if name == 'cycles' else 'algorithmic'},{one[name]}"
                    for i, one in enumerate(units) for name, unit in watch]
            append(self.path("series.csv"), rows)
        rows = [f"{start},{name},{unit},algorithmic,{values[name]}" for name, unit in ALGORITHMIC]
        rows += [f"{start},{name},{unit},timing,{values[name]}" for name, unit in TIMING]
        append(self.path("runs.csv"), rows)
        self.done[run["run_id"]] = (attempt, bool(values["quiet"]))

    def add_session(self, **facts):
        append(self.path("sessions.jsonl"), [json.dumps(facts)])

    def sessions(self):
        with open(self.path("sessions.jsonl"), encoding="utf-8") as file:
            return sum(1 for _ in file)


def append(path, rows):
    with open(path, "a", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
