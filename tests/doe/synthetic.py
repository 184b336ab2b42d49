"""An experiment that was never run: rows as run.py writes them, with effects that are known because they are planted."""

import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "bench"), os.path.join(ROOT, "bench", "doe"), os.path.join(ROOT, "tests")]

from metrics import ALGORITHMIC, EFFECTIVE, SERIES, TIMING  # noqa: E402 (the path must be set first)
from plan import Plan, digest  # noqa: E402
from record import Record  # noqa: E402

PLAN = """seed = 3
blocks = {blocks}
workloads = ["fib", "phases"]
[factors]
heat = [0, 1]
window = [0, 1]
decay = [0, 1]
transitions = [0, 1]
[series]
units = 40
"""


def write(folder, effects, noise=0.002, blocks=12, vary=None, step=0.0):
    """Writes an experiment to `folder`. effects: {loop: change of log(cycles)}; `vary`: the run_id whose word count is
    one more; step: the change of log(cycles) from the 20th unit of a series on."""
    os.makedirs(folder)
    path = os.path.join(folder, "trial.toml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(PLAN.format(blocks=blocks))
    plan = Plan(path)
    record = Record(os.path.join(folder, "trial"))
    record.register(plan, {"commit": "0" * 40, "changes": "", "starforth": "0"}, 0)
    chance = random.Random(7)
    for run in plan.runs():
        key = int(digest(run["workload"], run["kind"], *(run[name] for name in EFFECTIVE))[:12], 16)
        values = {name: key % 1000003 + place for place, (name, _) in enumerate(ALGORITHMIC)}
        values.update(dict.fromkeys([name for name, _ in TIMING], 1), wrong_units=0, waited_ns=0, session=run["block"])
        values["words"] += run["run_id"] == vary
        shift = sum(effect * run[loop] for loop, effect in effects.items()) + 0.01 * run["block"]
        values["cycles"] = round(1e7 * 2.718281828 ** (shift + chance.gauss(0, noise)))
        units = []
        if run["kind"] == "series":
            for i in range(plan.series["units"]):
                one = {name: i + 1 for name, _ in SERIES}
                change = step if i >= 20 else 0
                one["cycles"] = round(1e6 * 2.718281828 ** (change + chance.gauss(0, noise)))
                units.append(one)
        record.add(plan, run, 1, values, units)
    for session in range(1, blocks + 1):
        record.add_session(session=session, load=[0.0])
    return os.path.join(folder, "trial")
