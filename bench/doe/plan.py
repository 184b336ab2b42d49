"""Plans and workloads: what a plan file says, and which runs in which order follow from it.

The order is a function of the plan alone: within a block the runs are sorted by a hash of the seed, the block and the
run, so it is the same on every machine and with every version of Python.
"""

import hashlib
import itertools
import os
import re
import tomllib

from metrics import BETWEEN, DEFAULTS, KNOBS, LOOPS, TURNS

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = {"host": ("host", "native"), "kernel-tcg": ("kernel", "tcg"), "kernel-icount": ("kernel", "icount"),
            "kernel-kvm": ("kernel", "kvm")}
KEYS = {"about", "seed", "replicates", "blocks", "workloads", "attempts", "negligible", "factors", "generators",
        "series"}


class PlanError(Exception):
    """What is wrong with a plan or a workload, in words for who wrote it."""


def need(condition, complaint):
    if not condition:
        raise PlanError(complaint)


# ---- workloads ----


class Workload:
    """A file of Forth, and what its first comment says about it (README.md)."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.setup = self.teardown = "NOOP"
        self.unit = self.expected = None
        self.units, self.watch, self.files, self.changes = 1, [], {}, False
        try:
            with open(path, encoding="utf-8") as file:
                self.text = file.read()
        except OSError as error:
            raise PlanError(f"the workload {path} cannot be read: {error.strerror}") from None
        for line in self.text.splitlines():
            if not line.startswith("\\"):
                break
            entry = re.match(r"\\ (file|setup|unit|teardown|units|watch|changes): (.*)$", line)
            if entry:
                self.take(entry[1], entry[2].strip())
        need(self.unit, f"{path} has no line `\\ unit: WORD -> NUMBER` in its first comment")

    def take(self, key, value):
        if key == "file":
            name, _, source = value.partition(" from ")
            need(source, f"{self.path}: `file: {value}` is not `NAME from SOURCE`")
            need(name != os.path.basename(self.path), f"{self.path}: a file that it loads cannot have its own name")
            self.files[name.strip()] = source.strip()
        elif key == "unit":
            unit = re.fullmatch(r"(\S+) -> (-?\d+)", value)
            need(unit, f"{self.path}: `unit: {value}` is not `WORD -> NUMBER`")
            self.unit, self.expected = unit[1], int(unit[2])
        elif key == "units":
            need(value.isdigit() and int(value) > 0, f"{self.path}: `units: {value}` is not a number of units")
            self.units = int(value)
        elif key == "watch":
            self.watch = value.split()
        elif key == "changes":
            self.changes = value == "by design"
        else:
            setattr(self, key, value)

    def sources(self):
        """{name: text} of this file and all that it loads."""
        texts = {os.path.basename(self.path): self.text}
        for name, source in self.files.items():
            texts[name] = file_text(source, os.path.dirname(os.path.abspath(self.path)))
        return texts


def file_text(source, folder):
    """The text that `gforth:NAME`, `generated:BYTES` or a path stands for, with what `with X for Y` replaces."""
    source, _, change = source.partition(" with ")
    if source.startswith("gforth:"):
        from program_table import gforth_file  # bench/, which run.py has put in the path
        path = gforth_file(source[7:])
        need(path, f"{source[7:]} is not here: install the Debian package gforth-common")
    elif source.startswith("generated:"):
        from gen_source import generate  # bench/, which run.py has put in the path
        text = generate(int(source[10:]), 1)
        return text.replace(": main ( -- )  1 ", ": main ( -- x )  1 ").replace(" . ;\n", " ;\n")
    else:
        path = os.path.join(folder, source)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise PlanError(f"{path} cannot be read: {error.strerror}") from None
    if change:
        new, _, old = change.partition(" for ")
        need(text.count(old) == 1, f"{path} has {text.count(old)} times `{old}`, not once")
        text = text.replace(old, new)
    return text


def find_workload(name, folder):
    """A workload by name (one of workloads/) or by path, seen from the plan's folder."""
    own = os.path.join(HERE, "workloads", name + ".fs")
    return Workload(own if os.path.isfile(own) else os.path.join(folder, name))


# ---- plans ----


def digest(*parts):
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def as_list(value):
    return value if isinstance(value, list) else [value]


class Plan:
    """A plan file, checked and with defaults."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        try:
            with open(path, "rb") as file:
                self.bytes = file.read()
            said = tomllib.loads(self.bytes.decode())
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise PlanError(f"the plan {path} cannot be read: {error}") from None
        need(set(said) <= KEYS, f"{path}: unknown: {', '.join(sorted(set(said) - KEYS))}; "
                                f"a plan has {', '.join(sorted(KEYS))}")
        need(isinstance(said.get("seed"), int), f"{path}: `seed` must be a number")
        need(said.get("workloads"), f"{path}: `workloads` must name at least one")
        self.about = said.get("about", "")
        self.seed = said["seed"]
        self.replicates = said.get("replicates", 1)
        self.attempts = said.get("attempts", 3)
        self.negligible = said.get("negligible", 0.005)
        self.series = {"units": 0, "loops": [0, 127], **said.get("series", {})}
        need(0 <= self.series["units"] <= 256, f"{path}: a series has at most 256 units")
        self.factors = self.take_factors(said.get("factors", {}))
        self.generators = self.take_generators(said.get("generators", {}))
        self.blocks = self.take_blocks(said.get("blocks", 1))
        for key in ("replicates", "attempts"):
            value = getattr(self, key)
            need(isinstance(value, int) and value >= 1, f"{path}: `{key}` must be a number from 1")
        folder = os.path.dirname(os.path.abspath(path))
        self.workloads = [find_workload(name, folder) for name in said["workloads"]]
        names = [workload.name for workload in self.workloads]
        need(len(set(names)) == len(names), f"{path}: two workloads have the same name")

    def take_factors(self, said):
        need(set(said) <= set(DEFAULTS), f"{self.path}: unknown factors: {', '.join(sorted(set(said) - set(DEFAULTS)))}; "
                                         f"there are {', '.join(DEFAULTS)}")
        factors = {name: as_list(said.get(name, default)) for name, default in DEFAULTS.items()}
        for name, levels in factors.items():
            need(levels and len(set(levels)) == len(levels), f"{self.path}: the levels of {name} are {levels}")
            if name == "machine":
                need(set(levels) <= set(MACHINES), f"{self.path}: a machine is one of {', '.join(MACHINES)}, not {levels}")
            elif name == "size":
                need(all(isinstance(level, (int, float)) and level > 0 for level in levels),
                     f"{self.path}: size must be above 0")
            else:
                need(all(isinstance(level, int) and level >= 0 for level in levels),
                     f"{self.path}: {name} must be whole numbers")
        need(all(set(factors[loop]) <= {0, 1} for loop in LOOPS), f"{self.path}: a loop is 0 or 1")
        need(max(factors["busy_vms"]) <= 64, f"{self.path}: at most 64 VMs can be busy")
        return factors

    def take_generators(self, said):
        """{loop: loops whose product it is}, as in a fractional factorial design."""
        for loop, product in said.items():
            need(loop in LOOPS and set(product) <= set(LOOPS) - set(said) and loop not in product,
                 f"{self.path}: the generator of {loop} must be other loops that have none")
        return said

    def take_blocks(self, said):
        machines = self.factors["machine"]
        blocks = {machine: said.get(machine) if isinstance(said, dict) else said for machine in machines}
        for machine, count in blocks.items():
            need(isinstance(count, int) and count >= 1, f"{self.path}: `blocks` has no number for {machine}")
        return blocks

    def combinations(self):
        """All combinations of the factors that may change within a block, as dicts."""
        free = [name for name in [*LOOPS, *KNOBS, "size", *TURNS] if name not in self.generators]
        for levels in itertools.product(*(self.factors[name] for name in free)):
            one = dict(zip(free, levels))
            for loop, product in self.generators.items():
                one[loop] = int(sum(1 - one[factor] for factor in product) % 2 == 0)
            yield {name: one[name] for name in [*LOOPS, *KNOBS, "size", *TURNS]}

    def block_cells(self):
        """All runs of a block, before they are put in order: (workload, settings, kind, replicate)."""
        cells = [(workload.name, settings, "run", replicate) for workload in self.workloads
                 for settings in self.combinations() for replicate in range(self.replicates)]
        if self.series["units"]:
            fixed = {name: levels[0] for name, levels in self.factors.items() if name not in BETWEEN}
            for workload in self.workloads:
                for mask in self.series["loops"]:
                    loops = {loop: mask >> bit & 1 for bit, loop in enumerate(LOOPS)}
                    cells.append((workload.name, {**fixed, **loops}, "series", 0))
        return cells

    def varying(self):
        """Names of the factors that are columns: the loops, and all with more than one level."""
        return [name for name in DEFAULTS if name != "machine" and (name in LOOPS or len(self.factors[name]) > 1)]

    def runs(self):
        """Every run in the order in which it is to be made."""
        cells = self.block_cells()
        between = itertools.product(self.factors["load"], self.factors["machine"])
        blocks = [(number, load, machine) for load, machine in between for number in range(self.blocks[machine])]
        # Machines take turns, so that a drift of the day does not look like one of them.
        blocks.sort(key=lambda block: (block[0], digest(self.seed, "blocks", *block)))
        for index, (_, load, machine) in enumerate(blocks, 1):
            keyed = sorted((digest(self.seed, index, cell), cell) for cell in range(len(cells)))
            for order, (_, cell) in enumerate(keyed, 1):
                workload, settings, kind, replicate = cells[cell]
                yield {"run_id": f"b{index:03}r{order:05}", "block": index, "order": order,
                       "machine": MACHINES[machine][0], "accel": MACHINES[machine][1], "workload": workload,
                       **settings, "load": load, "kind": kind, "replicate": replicate}

    def layout(self):
        """A number for all that is loaded before the first run, and the order: hashes depend on it."""
        with open(os.path.join(HERE, "driver.fs"), encoding="utf-8") as file:
            parts = [file.read()]
        for workload in self.workloads:
            for name, text in workload.sources().items():
                parts += [name, text]
        return digest(*parts)
