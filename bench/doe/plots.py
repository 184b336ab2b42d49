"""The report's plots, as PNG in base64."""

import base64
import io

import matplotlib
import numpy
import pandas

from metrics import LOOPS
from timing import percent, timed

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402 (the backend must be chosen first)

BLUE, RED, GREY = "#4477aa", "#cc3311", "#888888"


def png(figure):
    """An <img> with the figure in it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=90)
    pyplot.close(figure)
    return f'<img src="data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}" alt="plot">'


def main_effects(table, negligible):
    """Effects of each factor with intervals, a panel for each workload."""
    names = list(dict.fromkeys(table["workload"]))
    factors = list(dict.fromkeys(table["factor"]))
    columns = min(4, len(names))
    rows = -(-len(names) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(3.6 * columns, 0.8 + (0.5 + 0.28 * len(factors)) * rows),
                                   squeeze=False, sharey=True, sharex=True, constrained_layout=True)
    for axis in axes.flat[len(names):]:
        axis.set_visible(False)
    for axis, name in zip(axes.flat, names):
        part = table[table["workload"] == name].set_index("factor").reindex(factors)
        places = numpy.arange(len(factors))[::-1]
        axis.axvspan(-100 * negligible, 100 * negligible, color="#dddddd")
        axis.axvline(0, color=GREY, linewidth=0.8)
        known = part["low"].notna().to_numpy()
        axis.hlines(places[known], part["low"][known], part["high"][known], color=BLUE)
        axis.plot(part["effect"], places, "o", color=BLUE, markersize=4)
        axis.set_yticks(places, factors)
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("change of cycles, %", fontsize=8)
        axis.tick_params(labelsize=8)
    return png(figure)


def interactions(runs):
    """For each pair of loops, mean of log(cycles) relative to the session and workload, at the four combinations."""
    loops = [loop for loop in LOOPS if runs[loop].nunique() > 1]
    if len(loops) < 2:
        return None
    log = numpy.log(runs["cycles"].astype(float))
    relative = 100 * (log - log.groupby([runs["session"], runs["workload"]]).transform("mean"))
    size = len(loops) - 1
    figure, axes = pyplot.subplots(size, size, figsize=(1.7 * size + 1, 1.5 * size + 1), squeeze=False, sharex=True,
                                   sharey=True, constrained_layout=True)
    for i in range(size):
        for j in range(size):
            axis = axes[i][j]
            one, two = loops[i + 1], loops[j]
            if j > i:
                axis.set_visible(False)
                continue
            for level, colour in ((0, GREY), (1, RED)):
                part = relative[runs[one] == level].groupby(runs[two]).mean()
                axis.plot(part.index, part.values, "o-", color=colour, markersize=3, label=f"{one}={level}")
            axis.set_xticks([0, 1], ["off", "on"], fontsize=7)
            axis.tick_params(labelsize=7)
            if i == size - 1:
                axis.set_xlabel(two, fontsize=8)
            if j == 0:
                axis.set_ylabel(f"{one}\n(red: on)", fontsize=8)
    figure.supylabel("cycles relative to the session's mean, %", fontsize=8)
    return png(figure)


def distributions(runs):
    """Cycles of all runs relative to the median of their workload, with no loop and with all, and all combinations."""
    names = sorted(runs["workload"].unique())
    groups = [("no loop", lambda p: p[(p[LOOPS] == 0).all(axis=1)]), ("all combinations", lambda p: p),
              ("all loops", lambda p: p[(p[LOOPS] == 1).all(axis=1)])]
    figure, axes = pyplot.subplots(1, len(groups), figsize=(12, 3.6), sharey=True, constrained_layout=True)
    for axis, (title, choose) in zip(axes, groups):
        data = []
        for name in names:
            part = runs[runs["workload"] == name]
            chosen = choose(part)["cycles"]
            data.append((100 * (chosen / part["cycles"].median() - 1)).to_numpy() if len(chosen) else [0.0])
        axis.boxplot(data, whis=(5, 95), showfliers=True, flierprops={"markersize": 2, "alpha": 0.4})
        axis.set_xticks(range(1, len(names) + 1), names, rotation=45, fontsize=8)
        axis.set_title(title, fontsize=10)
    everything = 100 * (runs["cycles"] / runs.groupby("workload")["cycles"].transform("median") - 1)
    low, high = everything.min(), numpy.quantile(everything, 0.995)
    axes[0].set_ylim(low - 0.05 * (high - low), high + 0.05 * (high - low))
    axes[0].set_ylabel("relative to the workload's median, %")
    figure.suptitle(f"boxes: quartiles; whiskers: 5% and 95%; {int((everything > high).sum())} runs lie above the picture",
                    fontsize=8)
    return png(figure)


def drift(runs):
    """The median of each session, relative to the workload's: a drift of the machine would show."""
    figure, axis = pyplot.subplots(figsize=(12, 3), constrained_layout=True)
    for name, part in runs.groupby("workload"):
        medians = part.groupby("session")["cycles"].median()
        axis.plot(medians.index, 100 * (medians / medians.median() - 1), "o-", markersize=3, linewidth=0.8, label=name)
    axis.set_xlabel("session (process), in the order in which they ran")
    axis.set_ylabel("median of a session,\n% of the usual one", fontsize=8)
    axis.axhline(0, color=GREY, linewidth=0.8)
    axis.legend(fontsize=7, ncol=4)
    return png(figure)


def heat(series, workload):
    """Heat of the watched words after each unit, and the heartbeat's interval; one process, for all are the same."""
    part = series[(series["workload"] == workload) & (series["loops"] == "all")]
    if not len(part):
        return None
    part = part[part["run_id"] == part["run_id"].iloc[0]]
    wide = part.pivot(index="iteration", columns="metric", values="value").astype(float)
    words = [name for name in wide if name.startswith("heat of ")]
    figure, (top, bottom) = pyplot.subplots(2, 1, figsize=(12, 5), sharex=True, constrained_layout=True,
                                            gridspec_kw={"height_ratios": [3, 1]})
    for name in words:
        if wide[name].max() > 0:
            top.plot(wide["words"] / 1e6, wide[name], label=name[len("heat of "):])
    top.plot(wide["words"] / 1e6, wide["heat_total"], color=GREY, linewidth=0.8, linestyle=":", label="all words")
    top.set_yscale("symlog", linthresh=1)
    top.set_ylabel("heat")
    top.set_title(f"{workload}, all loops on: heat over virtual time", fontsize=10)
    top.legend(fontsize=7, ncol=4)
    bottom.step(wide["words"] / 1e6, wide["heartbeat_interval"] / 1e6, where="post", label="heartbeat interval")
    bottom.step(wide["words"] / 1e6, wide["half_life"] / 1e6, where="post", label="half-life")
    bottom.set_yscale("log")
    bottom.set_xlabel("words executed, millions")
    bottom.set_ylabel("millions of words")
    bottom.legend(fontsize=7)
    return png(figure)


def units(series, workload, classify):
    """Times of successive units in every process, with the change points of the first."""
    part = series[(series["workload"] == workload) & (series["metric"] == "cycles") & (series["loops"] == "all") &
                  series["accel"].isin(["native", "kvm"])]
    if not len(part):
        return None
    figure, axis = pyplot.subplots(figsize=(12, 2.6), constrained_layout=True)
    for place, (_, one) in enumerate(part.groupby("run_id")):
        times = one.sort_values("iteration")["value"].to_numpy(float)
        axis.plot(times / 1e6, linewidth=1.2 if place == 0 else 0.4, color=BLUE if place == 0 else GREY)
        if place == 0:
            for begin in classify(times)[1][1:]:
                axis.axvline(begin, color=RED, linewidth=0.8)
    every = part["value"].astype(float) / 1e6
    top = numpy.quantile(every, 0.99) * 1.3
    axis.set_ylim(0, top)
    axis.set_xlabel(f"unit ({int((every > top).sum())} of {len(every)} lie above the picture)", fontsize=8)
    axis.set_ylabel("10^6 TSC cycles", fontsize=8)
    axis.set_title(f"{workload}: units in order; blue the first process, red its change points", fontsize=9)
    return png(figure)


def residuals(models):
    """Whether the residuals of the analyses of variance are as normal as they suppose; a panel for each workload."""
    columns = min(4, len(models))
    rows = -(-len(models) // columns)
    figure, axes = pyplot.subplots(rows, columns, figsize=(3 * columns, 2.6 * rows), squeeze=False, constrained_layout=True)
    for axis in axes.flat[len(models):]:
        axis.set_visible(False)
    for axis, (name, model) in zip(axes.flat, models.items()):
        values = pandas.Series(model.resid).sort_values().to_numpy()
        places = (numpy.arange(1, len(values) + 1) - 0.5) / len(values)
        normal = numpy.array([_normal_quantile(place) for place in places])
        axis.plot(normal, percent(values), ".", markersize=2, color=BLUE)
        axis.plot(normal, percent(normal * values.std()), color=RED, linewidth=0.8)
        axis.set_title(name, fontsize=9)
        axis.set_xlabel("normal quantile", fontsize=8)
        axis.set_ylabel("residual, %", fontsize=8)
        axis.tick_params(labelsize=7)
    return png(figure)


def _normal_quantile(place):
    from statistics import NormalDist
    return NormalDist().inv_cdf(place)


def one_machine(runs, machine, accel):
    part = timed(runs)
    return part[(part["machine"] == machine) & (part["accel"] == accel)]
