"""Warm-up and change points of the times of successive units, as Barrett et al. do it ("Virtual Machine Warmup Blows Hot
and Cold", OOPSLA 2017).

Outliers are set aside (Tukey's fences in a sliding window), PELT finds where mean or variance change, segments that are
as fast as the last one count as that, and a process is called flat, warm-up, slowdown or without steady state.
"""

import math

import numpy
import pandas

LEAST = 4  # units in a segment
TOLERANCE = 0.01  # of the mean of the last segment: nearer is the same
# Of a change, times log n. Barrett et al. take 15 for 2,000 units; for 60 that hides a change of threefold in eight of them,
# which the workload that changes by design has. 5 shows it, and finds nothing in noise (tests/doe).
PENALTY = 5
PLANTED = 0.05  # of the times: so great is the step that is planted to see whether it would be found
TAIL = 0.25  # a process that still changes in this last part has no steady state


def without_outliers(times, window=20):
    """The times with those beyond Tukey's far fences of their surroundings replaced by the median there."""
    times = numpy.asarray(times, float)
    clean = times.copy()
    for i in range(len(times)):
        near = times[max(0, i - window):i + window + 1]
        q1, middle, q3 = numpy.quantile(near, [0.25, 0.5, 0.75])
        if times[i] > q3 + 3 * (q3 - q1) or times[i] < q1 - 3 * (q3 - q1):
            clean[i] = middle
    return clean


def pelt(times):
    """Where the segments begin: the cheapest cut by the likelihood of normal distributions of their own mean and
    variance, with a penalty for each. PELT drops beginnings that cannot win any more."""
    times = numpy.asarray(times, float)
    n = len(times)
    if n < 2 * LEAST:
        return [0]
    scale = times.mean() or 1.0
    values = times / scale
    sums, squares = (numpy.concatenate([[0.0], numpy.cumsum(values ** power)]) for power in (1, 2))
    floor = 1e-8  # a variance of 0 would be infinitely likely

    def cost(begin, end):
        count = end - begin
        variance = (squares[end] - squares[begin] - (sums[end] - sums[begin]) ** 2 / count) / count
        return count * (math.log(2 * math.pi * max(variance, floor)) + 1)

    penalty = PENALTY * math.log(n)
    best, last = [-penalty] + [math.inf] * n, [0] * (n + 1)
    candidates = [0]
    for end in range(LEAST, n + 1):
        costs = [(best[begin] + cost(begin, end) + penalty, begin) for begin in candidates if end - begin >= LEAST]
        best[end], last[end] = min(costs)
        young = [begin for begin in candidates if end - begin < LEAST]
        candidates = [begin for value, begin in costs if value - penalty <= best[end]] + young + [end - LEAST + 1]
        candidates = sorted({begin for begin in candidates if begin == 0 or begin >= LEAST})
    begins, end = [], n
    while end > 0:
        begins.append(last[end])
        end = last[end]
    return begins[::-1]


def classify(times):
    """('flat', 'warm-up', 'slowdown' or 'no steady state', where the segments begin) of one process."""
    clean = without_outliers(times)
    begins = pelt(clean)
    ends = begins[1:] + [len(clean)]
    means = [clean[begin:end].mean() for begin, end in zip(begins, ends)]
    tolerance = max(clean[begins[-1]:].std(), TOLERANCE * means[-1])
    same = [abs(mean - means[-1]) <= tolerance for mean in means]
    if all(same):
        return "flat", begins
    steady = max(i for i, one in enumerate(same) if not one) + 1
    if begins[steady] > len(clean) * (1 - TAIL):
        return "no steady state", begins
    if min(means) >= means[-1] - tolerance:
        return "warm-up", begins
    return "slowdown", begins


def table(series, workloads):
    """A row for each machine, workload and configuration: how many processes are of which class, and the median time of
    the first unit over that of the last quarter."""
    rows = []
    cycles = series[series["metric"] == "cycles"]
    for (machine, accel, workload, loops), part in cycles.groupby(["machine", "accel", "workload", "loops"]):
        classes, first, found, tried = {}, [], 0, 0
        for _, one in part.groupby("run_id"):
            times = one.sort_values("iteration")["value"].to_numpy(float)
            kind, _ = classify(times)
            classes[kind] = classes.get(kind, 0) + 1
            if kind == "flat":
                tried += 1
                found += classify(numpy.where(numpy.arange(len(times)) < len(times) // 2, 1, 1 + PLANTED) * times)[0] != "flat"
            first.append(times[0] / numpy.median(times[-max(1, len(times) // 4):]))
        rows.append({"machine": machine, "accel": accel, "workload": workload, "loops": loops,
                     "processes": len(first), "units": int(part["iteration"].max()) + 1,
                     **{kind: classes.get(kind, 0) for kind in ("flat", "warm-up", "slowdown", "no steady state")},
                     "planted": f"{found} of {tried}", "first": float(numpy.median(first)),
                     "note": "changes by design" if workloads.get(workload, {}).get("changes") else ""})
    return pandas.DataFrame(rows)
