"""The report: one HTML file with everything in it."""

import html
import math
import re

import pandas

from provenance import commit

import plots
import timing
import warmup
from metrics import ALGORITHMIC, LOOPS, NEEDS
from report_text import DEFINITIONS, METHOD, THREATS

STYLE = """body { font: 15px/1.5 sans-serif; max-width: 62em; margin: 2em auto; padding: 0 1em; color: #222 }
h1, h2, h3 { line-height: 1.2 } h2 { margin-top: 2em; border-bottom: 1px solid #ccc } img { max-width: 100% }
table { border-collapse: collapse; font-size: 13px; margin: 1em 0 } th, td { padding: 2px 9px; text-align: right;
border-bottom: 1px solid #ddd } th:first-child, td:first-child { text-align: left } .good { background: #e3f4e3 }
.bad { background: #fbe3e0 } .box { padding: .6em 1em; margin: 1em 0 } code { background: #f2f2f2 } td.l, th.l { text-align: left }"""

PURPOSE = {
    "heat": "turns the exact counts of words into heat",
    "window": "reads the words executed last out of the engine's trace",
    "decay": "lets heat fall with counted time",
    "transitions": "counts which word follows which, and predicts the next",
    "width": "finds how wide the window must be",
    "slope": "finds the half-life from how fast the working set cools",
    "heartbeat": "adapts the interval between heartbeats: from the shortest on, longer while nothing changes",
}
VIEWS = {"all": "over all combinations", "needs": "where it has what it works on", "others": "with all others on"}


def paragraph(text):
    return f"<p>{text}</p>"


def as_cell(text, shown=None, tag="td"):
    """A cell whose column has such texts: numbers stand at the right, all else at the left."""
    place = "" if re.match(r"\s*([-+]|&lt;)?\d", str(text)) else ' class="l"'
    return f"<{tag}{place}>{text if shown is None else shown}</{tag}>"


def table(head, rows):
    rows = [list(row) for row in rows]
    first = rows[0] if rows else head
    cells = "".join(as_cell(text, html.escape(name), "th") for name, text in zip(head, first))
    lines = [f"<tr>{''.join(map(as_cell, row))}</tr>" for row in rows]
    return f"<table><tr>{cells}</tr>{''.join(lines)}</table>"


def number(value, form="{:+.2f}"):
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else form.format(value)


def p_text(value):
    if math.isnan(value):
        return ""
    return "&lt;0.001" if value < 0.001 else f"{value:.3f}"


def interval(low, high):
    return "" if math.isnan(low) else f"{low:+.2f} to {high:+.2f}"


def verdict_text(word):
    colour = {"pays": "good", "costs": "bad"}.get(word, "")
    return f'<span class="{colour}">{word}</span>'


def header_section(header, sessions):
    keys = ["commit", "changes", "seed", "plan", "layout", "runs", "registered", "cpu", "cpus", "microcode",
            "virtual machine", "governor", "pinned to cpu", "qemu", "system", "gcc", "gforth-common"]
    names = {"plan": "plan (hash)", "layout": "workloads and factors (hash)"}
    rows = [(names.get(key, key), html.escape(str(header[key]))) for key in keys if header.get(key) not in (None, "")]
    rows.append(("commit of this analysis", commit()))
    load = [one["load"][0] for one in sessions]
    rows.append(("load of the host at the beginning of a session",
                 f"{min(load):.2f} to {max(load):.2f}" if load else "unknown"))
    rows.append(("sessions (processes and boots)", len(sessions)))
    text = ["<h2>Where this comes from</h2>", table(["", ""], rows)]
    if header.get("changes"):
        text.insert(1, '<p class="bad box">The sources had local changes: nobody can repeat this experiment.</p>')
    return text


def scope(header, across):
    """What differed between the runs that were compared, and what did not."""
    fixed = header["fixed"]
    between = [name.replace("_", " ") for name in ("machine", "load", "quantum_ns", "quantum_words", "busy_vms") if name not in fixed]
    text = "Between the runs compared here differed: process or boot, order" + "".join(f", {name}" for name in between) + "."
    if not across:
        text += f" All were made on one machine ({html.escape(str(fixed.get('machine', 'host')))}), so nothing is said of others."
    return text


def determinism_section(determinism, header):
    groups, repeated, across = determinism.repeated()
    text = ["<h2>Does anything vary that must not?</h2>", paragraph(
        f"{determinism.rows:,} numbers that are functions of what was executed, from {groups:,} different combinations of "
        f"workload and configuration; {repeated:,} of these were run more than once, {across:,} on more than one machine "
        "(host, TCG, counted time). Runs that differ only in process, replicate, machine, order, quantum, busy "
        "VMs or load of the host must agree in all of them, and in a hash of everything that the physics know. Disturbed runs "
        "count here too. It is a statement about these runs of this build alone, and about no time: times vary.")]
    text.append(paragraph(scope(header, across)))
    if determinism.holds and repeated:
        text.append('<p class="good box">Nothing varies: the coefficient of variation of every algorithmic column is exactly '
                    "0, by comparison of all values and not of rounded ones.</p>")
    elif determinism.holds:
        text.append('<p class="bad box">Nothing was run twice, so nothing is known.</p>')
    else:
        found = determinism.first_differences()
        text.append('<div class="bad box">Not deterministic. The first number that differs, of each combination:<ul>' +
                    "".join(f"<li>{html.escape(str(one))}</li>" for one in found[:30]) + "</ul></div>")
    values = {metric: len({found[metric][0] for found in determinism.groups.values() if metric in found})
              for metric, _ in ALGORITHMIC}
    rows = [(f"<code>{metric}</code>", count, values[metric], varying,
             "no mean" if worst is None else "0" if worst == 0 else f"{worst:.3g}")
            for metric, count, varying, worst in determinism.variation()]
    text += ["<h3>Coefficient of variation within a combination</h3>",
             table(["algorithmic column", "combinations", "different values over them", "that vary",
                    "greatest coefficient of variation"], rows),
             paragraph("A column with a single value over all combinations could hardly vary: it says nothing here.")]
    return text


def loops_section(loops, metrics, machine, negligible):
    """The truth about each loop, for one machine."""
    text = [f"<h3>{machine}</h3>"]
    rows = []
    for loop in [name for name in LOOPS if name in set(loops["loop"])]:
        for view in VIEWS:
            one = loops[(loops["loop"] == loop) & (loops["view"] == view)].iloc[0]
            rows.append((f"<b>{loop}</b>" if view == "all" else "", f'{VIEWS[view]}', number(one.effect),
                         interval(one.low, one.high), one.sessions, p_text(one.p), p_text(one.holm),
                         verdict_text(one.verdict)))
    text.append(table(["loop", "", "change of cycles, %", "95% interval", "sessions", "p", "p, Holm", "verdict"], rows))
    return text


def purpose_section(metrics):
    rows = [(row.loop, row.metric.replace("_", " "), number(row.off, "{:,.1f}"), number(row.on, "{:,.1f}"),
             "" if row.off == row.on else number(100 * (row.on / row.off - 1) if row.off else float("nan"), "{:+.1f}%"))
            for row in metrics.itertuples() if not (math.isnan(row.on) and math.isnan(row.off)) and row.on != row.off]
    return ["<h3>What each loop changes in what the physics find</h3>",
            paragraph("Means over workloads and over the combinations in which the loop has what it works on. These numbers do not "
                      "vary, so there is nothing to test; what is not listed does not change."),
            table(["loop", "number", "off", "on", "change"], rows) if rows else paragraph("Nothing changes.")]


def effects_section(effects):
    rows = [(row.workload, row.factor, number(row.effect), interval(row.low, row.high), number(row.F, "{:.2f}"),
             p_text(row.p), p_text(row.holm), number(row.eta, "{:.4f}"), number(row.omega, "{:.5f}"),
             number(row.spread, "{:.2f}"), p_text(row.levene), verdict_text(row.verdict)) for row in effects.itertuples()]
    return table(["workload", "factor", "change of cycles, %", "95% interval", "F", "p", "p, Holm", "partial η²", "ω²",
                  "spread", "p, Levene, Holm", "verdict"], rows)


def control_text(effects):
    """What the controls say about the intervals."""
    part = effects[effects["verdict"] == "control"].dropna(subset=["low"])
    if not len(part):
        return []
    held = int(((part["low"] <= 0) & (part["high"] >= 0)).sum())
    return [paragraph(f"{held} of the {len(part)} intervals of controls ({', '.join(sorted(set(part['workload'])))}) contain 0, as they "
                      "should: no loop can do anything there.")]


def distribution_section(distributions):
    rows = [(f"{row.machine} ({row.accel})", row.workload, row.loops, row.runs, f"{row.words:,.0f}",
             f"{row.heartbeats:,.0f}",
             f"{row.q1:,.0f}", f"<b>{row.median:,.0f}</b>", f"{row.q3:,.0f}",
             "" if math.isnan(row.low) else f"{row.low:,.0f} to {row.high:,.0f}", f"{row.cycles_per_word:.3f}",
             f"{100 * row.cv:.2f}%") for row in distributions.itertuples()]
    return table(["machine", "workload", "loops", "runs", "words", "heartbeats", "lower quartile", "median cycles", "upper quartile",
                  "95% interval of the median", "cycles/word", "coefficient of variation"], rows)


def quality_section(quality):
    rows = [(f"{row.machine} ({row.accel})", row.samples, row.discarded, f"{100 * row.share:.1f}%", row.runs,
             row.never_quiet) for row in quality.itertuples()]
    return table(["machine", "samples", "discarded", "share", "runs", "runs without a quiet sample"], rows)


def discard_section(discards):
    if not len(discards):
        return []
    rows = [(row.loop, f"{100 * row.off:.1f}%", f"{100 * row.on:.1f}%", p_text(row.p), p_text(row.holm))
            for row in discards.itertuples()]
    return [paragraph("What is thrown away must not depend on what is compared. Runs without any quiet sample, by loop:"),
            table(["loop", "off", "on", "p, Fisher", "p, Holm"], rows)]


def warmup_section(series, header):
    if series is None:
        return []
    found = warmup.table(series, header["workloads"])
    rows = [(f"{row.machine} ({row.accel})", row.workload, row.loops, row.processes, row.units, row.flat,
             row[8], row.slowdown, row[10], row.planted, f"{row.first:.3f}", row.note)
            for row in found.itertuples()]
    text = ["<h2>Warm-up and change points</h2>", paragraph(
        "The first question about a benchmark is whether it has a steady state (Barrett et al., OOPSLA 2017). In each process, "
        "each workload runs a series of units whose times are taken one by one. Outliers beyond Tukey's far fences are set "
        "aside; PELT finds changes of mean and variance; segments within the spread of the last one, or 1%, count as "
        "equal to it. <i>Flat</i>: all are. <i>Warm-up</i>: the last is the fastest. <i>Slowdown</i>: it is not. <i>No "
        "steady state</i>: there is a change in the last quarter. A workload that changes by design must not "
        f"be flat, and so checks the method. <i>Planted step found</i>: of the flat processes, in how many a step of "
        f"{100 * warmup.PLANTED:.0f}% from the middle on would have been found; where these are few, flat means little. The runs of the "
        "experiment are not these series: each begins with its first unit, whatever that costs. A heartbeat within a unit makes that unit longer; that is not warm-up."),
        table(["machine", "workload", "loops", "processes", "units", "flat", "warm-up", "slowdown", "no steady state", "planted step found",
               "first unit / last quarter", ""], rows)]
    for name in sorted(series["workload"].unique()):
        text.append(plots.units(series, name, warmup.classify) or "")
    text += ["<h2>Heat over time</h2>", paragraph(
        "Time is counted words, so these curves are the same in every process and on every machine. A heartbeat moves heat; "
        "between two of them it decays.")]
    for name in sorted(series["workload"].unique(), key=lambda name: (name != "phases", name)):
        text.append(plots.heat(series, name) or "")
    return text


def label_loops(series):
    """Adds a column that says which loops were on."""
    present = [loop for loop in LOOPS if loop in series]
    on = series[present].sum(axis=1)
    series["loops"] = [
        "all" if count == len(present) else "none" if count == 0 else "+".join(
            loop for loop in present if getattr(row, loop)) for count, row in zip(on, series.itertuples())]
    return series


def variation_text(runs):
    """What must stand beside a sentence that says that nothing varies."""
    cv = timing.variability(runs)
    if not len(cv):
        return []
    quality = timing.quality(runs)
    quality = quality[quality["accel"].isin(["native", "kvm"])]
    share = quality["discarded"].sum() / quality["samples"].sum()
    text = [f"<b>Times do vary:</b> the coefficient of variation of cycles within a combination is {100 * cv.median():.1f}% in the "
            f"median, from {100 * cv.min():.1f}% to {100 * cv.max():.1f}%. {100 * share:.0f}% of the samples were disturbed and thrown "
            f"away, and {quality['never_quiet'].sum():,} of {quality['runs'].sum():,} runs never had a quiet one"
            + ("; this machine was not quiet, and only means over many runs say anything here." if share > 0.2 else ".")]
    idle = timing.controls(runs)
    if idle:
        text.append(f"<b>Controls:</b> {', '.join(idle)} {'is' if len(idle) == 1 else 'are'} too short for a heartbeat, so no loop has "
                    "anything to do there; left out of the table below.")
    return [paragraph(one) for one in text]


def summary_section(loops, determinism, runs, negligible, replicated):
    text = ["<h2>In short</h2>"]
    text.append(paragraph("<b>Determinism:</b> " + html.escape(determinism.text().splitlines()[1]) +
                          " That is what was computed, not how long it took."))
    text += variation_text(runs)
    native = loops[loops["accel"].isin(["native", "kvm"])] if len(loops) else loops
    if len(native):
        rows = []
        for loop in [name for name in LOOPS if name in set(native["loop"])]:
            one = native[(native["loop"] == loop) & (native["view"] == "needs")].iloc[0]
            rows.append((f"<b>{loop}</b>", f'{PURPOSE[loop]}', ", ".join(NEEDS.get(loop, [])) or "nothing",
                         number(one.effect), interval(one.low, one.high), p_text(one.holm), verdict_text(one.verdict)))
        text.append(table(["loop", "what it does", "needs", "change of cycles, %", "95% interval", "p, Holm", "verdict"], rows))
        text.append(paragraph(
            f"Mean over the workloads, on the processor itself, where the loop has what it needs. <i>Costs</i> or <i>pays</i>: the whole "
            f"interval lies beyond ±{100 * negligible:g}%, which the plan calls negligible, and p is below 0.05 after "
            "correction. <i>Nothing</i>: the whole interval lies within. Otherwise the data do not decide, and that is said."))
    else:
        text.append(paragraph("No times on a processor itself, or too few of them: nothing is said about costs."))
    if not replicated:
        text.append('<p class="box">There are fewer than five sessions on the host, so no loop can be judged by its times. '
                    "Run a plan with more blocks.</p>")
    return text


def write(path, header, sessions, runs, series, determinism):
    negligible = header["negligible"]
    timed = runs[runs["accel"] != "tcg"]  # there cycles are those of the machine that emulates
    effects = timing.effects_table(timed, negligible)
    loops = timing.loop_table(timed, negligible)
    distributions = timing.distribution_table(timed)
    if series is not None:
        series = label_loops(series)
    native = runs[runs["accel"] == "native"]
    body = [f"<h1>Experiment {html.escape(header['name'])}</h1>", paragraph(html.escape(header["about"]))]
    body += summary_section(loops, determinism, runs, negligible, native["session"].nunique() >= 5)
    body += header_section(header, sessions)
    body += ["<h2>Words used here</h2>", DEFINITIONS, "<h2>Method</h2>", METHOD, "<h2>Threats to validity</h2>", THREATS]
    body += determinism_section(determinism, header)
    body += ["<h2>Does each loop pay, cost, or do nothing?</h2>"]
    for (machine, accel), part in loops.groupby(["machine", "accel"]) if len(loops) else []:
        body += loops_section(part, None, f"{machine} ({accel})", negligible)
    body += purpose_section(timing.expected_metrics(runs))
    for (machine, accel), part in effects.groupby(["machine", "accel"]) if len(effects) else []:
        chosen = plots.one_machine(runs, machine, accel)
        body += [f"<h2>Effects by workload: {machine} ({accel})</h2>", effects_section(part), *control_text(part),
                 plots.main_effects(part, negligible),
                 paragraph("Effects with their 95% intervals; the grey band is what the plan calls negligible.")]
        body += ["<h3>Interactions</h3>", plots.interactions(chosen) or "", paragraph(
            "Means over all workloads. Parallel lines: the two loops do not depend on each other.")]
        body += ["<h3>Distributions</h3>", plots.distributions(chosen)]
        if chosen["session"].nunique() > 2:
            body += ["<h3>Drift from session to session</h3>", plots.drift(chosen)]
        models = {}
        for name, one in chosen.groupby("workload"):
            _, model = timing.anova(one, [factor for factor in timing.varying(one) if factor != "machine"])
            if model is not None:
                models[name] = model
        if models:
            body += ["<h3>Residuals of the analysis of variance</h3>", plots.residuals(models), paragraph(
                "On the red line they would be normal. Points above it at the right: some runs take far longer than their "
                "combination explains.")]
    body += ["<h2>Times</h2>", distribution_section(distributions), "<h3>Noise</h3>",
             quality_section(timing.quality(runs)), *discard_section(timing.discards(runs))]
    body += warmup_section(series, header)
    with open(path, "w", encoding="utf-8") as file:
        file.write('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Experiment '
                   f"{html.escape(header['name'])}</title><style>{STYLE}</style></head><body>" +
                   "\n".join(body) + "</body></html>\n")
    return loops, effects, pandas.DataFrame(distributions)
