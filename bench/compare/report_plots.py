"""The plots of the comparison, as PNG in memory."""

import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402 (the backend must be chosen first)
import numpy  # noqa: E402

import report_stats as stats  # noqa: E402

DPI = 80
SHOWN = 60  # benchmarks in a plot; the tables have all
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 1, 1.1, 1.25, 2, 5, 10, 20, 50, 100)
COLOURS = {"host": "#4477aa", "kernel, KVM": "#ee7733", "kernel, bare metal": "#cc3311", "kernel, counted": "#228833"}


def png(figure):
    """A figure as bytes; it is closed."""
    memory = io.BytesIO()
    figure.savefig(memory, format="png", dpi=DPI, metadata={"Software": None})
    pyplot.close(figure)
    return memory.getvalue()


def ratios(rows):
    """Kernel against host with intervals, sorted; None when there are no ratios."""
    known = sorted((row for row in rows if row.ratio), key=lambda row: row.ratio[0])
    if not known:
        return None
    if len(known) > SHOWN:
        known = known[:SHOWN // 2] + known[-SHOWN // 2:]
    figure, axis = pyplot.subplots(figsize=(10, 1.5 + 0.22 * len(known)), constrained_layout=True)
    for place, row in enumerate(known):
        middle, low, high = row.ratio
        colour = {"faster": "#228833", "slower": "#cc3311"}.get(row.direction, "#777777")
        axis.plot([low, high], [place, place], color=colour)
        axis.plot([middle], [place], "o", color=colour, markersize=4)
    axis.axvline(1, color="black", linewidth=0.8)
    axis.set_yticks(range(len(known)), [row.name for row in known], fontsize=8)
    axis.set_xscale("log")
    low, high = axis.get_xlim()
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axis.minorticks_off()
    axis.set_xlabel("kernel divided by host, median and 95% interval; left of 1 the kernel is faster")
    return png(figure)


def costs(rows, unit):
    """Medians and quartiles of the host in time, beside those of the kernel in the same unit or its instructions."""
    known = [row for row in rows if row.host.known or row.kernel.known or row.instructions.known]
    groups = {}
    for row in known:
        groups.setdefault(row.name.split("/")[0], []).append(row)
    chosen = [row for group in groups.values() for row in group[:max(4, SHOWN // max(1, len(groups)))]]
    if not chosen:
        return None
    in_time = any(row.kernel.known for row in chosen)
    instructions = any(row.instructions.known for row in chosen) and not in_time
    figure, axes = pyplot.subplots(1, 2 if instructions else 1, figsize=(12, 1.5 + 0.22 * len(chosen)), sharey=True,
                                   constrained_layout=True, squeeze=False)
    left = axes[0][0]
    draw(left, chosen, "host", COLOURS["host"], -0.15 if in_time else 0, "host")
    if in_time:
        draw(left, chosen, "kernel", COLOURS["kernel, bare metal"], 0.15, "kernel")
        left.legend()
    left.set_xlabel(f"{unit} for one operation: median and quartiles")
    if instructions:
        right = axes[0][1]
        draw(right, chosen, "instructions", COLOURS["kernel, counted"], 0, "kernel")
        right.set_xlabel("instructions in the kernel for one operation (another unit)")
        right.set_xscale("log")
    left.set_xscale("log")
    left.set_yticks(range(len(chosen)), [row.name for row in chosen], fontsize=8)
    left.invert_yaxis()
    return png(figure)


def draw(axis, rows, attribute, colour, offset, label):
    for place, row in enumerate(rows):
        side = getattr(row, attribute)
        if side.known:
            low, middle, high = stats.quartiles(side.values)
            axis.plot([low, high], [place + offset] * 2, color=colour)
            axis.plot([middle], [place + offset], "o", color=colour, markersize=4, label=label)
            label = None
    axis.grid(axis="x", alpha=0.3)


def jitter(found):
    """Histograms of gaps, one plot a benchmark; None when there are none."""
    names = sorted({name for name, _, _ in found})
    if not names:
        return None
    figure, axes = pyplot.subplots(len(names), 1, figsize=(10, 3 * len(names)), constrained_layout=True, squeeze=False)
    for axis, name in zip((row[0] for row in axes), names):
        shown = [(file, numpy.maximum(gaps, 1)) for other, file, gaps in found if other == name]
        low, high = min(gaps.min() for _, gaps in shown), max(gaps.max() for _, gaps in shown)
        edges = numpy.geomspace(low, max(high, low * 1.01), 61)
        for file, gaps in shown:
            label = f"{file.kind}, {file.commit[:7]}: {len(gaps):,} gaps"
            axis.hist(gaps, bins=edges, weights=numpy.full(len(gaps), 1 / len(gaps)), histtype="step", linewidth=1.5,
                      label=label, color=COLOURS.get(file.kind))
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_title(name, fontsize=10)
        axis.set_xlabel("ns (of counted time where time is counted)")
        axis.set_ylabel("share of the gaps")
        axis.legend(fontsize=8)
    return png(figure)
