"""The sections of the comparison: headings, sentences, tables and plots, of which HTML and Markdown are made.

A section is a list of ("h2", text), ("p", text), ("warn", text), ("table", head, rows) and ("plot", name, PNG, caption); texts are
plain.
"""

import os

import report_plots as plots
import report_stats as stats
import report_tables as tables
from report_files import TIMED

PERCENTILES = ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"))
FACTS = (("date", "date"), ("machine", "machine"), ("processor", "cpu"), ("microcode", "microcode"), ("firmware", "firmware"),
         ("accelerator", "accelerator"), ("TSC, Hz", "tsc_hz"), ("core clock, Hz", "core_hz"), ("invariant TSC", "invariant_tsc"),
         ("command line", "kernel_command_line"), ("seed", "seed"))


SEQUENCES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sequences.tbl")


def sequences():
    """{benchmark: the words that it executes} of dispatch/..."""
    with open(SEQUENCES, encoding="utf-8") as table:
        rows = [[cell.strip() for cell in line.split("|")] for line in table if line.strip() and not line.startswith(("# ", "#\n"))]
    return {f"dispatch/{row[0]}": row[2] for row in rows}


def form(value):
    """A number with four digits that count."""
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}"


def spread(side):
    """Median, quartiles and number of samples, or why there are none."""
    if not side.known:
        return f"missing: {side.missing}"
    low, middle, high = stats.quartiles(side.values)
    return f"{form(middle)} ({form(low)} to {form(high)}), n={len(side.values)}"


def ratio_text(ratio):
    return f"{ratio[0]:.3f} ({ratio[1]:.3f} to {ratio[2]:.3f})"


def describe(file):
    return f"{file.name} ({file.kind}, commit {file.commit}, {file.context.get('date', 'no date')})"


def files_section(files, refused):
    parts = [("h2", "The files")]
    rows = []
    for file in files:
        told = file.context.get("discarded") or {}
        taken = sum(len(one.samples) for one in file.benchmarks.values())
        loud = sum(len(one.samples) - len(one.quiet) for one in file.benchmarks.values())
        check = {key: value for key, value in file.context["self_check"].items() if key != "ok"}
        share = f"{100 * told['share']:.1f}% ({told.get('discarded', '?')} of {told.get('taken', '?')})" \
            if isinstance(told, dict) and isinstance(told.get("share"), (int, float)) else "not said"
        rows.append((file.name, file.kind, file.commit, str(file.context.get("date", "not said")),
                     str(file.context.get("cpu", "not said")), share, f"{loud} of {taken}",
                     "passed" + (": " + ", ".join(f"{key} {value}" for key, value in check.items()) if check else "")))
    parts.append(("table", ("file", "what", "commit", "date", "processor", "discarded while measuring",
                            "disturbed in the file", "self-check"), rows))
    parts.append(("p", "A sample is discarded when something disturbed it; those that are marked as disturbed in a file are left "
                  "out of all numbers here. The self-check measures something that is known, before anything is reported."))
    parts += [("warn", f"{os.path.basename(path)} was not used: {why}") for path, why in refused]
    emulated = [file.name for file in files if file.kind == "kernel, emulated"]
    if emulated:
        parts.append(("warn", "Made under emulation without counted time, where cycles mean nothing; not used: " +
                      ", ".join(emulated)))
    return parts


def facts_section(chosen):
    rows = [(what, *("not said" if file.context.get(key) is None else str(file.context[key]) for file in chosen))
            for what, key in FACTS]
    return [("table", ("", *(f"{file.kind}: {file.name}" for file in chosen)), rows)] if chosen else []


def pair_section(processor, host, kernel, counted, rows):
    unit = next((tables.name_of(side.unit) for row in rows for side in (row.host, row.kernel) if side.known), "cycles")
    parts = [("h2", f"Host and kernel on {processor[0]}")]
    parts += facts_section([file for file in (host, kernel, counted) if file is not None])
    parts.append(("p", f"{unit[0].upper()}{unit[1:]} and instructions of one operation: median, quartiles in parentheses, number of "
                  "samples. The ratio is kernel divided by host, of the medians, with its 95% bootstrap interval: below 1 the "
                  "kernel is faster. Instructions are another unit, so no ratio is made of them. An operation of dispatch/... "
                  "is the whole sequence of words behind its name."))
    texts = sequences()
    if counted is not None and host is not None and counted.commit != host.commit:
        parts.append(("p", f"The instructions are those of commit {counted.commit}, the host's cycles of {host.commit}."))
    parts.append(("table", ("benchmark", f"host, {unit}", f"kernel, {unit}", "kernel, instructions", "ratio"),
                  [(": ".join(filter(None, (row.name, texts.get(row.name)))), spread(row.host), spread(row.kernel), spread(row.instructions),
                    ratio_text(row.ratio) if row.ratio else row.why_none) for row in rows]))
    drawn = plots.ratios(rows)
    if drawn:
        shown = f" Shown are the {plots.SHOWN} furthest out; the table has all." \
            if sum(row.ratio is not None for row in rows) > plots.SHOWN else ""
        parts.append(("plot", "ratios", drawn, "Kernel divided by host. Green and red: the interval does not contain 1." + shown))
    drawn = plots.costs(rows, unit)
    if drawn:
        parts.append(("plot", "costs", drawn, "What one operation costs; of each group the first, the table has all."))
    found = tables.explanations(rows)
    if found:
        parts += [("h3", "Where the differences may come from"), ("table", (
            "group", "the kernel is", "benchmarks", "as far as known"),
            [(group, direction, ", ".join(names), text or "not known from these files")
             for group, direction, names, text in found]),
            ("p", "An explanation is shown only where other numbers of these files agree with it, or the sources tell. None is "
             "proven.")]
    return parts


def jitter_section(files):
    found = tables.jitter(files)
    if not found:
        return [("h2", "Jitter"), ("p", "missing: no file has gaps.")]
    rows = [(name, f"{file.kind}: {file.name}", f"{len(gaps):,}", form(min(gaps)),
             *(form(stats.percentile(gaps, part)) or "too few" for part, _ in PERCENTILES), form(max(gaps)))
            for name, file, gaps in found]
    head = ("benchmark", "file", "gaps", "least", *(name for _, name in PERCENTILES), "most")
    return [("h2", "Jitter"), ("p", "Gaps in ns. Under counted time a ns is a number of instructions, not a time. A percentile is "
                               "left out when there are too few values for one to lie beyond it."), ("table", head, rows),
            ("plot", "jitter", plots.jitter(found), "Gaps, both axes logarithmic.")]


def target_section(files):
    rows = [(target["what"], kind, file.name, form(value) if value is not None else "missing", target["unit"],
             str(target["required"]), str(target.get("goal", "")), verdict, target["source"])
            for target, kind, file, value, verdict in tables.targets(files)]
    parts = [("h2", "Against what is required")]
    if not rows:
        return parts + [("p", "missing: no file in time.")]
    missing = [kind for kind in TIMED[:-1] if tables.newest(files, kind) is None]
    if missing:
        parts.append(("p", f"Nothing is judged for: {'; '.join(missing)}. Counted instructions are not judged against cycles."))
    return parts + [("table", ("what", "where", "file", "median", "unit", "required", "goal", "verdict", "stated in"), rows)]


def commit_section(files):
    parts = [("h2", "From commit to commit")]
    found = tables.commits(files)
    if not found:
        return parts + [("p", "missing: there are no two commits of the same machine and side without local changes.")]
    parts.append(("p", "Beyond noise: the whole 95% interval of the ratio after/before lies more than 1% from 1, and the Mann-Whitney "
                  "test gives p below 0.05 after Holm's correction over all benchmarks of the two commits; or instructions are "
                  "the same in all samples of each commit, and differ. With one file a commit this is the noise within a "
                  "process: another process of the same commit may differ by its layout in memory, too."))
    for place, before, after, old, new, rows in found:
        beyond = [row for row in rows if row.beyond]
        files_text = ", ".join(file.name for file in old + new)
        parts.append(("h3", f"{place[0]} on {place[1]}: {before} to {after}"))
        parts.append(("p", f"{len(beyond)} of {len(rows)} benchmarks changed beyond noise. Files: {files_text}."))
        if beyond:
            parts.append(("table", ("benchmark", "before", "after", "unit", "after/before", "p, Holm"), [
                (row.name, form(row.before), form(row.after), tables.name_of(row.unit), ratio_text(row.ratio),
                 "exact" if row.holm == 0.0 and row.ratio[1] == row.ratio[2] else "<0.001" if row.holm < 0.001 else
                 f"{row.holm:.3f}") for row in sorted(beyond, key=lambda row: -abs(row.ratio[0] - 1))]))
    return parts


def matrix_section(files, refused, reasons):
    classes, rows = tables.matrix(files, refused, reasons)
    none = {kind: tables.no_file(kind, refused, reasons) for kind in classes if tables.newest(files, kind) is None}
    marks = {}
    for kind, why in none.items():
        marks[kind] = f"({len(marks) + 1})"
    parts = [("h2", "What is there, and what is missing")]
    parts += [("p", f"{marks[kind]} missing: {kind}: {why}") for kind, why in none.items()]
    body = []
    for name, cells in rows:
        told = [f"missing {marks[kind]}" if kind in marks else f"missing: {cell.missing}" if not cell.known else
                f"{len(cell.values):,} gaps" if cell.unit == "gaps" else f"{form(stats.quartiles(cell.values)[1])} {tables.name_of(cell.unit)}"
                for kind, cell in zip(classes, cells)]
        body.append((name, *told))
    return parts + [("table", ("benchmark", *classes), body)]


def short_section(pairs, files, refused):
    """What was compared, on what, and what can be concluded."""
    parts = [("h2", "In short")]
    if not files:
        return parts + [("p", "No file could be used, so nothing was compared.")]
    for processor, host, kernel, counted, rows in pairs:
        compared = [describe(file) for file in (host, kernel, counted) if file is not None]
        parts.append(("p", f"On {processor[0]}: compared were {'; '.join(compared)}."))
        decided = [row for row in rows if row.ratio]
        faster, slower = ([row for row in decided if row.direction == way] for way in ("faster", "slower"))
        if decided:
            parts.append(("p", f"Of {len(decided)} benchmarks with a ratio the kernel is faster in {len(faster)}, slower in {len(slower)}, "
                          f"and {len(decided) - len(faster) - len(slower)} are undecided (the 95% interval contains 1; about one in "
                          "twenty intervals misses its value, and they are not corrected for their number)."))
        else:
            whys = {row.why_none for row in rows}
            parts.append(("p", "Nothing can be concluded about the speed of the kernel beside that of the host: " +
                          "; ".join(sorted(why.removeprefix("no ratio: ") for why in whys)[:3]) + "."))
        if counted is not None:
            parts.append(("p", "Instructions of the kernel are counted exactly. They say how much code runs, not how long it takes."))
    changed = sorted({file.name for _, *chosen, _ in pairs for file in chosen if file is not None and file.context.get("dirty")})
    if changed:
        parts.append(("warn", f"The sources had local changes, so nobody can repeat this: {', '.join(changed)}."))
    if refused:
        parts.append(("warn", f"{len(refused)} of {len(files) + len(refused)} files could not be used; why stands below."))
    later = [(place, after, sum(row.beyond for row in rows), len(rows)) for place, _, after, _, _, rows in tables.commits(files)]
    parts += [("p", f"Commit {after} changed {beyond} of {count} benchmarks beyond noise ({place[0]} on {place[1]}).")
              for place, after, beyond, count in later]
    return parts


def everything(files, refused, reasons):
    """All sections."""
    usable = [file for file in files if file.kind != "kernel, emulated"]
    processors = list(dict.fromkeys(file.processor for file in usable if file.kind in TIMED))
    if not processors and usable:
        processors = [usable[-1].processor]
    pairs = []
    for processor in processors:
        host, kernel, counted = tables.pair(usable, processor)
        pairs.append((processor, host, kernel, counted, tables.side_by_side(host, kernel, counted)))
    parts = short_section(pairs, usable, refused)
    for one in pairs:
        parts += pair_section(*one)
    parts += jitter_section(usable) + target_section(usable) + commit_section(usable)
    return parts + matrix_section(usable, refused, reasons) + files_section(files, refused)
