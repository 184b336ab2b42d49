"""The files that the comparison reads: Google Benchmark's JSON, of any machine and commit, and what is wrong with one.

A file that cannot be used is refused as a whole, with a sentence that says why: half a file would be compared with whole
ones. Nothing that a file does not say is made up.
"""

import glob
import hashlib
import json
import math
import os

CONTEXT = ("date", "side", "machine", "cpu", "cpuid", "microcode", "num_cpus", "tsc_hz", "core_hz", "invariant_tsc",
           "accelerator", "counted_time", "tsc_per_instruction", "firmware", "commit", "dirty", "kernel_command_line", "seed")
# What a file is, by side and accelerator: the columns of the matrix, in its order.
CLASSES = {("host", "native"): "host", ("kernel", "tcg-icount"): "kernel, counted", ("kernel", "kvm"): "kernel, KVM",
           ("kernel", "bare metal"): "kernel, bare metal", ("kernel", "tcg"): "kernel, emulated"}
OTHER = "kernel, another hypervisor"
TIMED = ("host", "kernel, KVM", "kernel, bare metal", OTHER)
COUNTERS = ("cycles", "core_cycles", "instructions")  # of one operation
TO_NS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


class Refused(Exception):
    """Why a file cannot be used."""


class Benchmark:
    """The samples of one benchmark in one file."""

    def __init__(self, name):
        self.name, self.samples, self.gaps = name, [], []

    @property
    def quiet(self):
        return [sample for sample in self.samples if sample["quiet"]]

    def values(self, unit):
        """What one operation costs in each quiet sample, in `core_cycles`, `cycles`, `instructions` or `ns`; [] when the file does
        not say."""
        return [sample[unit] for sample in self.quiet if sample[unit] is not None]


class File:
    """One file that was understood."""

    def __init__(self, path, context, benchmarks):
        self.path, self.context, self.benchmarks = path, context, benchmarks
        self.name = os.path.basename(path)
        self.kind = CLASSES.get((context["side"], context["accelerator"]), OTHER)

    @property
    def commit(self):
        return str(self.context["commit"])[:12] + (" with local changes" if self.context.get("dirty") else "")

    @property
    def processor(self):
        """What must be equal for cycles to be compared."""
        return str(self.context.get("cpu")), json.dumps(self.context.get("cpuid"), sort_keys=True)

    @property
    def place(self):
        """What must be equal for a change to be one of the source."""
        return (self.kind, str(self.context.get("machine")), *self.processor, str(self.context.get("microcode")))

    @property
    def unit(self):
        """What this file measures in."""
        if self.context["counted_time"]:
            return "instructions"
        return "core_cycles" if any(one.values("core_cycles") for one in self.benchmarks.values()) else "cycles"

    def values(self, name, unit=None):
        found = self.benchmarks.get(name)
        return found.values(unit or self.unit) if found else []


def core_scale(context):
    """Core cycles for one cycle of the time stamp counter; None when the file does not know the core's clock."""
    tsc, core = context.get("tsc_hz"), context.get("core_hz")
    return core / tsc if number(tsc) and number(core) and tsc > 0 and core > 0 else None


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def read(path):
    """The File at a path; Refused when it is none, or says itself that it must not be used."""
    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
    except OSError as error:
        raise Refused(f"it cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused("it is not text in UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"it is not JSON: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("context"), dict):
        raise Refused("it has no `context`: it is no file of Google Benchmark")
    context = content["context"]
    if context.get("error"):
        raise Refused(f"whoever made it refused to report: {context['error']}")
    check_context(context)
    if not isinstance(content.get("benchmarks"), list):
        raise Refused("it has no list `benchmarks`")
    benchmarks = {}
    for place, entry in enumerate(content["benchmarks"]):
        take(entry, place, context, benchmarks)
    if not benchmarks:
        raise Refused("it has no samples (entries whose `run_type` is `iteration`)")
    return File(path, context, benchmarks)


def check_context(context):
    for key in ("side", "accelerator", "commit", "counted_time"):
        if context.get(key) is None:
            raise Refused(f"its context does not say `{key}`")
    pair = context["side"], context["accelerator"]
    if pair[0] not in ("host", "kernel") or not isinstance(pair[1], str) or (pair[0] == "host" and pair not in CLASSES):
        raise Refused(f"it is of {pair[0]!r} under {pair[1]!r}; there are host (native) and kernel")
    if bool(context["counted_time"]) != (context["accelerator"] == "tcg-icount"):
        raise Refused(f"its accelerator is {context['accelerator']!r}, and `counted_time` is {context['counted_time']!r}")
    found = context.get("self_check")
    if not isinstance(found, dict) or found.get("ok") is None:
        raise Refused("it does not say how its self-check ended (`self_check.ok`)")
    if found["ok"] not in (True, 1):
        told = ", ".join(f"{key} {value}" for key, value in found.items() if key != "ok")
        raise Refused(f"its self-check failed ({told or 'no details'})")


def take(entry, place, context, benchmarks):
    """Adds the sample of one entry; aggregates are left out, for they follow from the samples."""
    name = entry.get("run_name") or entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise Refused(f"entry {place} of its benchmarks has no name")
    if entry.get("error_occurred"):
        return
    if entry.get("run_type", "iteration") != "iteration":
        return
    benchmark = benchmarks.setdefault(name, Benchmark(name))
    sample = {key: checked(entry, key, name) for key in (*COUNTERS, "ops", "quiet", "real_time")}
    if not sample["ops"]:
        raise Refused(f"a sample of {name} does not say how many operations it is of (`ops`)")
    if context["counted_time"]:
        sample["cycles"] = sample["core_cycles"] = None  # they are of counted time, which is no time
    elif sample["core_cycles"] is None and sample["cycles"] is not None and core_scale(context):
        sample["core_cycles"] = sample["cycles"] * core_scale(context)
    if entry.get("time_unit", "ns") not in TO_NS:
        raise Refused(f"the unit of time of {name} is {entry['time_unit']!r}")
    sample["ns"] = None if context["counted_time"] or sample["real_time"] is None else \
        sample["real_time"] * TO_NS[entry.get("time_unit", "ns")]
    sample["quiet"] = sample["quiet"] != 0  # what does not say that it was disturbed was not
    benchmark.samples.append(sample)
    gaps = entry.get("samples", [])
    if not isinstance(gaps, list) or not all(number(gap) for gap in gaps):
        raise Refused(f"the `samples` of {name} are not a list of numbers")
    if sample["quiet"]:
        benchmark.gaps += gaps


def checked(entry, key, name):
    value = entry.get(key)
    if value is not None and (not number(value) or value < 0) and not isinstance(value, bool):
        raise Refused(f"`{key}` of {name} is {value!r}, which is no count")
    return value


def read_all(folders):
    """([Files, oldest first], [(path, why it was refused)]); the same content in two places counts once."""
    files, refused, seen = [], [], set()
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(glob.escape(folder), "*.json"))):
            try:
                with open(path, "rb") as file:
                    digest = hashlib.sha256(file.read()).digest()
                if digest not in seen:
                    seen.add(digest)
                    files.append(read(path))
            except Refused as reason:
                refused.append((path, str(reason)))
            except OSError as error:
                refused.append((path, f"it cannot be read: {error.strerror}"))
    return sorted(files, key=lambda file: str(file.context.get("date", ""))), refused
